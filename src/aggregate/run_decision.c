/*
 * run_decision.c: the numbers that the person who decides sees first, and the verdict in words. The
 * sentences follow from the numbers: a difference whose range holds zero is said to be open.
 */
#include "aggregate/run_decision.h"

#include "aggregate/run_fold_private.h"
#include "base/strbuf.h"

static int success_rule(const struct pipeline_spec *pipeline)
{
    const struct task_spec *task = pipeline->task;
    if (!task)
        return SUCCESS_GOAL_SLOTS_RIGHT;
    const int rules[] = {[MODE_TEACHER_FORCED] = task->success.teacher_forced,
                         [MODE_OWN_STATE] = task->success.own_state,
                         [MODE_FREE_RUNNING] = task->success.free_running,
                         [MODE_SIMULATED_USER] = task->success.simulated_user};
    return rules[pipeline->mode];
}

const char *run_decision_success_title(const struct pipeline_spec *pipeline)
{
    static const char *const titles[] = {[SUCCESS_ALL_TURNS_RIGHT] = "Calls with every turn right",
                                         [SUCCESS_GOAL_SLOTS_RIGHT] = "Calls that reach their goal",
                                         [SUCCESS_BOOKINGS] = "Calls with the right bookings"};
    return titles[success_rule(pipeline)];
}

static const char *failed_title(const struct pipeline_spec *pipeline)
{
    static const char *const titles[] = {[SUCCESS_ALL_TURNS_RIGHT] =
                                             "Calls with a wrong turn per 1,000",
                                         [SUCCESS_GOAL_SLOTS_RIGHT] = "Failed calls per 1,000",
                                         [SUCCESS_BOOKINGS] = "Failed bookings per 1,000 calls"};
    return titles[success_rule(pipeline)];
}

static const char *success_means(const struct pipeline_spec *pipeline)
{
    static const char *const texts[] = {
        [SUCCESS_ALL_TURNS_RIGHT] = "the slots are right after every turn",
        [SUCCESS_GOAL_SLOTS_RIGHT] = "all required slots are right at the end of the call",
        [SUCCESS_BOOKINGS] = "the bookings made are the ones that were wanted"};
    return texts[success_rule(pipeline)];
}

static struct measure nothing(const char *reason)
{
    double nan = (double)NAN;
    return (struct measure){nan, nan, nan, 0, NULL, reason};
}

static struct measure value_in(const struct run_summary *summary, const char *metric,
                               size_t candidate)
{
    const struct metric_row *row = run_summary_row(summary, metric);
    return row ? row->by_candidate[candidate] : nothing("this run has no value of it");
}

static struct measure change_in(const struct run_summary *summary, const char *metric,
                                size_t candidate)
{
    const struct metric_row *row = run_summary_row(summary, metric);
    if (row && row->difference)
        return row->difference[candidate];
    return nothing(candidate ? "this run has no value of it"
                             : "the others are compared with this one");
}

bool run_decision_was_heard(const struct candidate_spec *spec)
{
    return spec->kind == CANDIDATE_RECORDED && !spec->log.data;
}

static struct decision_row make_row(const struct run_fold *fold, const struct run_summary *summary,
                                    size_t candidate)
{
    static const char unheard[] =
        "no caller heard this candidate: see the latency of its model instead";
    const struct candidate_spec *specs = fold->pipeline->candidates;
    struct decision_row row = {
        .candidate = candidate,
        .failed_per_1000 = value_in(summary, "failed_per_1000", candidate),
        .cost_per_success_usd = value_in(summary, "cost_per_success_usd", candidate),
        .response_gap_p95_ms = nothing(unheard),
        .monthly_cost_usd = value_in(summary, "monthly_cost_usd", candidate),
        .failed_change = change_in(summary, "failed_per_1000", candidate),
        .cost_change = change_in(summary, "cost_per_success_usd", candidate),
        .gap_change = nothing(candidate ? "callers heard at most one of the two"
                                        : "the others are compared "
                                          "with this one")};
    if (run_decision_was_heard(&specs[candidate]))
        row.response_gap_p95_ms = value_in(summary, "response_gap_p95_ms", candidate);
    return row;
}

static void add_percent(struct strbuf *out, double share)
{
    strbuf_add_format(out, "%.1f%%", share * 100);
}

