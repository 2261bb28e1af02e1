/*
 * command_drift.c: `assay drift`: what came in held against what was known.
 */
#include "base/file.h"
#include "base/memory.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "pipeline/drift_source.h"
#include "report/drift_report.h"

#include <stdio.h>
#include <stdlib.h>

enum fail_on { FAIL_NEVER, FAIL_ON_ALARM, FAIL_ON_SUSPICION };

struct drift_options {
    const char *reference, *current, *task, *candidate, *runs, *fail_on, *output;
    const char *alpha, *min_shift, *min_distance, *min_share;
    int64_t window, min_values;
    bool json;
};

static enum status parse_number(const char *text, const char *name, double most, double *target,
                                struct error *err)
{
    char *end;
    if (!text)
        return STATUS_OK;
    double value = strtod(text, &end);
    if (end == text || *end || !(value > 0 && value <= most))
        return error_set(err, STATUS_CONFIG, "--%s takes a number above 0 and up to %g, not '%s'",
                         name, most, text);
    *target = value;
    return STATUS_OK;
}

static enum status make_rule(const struct drift_options *options, struct drift_rule *ret_rule,
                             struct error *err)
{
    struct drift_rule rule = DRIFT_RULE_DEFAULTS;
    if (options->window)
        rule.window_floor = (uint64_t)options->window;
    if (options->min_values)
        rule.min_values = (uint64_t)options->min_values;
    enum status status = parse_number(options->alpha, "alpha", .5, &rule.alpha, err);
    if (status == STATUS_OK)
        status = parse_number(options->min_shift, "min-shift", 100, &rule.min_shift, err);
    if (status == STATUS_OK)
        status = parse_number(options->min_distance, "min-distance", 1, &rule.min_distance, err);
    if (status == STATUS_OK)
        status = parse_number(options->min_share, "min-share", 1, &rule.min_share, err);
    *ret_rule = rule;
    return status;
}

static enum status parse_fail_on(const char *text, enum fail_on *ret_fail_on, struct error *err)
{
    *ret_fail_on = FAIL_NEVER;
    if (!text || strcmp(text, "nothing") == 0)
        return STATUS_OK;
    if (strcmp(text, "alarm") == 0)
        *ret_fail_on = FAIL_ON_ALARM;
    else if (strcmp(text, "unconfirmed") == 0)
        *ret_fail_on = FAIL_ON_SUSPICION;
    else
        return error_set(err, STATUS_CONFIG,
                         "--fail-on takes alarm, unconfirmed or nothing, not '%s'", text);
    return STATUS_OK;
}

static enum status load_task(const char *path, struct arena *arena,
                             const struct task_spec **ret_task, struct error *err)
{
    struct fault_list faults = {0};
    struct task_spec *task = NULL;
    *ret_task = NULL;
    if (!path)
        return STATUS_OK;
    enum status status = task_spec_load(path, arena, &faults, &task, err);
    cli_pipeline_print_faults(&faults);
    if (status == STATUS_OK && faults.count)
        return error_set(err, STATUS_CONFIG, "the task file is wrong");
    *ret_task = task;
    return status;
}

static enum status read_source(struct drift_source_request *request, const char *text,
                               struct arena *arena, struct drift_source *ret_source,
                               struct error *err)
{
    struct fault_list faults = {0};
    request->text = text;
    request->faults = &faults;
    enum status status = drift_source_read(request, arena, ret_source, err);
    cli_pipeline_print_faults(&faults);
    if (status == STATUS_OK && ret_source->faults)
        fprintf(stderr, "assay: %s and %llu more unreadable lines are left out\n",
                ret_source->first_fault ? ret_source->first_fault : text,
                (unsigned long long)ret_source->faults - 1);
    return status;
}

