/*
 * cli_pipeline.c: see cli_pipeline.h.
 */
#include "cli/cli_pipeline.h"

#include "base/file.h"
#include "pipeline/run.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENV_LINE_LIMIT_BYTES = 64 * 1024 };

enum status cli_pipeline_overrides(const struct cli_texts *sets, struct arena *arena,
                                   struct pipeline_override **ret_overrides, struct error *err)
{
    struct pipeline_override *overrides = arena_array(arena, sets->count + 1, sizeof *overrides);
    if (!overrides)
        return error_no_memory(err);
    for (size_t i = 0; i < sets->count; i++) {
        const char *equals = strchr(sets->items[i], '=');
        if (!equals || equals == sets->items[i]) {
            enum status status =
                error_set(err, STATUS_CONFIG, "--set takes path=value, not '%s'", sets->items[i]);
            error_fix(err, "For example --set candidates.0.temperature=0.2.");
            return status;
        }
        overrides[i].path =
            arena_format(arena, "%.*s", (int)(equals - sets->items[i]), sets->items[i]);
        overrides[i].value = equals + 1;
    }
    *ret_overrides = overrides;
    return STATUS_OK;
}

static enum status take_line(const char *path, const struct line *line, struct arena *arena,
                             struct error *err)
{
    struct strview text = strview_trim(line->bytes);
    if (text.size == 0 || text.data[0] == '#')
        return STATUS_OK;
    if (strview_starts_with(text, "export "))
        text = strview_trim((struct strview){text.data + 7, text.size - 7});
    const char *equals = memchr(text.data, '=', text.size);
    if (!equals || equals == text.data) {
        enum status status = error_set(err, STATUS_CONFIG, "a line must be NAME=VALUE");
        error_where(err, "%s:%llu", path, (unsigned long long)line->number);
        return status;
    }
    struct strview value = {equals + 1, text.size - (size_t)(equals + 1 - text.data)};
    bool quoted = value.size >= 2 && (value.data[0] == '"' || value.data[0] == '\'') &&
                  value.data[value.size - 1] == value.data[0];
    if (quoted)
        value = (struct strview){value.data + 1, value.size - 2};
    char *name = arena_format(arena, "%.*s", (int)(equals - text.data), text.data);
    char *own = arena_format(arena, "%.*s", STRVIEW_ARG(value));
    return name && own && setenv(name, own, 0) == 0 ? STATUS_OK : error_no_memory(err);
}

enum status cli_pipeline_env_file(const char *path, struct error *err)
{
    struct line_reader *reader;
    enum status status = line_reader_open(path, ENV_LINE_LIMIT_BYTES, &reader, err);
    if (status != STATUS_OK)
        return status;
    struct arena *arena = arena_create(4096, 0);
    struct line line;
    while (arena && line_reader_next(reader, &line, &status, err)) {
        if (line.too_long) {
            status = error_set(err, STATUS_CONFIG, "the line is longer than %d bytes",
                               ENV_LINE_LIMIT_BYTES);
            error_where(err, "%s:%llu", path, (unsigned long long)line.number);
        } else {
            status = take_line(path, &line, arena, err);
        }
        if (status != STATUS_OK)
            break;
    }
    arena_destroy(arena);
    line_reader_close(reader);
    return arena ? status : error_no_memory(err);
}

void cli_pipeline_print_faults(const struct fault_list *faults)
{
    struct strbuf text = {0};
    fault_print(faults, &text);
    if (text.size)
        if (text.size)
            fwrite(text.data, 1, text.size, stderr);
    strbuf_done(&text);
}

enum status cli_pipeline_of_run(const char *folder, struct arena *arena,
                                struct pipeline_spec **ret_pipeline, struct error *err)
{
    struct run_manifest *manifest;
    struct fault_list faults = {0};
    enum status status = run_load_pipeline(folder, arena, &faults, &manifest, ret_pipeline, err);
    if (status != STATUS_OK || faults.count == 0)
        return status;
    cli_pipeline_print_faults(&faults);
    status = error_set(err, STATUS_CONFIG, "this version of assay refuses the pipeline of run '%s'",
                       manifest->run_id);
    error_fix(err, "Report it with assay %s, which made the run.", manifest->assay_version);
    return status;
}

void cli_pipeline_tell_fault(void *context, const struct error *fault)
{
    struct cli_faults *faults = context;
    if (++faults->count <= CLI_FAULTS_SHOWN)
        fprintf(stderr, "%s: %s.%s%s\n", fault->where, fault->what, fault->fix[0] ? " " : "",
                fault->fix);
}

void cli_pipeline_tell_rest(const struct cli_faults *faults)
{
    if (faults->count > CLI_FAULTS_SHOWN)
        fprintf(stderr, "... and %llu more faults\n",
                (unsigned long long)(faults->count - CLI_FAULTS_SHOWN));
}

enum status cli_pipeline_load_topic(const char *path, const struct cli_texts *sets,
                                    const char *env_file, struct arena *arena,
                                    struct pipeline_spec **ret_pipeline, struct error *err)
{
    struct fault_list faults = {0};
    struct pipeline_override *overrides = NULL;
    enum status status = env_file ? cli_pipeline_env_file(env_file, err) : STATUS_OK;
    if (status == STATUS_OK)
        status = cli_pipeline_overrides(sets, arena, &overrides, err);
    if (status == STATUS_OK)
        status =
            pipeline_spec_load(path, overrides, sets->count, arena, &faults, ret_pipeline, err);
    if (status == STATUS_OK && faults.count) {
        cli_pipeline_print_faults(&faults);
        status = error_set(err, STATUS_CONFIG, "%zu faults in the pipeline", faults.count);
    }
    if (status == STATUS_OK && !(*ret_pipeline)->source.kafka) {
        status = error_set(err, STATUS_CONFIG, "the pipeline's source is no topic");
        error_fix(err, "Write 'source: {kafka: {topic: NAME}}'.");
    }
    return status;
}

const char *cli_pipeline_runs(const char *option)
{
    const char *set = getenv("ASSAY_RUNS");
    return option ? option : set && *set ? set : "runs";
}
