/*
 * command_calibrate.c: `assay extract calibrate`: fits the probability of slots on cases whose
 * right answer is known, and says how well it fits on a part that was held back. A case may carry
 * the answer that was given when its text was new ("slots"); else the extractor answers now.
 */
#include "cli/command_calibrate.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "cli/cli_pipeline.h"
#include "codec/json_record.h"
#include "extract/calibration_table.h"
#include "extract/extract_lines.h"
#include "stats/calibration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CALIBRATE_LINE_BYTES = 1 << 20, CALIBRATE_SLOTS = 64, CALIBRATE_BINS = 10 };

/* One slot of an answer, judged. */
struct judged {
    enum extract_type type;
    double confidence;
    enum extract_doubt doubt;
    bool right, flagged, held_back;
};

struct calibrate {
    const char *input, *output;
    double hold_out;
    bool source;
    struct extract_lines *lines;
    struct judged *judged;
    size_t count, capacity;
    size_t cases, exact_cases; /* of all, held back or not */
    bool no_memory;
};

static struct strview text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value)
               ? (struct strview){json_string_value(value), json_string_length(value)}
               : (struct strview){0};
}

static bool same_value(const json_t *a, const json_t *b)
{
    if (json_is_string(a) && json_is_string(b))
        return strcasecmp(json_string_value(a), json_string_value(b)) == 0;
    return json_equal(a, b);
}

/* The expected slot that this one is, not taken yet; -1: none. */
static int find_expected(const json_t *expected, const json_t *slot, const bool *taken)
{
    for (size_t i = 0; i < json_array_size(expected) && i < CALIBRATE_SLOTS; i++) {
        const json_t *want = json_array_get(expected, i);
        if (!taken[i] && json_equal(json_object_get(want, "slot"), json_object_get(slot, "slot")) &&
            same_value(json_object_get(want, "value"), json_object_get(slot, "value")))
            return (int)i;
    }
    return -1;
}

static void judge_slots(struct calibrate *run, const json_t *expected, const json_t *slots,
                        bool held_back)
{
    bool taken[CALIBRATE_SLOTS] = {false};
    bool exact = json_array_size(expected) == json_array_size(slots);
    for (size_t i = 0; i < json_array_size(slots); i++) {
        const json_t *slot = json_array_get(slots, i);
        int found = find_expected(expected, slot, taken);
        if (found >= 0)
            taken[found] = true;
        exact = exact && found >= 0;
        enum extract_type type = EXTRACT_CATEGORY;
        extract_type_of(text_of(slot, "slot"), &type);
        if (run->count == run->capacity &&
            !memory_grow(&run->judged, &run->capacity, run->count + 1, sizeof *run->judged)) {
            run->no_memory = true;
            return;
        }
        run->judged[run->count++] =
            (struct judged){.type = type,
                            .confidence = json_number_value(json_object_get(slot, "confidence")),
                            .doubt = calibration_table_doubt(text_of(slot, "reason")),
                            .right = found >= 0,
                            .flagged = json_is_true(json_object_get(slot, "needs_confirmation")),
                            .held_back = held_back};
    }
    run->cases++;
    run->exact_cases += exact;
}

/* The answer that the case carries, or the one that is given now; the caller decrefs. */
static enum status answer_of(struct calibrate *run, json_t *object, struct strview line,
                             json_t **ret_slots, struct error *err)
{
    *ret_slots = json_incref(json_object_get(object, "slots"));
    if (json_is_array(*ret_slots))
        return STATUS_OK;
    struct strbuf out = {0};
    bool valid = true;
    json_t *answer = NULL;
    enum status status = extract_lines_run(run->lines, line, &out, &valid, err);
    if (status == STATUS_OK)
        status = json_record_parse(strview_trim(strbuf_view(&out)), &answer, err);
    if (status == STATUS_OK)
        *ret_slots = json_incref(json_object_get(answer, "slots"));
    if (status == STATUS_OK && !json_is_array(*ret_slots))
        status = error_set(err, STATUS_DATA, "a case is not valid: %.*s",
                           STRVIEW_ARG(text_of(answer, "error")));
    json_decref(answer);
    strbuf_done(&out);
    return status;
}