/* A file is read with the task of the run on the other side, unless one is named. */
static enum status read_sides(const struct drift_options *options, struct arena *arena,
                              struct drift_source *reference, struct drift_source *current,
                              struct error *err)
{
    struct drift_source_request request = {.runs = cli_pipeline_runs(options->runs),
                                           .candidate = options->candidate};
    enum status status = load_task(options->task, arena, &request.task, err);
    if (status == STATUS_OK)
        status = read_source(&request, options->reference, arena, reference, err);
    if (status == STATUS_OK && !request.task)
        request.task = reference->task;
    if (status == STATUS_OK)
        status = read_source(&request, options->current, arena, current, err);
    if (status == STATUS_OK && !options->task && !reference->task && current->task) {
        request.task = current->task;
        drift_source_done(reference);
        status = read_source(&request, options->reference, arena, reference, err);
    }
    return status;
}

static struct drift_report_side side_of(const struct drift_source *source)
{
    return (struct drift_report_side){source->text, source->kind, source->outside, source->faults,
                                      source->first_fault};
}

static const struct drift_subject *subject_of(const struct drift_source *source,
                                              const struct drift_profile *profile)
{
    for (size_t i = 0; i < drift_fold_subject_count(source->fold); i++)
        if (drift_fold_get(source->fold, i)->profile == profile)
            return drift_fold_get(source->fold, i);
    return NULL;
}

static struct drift_report_models models_of(const struct drift_source *reference,
                                            const struct drift_source *current,
                                            const struct drift_pair *pair)
{
    const struct drift_subject *one = subject_of(reference, pair->reference);
    const struct drift_subject *two = subject_of(current, pair->current);
    return (struct drift_report_models){pair->subject, (const char *const *)one->models,
                                        (const char *const *)two->models, one->model_count,
                                        two->model_count};
}

static enum status tell(const struct drift_options *options, const struct drift_report_input *input,
                        struct error *err)
{
    struct strbuf text = {0};
    (options->json ? drift_report_json : drift_report_text)(&text, input);
    enum status status = text.failed ? error_no_memory(err) : STATUS_OK;
    if (status == STATUS_OK)
        fwrite(text.data, 1, text.size, stdout);
    strbuf_clear(&text);
    if (status == STATUS_OK && options->output) {
        size_t size = strlen(options->output);
        bool is_json = size > 5 && strcmp(options->output + size - 5, ".json") == 0;
        bool is_markdown = size > 3 && strcmp(options->output + size - 3, ".md") == 0;
        (is_json       ? drift_report_json
         : is_markdown ? drift_report_markdown
                       : drift_report_text)(&text, input);
        status = text.failed ? error_no_memory(err)
                             : file_write(options->output, strbuf_view(&text), err);
    }
    strbuf_done(&text);
    return status;
}

static enum status status_of(const struct drift_result *result, enum fail_on fail_on)
{
    bool unconfirmed = result->counts[DRIFT_UNCONFIRMED] > 0;
    if (fail_on == FAIL_NEVER)
        return STATUS_OK;
    if (result->counts[DRIFT_ALARM] || (fail_on == FAIL_ON_SUSPICION && unconfirmed))
        return STATUS_GATE_FAILED;
    return unconfirmed || result->verdict == DRIFT_TOO_FEW ? STATUS_INCONCLUSIVE : STATUS_OK;
}

static enum status compare(const struct drift_options *options, const struct drift_rule *rule,
                           enum fail_on fail_on, struct arena *arena, struct error *err)
{
    struct drift_source reference = {0}, current = {0};
    struct drift_pair pairs[DRIFT_FOLD_SUBJECTS];
    struct drift_report_models models[DRIFT_FOLD_SUBJECTS];
    struct drift_result *result = NULL;
    size_t count = 0;
    enum status status = read_sides(options, arena, &reference, &current, err);
    if (status == STATUS_OK)
        status = drift_source_pairs(&reference, &current, options->candidate, pairs, &count, err);
    if (status == STATUS_OK && count == 0)
        status = error_set(err, STATUS_CONFIG, "the two sides have nothing in common");
    if (status == STATUS_OK)
        status = drift_compare(pairs, count, *rule, arena, &result, err);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        models[i] = models_of(&reference, &current, &pairs[i]);
    struct drift_report_input input = {side_of(&reference), side_of(&current), result, models,
                                       count};
    if (status == STATUS_OK)
        status = tell(options, &input, err);
    if (status == STATUS_OK)
        status = status_of(result, fail_on);
    drift_source_done(&reference);
    drift_source_done(&current);
    return status;
}

