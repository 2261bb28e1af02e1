/*
 * vector_metric.c: each conversation becomes a row of sums, the candidate's and behind them the
 * reference's; the statistic is a function of the rows' total. Rows are freed before return.
 */
#include "aggregate/vector_metric.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "stats/cluster_rank.h"

enum { BINS = 10, BOOTSTRAP_SEED = 20250101 };

enum vector_kind { MACRO, EXPECTED_ERROR, MAXIMUM_ERROR, AREA, QUANTILE };

static const struct vector_entry {
    const char *metric;
    enum vector_kind kind;
    enum slot_ratio slot_ratio; /* MACRO */
    unsigned percent;           /* QUANTILE */
    bool first_token;
} entries[] = {{"slot_f1_macro", MACRO, SLOT_F1, 0, false},
               {"slot_precision_macro", MACRO, SLOT_PRECISION, 0, false},
               {"slot_recall_macro", MACRO, SLOT_RECALL, 0, false},
               {"ece_10", EXPECTED_ERROR, SLOT_F1, 0, false},
               {"mce_10", MAXIMUM_ERROR, SLOT_F1, 0, false},
               {"auroc", AREA, SLOT_F1, 0, false},
               {"latency_p50_ms", QUANTILE, SLOT_F1, 50, false},
               {"latency_p95_ms", QUANTILE, SLOT_F1, 95, false},
               {"latency_p99_ms", QUANTILE, SLOT_F1, 99, false},
               {"first_token_p50_ms", QUANTILE, SLOT_F1, 50, true},
               {"first_token_p95_ms", QUANTILE, SLOT_F1, 95, true},
               {"first_token_p99_ms", QUANTILE, SLOT_F1, 99, true}};

static const struct vector_entry *entry_of(const char *metric)
{
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        if (strcmp(entries[i].metric, metric) == 0)
            return &entries[i];
    return NULL;
}

bool vector_metric_is_known(const char *metric)
{
    return entry_of(metric) != NULL;
}

enum ratio_basis vector_metric_basis(const char *metric)
{
    const struct vector_entry *entry = entry_of(metric);
    return entry && entry->kind == QUANTILE ? BASIS_RUN : BASIS_SCORED;
}

/* What the statistic needs to read a total. */
struct layout {
    const struct vector_entry *entry;
    size_t own_width, reference_width; /* 0: no reference */
};

static size_t width_of(const struct vector_entry *entry, const struct run_outcomes *outcomes)
{
    return entry->kind == MACRO ? 2 * outcomes->slot_count : 2 * BINS;
}

/* Right-closed, 0 in the first, as in confidence_fold. */
static size_t bin_of(double confidence)
{
    size_t bin = (size_t)ceil(confidence * BINS - 1e-6);
    return bin == 0 ? 0 : bin > BINS ? BINS - 1 : bin - 1;
}

static void fill_row(const struct vector_entry *entry, const struct outcome_row *row,
                     double *ret_sums)
{
    for (size_t i = 0; entry->kind == MACRO && i < row->slot_count; i++) {
        struct ratio_part part = outcome_slot_part(&row->slots[i], entry->slot_ratio);
        double *at = ret_sums + (size_t)2 * row->slots[i].slot;
        at[0] += part.sum;
        at[1] += part.size;
    }
    for (size_t i = 0; entry->kind != MACRO && i < row->confidence_count; i++) {
        double confidence = (double)row->confidences[i].confidence;
        double *at = ret_sums + 2 * bin_of(confidence);
        at[0] += (row->confidences[i].right ? 1 : 0) - confidence;
        at[1] += 1;
    }
}

static double value_of(const struct vector_entry *entry, const double *sums, size_t width)
{
    double total = 0, count = 0, most = 0;
    for (size_t i = 0; i < width; i += 2) {
        if (!(sums[i + 1] > 0))
            continue;
        double share = entry->kind == MACRO ? sums[i] / sums[i + 1] : fabs(sums[i]);
        total += share;
        count += entry->kind == MACRO ? 1 : sums[i + 1];
        most = fmax(most, share / sums[i + 1]);
    }
    if (!(count > 0))
        return (double)NAN;
    return entry->kind == MAXIMUM_ERROR ? most : total / count;
}

