/*
 * agreement.c: over the table of label pairs, which lives in this call only. Any thread.
 */
#include "stats/agreement.h"

#include "base/cleanup.h"
#include "base/memory.h"

enum { MAX_LABELS = 4096 };

DEFINE_CLEANUP(free_table, double, memory_free)

/* table: labels x labels, then the row sums, then the column sums. */
static enum status count_pairs(struct agreement_ratings ratings, double **ret_table,
                               struct error *err)
{
    size_t labels = ratings.label_count;
    if (labels > MAX_LABELS)
        return error_set(err, STATUS_LIMIT, "%zu labels are too many for an agreement", labels);
    double *table = memory_alloc((labels * labels + 2 * labels + 1) * sizeof *table);
    if (!table)
        return error_no_memory(err);
    double *rows = table + labels * labels;
    double *columns = rows + labels;
    for (size_t i = 0; i < ratings.count; i++) {
        size_t a = ratings.first[i];
        size_t b = ratings.second[i];
        table[a * labels + b]++;
        rows[a]++;
        columns[b]++;
    }
    *ret_table = table;
    return STATUS_OK;
}

static double weight_of(enum agreement_weights weights, size_t a, size_t b)
{
    double gap = a > b ? (double)(a - b) : (double)(b - a);
    switch (weights) {
    case AGREEMENT_LINEAR:
        return gap;
    case AGREEMENT_QUADRATIC:
        return gap * gap;
    case AGREEMENT_UNWEIGHTED:
        return gap > 0;
    }
    return 0;
}

enum status agreement_cohen_kappa(struct agreement_ratings ratings, enum agreement_weights weights,
                                  struct estimate *ret_kappa, struct error *err)
{
    static const char *const conventions[] = {"Cohen's kappa", "Cohen's kappa, linear weights",
                                              "Cohen's kappa, quadratic weights"};
    const char *convention = conventions[weights];
    CLEANUP(free_table) double *table = NULL;
    enum status status = count_pairs(ratings, &table, err);
    if (status != STATUS_OK)
        return status;
    size_t labels = ratings.label_count;
    const double *rows = table + labels * labels;
    const double *columns = rows + labels;
    double observed = 0;
    double expected = 0;
    for (size_t a = 0; a < labels; a++) {
        for (size_t b = 0; b < labels; b++) {
            double weight = weight_of(weights, a, b);
            observed += weight * table[a * labels + b];
            expected += weight * rows[a] * columns[b];
        }
    }
    if (expected == 0)
        *ret_kappa = estimate_undefined(convention, ratings.count ? "only one label is in use"
                                                                  : "there are no ratings");
    else
        *ret_kappa = estimate_of(1 - observed * (double)ratings.count / expected, convention);
    return STATUS_OK;
}

enum status agreement_matthews(struct agreement_ratings ratings, struct estimate *ret_value,
                               struct error *err)
{
    static const char convention[] = "Matthews correlation";
    if (ratings.count == 0) {
        *ret_value = estimate_undefined(convention, "there are no ratings");
        return STATUS_OK;
    }
    CLEANUP(free_table) double *table = NULL;
    enum status status = count_pairs(ratings, &table, err);
    if (status != STATUS_OK)
        return status;
    size_t labels = ratings.label_count;
    const double *rows = table + labels * labels;
    const double *columns = rows + labels;
    double n = (double)ratings.count;
    double both = 0;
    double rows_square = n * n;
    double columns_square = n * n;
    for (size_t a = 0; a < labels; a++) {
        both += table[a * labels + a] * n - rows[a] * columns[a];
        rows_square -= rows[a] * rows[a];
        columns_square -= columns[a] * columns[a];
    }
    double scale = rows_square * columns_square;
    *ret_value = estimate_of(scale > 0 ? both / sqrt(scale) : 0, convention);
    return STATUS_OK;
}

struct estimate agreement_fleiss_kappa(const double *counts, size_t items, size_t label_count)
{
    static const char convention[] = "Fleiss' kappa";
    double raters = 0;
    for (size_t j = 0; items > 0 && j < label_count; j++)
        raters += counts[j];
    if (items == 0 || !(raters >= 2))
        return estimate_undefined(convention, "no items, or fewer than two raters");
    double agreement = 0;
    double chance = 0;
    for (size_t j = 0; j < label_count; j++) {
        double label_sum = 0;
        for (size_t i = 0; i < items; i++) {
            double count = counts[i * label_count + j];
            label_sum += count;
            agreement += count * count;
        }
        double share = label_sum / ((double)items * raters);
        chance += share * share;
    }
    agreement = (agreement / ((double)items * raters) - 1) / (raters - 1);
    if (chance == 1)
        return estimate_undefined(convention, "only one label is in use");
    return estimate_of((agreement - chance) / (1 - chance), convention);
}
