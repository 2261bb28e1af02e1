/*
 * command_baseline.c: `assay baseline`: runs that others are held against: bless, list, show.
 */
#include "base/civil_time.h"
#include "base/clock.h"
#include "base/json_write.h"
#include "base/memory.h"
#include "cli/cli_pipeline.h"
#include "cli/cli_run.h"
#include "cli/commands.h"
#include "gate/baseline_folder.h"
#include "gate/baseline_looks.h"

#include <stdio.h>
#include <stdlib.h>

struct baseline_options {
    const char *runs, *baselines, *name, *candidate;
    bool json, force;
    struct cli_texts rest;
};

/* --baselines, ASSAY_BASELINES, else `baselines` beside the run folders. */
static const char *folder_of(const struct baseline_options *options, struct arena *arena)
{
    const char *own = getenv("ASSAY_BASELINES");
    if (options->baselines)
        return options->baselines;
    return own && *own ? own : baseline_folder_beside(arena, cli_pipeline_runs(options->runs));
}

static enum status choose(const struct baseline_options *options, const struct cli_run *run,
                          size_t *ret_candidate, struct error *err)
{
    const struct pipeline_spec *pipeline = run->pipeline;
    for (size_t i = 0; i < pipeline->candidate_count; i++)
        if (pipeline->candidate_count == 1 ||
            (options->candidate && strview_is(pipeline->candidates[i].name, options->candidate))) {
            *ret_candidate = i;
            return STATUS_OK;
        }
    enum status status =
        options->candidate
            ? error_set(err, STATUS_CONFIG, "the run has no candidate '%.100s'", options->candidate)
            : error_set(err, STATUS_CONFIG, "which of the run's %zu candidates?",
                        pipeline->candidate_count);
    error_fix(err, "Name it with --candidate, as in --candidate %.100s.",
              pipeline->candidates[0].name.data);
    return status;
}

static enum status check_blessing(const struct baseline_options *options,
                                  const struct run_summary *summary, size_t candidate,
                                  struct error *err)
{
    if (options->force)
        return STATUS_OK;
    const char *why = summary->partial           ? "the run did not come to its end"
                      : summary->too_many_errors ? "too many of its trials ended in errors"
                      : !summary->candidates[candidate].scored
                          ? "none of its trials was scored against gold"
                          : NULL;
    if (!why)
        return STATUS_OK;
    enum status status = error_set(err, STATUS_DATA, "the run should not be a baseline: %s", why);
    error_fix(err, "--force blesses it all the same.");
    return status;
}

static const char *join(const struct text_list *texts, struct arena *arena)
{
    struct strbuf text = {0};
    for (size_t i = 0; i < texts->count; i++)
        strbuf_add_format(&text, "%s%.*s", i ? ", " : "", STRVIEW_ARG(texts->items[i]));
    const char *made = arena_copy_text(arena, text.size && !text.failed ? text.data : "");
    strbuf_done(&text);
    return made;
}

static const char *text_of(struct strview view, struct arena *arena)
{
    return arena_format(arena, "%.*s", STRVIEW_ARG(view));
}

static enum status write(const struct baseline_options *options, const struct cli_run *run,
                         size_t candidate, struct arena *arena, struct error *err)
{
    char now[CIVIL_TIME_TEXT_BYTES];
    civil_time_print_utc(clock_wall_ns() / NS_PER_MS * NS_PER_MS, now);
    const struct run_summary *summary = run->summary;
    struct baseline baseline = {.name = options->name,
                                .run_id = run->manifest->run_id,
                                .run_folder = run->folder,
                                .candidate = text_of(summary->candidates[candidate].name, arena),
                                .experiment = text_of(summary->experiment, arena),
                                .mode = replay_mode_names[run->pipeline->mode],
                                .gold_sha256 = text_of(summary->gold_sha256, arena),
                                .pipeline_sha256 = text_of(summary->pipeline_sha256, arena),
                                .served_models =
                                    join(&summary->candidates[candidate].served_models, arena),
                                .blessed_at = now,
                                .repeats = run->pipeline->repeats};
    const char *folder = folder_of(options, arena);
    struct outcome_table table;
    struct column_side side = {run_fold_outcomes(run->fold), candidate};
    if (!folder || arena_memory_ran_out(arena) || !outcome_table_make(side, arena, &table))
        return error_no_memory(err);
    enum status status = baseline_folder_bless(folder, &baseline, &table, err);
    if (status == STATUS_OK)
        printf(
            "baseline '%s': candidate '%s' of run %s, %llu conversations x %lld, outcomes %.12s\n",
            baseline.name, baseline.candidate, baseline.run_id,
            (unsigned long long)baseline.conversations, (long long)baseline.repeats,
            baseline.outcomes_sha256);
    return status;
}

