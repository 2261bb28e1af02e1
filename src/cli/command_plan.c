/*
 * command_plan.c: `assay plan`: how many conversations and repeats a gate needs, from earlier runs.
 */
#include "base/file.h"
#include "base/json_write.h"
#include "base/memory.h"
#include "cli/cli_pipeline.h"
#include "cli/cli_run.h"
#include "cli/commands.h"
#include "gate/gate_decision.h"
#include "gate/plan_variances.h"

#include <math.h>
#include <stdio.h>

enum { RUNS_MOST = 32, REPEATS_SHOWN = 5 };
static const int repeats_shown[REPEATS_SHOWN] = {1, 2, 3, 5, 10};

struct plan_options {
    const char *margin, *power, *alpha, *metric, *candidate, *runs;
    int64_t look;
    bool json;
    struct cli_texts rest;
};

struct plan {
    struct arena *arena;
    struct cli_run runs[RUNS_MOST];
    size_t run_count;
    struct plan_side *sides;
    size_t side_count;
    struct gate_plan_goal goal;
    struct plan_variances variances;
    double cost_usd; /* of one conversation and repeat, reference and candidate; NaN: not known */
};

static enum status read_share(const char *text, const char *name, double fallback,
                              double *ret_value, struct error *err)
{
    *ret_value = fallback;
    if (!text)
        return STATUS_OK;
    if (!option_parse_real(strview_of(text), ret_value) || !(*ret_value > 0) ||
        !isfinite(*ret_value))
        return error_set(err, STATUS_CONFIG, "--%s takes a number over 0, not '%.100s'", name,
                         text);
    return STATUS_OK;
}

static enum status read_goal(const struct plan_options *options, struct gate_plan_goal *goal,
                             struct error *err)
{
    *goal = (struct gate_plan_goal){.repeats = 1, .reference_repeats = 1};
    enum status status = read_share(options->margin, "margin", 0, &goal->margin, err);
    if (status == STATUS_OK)
        status = read_share(options->power, "power", .8, &goal->power, err);
    if (status == STATUS_OK)
        status = read_share(options->alpha, "alpha", .05, &goal->alpha, err);
    if (status == STATUS_OK && !options->margin) {
        status = error_set(err, STATUS_CONFIG, "how much worse is too much?");
        error_fix(err, "As in: assay plan --margin 0.02 --power 0.8");
    }
    if (status == STATUS_OK && (goal->alpha >= .5 || goal->power < .5 || goal->power >= 1))
        status = error_set(err, STATUS_CONFIG,
                           "--alpha lies between 0 and 0.5, --power between 0.5 and 1");
    if (status == STATUS_OK)
        goal->alpha = options->look > 0
                          ? gate_decision_look_alpha(goal->alpha, (uint64_t)options->look)
                          : goal->alpha;
    return status;
}

/* --runs may name the folder of the runs, or one run. */
static bool is_run(const char *path, struct arena *arena)
{
    const char *manifest = path ? arena_format(arena, "%s/manifest.json", path) : NULL;
    return manifest && file_exists(manifest);
}

static enum status open_runs(const struct plan_options *options, struct plan *plan,
                             struct error *err)
{
    const char *folder = cli_pipeline_runs(options->runs), *latest[] = {"latest"};
    const char **names = options->rest.count ? options->rest.items : latest;
    size_t count = options->rest.count ? options->rest.count : 1;
    if (!options->rest.count && is_run(options->runs, plan->arena))
        names[0] = options->runs;
    if (count > RUNS_MOST)
        return error_set(err, STATUS_CONFIG, "at most %d runs", RUNS_MOST);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = cli_run_open(folder, names[i], plan->arena, &plan->runs[plan->run_count++], err);
    return status;
}

