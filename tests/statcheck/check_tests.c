/*
 * check_tests.c: tests of hypotheses, cluster errors, resampling, planning.
 */
#include "check.h"
#include "stats/agreement.h"
#include "stats/bootstrap.h"
#include "stats/chi_square.h"
#include "stats/cluster_error.h"
#include "stats/confidence_sequence.h"
#include "stats/mcnemar.h"
#include "stats/multiplicity.h"
#include "stats/pass_k.h"
#include "stats/permutation.h"
#include "stats/rank_test.h"
#include "stats/sample_size.h"
#include "stats/t_test.h"

#include <string.h>

/* --- paired 0/1 ------------------------------------------------------------------------------ */

static struct paired_table table_of(struct check_case *c)
{
    return (struct paired_table){check_number(c, "a"), check_number(c, "b"), check_number(c, "c"),
                                 check_number(c, "d")};
}

static json_t *mcnemar_answer(struct check_case *c, struct mcnemar_test test, bool with_statistic)
{
    if (check_is_undefined(c, test.undefined))
        return NULL;
    json_t *result = json_pack("{s:o}", "p", check_real(test.p));
    if (with_statistic)
        json_object_set_new(result, "stat", check_real(test.statistic));
    return result;
}

static json_t *exact(struct check_case *c)
{
    return mcnemar_answer(c, mcnemar_exact(table_of(c)), true);
}

static json_t *midp(struct check_case *c)
{
    return mcnemar_answer(c, mcnemar_midp(table_of(c)), false);
}

static json_t *chi2(struct check_case *c)
{
    return mcnemar_answer(c, mcnemar_chi_square(table_of(c), false), true);
}

static json_t *chi2cc(struct check_case *c)
{
    return mcnemar_answer(c, mcnemar_chi_square(table_of(c), true), true);
}

static json_t *newcombe10(struct check_case *c)
{
    return check_interval(c, mcnemar_newcombe(table_of(c), check_number(c, "alpha")));
}

static json_t *newcombe8(struct check_case *c)
{
    return check_interval(c, mcnemar_newcombe_uncorrected(table_of(c), check_number(c, "alpha")));
}

static json_t *tango(struct check_case *c)
{
    return check_interval(c, mcnemar_tango(table_of(c), check_number(c, "alpha")));
}

/* --- t and ranks ----------------------------------------------------------------------------- */

static json_t *t_answer(struct check_case *c, struct t_test test)
{
    if (check_is_undefined(c, test.undefined))
        return NULL;
    return json_pack("{s:o,s:o,s:o,s:o}", "t", check_real(test.t), "p", check_real(test.p), "df",
                     check_real(test.degrees), "ci", check_pair(test.low, test.high));
}

static json_t *paired(struct check_case *c)
{
    struct t_test_options options = {.alternative = check_alternative(c)};
    return t_answer(c, t_test_paired(check_sample(c, "a"), check_sample(c, "b"), options));
}

static json_t *welch(struct check_case *c)
{
    struct t_test_options options = {.alternative = check_alternative(c)};
    return t_answer(c, t_test_welch(check_sample(c, "a"), check_sample(c, "b"), options));
}

static struct rank_test_options rank_options(struct check_case *c)
{
    struct rank_test_options options = {.alternative = check_alternative(c)};
    const char *method = check_text_or_empty(c, "method");
    if (strcmp(method, "exact") == 0)
        options.method = RANK_TEST_EXACT;
    else if (strcmp(method, "asymptotic") == 0 || strcmp(method, "approx") == 0)
        options.method = RANK_TEST_ASYMPTOTIC;
    else if (strcmp(method, "") != 0 && strcmp(method, "auto") != 0)
        check_fault(c, "unknown method '%s'", method);
    const char *zeros = check_text_or_empty(c, "zero_method");
    if (strcmp(zeros, "pratt") == 0)
        options.zeros = RANK_TEST_ZEROS_RANKED;
    else if (strcmp(zeros, "zsplit") == 0)
        options.zeros = RANK_TEST_ZEROS_SPLIT;
    else if (strcmp(zeros, "") != 0 && strcmp(zeros, "wilcox") != 0)
        check_fault(c, "unknown zero_method '%s'", zeros);
    return options;
}

