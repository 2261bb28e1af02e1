/*
 * chi_square.c: Pearson's statistic. No memory, no state; any thread.
 */
#include "stats/chi_square.h"

#include "numeric/gamma_law.h"

static struct chi_square_test failed(const char *convention, const char *reason)
{
    double nan = (double)NAN;
    return (struct chi_square_test){nan, nan, nan, convention, reason};
}

static bool are_counts(struct sample counts)
{
    for (size_t i = 0; i < counts.count; i++) {
        if (!(counts.values[i] >= 0 && isfinite(counts.values[i])))
            return false;
    }
    return true;
}

static double sum_of(struct sample counts)
{
    double sum = 0;
    for (size_t i = 0; i < counts.count; i++)
        sum += counts.values[i];
    return sum;
}

struct chi_square_test chi_square_fit(struct sample counts, struct sample weights)
{
    static const char convention[] = "chi-square, cells - 1 degrees";
    if (counts.count != weights.count || counts.count < 2)
        return failed(convention, "fewer than two cells");
    if (!are_counts(counts) || !are_counts(weights))
        return failed(convention, "a count or weight is negative or not a number");
    double total = sum_of(counts);
    double weight = sum_of(weights);
    if (!(total > 0 && weight > 0))
        return failed(convention, "there are no counts or no weights");
    struct chi_square_test test = {.convention = convention, .degrees = (double)counts.count - 1};
    for (size_t i = 0; i < counts.count; i++) {
        double expected = weights.values[i] / weight * total;
        if (!(expected > 0))
            return failed(convention, "a cell of zero weight");
        double gap = counts.values[i] - expected;
        test.statistic += gap * gap / expected;
    }
    test.p = gamma_law_chi_square_sf(test.statistic, test.degrees);
    return test;
}

static double expected_of(struct chi_square_table table, size_t row, size_t column, double total)
{
    double row_sum = sum_of((struct sample){table.counts + row * table.columns, table.columns});
    double column_sum = 0;
    for (size_t r = 0; r < table.rows; r++)
        column_sum += table.counts[r * table.columns + column];
    return row_sum * column_sum / total;
}

struct chi_square_test chi_square_contingency(struct chi_square_table table, bool yates,
                                              double *ret_expected)
{
    struct sample cells = {table.counts, table.rows * table.columns};
    double degrees = ((double)table.rows - 1) * ((double)table.columns - 1);
    bool corrected = yates && degrees == 1;
    const char *convention =
        corrected ? "chi-square, Yates corrected" : "chi-square, not corrected";
    double total = sum_of(cells);
    if (cells.count == 0 || !are_counts(cells) || !(total > 0))
        return failed(convention, "the table has no counts, or one that is not a number");
    struct chi_square_test test = {.convention = convention, .degrees = degrees};
    for (size_t i = 0; i < cells.count; i++) {
        double expected = expected_of(table, i / table.columns, i % table.columns, total);
        if (ret_expected)
            ret_expected[i] = expected;
        if (!(expected > 0))
            return failed(convention, "a row or column of the table is empty");
        double gap = fabs(table.counts[i] - expected);
        if (corrected)
            gap -= fmin(0.5, gap);
        test.statistic += gap * gap / expected;
    }
    if (degrees == 0)
        test.statistic = 0;
    test.p = degrees == 0 ? 1 : gamma_law_chi_square_sf(test.statistic, degrees);
    return test;
}
