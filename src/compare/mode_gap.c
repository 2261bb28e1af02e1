/*
 * mode_gap.c: see mode_gap.h. From the folds of one run, after they are finished. Owner: the
 * caller's arena.
 */
#include "compare/mode_gap.h"

const char *const mode_gap_metrics[MODE_GAP_METRICS] = {"success_rate", "goal_slot_success"};

static size_t place_of(const struct run_summary *summary, struct strview name)
{
    size_t at = 0;
    while (at < summary->candidate_count && !strview_equal(summary->candidates[at].name, name))
        at++;
    return at;
}

static const struct measure *value_of(const struct run_summary *summary, const char *metric,
                                      size_t candidate)
{
    const struct metric_row *row = run_summary_row(summary, metric);
    return row ? &row->by_candidate[candidate] : NULL;
}

static enum status fill(const struct run_side *modes, struct mode_gap *gap, struct arena *arena,
                        struct error *err)
{
    struct column_side own = {modes[gap->to].outcomes, gap->to_candidate};
    struct column_side reference = {modes[gap->from].outcomes, gap->from_candidate};
    struct conversation_filter all = {{0}, {0}};
    struct conversation_pairing pairing;
    if (!conversation_pairing_make(own, reference, all, arena, &pairing))
        return error_no_memory(err);
    for (size_t i = 0; i < MODE_GAP_METRICS; i++) {
        struct metric_difference_request request = {
            .metric = mode_gap_metrics[i],
            .pairing = &pairing,
            .own = value_of(modes[gap->to].summary, mode_gap_metrics[i], gap->to_candidate),
            .reference =
                value_of(modes[gap->from].summary, mode_gap_metrics[i], gap->from_candidate)};
        if (!request.own || !request.reference)
            continue;
        enum status status = metric_difference_make(&request, arena, &gap->differences[i], err);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* The mode before `mode` that the candidate played; `mode` itself: none. */
static size_t mode_before(const struct run_side *modes, size_t mode, struct strview name,
                          size_t *ret_candidate)
{
    for (size_t m = mode; m > 0; m--) {
        *ret_candidate = place_of(modes[m - 1].summary, name);
        if (*ret_candidate < modes[m - 1].summary->candidate_count)
            return m - 1;
    }
    return mode;
}

/* Candidates in the order in which they are first met. */
static bool is_first_met(const struct run_side *modes, size_t mode, struct strview name)
{
    size_t unused;
    return mode_before(modes, mode, name, &unused) == mode;
}

static enum status add_candidate(const struct run_side *modes, size_t count, struct strview name,
                                 struct arena *arena, struct mode_gaps *gaps, struct error *err)
{
    enum status status = STATUS_OK;
    for (size_t m = 1; m < count && status == STATUS_OK; m++) {
        struct mode_gap gap = {.candidate = name, .to = m};
        gap.to_candidate = place_of(modes[m].summary, name);
        gap.from = mode_before(modes, m, name, &gap.from_candidate);
        if (gap.to_candidate == modes[m].summary->candidate_count || gap.from == m)
            continue;
        gaps->items[gaps->count] = gap;
        status = fill(modes, &gaps->items[gaps->count++], arena, err);
    }
    return status;
}

enum status mode_gap_make(const struct run_side *modes, size_t count, struct arena *arena,
                          struct mode_gaps *ret_gaps, struct error *err)
{
    size_t most = 0;
    for (size_t m = 0; m < count; m++)
        most += modes[m].summary->candidate_count;
    struct mode_gaps gaps = {arena_array(arena, most + 1, sizeof *gaps.items), 0};
    enum status status = gaps.items ? STATUS_OK : error_no_memory(err);
    for (size_t m = 0; m < count; m++)
        for (size_t c = 0; c < modes[m].summary->candidate_count && status == STATUS_OK; c++) {
            struct strview name = modes[m].summary->candidates[c].name;
            if (is_first_met(modes, m, name))
                status = add_candidate(modes, count, name, arena, &gaps, err);
        }
    if (status == STATUS_OK)
        *ret_gaps = gaps;
    return status;
}
