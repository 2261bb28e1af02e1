/*
 * command_dead_letter.c: `assay dead-letter list|show|replay`.
 */
#include "base/json_write.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "worker/dead_letter.h"

#include <stdio.h>
#include <string.h>

struct dead_letter_options {
    const char *config, *run_id, *env_file, *action, *place;
    struct cli_texts sets, rest;
    bool json, all;
    int partition;
    long long offset;
    uint64_t found;
};

/* Bytes of others: nothing in them may move the terminal. */
static void print_text(struct strview text, size_t most)
{
    for (size_t i = 0; i < text.size && i < most; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 32 && byte < 127)
            putchar(byte);
        else
            printf("\\x%02x", byte);
    }
    if (text.size > most)
        printf("... (%zu bytes)", text.size);
}

static void print_json(const struct kafka_record *letter)
{
    static const struct {
        const char *key, *header;
    } shown[] = {{"topic", "__connect.errors.topic"},
                 {"topic_partition", "__connect.errors.partition"},
                 {"topic_offset", "__connect.errors.offset"},
                 {"error", "__connect.errors.exception.message"},
                 {"run_id", "run_id"}};
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "partition", letter->partition);
    json_write_key_i64(&writer, "offset", letter->offset);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        json_write_key_text(&writer, shown[i].key, dead_letter_header(letter, shown[i].header));
    json_write_key_i64(&writer, "bytes", (int64_t)letter->value.size);
    json_write_end_object(&writer);
    puts(text.data ? text.data : "");
    strbuf_done(&text);
}

static enum status list_one(void *context, const struct kafka_record *letter, struct error *err)
{
    struct dead_letter_options *options = context;
    (void)err;
    options->found++;
    if (options->json) {
        print_json(letter);
        return STATUS_OK;
    }
    printf("%d:%lld  from ", letter->partition, (long long)letter->offset);
    print_text(dead_letter_header(letter, "__connect.errors.topic"), 100);
    printf("[");
    print_text(dead_letter_header(letter, "__connect.errors.partition"), 20);
    printf("]@");
    print_text(dead_letter_header(letter, "__connect.errors.offset"), 20);
    printf("  %zu bytes  ", letter->value.size);
    print_text(dead_letter_header(letter, "__connect.errors.exception.message"), 200);
    printf("\n");
    return STATUS_OK;
}

static enum status show_one(void *context, const struct kafka_record *letter, struct error *err)
{
    struct dead_letter_options *options = context;
    (void)err;
    if (letter->partition != options->partition || letter->offset != options->offset)
        return STATUS_OK;
    options->found++;
    for (size_t i = 0; i < letter->header_count; i++) {
        printf("%s: ", letter->headers[i].name);
        print_text(letter->headers[i].value, 1000);
        printf("\n");
    }
    printf("key: ");
    print_text(letter->key, 1000);
    printf("\nvalue: ");
    print_text(letter->value, 16384);
    printf("\n");
    return STATUS_OK;
}

static enum status check(struct dead_letter_options *options, struct error *err)
{
    static const char *const actions[] = {"list", "show", "replay"};
    const char *place = options->rest.count > 1 ? options->rest.items[1] : NULL;
    options->action = options->rest.count ? options->rest.items[0] : "";
    bool is_known = false;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        is_known = is_known || strcmp(actions[i], options->action) == 0;
    if (!is_known)
        return error_set(err, STATUS_CONFIG, "say list, show or replay");
    if (!options->config)
        return error_set(err, STATUS_CONFIG, "which pipeline? Name it with -c FILE");
    options->partition = -1;
    char behind;
    if (place && sscanf(place, "%d:%lld%c", &options->partition, &options->offset, &behind) != 2)
        return error_set(err, STATUS_CONFIG, "'%s' is no PARTITION:OFFSET of a dead letter", place);
    bool needs_place = strcmp(options->action, "list") != 0 && !options->all;
    if (needs_place && !place) {
        enum status status = error_set(err, STATUS_CONFIG, "which dead letter?");
        error_fix(err, "PARTITION:OFFSET as `assay dead-letter list` tells it%s.",
                  strcmp(options->action, "replay") == 0 ? ", or --all" : "");
        return status;
    }
    return STATUS_OK;
}

static enum status replay(const struct pipeline_spec *pipeline, struct dead_letter_options *options,
                          struct error *err)
{
    struct dead_letter_replay letters = {
        .run_id = options->run_id, .partition = options->partition, .offset = options->offset};
    enum status status = dead_letter_put_back(pipeline, &letters, err);
    if (status != STATUS_OK)
        return status;
    options->found = letters.replayed + letters.truncated;
    printf("%llu put back", (unsigned long long)letters.replayed);
    if (letters.truncated)
        printf(", %llu left out because they were truncated",
               (unsigned long long)letters.truncated);
    printf("\n");
    return STATUS_OK;
}

static enum status act(struct dead_letter_options *options, struct arena *arena, struct error *err)
{
    struct pipeline_spec *pipeline = NULL;
    enum status status = cli_pipeline_load_topic(options->config, &options->sets, options->env_file,
                                                 arena, &pipeline, err);
    if (status != STATUS_OK)
        return status;
    if (strcmp(options->action, "list") == 0)
        return dead_letter_read(pipeline, options->run_id, list_one, options, err);
    status = strcmp(options->action, "show") == 0
                 ? dead_letter_read(pipeline, options->run_id, show_one, options, err)
                 : replay(pipeline, options, err);
    if (status == STATUS_OK && options->found == 0 && options->partition >= 0)
        status = error_set(err, STATUS_CONFIG, "there is no dead letter %d:%lld",
                           options->partition, options->offset);
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct dead_letter_options o = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"config", 'c', CLI_TEXT, &o.config, "FILE", "the pipeline: its `source.kafka` and `kafka` say where and how"},
        {"run", 0, CLI_TEXT, &o.run_id, "ID", "only those of a run"},
        {"all", 0, CLI_FLAG, &o.all, NULL, "replay: every one (of the run)"},
        {"json", 0, CLI_FLAG, &o.json, NULL, "list: one JSON object a line"},
        {"set", 0, CLI_TEXTS, &o.sets, "PATH=VALUE", "change a value of the pipeline; again for more"},
        {"env-file", 0, CLI_TEXT, &o.env_file, "FILE", "NAME=VALUE lines for the environment, e.g. secrets"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    bool helped = false;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena
                             ? cli_args_parse(command, options, argc, argv, &o.rest, &helped, &err)
                             : error_no_memory(&err);
    if (status == STATUS_OK && !helped) {
        status = check(&o, &err);
        if (status == STATUS_OK)
            status = act(&o, arena, &err);
    }
    cli_texts_done(&o.sets);
    cli_texts_done(&o.rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_dead_letter = {
    .name = "dead-letter",
    .summary = "records that could not be read: list, show, put back",
    .usage = "list|show|replay -c PIPELINE [PARTITION:OFFSET] [options]",
    .details =
        "Dead letters carry Kafka Connect's headers. replay writes them back to the topic that\n"
        "they came from, in one transaction; the dead letters stay where they are.\n\n"
        "  assay dead-letter list -c pipeline.yaml --run nightly\n"
        "  assay dead-letter show -c pipeline.yaml 0:17\n"
        "  assay dead-letter replay -c pipeline.yaml --run nightly --all",
    .run = run,
};
