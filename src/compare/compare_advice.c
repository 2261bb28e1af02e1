/*
 * compare_advice.c: quality against cost against latency, and sentences that follow from the tests.
 * A difference that is not shown is never called none: what could have been seen stands beside it.
 */
#include "base/strbuf.h"
#include "compare/run_compare_private.h"

static double value_in(const struct run_comparison *comparison, const char *metric, size_t column)
{
    const struct compared_row *row = run_comparison_row(comparison, metric);
    return row && !row->row.by_candidate[column].undefined ? row->row.by_candidate[column].value
                                                           : (double)NAN;
}

static const struct metric_difference *difference_in(const struct run_comparison *comparison,
                                                     const char *metric, size_t column)
{
    const struct compared_row *row = run_comparison_row(comparison, metric);
    return row ? &row->differences[column] : NULL;
}

static enum difference_verdict verdict_in(const struct run_comparison *comparison,
                                          const char *metric, size_t column)
{
    const struct metric_difference *difference = difference_in(comparison, metric, column);
    return difference ? difference->verdict : DIFFERENCE_UNDEFINED;
}

/* -1: a is worse, 0: equal or not told, 1: better. */
static int against(double a, double b, bool higher_is_better)
{
    if (isnan(a) || isnan(b) || !(a < b || a > b))
        return 0;
    return (a > b) == higher_is_better ? 1 : -1;
}

static bool dominates(const struct trade_off *a, const struct trade_off *b)
{
    const int sides[] = {against(a->success_rate, b->success_rate, true),
                         against(a->cost_per_conversation_usd, b->cost_per_conversation_usd, false),
                         against(a->latency_p95_ms, b->latency_p95_ms, false)};
    bool better = false;
    if (isnan(a->success_rate) || isnan(b->success_rate))
        return false;
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        if (sides[i] < 0)
            return false;
        better = better || sides[i] > 0;
    }
    return better;
}

static bool make_trade_offs(struct compare *compare)
{
    struct run_comparison *comparison = compare->comparison;
    size_t columns = comparison->column_count;
    struct trade_off *points = run_compare_array(compare, columns, sizeof *points);
    comparison->trade_offs = points;
    for (size_t j = 0; points && j < columns; j++)
        points[j] = (struct trade_off){j,
                                       value_in(comparison, "success_rate", j),
                                       value_in(comparison, "cost_per_conversation_usd", j),
                                       value_in(comparison, "latency_p95_ms", j),
                                       true,
                                       SIZE_MAX};
    for (size_t j = 0; points && j < columns; j++) {
        for (size_t k = 0; k < columns && points[j].on_front; k++)
            if (dominates(&points[k], &points[j])) {
                points[j].on_front = false;
                points[j].dominated_by = k;
            }
        points[j].on_front = points[j].on_front && !isnan(points[j].success_rate);
    }
    return points != NULL;
}

/* --- sentences ------------------------------------------------------------------------------- */

static void add_name(const struct compare *compare, size_t column, struct strbuf *out)
{
    const struct run_column *at = &compare->comparison->columns[column];
    strbuf_add_format(out, "'%.*s'",
                      STRVIEW_ARG(compare->sides[at->run].summary->candidates[at->candidate].name));
    if (compare->count > 1)
        strbuf_add_format(out, " of run %zu", at->run + 1);
}

static void add_points(const struct measure *change, struct strbuf *out)
{
    strbuf_add_format(out, "%+.1f points", change->value * 100);
    if (!isnan(change->low))
        strbuf_add_format(out, " (95 %%: %+.1f to %+.1f)", change->low * 100, change->high * 100);
    strbuf_add_format(out, " over %llu conversations", (unsigned long long)change->n);
}

static void add_p(const struct metric_difference *difference, struct strbuf *out)
{
    if (difference->adjusted_p < .001)
        strbuf_add_text(out, ", adjusted p < 0.001");
    else
        strbuf_add_format(out, ", adjusted p = %.3f", difference->adjusted_p);
}

