/*
 * plan_variances.c: columns of compare/ give the variance of differences, rows of the outcomes the
 * noise within conversations. Called by `assay plan`. Thread: main.
 */
#include "gate/plan_variances.h"

#include "gate/gate_decision.h"

#include <math.h>

/* Noise of one answer. For values in [0, 1] that are not 0 or 1 this is an upper bound. */
static bool add_within(const struct plan_side *side, enum fold_ratio ratio,
                       struct gate_plan_within *within)
{
    struct outcome_row row = {0};
    bool read = true;
    for (size_t i = 0; read && i < side->side.outcomes->count; i++) {
        read = run_outcomes_row(side->side.outcomes, i, side->side.candidate, &row);
        struct ratio_part part = read ? row.ratios[ratio] : (struct ratio_part){0};
        if (!(part.size > 1))
            continue;
        double share = part.sum / part.size;
        within->squares += part.size * share * (1 - share);
        within->degrees += part.size - 1;
    }
    outcome_row_done(&row);
    return read;
}

struct planning {
    struct metric_source source;
    bool is_averaged; /* each conversation counts once, in [0, 1] */
    struct arena *arena;
};

/* NaN: there are no repeats, or the metric is no share by conversation. */
static bool noise_of(const struct planning *planning, const struct plan_side *side,
                     double *ret_variance)
{
    struct gate_plan_within within = {.squares = 0};
    *ret_variance = (double)NAN;
    if (!planning->is_averaged || planning->source.kind != METRIC_SOURCE_RATIO)
        return true;
    if (!add_within(side, planning->source.ratio, &within))
        return false;
    double scale = planning->source.metric.scale;
    *ret_variance = gate_plan_within_variance(&within) * scale * scale;
    return true;
}

static bool difference_of(const struct planning *planning, const struct plan_side *own,
                          const struct plan_side *reference, struct gate_difference *ret_difference)
{
    struct conversation_pairing pairing;
    struct conversation_filter all = {0};
    struct metric_pairs pairs;
    if (!conversation_pairing_make(own->side, reference->side, all, planning->arena, &pairing) ||
        !metric_pairs_make(&pairing, &planning->source, planning->arena, &pairs))
        return false;
    struct gate_pairs columns = {pairs.own_sums,
                                 pairs.own_sizes,
                                 pairs.reference_sums,
                                 pairs.reference_sizes,
                                 pairs.count,
                                 planning->source.metric.scale,
                                 false};
    *ret_difference = gate_difference_paired(&columns);
    return true;
}

/* Splits the variance of a difference into what lasts and noise. */
static struct gate_plan_variances split(const struct planning *planning, double total, double own,
                                        double reference, const struct plan_side *const *sides)
{
    struct gate_plan_variances made = {.is_bounded = planning->is_averaged};
    bool is_same = sides[0]->side.outcomes != sides[1]->side.outcomes &&
                   strview_equal(sides[0]->name, sides[1]->name);
    double own_repeats = (double)sides[0]->repeats, repeats = (double)sides[1]->repeats;
    if (is_same) { /* noise alone: total = noise (1/K + 1/K0) */
        made.own = made.reference = total / (1 / own_repeats + 1 / repeats);
    } else if (isnan(own) || isnan(reference)) {
        made.between = total; /* no repeats: how much of it is noise is not known */
    } else {
        made.own = own;
        made.reference = reference;
        made.between = fmax(0, total - own / own_repeats - reference / repeats);
    }
    return made;
}

static double total_of(const struct gate_plan_variances *variances)
{
    return variances->between + variances->own + variances->reference;
}