static enum status take_case(struct calibrate *run, struct strview line, struct error *err)
{
    json_t *object = NULL, *slots = NULL;
    enum status status = json_record_parse(line, &object, err);
    if (status != STATUS_OK)
        return status;
    const json_t *expected = json_object_get(object, "expected");
    if (!json_is_array(expected))
        status = error_set(err, STATUS_DATA, "a case has no list 'expected'");
    if (status == STATUS_OK)
        status = answer_of(run, object, line, &slots, err);
    if (status == STATUS_OK) { /* which part a case is in depends on its text alone */
        struct strview text = text_of(object, "text");
        double share = (double)(hash_64(text.data, text.size) >> 11) / 9007199254740992.0;
        judge_slots(run, expected, slots, share < run->hold_out);
    }
    json_decref(slots);
    json_decref(object);
    return run->no_memory ? error_no_memory(err) : status;
}

static enum status read_cases(struct calibrate *run, struct error *err)
{
    struct line_reader *reader = NULL;
    struct line line;
    enum status status = line_reader_open(run->input, CALIBRATE_LINE_BYTES, &reader, err);
    if (status != STATUS_OK)
        return status;
    while (status == STATUS_OK && line_reader_next(reader, &line, &status, err)) {
        if (line.too_long)
            status = error_set(err, STATUS_DATA, "a line is too long");
        else if (strview_trim(line.bytes).size)
            status = take_case(run, line.bytes, err);
    }
    line_reader_close(reader);
    return status;
}

/* ---- what came of it ---- */

static enum status report_part(const struct calibrate *run, const struct extract_calibration *table,
                               bool held_back, struct error *err)
{
    double *told = memory_alloc((run->count + 1) * sizeof *told);
    bool *right = memory_alloc((run->count + 1) * sizeof *right);
    size_t count = 0, wrong = 0, flagged = 0, caught = 0;
    for (size_t i = 0; told && right && i < run->count; i++) {
        const struct judged *slot = &run->judged[i];
        if (slot->held_back != held_back)
            continue;
        told[count] =
            calibration_table_probability(table, slot->type, slot->confidence, slot->doubt);
        right[count++] = slot->right;
        wrong += !slot->right;
        flagged += slot->flagged;
        caught += slot->flagged && !slot->right;
    }
    enum status status = told && right ? STATUS_OK : error_no_memory(err);
    const char *part = held_back ? "held back" : "fitted on";
    struct forecasts forecasts = {told, right, count};
    struct calibration_error error = {0};
    if (status == STATUS_OK && count == 0)
        fprintf(stderr, "%s: no slots\n", part);
    else if (status == STATUS_OK)
        status = calibration_measure(forecasts, CALIBRATION_WIDTH_LEFT_CLOSED, CALIBRATE_BINS, NULL,
                                     &error, err);
    if (status == STATUS_OK && count)
        fprintf(stderr,
                "%s: %zu slots, %zu wrong; ECE %.4f, Brier %.4f; to be confirmed %.3f of all, "
                "%zu of %zu wrong\n",
                part, count, wrong, error.expected, calibration_brier(forecasts).value,
                (double)flagged / (double)count, caught, wrong);
    memory_free(told);
    memory_free(right);
    return status;
}

static enum status write_table(const struct calibrate *run, const struct extract_calibration *table,
                               struct error *err)
{
    struct strbuf text = {0};
    if (run->source)
        calibration_table_write_source(table, &text);
    else
        calibration_table_write(table, &text);
    FILE *out = strcmp(run->output, "-") == 0 ? stdout : fopen(run->output, "wb");
    bool good = out && !text.failed && fwrite(text.data, 1, text.size, out) == text.size;
    if (out && out != stdout)
        good = fclose(out) == 0 && good;
    strbuf_done(&text);
    return good ? STATUS_OK : error_set(err, STATUS_IO, "could not write '%s'", run->output);
}

static enum status calibrate(struct calibrate *run, struct error *err)
{
    CLEANUP(extractor_cleanup) struct extractor *extractor = NULL;
    enum status status = extractor_create(NULL, &extractor, err);
    if (status != STATUS_OK)
        return status;
    CLEANUP(extract_lines_cleanup) struct extract_lines *lines = extract_lines_create(extractor);
    run->lines = lines;
    status = lines ? read_cases(run, err) : error_no_memory(err);
    struct extract_calibration table = {0};
    for (size_t i = 0; status == STATUS_OK && i < run->count; i++) {
        const struct judged *slot = &run->judged[i];
        if (!slot->held_back)
            calibration_table_count(&table, slot->type, slot->confidence, slot->doubt, slot->right);
    }
    calibration_table_finish(&table);
    if (status == STATUS_OK)
        fprintf(stderr, "%zu cases, %zu of them exactly right\n", run->cases, run->exact_cases);
    for (int held_back = 0; held_back < 2 && status == STATUS_OK; held_back++)
        status = report_part(run, &table, held_back, err);
    return status == STATUS_OK ? write_table(run, &table, err) : status;
}