/* The reference first: --candidate of the first run, or its first one. */
static enum status list_sides(const struct plan_options *options, struct plan *plan,
                              struct error *err)
{
    size_t most = 0, first = SIZE_MAX;
    for (size_t i = 0; i < plan->run_count; i++)
        most += plan->runs[i].pipeline->candidate_count;
    plan->sides = arena_array(plan->arena, most + 1, sizeof *plan->sides);
    if (!plan->sides)
        return error_no_memory(err);
    for (size_t i = 0; i < plan->run_count; i++)
        for (size_t c = 0; c < plan->runs[i].pipeline->candidate_count; c++) {
            struct strview name = plan->runs[i].pipeline->candidates[c].name;
            bool is_named = !options->candidate || strview_is(name, options->candidate);
            if (first == SIZE_MAX && i == 0 && is_named)
                first = plan->side_count;
            plan->sides[plan->side_count++] = (struct plan_side){
                {run_fold_outcomes(plan->runs[i].fold), c}, name, plan->runs[i].pipeline->repeats};
        }
    if (first == SIZE_MAX)
        return error_set(err, STATUS_CONFIG, "the run has no candidate '%.100s'",
                         options->candidate);
    struct plan_side reference = plan->sides[first];
    plan->sides[first] = plan->sides[0];
    plan->sides[0] = reference;
    const struct metric_row *row =
        run_summary_row(plan->runs[0].summary, "cost_per_conversation_usd");
    plan->cost_usd = row ? row->by_candidate[reference.side.candidate].value : (double)NAN;
    return STATUS_OK;
}

static struct estimate needed(const struct plan *plan, int repeats)
{
    struct gate_plan_goal goal = plan->goal;
    goal.repeats = goal.reference_repeats = repeats;
    return gate_plan_conversations(&plan->variances.of, &goal);
}

static struct estimate decidable(const struct plan *plan, int repeats)
{
    struct gate_plan_goal goal = plan->goal;
    goal.repeats = goal.reference_repeats = repeats;
    return gate_plan_margin(&plan->variances.of, &goal, (double)plan->variances.conversations);
}

static void print_text(const struct plan_options *options, const struct plan *plan)
{
    const struct plan_variances *v = &plan->variances;
    printf("metric      %s, now %.4g in %llu conversations ('%.*s')\n", options->metric, v->value,
           (unsigned long long)v->conversations, STRVIEW_ARG(plan->sides[0].name));
    printf("margin      %.4g: no difference passes, and a drop of %.4g fails, with chance %.2g\n",
           plan->goal.margin, 2 * plan->goal.margin, plan->goal.power);
    printf("alpha       %.3g, one-sided%s\n", plan->goal.alpha,
           options->look > 0 ? ", of that look" : "");
    printf("variance    %.4g lasting between conversations, %.4g + %.4g noise of one answer each\n",
           v->of.between, v->of.own, v->of.reference);
    printf("            %s\n\n", v->how);
    printf("%8s  %13s  %20s", "repeats", "conversations", "trials a candidate");
    if (plan->cost_usd > 0)
        printf("  %12s", "USD");
    printf("  with %llu conversations\n", (unsigned long long)v->conversations);
    for (size_t i = 0; i < REPEATS_SHOWN; i++) {
        struct estimate n = needed(plan, repeats_shown[i]), m = decidable(plan, repeats_shown[i]);
        if (n.undefined) {
            printf("%8d  %s\n", repeats_shown[i], n.undefined);
            continue;
        }
        double trials = n.value * repeats_shown[i];
        printf("%8d  %13.0f  %20.0f", repeats_shown[i], n.value, trials);
        if (plan->cost_usd > 0)
            printf("  %12.2f", trials * plan->cost_usd);
        printf("  a margin of %.3g\n", m.value);
    }
}

