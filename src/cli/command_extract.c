/*
 * command_extract.c: `assay extract`: texts in, slots out, as JSON Lines; the extraction engine
 * without a run.
 */
#include "base/file.h"
#include "cli/cli_pipeline.h"
#include "cli/command_calibrate.h"
#include "extract/extract_lines.h"
#include "pipeline/task_extractor.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_LIMIT_BYTES = 1 << 20, FLUSH_BYTES = 1 << 16 };

struct extract_files {
    const char *input, *output, *task, *calibration;
    bool explain;
};

static enum status flush(FILE *out, struct strbuf *text, struct error *err)
{
    if (text->failed)
        return error_no_memory(err);
    if (text->size && fwrite(text->data, 1, text->size, out) != text->size)
        return error_set(err, STATUS_IO, "could not write the output");
    strbuf_clear(text);
    return STATUS_OK;
}

static void refuse_long_line(const struct line *line, struct strbuf *out)
{
    strbuf_add_format(out, "{\"id\": null, \"error\": \"line %llu is longer than %d bytes\"}\n",
                      (unsigned long long)line->number, LINE_LIMIT_BYTES);
}

static enum status convert(struct extract_lines *lines, struct line_reader *reader, bool explain,
                           FILE *out, bool *ret_all_valid, struct error *err)
{
    struct strbuf text = {0};
    struct line line;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && line_reader_next(reader, &line, &status, err)) {
        bool valid = !line.too_long;
        if (line.too_long)
            refuse_long_line(&line, &text);
        else if (explain)
            status = extract_lines_explain(lines, line.bytes, &text, &valid, err);
        else
            status = extract_lines_run(lines, line.bytes, &text, &valid, err);
        *ret_all_valid = *ret_all_valid && valid;
        if (status == STATUS_OK && text.size > FLUSH_BYTES)
            status = flush(out, &text, err);
    }
    if (status == STATUS_OK)
        status = flush(out, &text, err);
    strbuf_done(&text);
    return status;
}

static enum status make_extractor(const struct extract_files *files, struct arena *arena,
                                  struct extractor **ret_extractor, struct error *err)
{
    struct extract_calibration table;
    struct extractor_options options = {0};
    enum status status = STATUS_OK;
    if (files->calibration) {
        status = command_calibrate_load(files->calibration, &table, err);
        options.calibration = &table;
    }
    if (status != STATUS_OK || !files->task)
        return status == STATUS_OK ? extractor_create(&options, ret_extractor, err) : status;
    struct fault_list faults = {0};
    struct task_spec *task;
    status = task_spec_load(files->task, arena, &faults, &task, err);
    if (status != STATUS_OK)
        return status;
    cli_pipeline_print_faults(&faults);
    return faults.count
               ? error_set(err, STATUS_CONFIG, "the task file is wrong")
               : task_extractor_create_with(task, options.calibration, arena, ret_extractor, err);
}

/* What callers said is readable by its owner only. */
static FILE *open_private(const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (descriptor >= 0 && !file)
        close(descriptor);
    return file;
}

static enum status extract(const struct extract_files *files, bool *ret_all_valid,
                           struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(16 * 1024, 0);
    CLEANUP(extractor_cleanup) struct extractor *extractor = NULL;
    struct line_reader *reader = NULL;
    FILE *out = stdout;
    enum status status =
        arena ? make_extractor(files, arena, &extractor, err) : error_no_memory(err);
    if (status != STATUS_OK)
        return status;
    CLEANUP(extract_lines_cleanup) struct extract_lines *lines = extract_lines_create(extractor);
    if (!lines)
        return error_no_memory(err);
    status = line_reader_open(files->input, LINE_LIMIT_BYTES, &reader, err);
    if (status == STATUS_OK && strcmp(files->output, "-") != 0 &&
        !(out = open_private(files->output)))
        status = error_set(err, STATUS_IO, "could not write '%s'", files->output);
    if (status == STATUS_OK)
        status = convert(lines, reader, files->explain, out, ret_all_valid, err);
    if (out && out != stdout && fclose(out) != 0 && status == STATUS_OK)
        status = error_set(err, STATUS_IO, "could not write '%s'", files->output);
    line_reader_close(reader);
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    if (argc > 0 && strcmp(argv[0], "calibrate") == 0)
        return command_calibrate.run(argc - 1, argv + 1, &command_calibrate);
    struct extract_files files = {.input = "-", .output = "-"};
    bool helped = false, all_valid = true;
    struct cli_texts rest = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"input", 'i', CLI_TEXT, &files.input, "FILE", "JSON Lines; default: standard input"},
        {"output", 'o', CLI_TEXT, &files.output, "FILE", "JSON Lines; default: standard output"},
        {"task", 0, CLI_TEXT, &files.task, "FILE", "task file: its categories, locale and opening hours"},
        {"calibration", 0, CLI_TEXT, &files.calibration, "FILE", "table of `assay extract calibrate`; default: the built-in one"},
        {"explain", 0, CLI_FLAG, &files.explain, NULL, "show tokens, readings and why one won, for people"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    cli_texts_done(&rest);
    if (status == STATUS_OK && !helped)
        status = extract(&files, &all_valid, &err);
    if (status != STATUS_OK)
        return cli_args_fail(&err);
    return all_valid ? 0 : 1;
}

const struct cli_command command_extract = {
    .name = "extract",
    .summary = "extract dates, times, names and other slots from texts",
    .usage = "[-i FILE] [-o FILE] [options]",
    .details = "In, one JSON object a line: {\"id\", \"text\", \"reference_time\", \"timezone\"?, "
               "\"locale\"?, \"asked\"?}.\n"
               "Out, in the same order: {\"id\", \"slots\": [...]}; a line that is not valid gives "
               "{\"id\", \"error\"},\n"
               "the rest go on, and the exit status is 1.\n`assay extract calibrate` fits the "
               "probability of slots; see its --help.\n\n"
               "  echo '{\"id\": 1, \"text\": \"tomorrow at two\", \"reference_time\": "
               "\"2025-01-14T10:00:00-05:00\"}' | assay extract",
    .run = run,
};
