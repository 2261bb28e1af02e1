/*
 * early_stop.c: margins from the gates, and one look. Called by pipeline/trial_choice between two
 * prefixes, by gate_check, and by the simulations. Any thread.
 */
#include "gate/early_stop.h"

#include "aggregate/run_summary.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "numeric/order.h"
#include "stats/betting_sequence.h"

const double early_stop_alpha = 0.05;

DEFINE_CLEANUP(free_times, uint64_t, memory_free)

bool early_stop_decides(const struct pipeline_spec *mode, const struct gate_spec *gate)
{
    return gate->kind != GATE_THRESHOLD && gate->against.data &&
           strview_equal(gate->against, mode->candidates[0].name) &&
           strview_is(gate->metric, "success_rate") && isnan(gate->margin_share) &&
           !gate->slice.data && gate->conversations == GATE_SAME_CONVERSATIONS;
}

static bool concerns(const struct gate_spec *gate, const struct candidate_spec *candidate)
{
    return !gate->candidate.data || strview_equal(gate->candidate, candidate->name);
}

struct early_stop_rule early_stop_rule_of(const struct pipeline_spec *mode, size_t candidate)
{
    struct early_stop_rule rule = {0, 0, early_stop_alpha};
    double others = (double)mode->candidate_count - 1;
    for (size_t i = 0; i < mode->gate_count; i++) {
        const struct gate_spec *gate = &mode->gates[i];
        double margin = isnan(gate->margin) ? 0 : gate->margin;
        if (!concerns(gate, &mode->candidates[candidate]))
            continue;
        if (!early_stop_decides(mode, gate))
            rule.better_over = (double)NAN; /* it must be told, too */
        else if (gate->kind == GATE_NON_INFERIORITY)
            rule.worse_under = fmin(rule.worse_under, -margin);
        else
            rule.better_over = margin > rule.better_over ? margin : rule.better_over;
    }
    rule.alpha /= others > 1 ? others : 1;
    return rule;
}

static size_t count_kinds(double *sorted, size_t count, uint64_t *times)
{
    size_t kinds = 0;
    for (size_t i = 0; i < count; i++) {
        if (kinds && sorted[i] <= sorted[kinds - 1]) {
            times[kinds - 1]++;
            continue;
        }
        sorted[kinds] = sorted[i];
        times[kinds++] = 1;
    }
    return kinds;
}

enum status early_stop_look(double *differences, size_t count, const struct early_stop_rule *rule,
                            struct early_stop *ret_stop, struct error *err)
{
    CLEANUP(free_times) uint64_t *times = memory_alloc((count + 1) * sizeof *times);
    double sum = 0;
    if (!times)
        return error_no_memory(err);
    enum status status = order_sort(differences, count, err);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        sum += differences[i];
    struct betting_counts counts = {differences, times, count_kinds(differences, count, times)};
    struct interval interval = betting_sequence_interval(&counts, rule->alpha);
    ret_stop->conversations = count;
    ret_stop->estimate = count ? sum / (double)count : (double)NAN;
    ret_stop->low = interval.low;
    ret_stop->high = interval.high;
    ret_stop->verdict = EARLY_STOP_NONE;
    if (!interval.undefined && interval.high < rule->worse_under)
        ret_stop->verdict = EARLY_STOP_WORSE;
    else if (!interval.undefined && interval.low > rule->better_over)
        ret_stop->verdict = EARLY_STOP_BETTER;
    return STATUS_OK;
}

/* What the trials left out would have cost, by those of the candidate that were run. */
static bool add_row(const struct early_stop *stop, struct run_summary *summary,
                    struct run_note *note, double *calls, double *usd)
{
    const struct candidate_summary *candidate = &summary->candidates[stop->candidate];
    const char **row = run_note_row(summary, note);
    uint64_t run = candidate->trials - candidate->not_run - candidate->left_out;
    double share = run ? (double)candidate->left_out / (double)run : 0;
    double own_calls = share * (double)candidate->calls;
    double own_usd = share * (double)candidate->cost_usd_nano * 1e-9;
    struct arena *arena = summary->arena;
    if (!row)
        return false;
    *calls += own_calls;
    *usd += own_usd;
    row[0] = arena_format(arena, "%.*s", STRVIEW_ARG(candidate->name));
    row[1] = stop->verdict == EARLY_STOP_WORSE ? "clearly worse" : "clearly better";
    row[2] = arena_format(arena, "%llu", (unsigned long long)stop->conversations);
    row[3] = arena_format(arena, "%+.1f points (%+.1f to %+.1f)", stop->estimate * 100,
                          stop->low * 100, stop->high * 100);
    row[4] = arena_format(arena, "%llu of %llu", (unsigned long long)candidate->left_out,
                          (unsigned long long)candidate->trials);
    row[5] = arena_format(arena, "%.0f", own_calls);
    row[6] = candidate->cost_known ? arena_format(arena, "%.6f", own_usd) : "not known";
    return row[0] && row[2] && row[3] && row[4] && row[5] && row[6];
}

bool early_stop_note(const struct early_stop *stops, size_t count, struct run_summary *summary)
{
    static const char *const heads[] = {"Candidate",    "Verdict",         "After conversations",
                                        "Success rate", "Trials left out", "Calls saved",
                                        "USD saved"};
    double calls = 0, usd = 0;
    struct run_note *note =
        run_note_add(summary, "ended_early", "Ended early", heads, sizeof heads / sizeof *heads);
    if (!note)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_row(&stops[i], summary, note, &calls, &usd))
            return false;
    note->text =
        count ? arena_format(
                    summary->arena,
                    "stop_when_decided: %zu of %zu candidates ended before their last call, which "
                    "saved about %.0f calls and %.6f USD (by what their other trials took). Their "
                    "success rate against the first candidate was decided by a confidence "
                    "sequence at fixed looks (chance of a wrong end at most %g). Their other "
                    "numbers rest on the calls up to there, and their intervals do not know of "
                    "the looks.",
                    count, summary->candidate_count - 1, calls, usd, early_stop_alpha)
              : "stop_when_decided: no candidate was clearly worse or better before the last call; "
                "every trial was run.";
    return note->text != NULL;
}