static enum status bless(const struct baseline_options *options, struct arena *arena,
                         struct error *err)
{
    struct cli_run run = {0};
    size_t candidate;
    if (!options->name) {
        enum status status = error_set(err, STATUS_CONFIG, "under which name?");
        error_fix(err, "As in: assay baseline bless latest --name production");
        return status;
    }
    enum status status =
        cli_run_open(cli_pipeline_runs(options->runs),
                     options->rest.count > 1 ? options->rest.items[1] : "latest", arena, &run, err);
    if (status == STATUS_OK)
        status = choose(options, &run, &candidate, err);
    if (status == STATUS_OK)
        status = check_blessing(options, run.summary, candidate, err);
    if (status == STATUS_OK)
        status = write(options, &run, candidate, arena, err);
    cli_run_close(&run);
    return status;
}

static void print_json(const struct baseline *baseline, struct json_write *writer)
{
    const struct {
        const char *key, *value;
    } texts[] = {{"name", baseline->name},
                 {"run_id", baseline->run_id},
                 {"candidate", baseline->candidate},
                 {"experiment", baseline->experiment},
                 {"mode", baseline->mode},
                 {"blessed_at", baseline->blessed_at},
                 {"served_models", baseline->served_models},
                 {"gold_sha256", baseline->gold_sha256},
                 {"outcomes_sha256", baseline->outcomes_sha256}};
    json_write_begin_object(writer);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_write_key_text(writer, texts[i].key, strview_of(texts[i].value));
    json_write_key_i64(writer, "conversations", (int64_t)baseline->conversations);
    json_write_key_i64(writer, "repeats", baseline->repeats);
    json_write_key_i64(writer, "looks", (int64_t)baseline->looks);
    json_write_end_object(writer);
}

static void print_line(const struct baseline *baseline)
{
    printf("%-16s  %-20s  %-12s  %s  %llu look%s\n", baseline->name, baseline->run_id,
           baseline->candidate, baseline->blessed_at, (unsigned long long)baseline->looks,
           baseline->looks == 1 ? "" : "s");
}

static enum status list(const struct baseline_options *options, struct arena *arena,
                        struct error *err)
{
    const char *folder = folder_of(options, arena), **names;
    size_t count;
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    enum status status = folder ? baseline_folder_list(folder, arena, &names, &count, err)
                                : error_no_memory(err),
                worst = STATUS_OK;
    if (status != STATUS_OK)
        return status;
    json_write_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        struct baseline baseline;
        status = baseline_folder_read(folder, names[i], arena, &baseline, NULL, err);
        if (status != STATUS_OK) {
            fprintf(stderr, "assay: %s. %s\n", err->what, err->fix);
            worst = status;
        } else if (options->json) {
            print_json(&baseline, &writer);
        } else {
            print_line(&baseline);
        }
    }
    json_write_end_array(&writer);
    if (options->json && !text.failed)
        puts(text.data);
    else if (count == 0)
        fprintf(stderr, "assay: there are no baselines in '%s'\n", folder);
    strbuf_done(&text);
    return worst;
}

/* The run folder, when it is still there, must give the outcomes that were blessed. */
static enum status check_run(const struct baseline *baseline, struct arena *arena,
                             struct error *err)
{
    struct cli_run run = {0};
    struct outcome_table table;
    struct strbuf text = {0};
    char now[SHA256_HEX_SIZE] = "";
    struct error ignored = {0};
    if (cli_run_open("runs", baseline->run_folder, arena, &run, &ignored) != STATUS_OK) {
        printf("run folder     not there or not readable; the kept outcomes stand\n");
        cli_run_close(&run);
        return STATUS_OK;
    }
    for (size_t i = 0; i < run.pipeline->candidate_count; i++) {
        struct column_side side = {run_fold_outcomes(run.fold), i};
        if (!strview_is(run.pipeline->candidates[i].name, baseline->candidate))
            continue;
        if (outcome_table_make(side, arena, &table))
            outcome_table_print(&table, &text);
        if (text.size && !text.failed)
            sha256_hex(text.data, text.size, now);
    }
    strbuf_done(&text);
    cli_run_close(&run);
    if (strcmp(now, baseline->outcomes_sha256) == 0) {
        printf("run folder     gives the outcomes that were blessed\n");
        return STATUS_OK;
    }
    return error_set(err, STATUS_DATA,
                     "run '%.100s' no longer gives the outcomes that were blessed",
                     baseline->run_id);
}