static void print_json(const struct plan_options *options, const struct plan *plan)
{
    const struct plan_variances *v = &plan->variances;
    struct strbuf text = {0};
    struct json_write w = {.out = &text};
    json_write_begin_object(&w);
    json_write_key_text(&w, "metric", strview_of(options->metric));
    json_write_key_real(&w, "value", v->value);
    json_write_key_i64(&w, "conversations", (int64_t)v->conversations);
    json_write_key_real(&w, "margin", plan->goal.margin);
    json_write_key_real(&w, "alpha", plan->goal.alpha);
    json_write_key_real(&w, "power", plan->goal.power);
    json_write_key_real(&w, "variance_between", v->of.between);
    json_write_key_real(&w, "variance_own", v->of.own);
    json_write_key_real(&w, "variance_reference", v->of.reference);
    json_write_key_text(&w, "how", strview_of(v->how));
    json_write_key(&w, strview_of("plans"));
    json_write_begin_array(&w);
    for (size_t i = 0; i < REPEATS_SHOWN; i++) {
        json_write_begin_object(&w);
        json_write_key_i64(&w, "repeats", repeats_shown[i]);
        json_write_key(&w, strview_of("conversations"));
        json_write_number(&w, needed(plan, repeats_shown[i]).value);
        json_write_key_real(&w, "margin_with_these", decidable(plan, repeats_shown[i]).value);
        json_write_end_object(&w);
    }
    json_write_end_array(&w);
    json_write_end_object(&w);
    puts(text.failed ? "" : text.data);
    strbuf_done(&text);
}

static enum status make(const struct plan_options *options, struct arena *arena, struct error *err)
{
    struct plan plan = {.arena = arena};
    enum status status = read_goal(options, &plan.goal, err);
    if (status == STATUS_OK)
        status = open_runs(options, &plan, err);
    if (status == STATUS_OK)
        status = list_sides(options, &plan, err);
    if (status == STATUS_OK)
        status = plan_variances_make(strview_of(options->metric),
                                     (double)plan.runs[0].pipeline->report.monthly_calls,
                                     plan.sides, plan.side_count, arena, &plan.variances, err);
    if (status == STATUS_OK && plan.variances.undefined)
        status = error_set(err, STATUS_DATA, "the runs do not tell how '%.100s' varies: %s",
                           options->metric, plan.variances.undefined);
    if (status == STATUS_OK)
        (options->json ? print_json : print_text)(options, &plan);
    for (size_t i = 0; i < plan.run_count; i++)
        cli_run_close(&plan.runs[i]);
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct plan_options o = {.metric = "success_rate"};
    bool helped = false;
    /* clang-format off */
    const struct cli_option options[] = {
        {"margin", 0, CLI_TEXT, &o.margin, "X", "the difference that matters, in the metric's unit"},
        {"power", 0, CLI_TEXT, &o.power, "SHARE", "chance of a verdict; default: 0.8"},
        {"alpha", 0, CLI_TEXT, &o.alpha, "SHARE", "chance of a wrong failure, one-sided; default: 0.05"},
        {"look", 0, CLI_COUNT, &o.look, "N", "the plan must hold at this look at one baseline (alpha is spent over looks); default: 1; 0: all of alpha at once"},
        {"metric", 'm', CLI_TEXT, &o.metric, "NAME", "default: success_rate"},
        {"candidate", 0, CLI_TEXT, &o.candidate, "NAME", "the reference; default: the first candidate of the first run"},
        {"runs", 0, CLI_TEXT, &o.runs, "DIR", "folder of the run folders, or one run; default: ASSAY_RUNS or ./runs"},
        {"json", 0, CLI_FLAG, &o.json, NULL, "print JSON"},
        {0}};
    /* clang-format on */
    struct error err = {0};
    o.look = 1;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena
                             ? cli_args_parse(command, options, argc, argv, &o.rest, &helped, &err)
                             : error_no_memory(&err);
    if (status == STATUS_OK && !helped)
        status = make(&o, arena, &err);
    cli_texts_done(&o.rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_plan = {
    .name = "plan",
    .summary = "how many conversations and repeats a gate needs, from earlier runs",
    .usage = "[RUN...] --margin X [options]",
    .details =
        "With that many conversations, a gate with this margin against a baseline of as many\n"
        "repeats fails a true drop of twice the margin, and passes no difference, each with the\n"
        "chance --power. Several runs of one candidate tell its noise; runs with repeats split\n"
        "noise from lasting differences; default: the latest run. No model is called.\n\n"
        "  assay plan --margin 0.02 --power 0.8\n"
        "  assay plan run-a run-b --margin 0.05 --metric slot_f1_micro --look 30",
    .run = run,
};