static enum status drift(const struct drift_options *options, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    struct drift_rule rule;
    enum fail_on fail_on;
    if (!arena)
        return error_no_memory(err);
    if (!options->reference || !options->current) {
        enum status status = error_set(err, STATUS_CONFIG, "--%s is missing",
                                       options->reference ? "current" : "reference");
        error_fix(err, "assay drift --reference X --current Y; see `assay drift --help`.");
        return status;
    }
    enum status status = parse_fail_on(options->fail_on, &fail_on, err);
    if (status == STATUS_OK)
        status = make_rule(options, &rule, err);
    return status == STATUS_OK ? compare(options, &rule, fail_on, arena, err) : status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct drift_options o = {0};
    struct cli_texts rest = {0};
    bool helped = false;
    /* clang-format off */
    const struct cli_option options[] = {
        {"reference", 0, CLI_TEXT, &o.reference, "X", "what was known: a run, a file, or a part of one (X@FROM..TO)"},
        {"current", 0, CLI_TEXT, &o.current, "Y", "what came in: a run, a file, or a part of one"},
        {"task", 0, CLI_TEXT, &o.task, "FILE", "task file for files: which slots and values there are; default: that of the run on the other side"},
        {"candidate", 0, CLI_TEXT, &o.candidate, "NAME", "only this candidate of runs and logs"},
        {"fail-on", 0, CLI_TEXT, &o.fail_on, "WHAT", "alarm, or unconfirmed too: exit 100, and 101 when it cannot be told; default: nothing"},
        {"window", 0, CLI_COUNT, &o.window, "N", "least conversations of a window; default 500"},
        {"min-values", 0, CLI_COUNT, &o.min_values, "N", "least values of a signal on each side; default 100"},
        {"alpha", 0, CLI_TEXT, &o.alpha, "A", "share of false ones among significant signals; default 0.05"},
        {"min-shift", 0, CLI_TEXT, &o.min_shift, "D", "least Wasserstein distance over standard deviation, for numbers; default 0.1"},
        {"min-distance", 0, CLI_TEXT, &o.min_distance, "D", "least Jensen-Shannon distance, for categories; default 0.1"},
        {"min-share", 0, CLI_TEXT, &o.min_share, "D", "least difference of shares; default 0.05"},
        {"output", 'o', CLI_TEXT, &o.output, "FILE", "write it there too; the format by its ending (.json .md .txt)"},
        {"runs", 0, CLI_TEXT, &o.runs, "DIR", "folder of the run folders; default: ASSAY_RUNS or ./runs"},
        {"json", 0, CLI_FLAG, &o.json, NULL, "print JSON"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    if (status == STATUS_OK && !helped && rest.count)
        status = error_set(&err, STATUS_CONFIG, "what is '%s'? Use --reference and --current",
                           rest.items[0]);
    if (status == STATUS_OK && !helped)
        status = drift(&o, &err);
    cli_texts_done(&rest);
    if (status == STATUS_GATE_FAILED || status == STATUS_INCONCLUSIVE)
        return status_exit_code(status);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_drift = {
    .name = "drift",
    .summary = "has what came in moved away from what was known?",
    .usage = "--reference X --current Y [options]",
    .details =
        "X and Y are runs, files of events (JSON Lines, Avro), prediction logs, or a range of "
        "time\n"
        "of one: FILE@FROM..TO with ISO 8601 times, either end open; a time without zone is UTC.\n"
        "A conversation counts once: slots filled, values of categorical slots, intents, "
        "outcomes,\n"
        "confidence, turns, latency and cost, one value each. Free text is never shown: of names,\n"
        "phone numbers and the like only the form is looked at.\n\n"
        "  assay drift --reference 20250110-103000-1f2e --current latest\n"
        "  assay drift --reference calls.jsonl@..2025-01-10 --current calls.jsonl@2025-01-10.. \\\n"
        "      --task task.yaml --fail-on alarm",
    .run = run,
};