static enum status of_one(const struct planning *planning, const struct plan_side *side,
                          double noise, struct plan_variances *made, struct error *err)
{
    struct metric_column column;
    struct conversation_filter all = {0};
    if (!metric_column_make(side->side, &planning->source, all, planning->arena, &column))
        return error_no_memory(err);
    double *nothing = arena_array(planning->arena, column.count + 1, sizeof *nothing);
    double *ones = arena_array(planning->arena, column.count + 1, sizeof *ones);
    if (!nothing || !ones)
        return error_no_memory(err);
    for (size_t i = 0; i < column.count; i++)
        ones[i] = 1;
    struct gate_pairs pairs = {column.sums, column.sizes, nothing,
                               ones,        column.count, planning->source.metric.scale,
                               false};
    struct gate_difference alone = gate_difference_paired(&pairs);
    made->value = alone.estimate + planning->source.offset;
    made->conversations = alone.n;
    made->undefined = alone.undefined;
    made->of.is_bounded = planning->is_averaged;
    if (isnan(noise)) {
        made->of.own = made->of.reference = alone.variance;
        made->how = "One candidate without repeats: an upper bound, as if two answers to one call "
                    "had nothing in common. A second run of it tells more.";
    } else {
        made->of.own = made->of.reference = noise;
        made->how = "The noise between repeats; a change is taken to move no call for good. A run "
                    "of a changed candidate tells more.";
    }
    return STATUS_OK;
}

static enum status of_pairs(const struct planning *planning, const struct plan_side *sides,
                            size_t count, double reference, struct plan_variances *made,
                            struct error *err)
{
    bool same_only = false;
    for (size_t i = 1; i < count; i++)
        same_only = same_only || (sides[i].side.outcomes != sides[0].side.outcomes &&
                                  strview_equal(sides[i].name, sides[0].name));
    for (size_t i = 1; i < count; i++) {
        struct gate_difference difference;
        double own;
        const struct plan_side *pair[] = {&sides[i], &sides[0]};
        if (same_only && (sides[i].side.outcomes == sides[0].side.outcomes ||
                          !strview_equal(sides[i].name, sides[0].name)))
            continue;
        if (!noise_of(planning, &sides[i], &own) ||
            !difference_of(planning, &sides[i], &sides[0], &difference))
            return error_no_memory(err);
        if (difference.undefined)
            continue;
        struct gate_plan_variances of = split(planning, difference.variance, own, reference, pair);
        if (made->how && total_of(&of) <= total_of(&made->of))
            continue;
        made->of = of;
        made->conversations = difference.n;
        made->how = arena_format(
            planning->arena,
            same_only
                ? "'%.*s' in two runs over %llu conversations: noise alone; a change is taken "
                  "to move no call for good."
                : "The differences of '%.*s' from the reference over %llu conversations.",
            STRVIEW_ARG(sides[i].name), (unsigned long long)difference.n);
        if (!made->how)
            return error_no_memory(err);
    }
    return STATUS_OK;
}

enum status plan_variances_make(struct strview metric, double monthly_calls,
                                const struct plan_side *sides, size_t count, struct arena *arena,
                                struct plan_variances *ret_variances, struct error *err)
{
    struct planning planning = {.arena = arena};
    struct plan_variances alone = {.undefined = NULL}, made;
    double noise;
    if (!metric_source_find(metric, monthly_calls, &planning.source)) {
        enum status status = error_set(
            err, STATUS_CONFIG, "metric '%.*s' is unknown or cannot be compared by conversation",
            STRVIEW_ARG(metric));
        error_fix(err, "Rates, shares, means and costs can; `assay list metrics` names them.");
        return status;
    }
    planning.is_averaged = planning.source.metric.kind == RATIO_AVERAGED;
    if (!noise_of(&planning, &sides[0], &noise))
        return error_no_memory(err);
    enum status status = of_one(&planning, &sides[0], noise, &alone, err);
    if (status != STATUS_OK)
        return status;
    made = alone;
    made.how = NULL;
    status = of_pairs(&planning, sides, count, noise, &made, err);
    if (status == STATUS_OK)
        *ret_variances = made.how ? made : alone;
    return status;
}