static double difference_of(const double *sums, const void *context)
{
    const struct layout *layout = context;
    double own = value_of(layout->entry, sums, layout->own_width);
    if (!layout->reference_width)
        return own;
    return own - value_of(layout->entry, sums + layout->own_width, layout->reference_width);
}

static bool fill_side(const struct vector_entry *entry, struct outcome_side side, size_t count,
                      double *rows, size_t width)
{
    struct outcome_row row = {0};
    bool read = true;
    for (size_t i = 0; i < count && read; i++) {
        read = run_outcomes_row(side.outcomes, side.at[i], side.candidate, &row);
        if (read)
            fill_row(entry, &row, rows + i * width);
    }
    outcome_row_done(&row);
    return read;
}

DEFINE_CLEANUP(free_rows, double, memory_free)

static enum status by_bootstrap(const struct vector_entry *entry, struct outcome_side own,
                                const struct outcome_side *reference, size_t count,
                                size_t resamples, struct cluster_bootstrap_result *ret_result,
                                struct error *err)
{
    struct layout layout = {entry, width_of(entry, own.outcomes),
                            reference ? width_of(entry, reference->outcomes) : 0};
    size_t width = layout.own_width + layout.reference_width;
    CLEANUP(free_rows) double *rows = memory_alloc((count * width + 1) * sizeof *rows);
    if (!rows || !fill_side(entry, own, count, rows, width) ||
        (reference && !fill_side(entry, *reference, count, rows + layout.own_width, width)))
        return error_no_memory(err);
    struct bootstrap_options options = {
        .seed = BOOTSTRAP_SEED, .purpose = entry->metric, .resamples = resamples};
    return cluster_bootstrap((struct cluster_rows){rows, count, width}, difference_of, &layout,
                             options, ret_result, err);
}

static bool rank_row(struct ranked_list *list, const struct vector_entry *entry,
                     const struct outcome_row *row, size_t cluster)
{
    bool added = true;
    for (size_t i = 0; entry->kind == AREA && added && i < row->confidence_count; i++)
        added = cluster_rank_add(list, (double)row->confidences[i].confidence, cluster,
                                 row->confidences[i].right);
    if (entry->kind == AREA)
        return added;
    const double *times = entry->first_token ? row->first_token_ms : row->latency_ms;
    size_t count = entry->first_token ? row->first_token_count : row->latency_count;
    for (size_t i = 0; added && i < count; i++)
        added = cluster_rank_add(list, times[i], cluster, true);
    return added;
}

static bool rank(const struct vector_entry *entry, struct outcome_side side, size_t count,
                 struct ranked_list *list)
{
    struct outcome_row row = {0};
    bool ranked = true;
    for (size_t i = 0; i < count && ranked; i++)
        ranked = run_outcomes_row(side.outcomes, side.at[i], side.candidate, &row) &&
                 rank_row(list, entry, &row, i);
    outcome_row_done(&row);
    return ranked;
}

static enum status by_ranks(const struct vector_entry *entry, struct outcome_side own,
                            const struct outcome_side *reference, size_t count, size_t resamples,
                            struct cluster_bootstrap_result *ret_result, struct error *err)
{
    CLEANUP(cluster_rank_done) struct ranked_list list = {0};
    CLEANUP(cluster_rank_done) struct ranked_list other = {0};
    if (!rank(entry, own, count, &list) || (reference && !rank(entry, *reference, count, &other)))
        return error_no_memory(err);
    struct ranked_list *others = reference ? &other : NULL;
    if (entry->kind == AREA)
        return cluster_rank_auroc(&list, others, count, ret_result, err);
    struct cluster_rank_quantile quantile = {entry->percent, resamples, BOOTSTRAP_SEED,
                                             entry->metric};
    return cluster_rank_quantile(quantile, &list, others, count, ret_result, err);
}

enum status vector_metric_estimate(const char *metric, struct outcome_side own,
                                   const struct outcome_side *reference, size_t count,
                                   size_t resamples, struct cluster_bootstrap_result *ret_result,
                                   struct error *err)
{
    const struct vector_entry *entry = entry_of(metric);
    resamples = resamples ? resamples : VECTOR_METRIC_RESAMPLES;
    if (entry->kind == AREA || entry->kind == QUANTILE)
        return by_ranks(entry, own, reference, count, resamples, ret_result, err);
    return by_bootstrap(entry, own, reference, count, resamples, ret_result, err);
}