static enum status show(const struct baseline_options *options, struct arena *arena,
                        struct error *err)
{
    const char *folder = folder_of(options, arena);
    struct baseline baseline;
    const char *name = options->rest.count > 1 ? options->rest.items[1] : options->name;
    if (!name)
        return error_set(err, STATUS_CONFIG, "which baseline? `assay baseline list` names them");
    enum status status = folder ? baseline_folder_read(folder, name, arena, &baseline, NULL, err)
                                : error_no_memory(err);
    if (status != STATUS_OK)
        return status;
    if (options->json) {
        struct strbuf text = {0};
        struct json_write writer = {.out = &text};
        print_json(&baseline, &writer);
        puts(text.failed ? "" : text.data);
        strbuf_done(&text);
        return STATUS_OK;
    }
    printf("baseline       %s\nrun            %s (%s)\ncandidate      %s\nexperiment     %s\n"
           "mode           %s\nblessed        %s\nconversations  %llu, %lld repeat%s\n"
           "outcomes       %s\nlooks          %llu\n",
           baseline.name, baseline.run_id, baseline.run_folder, baseline.candidate,
           baseline.experiment, baseline.mode, baseline.blessed_at,
           (unsigned long long)baseline.conversations, (long long)baseline.repeats,
           baseline.repeats == 1 ? "" : "s", baseline.outcomes_sha256,
           (unsigned long long)baseline.looks);
    if (baseline.served_models[0])
        printf("models         %s\n", baseline.served_models);
    return check_run(&baseline, arena, err);
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct baseline_options o = {0};
    bool helped = false;
    /* clang-format off */
    const struct cli_option options[] = {
        {"name", 'n', CLI_TEXT, &o.name, "NAME", "bless: the name that gates give as 'baseline: NAME'"},
        {"candidate", 0, CLI_TEXT, &o.candidate, "NAME", "bless: which candidate of the run; needed when there are several"},
        {"force", 0, CLI_FLAG, &o.force, NULL, "bless: also a run that is partial or full of errors"},
        {"baselines", 0, CLI_TEXT, &o.baselines, "DIR", "folder of the baselines; default: ASSAY_BASELINES, or baselines beside the runs"},
        {"runs", 0, CLI_TEXT, &o.runs, "DIR", "folder of the run folders; default: ASSAY_RUNS or ./runs"},
        {"json", 0, CLI_FLAG, &o.json, NULL, "print JSON"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena
                             ? cli_args_parse(command, options, argc, argv, &o.rest, &helped, &err)
                             : error_no_memory(&err);
    const char *verb = o.rest.count ? o.rest.items[0] : "";
    if (status == STATUS_OK && !helped) {
        if (strcmp(verb, "bless") == 0)
            status = bless(&o, arena, &err);
        else if (strcmp(verb, "list") == 0)
            status = list(&o, arena, &err);
        else if (strcmp(verb, "show") == 0)
            status = show(&o, arena, &err);
        else
            status = error_set(&err, STATUS_CONFIG, "say what: bless, list or show");
    }
    cli_texts_done(&o.rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_baseline = {
    .name = "baseline",
    .summary = "bless a run as what later runs are held against; list and show them",
    .usage = "bless [RUN] --name NAME | list | show NAME [options]",
    .details = "A baseline keeps its run's outcomes by conversation, pinned by hash, and the book "
               "of looks\n"
               "over which its gates spend their alpha. Blessing again under a name begins that "
               "book anew.\n\n"
               "  assay baseline bless latest --name production --candidate hybrid\n"
               "  assay baseline list\n"
               "  assay baseline show production",
    .run = run,
};