static void add_success(const struct compare *compare, size_t column, struct strbuf *out)
{
    const struct run_comparison *comparison = compare->comparison;
    const struct metric_difference *success = difference_in(comparison, "success_rate", column);
    enum difference_verdict verdict = success ? success->verdict : DIFFERENCE_UNDEFINED;
    add_name(compare, column, out);
    strbuf_add_text(out, verdict == DIFFERENCE_BETTER  ? " succeeds more often than "
                         : verdict == DIFFERENCE_WORSE ? " succeeds less often than "
                         : verdict == DIFFERENCE_NOT_SHOWN
                             ? " is not shown to succeed more or less often than "
                             : " cannot be compared with ");
    add_name(compare, comparison->columns[column].reference, out);
    strbuf_add_text(out, ": ");
    if (!success || success->change.undefined) {
        strbuf_add_text(out, success ? success->change.undefined : "there is no success rate");
        strbuf_add_text(out, ".");
        return;
    }
    add_points(&success->change, out);
    if (!isnan(success->adjusted_p))
        add_p(success, out);
    if (verdict == DIFFERENCE_NOT_SHOWN && !isnan(success->detectable))
        strbuf_add_format(out,
                          "; a true difference of %.1f points would have been found four times "
                          "in five",
                          success->detectable * 100);
    strbuf_add_text(out, ".");
}

struct change_words {
    const char *metric, *what, *less, *more;
};

/* " It costs 43 % less a call." when that is shown. */
static void add_change(const struct compare *compare, struct change_words words, size_t column,
                       struct strbuf *out)
{
    const struct run_comparison *comparison = compare->comparison;
    enum difference_verdict verdict = verdict_in(comparison, words.metric, column);
    if (verdict != DIFFERENCE_BETTER && verdict != DIFFERENCE_WORSE)
        return;
    double own = value_in(comparison, words.metric, column);
    double reference = value_in(comparison, words.metric, comparison->columns[column].reference);
    bool is_less = verdict == DIFFERENCE_BETTER;
    if (reference > 0 && own > 0)
        strbuf_add_format(out, " %s %.0f %% %s.", words.what, fabs(own / reference - 1) * 100,
                          is_less ? words.less : words.more);
    else
        strbuf_add_format(out, " %s %s.", words.what, is_less ? words.less : words.more);
}

/* What one success more costs. */
static void add_price_of_success(const struct run_comparison *comparison, size_t column,
                                 struct strbuf *out)
{
    const struct metric_difference *success = difference_in(comparison, "success_rate", column);
    const struct metric_difference *cost =
        difference_in(comparison, "cost_per_conversation_usd", column);
    strbuf_add_format(out, " Take it if one more success is worth $%.4g.",
                      cost->change.value / success->change.value);
}

static void add_better(const struct run_comparison *comparison, size_t column, struct strbuf *out)
{
    if (verdict_in(comparison, "cost_per_conversation_usd", column) == DIFFERENCE_WORSE)
        add_price_of_success(comparison, column, out);
    else
        strbuf_add_text(out, " Take it.");
}

static void add_worse(const struct run_comparison *comparison, size_t column, struct strbuf *out)
{
    const struct metric_difference *success = difference_in(comparison, "success_rate", column);
    bool cheaper = verdict_in(comparison, "cost_per_conversation_usd", column) == DIFFERENCE_BETTER;
    if (cheaper)
        strbuf_add_format(out,
                          " Keep the other, unless the saving is worth %.0f more failed calls "
                          "in 1,000.",
                          -success->change.value * 1000);
    else
        strbuf_add_text(out, " Keep the other.");
}

static void add_open(const struct run_comparison *comparison, size_t column, struct strbuf *out)
{
    const struct metric_difference *success = difference_in(comparison, "success_rate", column);
    enum difference_verdict cost = verdict_in(comparison, "cost_per_conversation_usd", column);
    enum difference_verdict latency = verdict_in(comparison, "latency_p95_ms", column);
    bool gains = cost == DIFFERENCE_BETTER || latency == DIFFERENCE_BETTER;
    bool loses = cost == DIFFERENCE_WORSE || latency == DIFFERENCE_WORSE;
    if (gains && !loses && success->change.low < 0)
        strbuf_add_format(out,
                          " Take it if a loss of up to %.1f points of success is acceptable; else "
                          "try more conversations.",
                          -success->change.low * 100);
    else if (gains && !loses)
        strbuf_add_text(out, " Take it.");
    else if (loses && !gains)
        strbuf_add_text(out, " Keep the other: nothing is shown to be gained.");
    else
        strbuf_add_text(out, " These conversations do not decide between the two.");
}