static json_t *rank_answer(struct check_case *c, enum status status, struct rank_test test,
                           const char *statistic)
{
    if (status != STATUS_OK || check_is_undefined(c, test.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", statistic, check_real(test.statistic), "p", check_real(test.p));
}

static json_t *mannwhitneyu(struct check_case *c)
{
    struct rank_test_options options = rank_options(c);
    options.continuity_correction = check_flag_or(c, "use_continuity", true);
    struct rank_test test = {0};
    enum status status =
        rank_test_mann_whitney(check_sample(c, "a"), check_sample(c, "b"), options, &test, &c->err);
    return rank_answer(c, status, test, "U");
}

static json_t *wilcoxon(struct check_case *c)
{
    struct rank_test_options options = rank_options(c);
    options.continuity_correction = check_flag_or(c, "correction", false);
    struct rank_test test = {0};
    enum status status = rank_test_wilcoxon(check_sample(c, "d"), options, &test, &c->err);
    return rank_answer(c, status, test, "W");
}

static json_t *brunnermunzel(struct check_case *c)
{
    struct brunner_munzel test = {0};
    if (rank_test_brunner_munzel(check_sample(c, "a"), check_sample(c, "b"), check_alternative(c),
                                 &test, &c->err) != STATUS_OK ||
        check_is_undefined(c, test.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", "stat", check_real(test.statistic), "p", check_real(test.p));
}

static json_t *cuped(struct check_case *c)
{
    struct covaried_sample first = {check_sample(c, "a"), check_sample(c, "pre_a")};
    struct covaried_sample second = {check_sample(c, "b"), check_sample(c, "pre_b")};
    struct t_test_options options = {.alternative = check_alternative(c)};
    struct cuped_test result = t_test_cuped(first, second, options);
    if (check_is_undefined(c, result.test.undefined))
        return NULL;
    json_t *answer = t_answer(c, result.test);
    json_object_set_new(answer, "theta", check_real(result.theta));
    return answer;
}

/* --- clusters -------------------------------------------------------------------------------- */

static struct cluster_labels clusters_of(struct check_case *c, size_t items)
{
    struct cluster_labels clusters = {0};
    size_t count;
    check_labels(c, "cluster", NULL, &clusters.of_item, NULL, &count, &clusters.cluster_count);
    if (count != items)
        check_fault(c, "'cluster' differs in length from the scores");
    return clusters;
}

static json_t *cluster_answer(struct check_case *c, const struct cluster_error *error)
{
    if (check_is_undefined(c, error->undefined))
        return NULL;
    json_t *result = json_pack("{s:I,s:I}", "n", (json_int_t)error->items, "clusters",
                               (json_int_t)error->clusters);
    json_object_set_new(result, "mean", check_real(error->mean));
    json_object_set_new(result, "se_clt", check_real(error->se_clt));
    json_object_set_new(result, "se_miller", check_real(error->se_miller));
    json_object_set_new(result, "se_cr0", check_real(error->se_cr0));
    json_object_set_new(result, "se_cr1", check_real(error->se_cr1));
    json_object_set_new(result, "statsmodels_bse", check_real(error->se_cr1));
    json_object_set_new(result, "t_ci", check_pair(error->low, error->high));
    json_object_set_new(result, "deff", check_real(error->design_effect));
    return result;
}

static json_t *cluster_mean(struct check_case *c)
{
    struct sample scores = check_sample(c, "scores");
    struct cluster_labels clusters = clusters_of(c, scores.count);
    struct cluster_error error = {0};
    double alpha = check_number_or(c, "alpha", 0.05);
    if (c->fault[0] || cluster_error_mean(scores, clusters, alpha, &error, &c->err) != STATUS_OK)
        return NULL;
    return cluster_answer(c, &error);
}

static json_t *cluster_paired_diff(struct check_case *c)
{
    struct sample first = check_sample(c, "a");
    struct sample second = check_sample(c, "b");
    struct cluster_labels clusters = clusters_of(c, first.count);
    struct cluster_error_paired error = {0};
    double alpha = check_number_or(c, "alpha", 0.05);
    if (c->fault[0] ||
        cluster_error_paired_mean(first, second, clusters, alpha, &error, &c->err) != STATUS_OK)
        return NULL;
    json_t *result = cluster_answer(c, &error.difference);
    if (result) {
        json_object_set_new(result, "se_unpaired", check_real(error.se_unpaired));
        json_object_set_new(result, "corr", check_real(error.correlation));
    }
    return result;
}

/* --- resampling ------------------------------------------------------------------------------ */

static json_t *paired_signflip(struct check_case *c)
{
    struct sample first = check_sample(c, "a");
    struct sample second = check_sample(c, "b");
    if (first.count != second.count)
        check_fault(c, "'a' and 'b' differ in length");
    double *gaps = arena_array(c->arena, first.count + 1, sizeof *gaps);
    if (c->fault[0] || !gaps)
        return NULL;
    for (size_t i = 0; i < first.count; i++)
        gaps[i] = first.values[i] - second.values[i];
    struct permutation_options options = {.alternative = check_alternative(c)};
    struct permutation_test test = {0};
    if (permutation_sign_flip((struct sample){gaps, first.count}, options, &test, &c->err) !=
            STATUS_OK ||
        check_is_undefined(c, test.undefined))
        return NULL;
    return json_pack("{s:o}", "p", check_real(test.p));
}

static const uint32_t *index_of(struct check_case *c, size_t items, size_t *ret_resamples)
{
    const json_t *rows = json_object_get(c->input, "index");
    *ret_resamples = json_array_size(rows);
    uint32_t *index = arena_array(c->arena, *ret_resamples * items + 1, sizeof *index);
    for (size_t r = 0; index && r < *ret_resamples; r++) {
        struct sample row = check_sample_of(c, json_array_get(rows, r), "index");
        if (row.count != items)
            check_fault(c, "row %zu of 'index' differs in length from the data", r);
        for (size_t i = 0; i < items && !c->fault[0]; i++) {
            if (!(row.values[i] >= 0 && row.values[i] < (double)items))
                check_fault(c, "an index of row %zu is out of range", r);
            else
                index[r * items + i] = (uint32_t)row.values[i];
        }
    }
    return index;
}

static json_t *fixed_resamples(struct check_case *c)
{
    struct sample data = check_sample(c, "data");
    const char *statistic = check_text_or_empty(c, "statistic");
    struct bootstrap_given given = {.level = check_number_or(c, "level", 0.95)};
    if (strcmp(statistic, "median") == 0)
        given.statistic = BOOTSTRAP_MEDIAN;
    else if (strcmp(statistic, "mean") != 0)
        check_fault(c, "unknown statistic '%s'", statistic);
    given.index = index_of(c, data.count, &given.resamples);
    struct bootstrap_result result = {0};
    if (c->fault[0] || bootstrap_of_given(data, given, &result, &c->err) != STATUS_OK ||
        check_is_undefined(c, result.undefined))
        return NULL;
    return json_pack("{s:o,s:o,s:o,s:o}", "percentile",
                     check_pair(result.percentile.low, result.percentile.high), "se",
                     check_real(result.standard_error), "basic",
                     check_pair(result.basic.low, result.basic.high), "BCa",
                     check_pair(result.bca.low, result.bca.high));
}

/* --- several tests, counts ------------------------------------------------------------------- */

static json_t *adjusted(struct check_case *c, enum multiplicity_method method)
{
    struct sample p = check_sample(c, "p");
    struct multiplicity_result *results = arena_array(c->arena, p.count + 1, sizeof *results);
    const char *undefined = NULL;
    if (!results || multiplicity_adjust(p, method, check_number_or(c, "alpha", 0.05), results,
                                        &undefined, &c->err) != STATUS_OK)
        return NULL;
    if (check_is_undefined(c, undefined))
        return NULL;
    json_t *reject = json_array();
    json_t *values = json_array();
    for (size_t i = 0; i < p.count; i++) {
        json_array_append_new(reject, json_boolean(results[i].rejected));
        json_array_append_new(values, check_real(results[i].adjusted_p));
    }
    return json_pack("{s:o,s:o}", "reject", reject, "p_adj", values);
}

static json_t *holm(struct check_case *c)
{
    return adjusted(c, MULTIPLICITY_HOLM);
}

static json_t *fdr_bh(struct check_case *c)
{
    return adjusted(c, MULTIPLICITY_BENJAMINI_HOCHBERG);
}

static json_t *srm(struct check_case *c)
{
    struct chi_square_test test =
        chi_square_fit(check_sample(c, "counts"), check_sample(c, "weights"));
    if (check_is_undefined(c, test.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", "chi2", check_real(test.statistic), "p", check_real(test.p));
}

static json_t *contingency(struct check_case *c)
{
    const json_t *rows = json_object_get(c->input, "table");
    struct chi_square_table table = {.rows = json_array_size(rows)};
    table.columns = json_array_size(json_array_get(rows, 0));
    size_t cells = table.rows * table.columns;
    double *counts = arena_array(c->arena, cells + 1, sizeof *counts);
    double *expected = arena_array(c->arena, cells + 1, sizeof *expected);
    for (size_t r = 0; r < table.rows; r++) {
        struct sample row = check_sample_of(c, json_array_get(rows, r), "table");
        if (row.count != table.columns)
            check_fault(c, "the rows of 'table' differ in length");
        for (size_t i = 0; counts && i < row.count && !c->fault[0]; i++)
            counts[r * table.columns + i] = row.values[i];
    }
    if (c->fault[0] || !counts || !expected)
        return NULL;
    table.counts = counts;
    struct chi_square_test test =
        chi_square_contingency(table, check_flag_or(c, "correction", true), expected);
    if (check_is_undefined(c, test.undefined))
        return NULL;
    json_t *expected_rows = json_array();
    for (size_t r = 0; r < table.rows; r++)
        json_array_append_new(expected_rows,
                              check_list(expected + r * table.columns, table.columns));
    return json_pack("{s:o,s:o,s:o,s:o}", "chi2", check_real(test.statistic), "p",
                     check_real(test.p), "df", check_real(test.degrees), "expected", expected_rows);
}

/* --- planning, repeats, agreement, sequences ------------------------------------------------- */

static struct sample_size_variances variances_of(struct check_case *c)
{
    return (struct sample_size_variances){check_number(c, "omega2"), check_number(c, "varA"),
                                          check_number(c, "varB"), check_number(c, "KA"),
                                          check_number(c, "KB")};
}

static struct sample_size_goal goal_of(struct check_case *c)
{
    return (struct sample_size_goal){check_number(c, "alpha"), check_number(c, "power")};
}

static json_t *miller_n(struct check_case *c)
{
    return check_estimate(
        c, sample_size_paired(variances_of(c), check_number(c, "delta"), goal_of(c)));
}

static json_t *miller_mde(struct check_case *c)
{
    return check_estimate(
        c, sample_size_detectable(variances_of(c), check_number(c, "n"), goal_of(c)));
}

static json_t *z_prop_n(struct check_case *c)
{
    return check_estimate(
        c, sample_size_two_shares(check_number(c, "p1"), check_number(c, "p2"), goal_of(c)));
}

static json_t *pass_k(struct check_case *c)
{
    uint64_t n = check_integer(c, "n");
    uint64_t successes = check_integer(c, "c");
    uint64_t k = check_integer(c, "k");
    struct estimate any = pass_k_any(n, successes, k);
    struct estimate all = pass_k_all(n, successes, k);
    if (check_is_undefined(c, any.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", "pass_at_k", check_real(any.value), "pass_hat_k",
                     check_real(all.value));
}

static struct agreement_ratings ratings_of(struct check_case *c)
{
    struct agreement_ratings ratings = {0};
    check_labels(c, "a", "b", &ratings.first, &ratings.second, &ratings.count,
                 &ratings.label_count);
    return ratings;
}

static json_t *cohen_kappa(struct check_case *c)
{
    const char *name = check_text_or_empty(c, "weights");
    enum agreement_weights weights = AGREEMENT_UNWEIGHTED;
    if (strcmp(name, "linear") == 0)
        weights = AGREEMENT_LINEAR;
    else if (strcmp(name, "quadratic") == 0)
        weights = AGREEMENT_QUADRATIC;
    else if (strcmp(name, "") != 0)
        check_fault(c, "unknown weights '%s'", name);
    struct agreement_ratings ratings = ratings_of(c);
    struct estimate kappa = {0};
    if (c->fault[0] || agreement_cohen_kappa(ratings, weights, &kappa, &c->err) != STATUS_OK)
        return NULL;
    return check_estimate(c, kappa);
}

static json_t *matthews(struct check_case *c)
{
    struct agreement_ratings ratings = ratings_of(c);
    struct estimate value = {0};
    if (c->fault[0] || agreement_matthews(ratings, &value, &c->err) != STATUS_OK)
        return NULL;
    return check_estimate(c, value);
}

static json_t *asymp_cs(struct check_case *c)
{
    struct confidence_sequence_width width = confidence_sequence_asymptotic(
        check_number(c, "n"), check_number(c, "var"), check_number(c, "alpha"),
        check_number_or(c, "tuning", 5000));
    if (check_is_undefined(c, width.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", "rho", check_real(width.rho), "halfwidth",
                     check_real(width.half_width));
}

static json_t *msprt_p(struct check_case *c)
{
    return check_estimate(
        c, confidence_sequence_msprt_p(check_number(c, "n"), check_number(c, "dbar"),
                                       check_number(c, "sigma2"), check_number(c, "tau2")));
}

const struct check check_tests[] = {
    {"exact", exact},
    {"midp", midp},
    {"chi2", chi2},
    {"chi2cc", chi2cc},
    {"newcombe10", newcombe10},
    {"newcombe8", newcombe8},
    {"tango", tango},
    {"paired", paired},
    {"welch", welch},
    {"mannwhitneyu", mannwhitneyu},
    {"wilcoxon", wilcoxon},
    {"brunnermunzel", brunnermunzel},
    {"cuped", cuped},
    {"cluster_mean", cluster_mean},
    {"cluster_paired_diff", cluster_paired_diff},
    {"paired_signflip", paired_signflip},
    {"fixed_resamples", fixed_resamples},
    {"holm", holm},
    {"fdr_bh", fdr_bh},
    {"srm", srm},
    {"contingency", contingency},
    {"miller_n", miller_n},
    {"miller_mde", miller_mde},
    {"z_prop_n", z_prop_n},
    {"pass_k", pass_k},
    {"cohen_kappa", cohen_kappa},
    {"matthews", matthews},
    {"asymp_cs", asymp_cs},
    {"msprt_p", msprt_p},
    {NULL, NULL},
};
