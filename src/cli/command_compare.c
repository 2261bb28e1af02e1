/*
 * command_compare.c: `assay compare`: two or more runs side by side.
 */
#include "base/memory.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "pipeline/run_journal.h"
#include "pipeline/run_report.h"
#include "report/comparison_report.h"

#include <stdio.h>

enum { RUNS_MOST = 16 };

struct compared_run {
    const char *folder;
    struct pipeline_spec *pipeline;
    struct run_summary *summary;
    struct run_fold *fold;
    struct run_journal journal; /* names conversations */
    bool is_open;
};

struct comparing {
    struct arena *arena, *names; /* names: of one conversation at a time */
    struct compared_run runs[RUNS_MOST];
    size_t count;
};

static enum status load(struct comparing *comparing, const char *runs, const char *name,
                        struct error *err)
{
    struct compared_run *run = &comparing->runs[comparing->count++];
    enum status status = run_folder_find(runs, name, comparing->arena, &run->folder, err);
    if (status == STATUS_OK)
        status = cli_pipeline_of_run(run->folder, comparing->arena, &run->pipeline, err);
    struct run_report_request request = {
        .folder = run->folder, .pipeline = run->pipeline, .keep_folder = true};
    if (status == STATUS_OK)
        status = run_report_summarise(&request, comparing->arena, &run->summary, &run->fold, err);
    if (status == STATUS_OK)
        status = run_journal_open(run->folder, &run->journal, err);
    run->is_open = status == STATUS_OK;
    return status;
}

static struct strview name_of(void *context, size_t run, uint32_t ordinal)
{
    struct comparing *comparing = context;
    struct conversation_facts facts;
    bool found = false;
    arena_reset(comparing->names);
    if (run_journal_facts(&comparing->runs[run].journal, ordinal, comparing->names, &facts, &found,
                          NULL) != STATUS_OK ||
        !found)
        return strview_of("?");
    return facts.conversation_id;
}

struct compare_wish {
    const char *runs, *by;
    bool json, markdown;
};

static enum status print(struct comparing *comparing, const struct compare_wish *wish,
                         struct error *err)
{
    struct run_side sides[RUNS_MOST];
    struct run_comparison *comparison;
    for (size_t i = 0; i < comparing->count; i++)
        sides[i] = (struct run_side){comparing->runs[i].summary,
                                     run_fold_outcomes(comparing->runs[i].fold)};
    struct run_compare_options options = {.by = wish->by ? strview_of(wish->by)
                                                         : (struct strview){0}};
    enum status status =
        run_compare(sides, comparing->count, &options, comparing->arena, &comparison, err);
    if (status != STATUS_OK)
        return status;
    struct comparison_input input = {comparison, sides, comparing->count, name_of, comparing};
    struct strbuf text = {0};
    (wish->json       ? comparison_report_json
     : wish->markdown ? comparison_report_markdown
                      : comparison_report_text)(&text, &input);
    if (text.failed)
        status = error_no_memory(err);
    else
        fwrite(text.data, 1, text.size, stdout);
    strbuf_done(&text);
    return status;
}

static enum status compare(const struct cli_texts *names, const struct compare_wish *wish,
                           struct error *err)
{
    const char *runs = cli_pipeline_runs(wish->runs);
    if (names->count < 1 || names->count > RUNS_MOST)
        return error_set(err, STATUS_CONFIG,
                         "name one run or more (at most %d): assay compare RUN_A RUN_B", RUNS_MOST);
    struct comparing comparing = {.arena = arena_create(64 * 1024, 0),
                                  .names = arena_create(4 * 1024, 0)};
    enum status status = comparing.arena && comparing.names ? STATUS_OK : error_no_memory(err);
    for (size_t i = 0; i < names->count && status == STATUS_OK; i++)
        status = load(&comparing, runs, names->items[i], err);
    if (status == STATUS_OK)
        status = print(&comparing, wish, err);
    for (size_t i = 0; i < comparing.count; i++) {
        run_fold_destroy(comparing.runs[i].fold);
        if (comparing.runs[i].is_open)
            run_journal_close(&comparing.runs[i].journal);
    }
    arena_destroy(comparing.names);
    arena_destroy(comparing.arena);
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct compare_wish wish = {0};
    bool helped = false;
    struct cli_texts rest = {0};
    /* clang-format off */
    const struct cli_option options[] = {
        {"runs", 0, CLI_TEXT, &wish.runs, "DIR", "folder of the run folders; default: ASSAY_RUNS or ./runs"},
        {"by", 0, CLI_TEXT, &wish.by, "KEY", "differences by slice too: split, tag, locale, or a key of the metadata"},
        {"json", 0, CLI_FLAG, &wish.json, NULL, "print JSON"},
        {"markdown", 0, CLI_FLAG, &wish.markdown, NULL, "print Markdown, the verdict on top"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    enum status status = cli_args_parse(command, options, argc, argv, &rest, &helped, &err);
    if (status == STATUS_OK && !helped)
        status = compare(&rest, &wish, &err);
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_compare = {
    .name = "compare",
    .summary = "put runs or a run's candidates side by side, with tests: what differs, what newly "
               "fails",
    .usage = "RUN_A [RUN_B ...] [options]",
    .details =
        "Each candidate is compared with the candidate of the same name in the first run, over "
        "the\n"
        "conversations that both have; with one run, its candidates with the first of them. Every\n"
        "difference has a 95 % interval, a p adjusted over all that is tested, and the smallest\n"
        "difference that could have been seen. docs/METRICS.md has the methods.\n\n"
        "  assay compare 20250110-103000-1f2e latest\n"
        "  assay compare latest --by split\n"
        "  assay compare main change --markdown > comparison.md",
    .run = run,
};