static const char *advice_on(struct compare *compare, size_t column)
{
    const struct run_comparison *comparison = compare->comparison;
    const struct run_summary *own = compare->sides[comparison->columns[column].run].summary;
    struct strbuf out = {0};
    add_success(compare, column, &out);
    add_change(compare,
               (struct change_words){"cost_per_conversation_usd", "It costs", "less a call",
                                     "more a call"},
               column, &out);
    add_change(compare,
               (struct change_words){"latency_p95_ms", "Its p95 latency is", "lower", "higher"},
               column, &out);
    enum difference_verdict verdict = verdict_in(comparison, "success_rate", column);
    if (own->too_many_errors || compare->sides[0].summary->too_many_errors)
        strbuf_add_text(&out, " Too many infrastructure errors: no recommendation follows.");
    else if (verdict == DIFFERENCE_BETTER)
        add_better(comparison, column, &out);
    else if (verdict == DIFFERENCE_WORSE)
        add_worse(comparison, column, &out);
    else if (verdict == DIFFERENCE_NOT_SHOWN)
        add_open(comparison, column, &out);
    const char *text =
        out.failed ? NULL : arena_format(compare->arena, "%.*s", (int)out.size, out.data);
    strbuf_done(&out);
    return text;
}

/* The best of those that are shown to be better; SIZE_MAX: none. */
static size_t best_of(const struct run_comparison *comparison)
{
    size_t best = SIZE_MAX;
    for (size_t j = 0; j < comparison->column_count; j++) {
        if (verdict_in(comparison, "success_rate", j) != DIFFERENCE_BETTER)
            continue;
        if (best == SIZE_MAX || difference_in(comparison, "success_rate", j)->change.value >
                                    difference_in(comparison, "success_rate", best)->change.value)
            best = j;
    }
    return best;
}

static const char *headline(struct compare *compare, size_t compared)
{
    const struct run_comparison *comparison = compare->comparison;
    size_t best = best_of(comparison), worse = 0;
    struct strbuf out = {0};
    for (size_t j = 0; j < comparison->column_count; j++)
        worse += verdict_in(comparison, "success_rate", j) == DIFFERENCE_WORSE;
    if (best != SIZE_MAX) {
        add_name(compare, best, &out);
        strbuf_add_text(&out, " succeeds more often");
        if (compared > 1)
            strbuf_add_text(&out, ", the most of all that are shown to");
    } else if (worse) {
        strbuf_add_format(&out, "%zu of %zu succeed%s less often, none more often", worse, compared,
                          worse == 1 ? "s" : "");
    } else {
        strbuf_add_text(&out, compared ? "no difference in success is shown"
                                       : "nothing could be compared");
    }
    const char *text =
        out.failed ? NULL : arena_format(compare->arena, "%.*s", (int)out.size, out.data);
    strbuf_done(&out);
    return text;
}

bool compare_advice_make(struct compare *compare)
{
    struct run_comparison *comparison = compare->comparison;
    size_t columns = comparison->column_count, compared = 0;
    const char **sentences = run_compare_array(compare, columns + 1, sizeof *sentences);
    comparison->recommendations = sentences;
    if (!sentences || !make_trade_offs(compare))
        return false;
    for (size_t j = 0; j < columns; j++)
        compared += comparison->columns[j].reference != SIZE_MAX;
    sentences[comparison->recommendation_count++] = headline(compare, compared);
    for (size_t j = 0; j < columns; j++)
        if (comparison->columns[j].reference != SIZE_MAX)
            sentences[comparison->recommendation_count++] = advice_on(compare, j);
    for (size_t i = 0; i < comparison->recommendation_count; i++)
        if (!sentences[i])
            return false;
    return true;
}
