/*
 * extract_bench.c: texts per second of one core (its CPU time), through the library and with JSON
 * lines in and out; the median of 9 rounds, and how often memory was asked for after the first.
 * Reads the development corpus, or the file that is named: `bench_extract
 * [library|lines|cat|explain] [FILE]`; `cat` writes the answers instead, `explain` the
 * explanations.
 */
#include "base/civil_time.h"
#include "base/memory.h"
#include "extract/extract_lines.h"
#include "extract/extractor.h"
#include "extract/line_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINES_LIMIT = 20000, ROUNDS = 9 };

static struct strview lines[LINES_LIMIT];
static struct extract_request requests[LINES_LIMIT];
static size_t line_count;

static bool read_file(const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file)
        return false;
    size_t capacity = 32U << 20, size = 0;
    char *text = memory_alloc(capacity);
    if (text)
        size = fread(text, 1, capacity, file);
    fclose(file);
    for (size_t at = 0; text && at < size && line_count < LINES_LIMIT;) {
        const char *newline = memchr(text + at, '\n', size - at);
        size_t end = newline ? (size_t)(newline - text) : size;
        lines[line_count++] = (struct strview){text + at, end - at};
        at = end + 1;
    }
    return text != NULL;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now); /* of this core; others may be at work */
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The requests behind the lines, for the library alone. */
static size_t parse_requests(struct time_zone_cache *zones)
{
    size_t bytes = 0;
    for (size_t i = 0; i < line_count; i++) {
        char *room = memory_alloc(lines[i].size + 16);
        struct line_json_reader reader = line_json_reader_of(lines[i], room);
        struct strview key, zone = {0}, time = {0};
        line_json_object(&reader);
        for (bool first = true; line_json_key(&reader, first, &key); first = false) {
            if (strview_is(key, "text"))
                requests[i].text = line_json_string(&reader);
            else if (strview_is(key, "reference_time"))
                time = line_json_string(&reader);
            else if (strview_is(key, "timezone"))
                zone = line_json_string(&reader);
            else if (strview_is(key, "locale"))
                requests[i].locale = line_json_string(&reader);
            else
                line_json_skip(&reader);
        }
        struct civil_parsed parsed = {0};
        civil_time_parse(time, &parsed, NULL);
        requests[i].reference_time_ns = parsed.utc_ns;
        requests[i].reference_offset_s = parsed.offset_s;
        if (zone.data)
            time_zone_cache_find(zones, zone, &requests[i].zone, NULL);
        bytes += requests[i].text.size;
    }
    return bytes;
}

static int bench_library(const struct extractor *extractor)
{
    CLEANUP(time_zone_cache_cleanup) struct time_zone_cache *zones = time_zone_cache_create();
    CLEANUP(extract_scratch_cleanup) struct extract_scratch *scratch = extract_scratch_create();
    size_t bytes = parse_requests(zones), slots = 0;
    double rates[ROUNDS];
    uint64_t allocations = 0;
    for (int round = -1; round < ROUNDS; round++) {
        double start = seconds();
        for (int repeat = 0; repeat < 20; repeat++) {
            for (size_t i = 0; i < line_count; i++) {
                struct extract_result result;
                if (extractor_run(extractor, scratch, &requests[i], &result, NULL) == STATUS_OK)
                    slots += result.slot_count;
            }
        }
        if (round >= 0)
            rates[round] = 20.0 * (double)line_count / (seconds() - start);
        else
            allocations = extract_scratch_allocations(scratch);
    }
    qsort(rates, ROUNDS, sizeof *rates, compare);
    printf("{\"bench\": \"extract_library\", \"texts_per_s\": %.0f, \"low\": %.0f, \"high\": %.0f, "
           "\"bytes_a_text\": %.1f, \"slots\": %zu, \"allocations\": %llu}\n",
           rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1], (double)bytes / (double)line_count,
           slots, (unsigned long long)(extract_scratch_allocations(scratch) - allocations));
    return 0;
}

static int bench_lines(const struct extractor *extractor)
{
    CLEANUP(extract_lines_cleanup) struct extract_lines *reader = extract_lines_create(extractor);
    struct strbuf out = {0};
    double rates[ROUNDS];
    uint64_t allocations = 0;
    for (int round = -1; round < ROUNDS; round++) {
        double start = seconds();
        for (int repeat = 0; repeat < 20; repeat++) {
            strbuf_clear(&out);
            for (size_t i = 0; i < line_count; i++) {
                bool valid;
                extract_lines_run(reader, lines[i], &out, &valid, NULL);
            }
        }
        if (round >= 0)
            rates[round] = 20.0 * (double)line_count / (seconds() - start);
        else
            allocations = extract_lines_allocations(reader);
    }
    qsort(rates, ROUNDS, sizeof *rates, compare);
    printf("{\"bench\": \"extract_lines\", \"texts_per_s\": %.0f, \"low\": %.0f, \"high\": %.0f, "
           "\"allocations\": %llu}\n",
           rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1],
           (unsigned long long)(extract_lines_allocations(reader) - allocations));
    strbuf_done(&out);
    return 0;
}

static int write_answers(const struct extractor *extractor, bool explain)
{
    CLEANUP(extract_lines_cleanup) struct extract_lines *reader = extract_lines_create(extractor);
    struct strbuf out = {0};
    bool all_valid = true;
    for (size_t i = 0; i < line_count; i++) {
        bool valid;
        if (explain)
            extract_lines_explain(reader, lines[i], &out, &valid, NULL);
        else
            extract_lines_run(reader, lines[i], &out, &valid, NULL);
        all_valid = all_valid && valid;
    }
    fwrite(out.data ? out.data : "", 1, out.size, stdout);
    strbuf_done(&out);
    return all_valid ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct error err = {0};
    CLEANUP(extractor_cleanup) struct extractor *extractor = NULL;
    const char *what = argc > 1 ? argv[1] : "all";
    const char *path = argc > 2 ? argv[2] : ASSAY_SOURCE_DIR "/datasets/extraction/dev.jsonl";
    if (!read_file(path)) {
        fprintf(stderr, "could not read %s\n", path);
        return 2;
    }
    double start = seconds();
    if (extractor_create(NULL, &extractor, &err) != STATUS_OK) {
        fprintf(stderr, "%s\n", err.what);
        return 1;
    }
    if (strcmp(what, "cat") == 0 || strcmp(what, "explain") == 0)
        return write_answers(extractor, what[0] == 'e');
    printf("{\"bench\": \"extract_create\", \"ms\": %.1f}\n", (seconds() - start) * 1e3);
    if (strcmp(what, "lines") != 0)
        bench_library(extractor);
    if (strcmp(what, "library") != 0)
        bench_lines(extractor);
    return 0;
}