/* "62.5% of 8 calls (30.6 to 86.3%)" */
static void add_rate(struct strbuf *out, const struct measure *rate)
{
    add_percent(out, rate->value);
    strbuf_add_format(out, " of %llu call%s", (unsigned long long)rate->n, rate->n == 1 ? "" : "s");
    if (!isnan(rate->low))
        strbuf_add_format(out, " (%.1f to %.1f%%)", rate->low * 100, rate->high * 100);
}

static void add_cost(struct strbuf *out, double usd)
{
    if (!(usd > 0))
        strbuf_add_text(out, ", at no cost");
    else
        strbuf_add_format(out,
                          usd < .01  ? ", at $%.5f a call"
                          : usd < 10 ? ", at $%.3f a call"
                                     : ", at $%.2f a call",
                          usd);
}

static void add_gate_list(struct strbuf *out, const struct run_summary *summary,
                          enum verdict verdict)
{
    enum { NAMED = 3 };
    size_t found = 0;
    for (size_t i = 0; i < summary->gate_count; i++) {
        const struct gate_summary *gate = &summary->gates[i];
        if (gate->verdict != verdict || ++found > NAMED)
            continue;
        strbuf_add_format(out, "%s'%s' (%.*s)", found > 1 ? ", " : "", gate->name,
                          STRVIEW_ARG(gate->candidate));
    }
    if (found > NAMED)
        strbuf_add_format(out, " and %zu more", found - NAMED);
    strbuf_add_text(out, ". ");
}

static void add_gates(struct strbuf *out, const struct run_summary *summary)
{
    size_t counts[3] = {0, 0, 0};
    for (size_t i = 0; i < summary->gate_count; i++)
        counts[summary->gates[i].verdict]++;
    size_t all = summary->gate_count, failed = counts[VERDICT_FAIL];
    size_t open = counts[VERDICT_INCONCLUSIVE];
    if (all && !failed && !open)
        strbuf_add_text(out, all == 1 ? "The gate holds. " : "All gates hold. ");
    if (failed) {
        strbuf_add_format(out, "%zu of %zu gates do%s not hold: ", failed, all,
                          failed == 1 ? "es" : "");
        add_gate_list(out, summary, VERDICT_FAIL);
    }
    if (open) {
        strbuf_add_format(out, "%zu of %zu gates cannot be decided: ", open, all);
        add_gate_list(out, summary, VERDICT_INCONCLUSIVE);
    }
}

static void add_errors(struct strbuf *out, const struct run_summary *summary)
{
    if (summary->too_many_errors)
        strbuf_add_format(out,
                          "%llu of %llu trials ended in infrastructure errors: too many for a "
                          "verdict. ",
                          (unsigned long long)summary->accounts.trials_infrastructure_error,
                          (unsigned long long)summary->accounts.trials);
}

/* The candidate with the highest success rate other than `but`; the first one of equals.
 * SIZE_MAX: none has a value. */
static size_t best_of(const struct run_summary *summary, size_t but)
{
    size_t best = SIZE_MAX;
    const struct metric_row *row = run_summary_row(summary, "success_rate");
    for (size_t c = 0; row && c < summary->candidate_count; c++)
        if (c != but && !row->by_candidate[c].undefined &&
            (best == SIZE_MAX || row->by_candidate[c].value > row->by_candidate[best].value))
            best = c;
    return best;
}

/* Percentage points; what rounds to zero has no sign of its own. */
static double points_of(double share)
{
    double points = share * 100;
    return fabs(points) < .05 ? 0 : points;
}

/* How the best one stands against the first candidate, or the first against the runner-up. */
static void add_comparison(struct strbuf *out, const struct run_summary *summary, size_t best)
{
    size_t other = best ? 0 : best_of(summary, 0);
    if (other == SIZE_MAX || other == best)
        return;
    struct measure change = change_in(summary, "success_rate", best ? best : other);
    if (change.undefined)
        return;
    double sign = best ? 1 : -1, points = points_of(change.value * sign);
    double low = best ? change.low : -change.high, high = best ? change.high : -change.low;
    struct strview name = summary->candidates[other].name;
    if (isnan(low))
        strbuf_add_format(out, "; that is %.1f points more than %.*s", points, STRVIEW_ARG(name));
    else if (low <= 0)
        strbuf_add_format(out, "; whether that is more than %.*s's is open (%+.1f to %+.1f points)",
                          STRVIEW_ARG(name), points_of(low), points_of(high));
    else
        strbuf_add_format(out, "; that is %.1f points more than %.*s (%+.1f to %+.1f)", points,
                          STRVIEW_ARG(name), points_of(low), points_of(high));
}