/* ---- a table that was stored ---- */

static bool take_cell(struct extract_calibration *table, const json_t *cell)
{
    json_int_t right = json_integer_value(json_object_get(cell, "right"));
    json_int_t count = json_integer_value(json_object_get(cell, "count"));
    return right >= 0 && right <= count && count <= UINT32_MAX &&
           calibration_table_set(table, text_of(cell, "kind"), text_of(cell, "band"),
                                 text_of(cell, "reason"), (uint32_t)right, (uint32_t)count);
}

static bool take_table(struct extract_calibration *table, const json_t *object)
{
    const json_t *cells = json_object_get(object, "cells");
    const json_t *sure = json_object_get(object, "sure_prior");
    const json_t *doubtful = json_object_get(object, "doubtful_prior");
    bool good = json_is_array(cells) && json_is_number(sure) && json_is_number(doubtful);
    for (size_t i = 0; good && i < json_array_size(cells); i++)
        good = take_cell(table, json_array_get(cells, i));
    table->sure_prior = json_number_value(sure);
    table->doubtful_prior = json_number_value(doubtful);
    return good && table->sure_prior >= 0 && table->sure_prior <= 1 && table->doubtful_prior >= 0 &&
           table->doubtful_prior <= 1;
}

enum status command_calibrate_load(const char *path, struct extract_calibration *ret_table,
                                   struct error *err)
{
    struct strbuf text = {0};
    struct extract_calibration table = {0};
    json_t *object = NULL;
    enum status status = file_read(path, CALIBRATE_LINE_BYTES, &text, err);
    if (status == STATUS_OK)
        status = json_record_parse(strbuf_view(&text), &object, err);
    if (status == STATUS_OK && !take_table(&table, object)) {
        status = error_set(err, STATUS_CONFIG, "'%s' is no table of `extract calibrate`", path);
        error_fix(err, "Write one with: assay extract calibrate -i CASES -o FILE");
    }
    if (status == STATUS_OK)
        *ret_table = table;
    json_decref(object);
    strbuf_done(&text);
    return status;
}

static int run_command(int argc, char **argv, const struct cli_command *command)
{
    struct calibrate run = {.input = "-", .output = "-", .hold_out = 0.3};
    const char *hold_out = NULL;
    bool helped = false;
    struct cli_texts rest = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"input", 'i', CLI_TEXT, &run.input, "FILE", "cases, JSON Lines with \"expected\"; default: standard input"},
        {"output", 'o', CLI_TEXT, &run.output, "FILE", "the fitted table; default: standard output"},
        {"hold-out", 0, CLI_TEXT, &hold_out, "SHARE", "share of the cases that is held back; default: 0.3"},
        {"source", 0, CLI_FLAG, &run.source, NULL, "write the table as calibration_data.c"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    cli_texts_done(&rest);
    char *end = NULL;
    if (status == STATUS_OK && hold_out)
        run.hold_out = strtod(hold_out, &end);
    if (status == STATUS_OK &&
        ((hold_out && (end == hold_out || *end)) || !(run.hold_out >= 0 && run.hold_out < 1)))
        status = error_set(&err, STATUS_CONFIG, "--hold-out takes a share from 0 to below 1");
    if (status == STATUS_OK && !helped)
        status = calibrate(&run, &err);
    memory_free(run.judged);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_calibrate = {
    .name = "extract calibrate",
    .summary = "fit the probability of slots on cases whose answer is known",
    .usage = "[-i FILE] [-o FILE] [--hold-out SHARE]",
    .details =
        "A case is a line of `assay extract` with \"expected\": [{\"slot\", \"value\"}], and may "
        "carry "
        "\"slots\":\nthe answer that was given when its text was new. The figures go to standard "
        "error, the table\nto the output; `assay extract --calibration FILE` uses it.",
    .run = run_command,
};
