/*
 * generate_conversations.c: any number of booking conversations and their gold, for load tests. The
 * same seed gives the same bytes; conversation n is the same whatever --first and --count are, so a
 * large set can be made in parts. Memory is constant: each conversation is written when it is done.
 */
#include "base/memory.h"
#include "call_script.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char usage[] =
    "usage: generate_conversations --count N [--seed S] [--first I] --conversations FILE --gold "
    "FILE\n"
    "  --count N            how many conversations\n"
    "  --seed S             another world of callers (default 1)\n"
    "  --first I            number of the first conversation (default 0)\n"
    "  --conversations FILE the events, JSON Lines in order; - is standard output\n"
    "  --gold FILE          one gold conversation a line\n";

struct options {
    uint64_t count, seed, first;
    const char *conversations, *gold;
};

static uint64_t number_of(const char *text)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end || end == text) {
        fprintf(stderr, "generate_conversations: '%s' is no whole number\n", text);
        exit(2);
    }
    return value;
}

static struct options read_options(int argc, char **argv)
{
    static const struct option names[] = {{"count", required_argument, NULL, 'n'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"first", required_argument, NULL, 'f'},
                                          {"conversations", required_argument, NULL, 'c'},
                                          {"gold", required_argument, NULL, 'g'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    struct options options = {.seed = 1};
    for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (name) {
        case 'n':
            options.count = number_of(optarg);
            break;
        case 's':
            options.seed = number_of(optarg);
            break;
        case 'f':
            options.first = number_of(optarg);
            break;
        case 'c':
            options.conversations = optarg;
            break;
        case 'g':
            options.gold = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    if (!options.count || !options.conversations || !options.gold || optind < argc) {
        fputs(usage, stderr);
        exit(2);
    }
    return options;
}

static FILE *open_output(const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static void flush(FILE *file, struct strbuf *buf, size_t at_least)
{
    if (buf->size < at_least)
        return;
    if (buf->failed || fwrite(buf->data, 1, buf->size, file) != buf->size) {
        perror("generate_conversations: could not write");
        exit(1);
    }
    strbuf_clear(buf);
}

int main(int argc, char **argv)
{
    struct options options = read_options(argc, argv);
    FILE *conversations = open_output(options.conversations), *gold = open_output(options.gold);
    struct error err = {0};
    struct time_zone *new_york = NULL, *london = NULL;
    if (time_zone_load(strview_of("America/New_York"), &new_york, &err) != STATUS_OK ||
        time_zone_load(strview_of("Europe/London"), &london, &err) != STATUS_OK) {
        fprintf(stderr, "generate_conversations: %s\n", err.what);
        return 1;
    }
    phrase_compile();
    struct strbuf events_out = {0}, gold_out = {0};
    struct recorder *recorder = memory_alloc(sizeof *recorder);
    recorder->arena = arena_create(64 * 1024, 0);
    recorder->events_out = &events_out;
    recorder->gold_out = &gold_out;
    struct call_script_zones zones = {new_york, london};
    uint64_t user_turns = 0;
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (uint64_t i = 0; i < options.count; i++) {
        call_script_run(recorder, &zones, options.seed, options.first + i);
        user_turns += recorder->turn_count;
        flush(conversations, &events_out, 1 << 18);
        flush(gold, &gold_out, 1 << 18);
    }
    flush(conversations, &events_out, 1);
    flush(gold, &gold_out, 1);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double took_s =
        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
    fprintf(stderr, "%llu conversations, %.2f user turns each, %.0f conversations/s\n",
            (unsigned long long)options.count, (double)user_turns / (double)options.count,
            (double)options.count / took_s);
    strbuf_done(&events_out);
    strbuf_done(&gold_out);
    arena_destroy(recorder->arena);
    memory_free(recorder);
    time_zone_destroy(new_york);
    time_zone_destroy(london);
    return fclose(conversations) || fclose(gold);
}