static void add_nothing(struct strbuf *out, const struct run_summary *summary)
{
    const struct accounts *accounts = &summary->accounts;
    if (accounts->conversations == 0)
        strbuf_add_text(out, "Nothing was scored: the source holds no conversation.");
    else if (accounts->with_gold == 0)
        strbuf_add_text(out, "Nothing was scored: no conversation has gold. What needs no gold is "
                             "in the tables.");
    else if (accounts->trials_infrastructure_error)
        strbuf_add_text(out, "Nothing was scored: no trial was finished without an infrastructure "
                             "error.");
    else
        strbuf_add_text(out, "Nothing was scored: no trial was run.");
}

/* SIZE_MAX: no other candidate has the same rate. */
static size_t level_with(const struct run_summary *summary, size_t best)
{
    size_t other = best_of(summary, best);
    if (other == SIZE_MAX || value_in(summary, "success_rate", other).value <
                                 value_in(summary, "success_rate", best).value)
        return SIZE_MAX;
    return other;
}

static void add_level(struct strbuf *out, const struct run_summary *summary, size_t best,
                      size_t other)
{
    struct measure change = change_in(summary, "success_rate", other);
    strbuf_add_format(out, "%.*s and %.*s are level: each succeeds in ",
                      STRVIEW_ARG(summary->candidates[best].name),
                      STRVIEW_ARG(summary->candidates[other].name));
    struct measure rate = value_in(summary, "success_rate", best);
    add_rate(out, &rate);
    if (best == 0 && !change.undefined && !isnan(change.low))
        strbuf_add_format(out, "; a difference of %+.1f to %+.1f points cannot be ruled out",
                          points_of(change.low), points_of(change.high));
    strbuf_add_char(out, '.');
}

static void add_best(struct strbuf *out, const struct run_summary *summary)
{
    size_t best = best_of(summary, SIZE_MAX);
    size_t level = best == SIZE_MAX ? SIZE_MAX : level_with(summary, best);
    if (best == SIZE_MAX) {
        add_nothing(out, summary);
        return;
    }
    if (level != SIZE_MAX) {
        add_level(out, summary, best, level);
        return;
    }
    struct measure rate = value_in(summary, "success_rate", best);
    struct measure cost = value_in(summary, "cost_per_conversation_usd", best);
    strbuf_add_format(
        out, summary->candidate_count > 1 ? "Best is %.*s: it succeeds in " : "%.*s succeeds in ",
        STRVIEW_ARG(summary->candidates[best].name));
    add_rate(out, &rate);
    if (!cost.undefined)
        add_cost(out, cost.value);
    add_comparison(out, summary, best);
    strbuf_add_char(out, '.');
}

static const char *make_sentence(const struct run_summary *summary)
{
    struct strbuf text = {0};
    add_gates(&text, summary);
    add_errors(&text, summary);
    add_best(&text, summary);
    const char *sentence = text.failed ? NULL : arena_copy_text(summary->arena, text.data);
    strbuf_done(&text);
    return sentence;
}

bool run_decision_say(struct run_summary *summary)
{
    const char *sentence = make_sentence(summary);
    if (sentence)
        summary->decision.sentence = sentence;
    return sentence != NULL;
}

bool run_decision_make(const struct run_fold *fold, const struct run_fold_input *input,
                       struct run_summary *summary)
{
    struct decision *decision = &summary->decision;
    struct arena *arena = summary->arena;
    decision->failed_title = failed_title(fold->pipeline);
    decision->success_means = arena_copy_text(
        arena, input->success_means ? input->success_means : success_means(fold->pipeline));
    decision->monthly_calls = fold->pipeline->report.monthly_calls;
    decision->rows = arena_array(arena, fold->candidate_count + 1, sizeof *decision->rows);
    if (!decision->success_means || !decision->rows || !run_decision_say(summary))
        return false;
    for (size_t c = 0; c < fold->candidate_count; c++)
        decision->rows[c] = make_row(fold, summary, c);
    return true;
}
