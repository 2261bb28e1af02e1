/*
 * check_estimates.c: intervals, calibration, correlation, percentiles.
 */
#include "check.h"
#include "numeric/order.h"
#include "stats/calibration.h"
#include "stats/cluster_rank.h"
#include "stats/correlation.h"
#include "stats/proportion.h"
#include "stats/quantile.h"

#include <string.h>

static struct share share_of(struct check_case *c, const char *successes, const char *trials)
{
    return (struct share){check_number(c, successes), check_number(c, trials)};
}

static json_t *wilson(struct check_case *c)
{
    return check_interval(c, proportion_wilson(share_of(c, "k", "n"), check_number(c, "alpha")));
}

static json_t *clopper_pearson(struct check_case *c)
{
    return check_interval(
        c, proportion_clopper_pearson(share_of(c, "k", "n"), check_number(c, "alpha")));
}

static json_t *z_test(struct check_case *c)
{
    struct z_test test =
        proportion_z_test(share_of(c, "k1", "n1"), share_of(c, "k2", "n2"), check_alternative(c));
    if (check_is_undefined(c, test.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", "z", check_real(test.z), "p", check_real(test.p));
}

static json_t *newcombe(struct check_case *c)
{
    return check_interval(c, proportion_newcombe(share_of(c, "k1", "n1"), share_of(c, "k2", "n2"),
                                                 check_number(c, "alpha")));
}

static struct forecasts forecasts_of(struct check_case *c)
{
    size_t count;
    const bool *correct = check_flags(c, "y", &count);
    struct sample confidence = check_sample(c, "p");
    if (count != confidence.count)
        check_fault(c, "'y' and 'p' differ in length");
    return (struct forecasts){confidence.values, correct, c->fault[0] ? 0 : count};
}

static json_t *calibration_error(struct check_case *c, enum calibration_bins kind)
{
    struct forecasts forecasts = forecasts_of(c);
    struct calibration_error error = {0};
    enum status status = calibration_measure(forecasts, kind, (size_t)check_integer(c, "bins"),
                                             NULL, &error, &c->err);
    if (status != STATUS_OK || check_is_undefined(c, error.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", "ece", check_real(error.expected), "mce",
                     check_real(error.maximum));
}

static json_t *ece_width(struct check_case *c)
{
    return calibration_error(c, CALIBRATION_WIDTH_LEFT_CLOSED);
}

static json_t *ece_width_right(struct check_case *c)
{
    return calibration_error(c, CALIBRATION_WIDTH_RIGHT_CLOSED);
}

static json_t *ece_mass(struct check_case *c)
{
    return calibration_error(c, CALIBRATION_MASS);
}

static json_t *brier(struct check_case *c)
{
    return check_estimate(c, calibration_brier(forecasts_of(c)));
}

static json_t *log_loss(struct check_case *c)
{
    return check_estimate(c, calibration_log_loss(forecasts_of(c)));
}

static json_t *risk_coverage(struct check_case *c)
{
    struct risk_coverage risk = {0};
    if (calibration_risk_coverage(forecasts_of(c), &risk, &c->err) != STATUS_OK ||
        check_is_undefined(c, risk.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", "aurc", check_real(risk.area), "e_aurc",
                     check_real(risk.area_excess));
}

static json_t *auroc(struct check_case *c)
{
    size_t count;
    const bool *positive = check_flags(c, "y", &count);
    struct sample scores = check_sample(c, "score");
    struct estimate area = {0};
    if (count != scores.count)
        check_fault(c, "'y' and 'score' differ in length");
    if (c->fault[0] || correlation_auroc(positive, scores, &area, &c->err) != STATUS_OK)
        return NULL;
    return check_estimate(c, area);
}

static json_t *correlation_answer(struct check_case *c, struct correlation result, const char *name)
{
    if (check_is_undefined(c, result.undefined))
        return NULL;
    return json_pack("{s:o,s:o}", name, check_real(result.value), "p", check_real(result.p));
}

static json_t *spearman(struct check_case *c)
{
    struct correlation result = {0};
    if (correlation_spearman(check_sample(c, "x"), check_sample(c, "y"), &result, &c->err) !=
        STATUS_OK)
        return NULL;
    return correlation_answer(c, result, "rho");
}

static json_t *pearson(struct check_case *c)
{
    return correlation_answer(c, correlation_pearson(check_sample(c, "x"), check_sample(c, "y")),
                              "r");
}

static json_t *percentile(struct check_case *c)
{
    struct sample values = check_sample(c, "x");
    const json_t *q = json_object_get(c->input, "q");
    double single = json_is_array(q) ? 0 : check_number(c, "q");
    struct sample percents = json_is_array(q) ? check_sample(c, "q") : (struct sample){&single, 1};
    const char *method = check_text_or_empty(c, "method");
    enum quantile_kind kind = QUANTILE_LINEAR;
    if (strcmp(method, "inverted_cdf") == 0)
        kind = QUANTILE_NEAREST_RANK;
    else if (strcmp(method, "linear") != 0)
        check_fault(c, "unknown method '%s'", method);
    double *results = arena_array(c->arena, percents.count + 1, sizeof *results);
    for (size_t i = 0; results && i < percents.count; i++) {
        struct estimate estimate = {0};
        if (quantile_estimate(values, percents.values[i] / 100, kind, &estimate, &c->err) !=
                STATUS_OK ||
            check_is_undefined(c, estimate.undefined))
            return NULL;
        results[i] = estimate.value;
    }
    return check_list(results, percents.count);
}

static json_t *score_interval(struct check_case *c)
{
    struct share first = {check_number(c, "k1"), check_number(c, "n1")};
    struct share second = {check_number(c, "k2"), check_number(c, "n2")};
    return check_interval(c,
                          proportion_miettinen_nurminen(first, second, check_number(c, "alpha")));
}

static json_t *kendall(struct check_case *c)
{
    struct correlation result = {0};
    if (correlation_kendall(check_sample(c, "x"), check_sample(c, "y"), &result, &c->err) !=
        STATUS_OK)
        return NULL;
    return correlation_answer(c, result, "tau");
}

/* y: right or not, score: confidence, cluster: conversation. With `other`: the scores of a second
 * candidate on the same values. */
static bool ranked_of(struct check_case *c, const char *key, struct ranked_list *list,
                      size_t *ret_clusters)
{
    size_t count, labels;
    const bool *right = check_flags(c, "y", &count);
    struct sample scores = check_sample(c, key);
    const uint32_t *cluster;
    check_labels(c, "cluster", NULL, &cluster, NULL, &labels, ret_clusters);
    if (count != scores.count || labels != count)
        check_fault(c, "'y', '%s' and 'cluster' differ in length", key);
    for (size_t i = 0; !c->fault[0] && i < count; i++)
        if (!cluster_rank_add(list, scores.values[i], cluster[i], right[i]))
            return false;
    return !c->fault[0];
}

static json_t *cluster_auroc(struct check_case *c)
{
    struct ranked_list own = {0}, other = {0};
    struct cluster_bootstrap_result result = {0};
    size_t clusters = 0;
    bool has_other = check_has(c, "other");
    bool read = ranked_of(c, "score", &own, &clusters) &&
                (!has_other || ranked_of(c, "other", &other, &clusters));
    enum status status =
        read ? cluster_rank_auroc(&own, has_other ? &other : NULL, clusters, &result, &c->err)
             : STATUS_DATA;
    cluster_rank_done(&own);
    cluster_rank_done(&other);
    if (status != STATUS_OK || check_is_undefined(c, result.undefined))
        return NULL;
    return json_pack("{s:o,s:o,s:o,s:o}", "value", check_real(result.estimate), "se",
                     check_real(result.standard_error), "p", check_real(result.p), "ci",
                     check_pair(result.interval.low, result.interval.high));
}

const struct check check_estimates[] = {
    {"wilson", wilson},
    {"beta", clopper_pearson},
    {"ztest", z_test},
    {"ci_newcomb", newcombe},
    {"ci_score", score_interval},
    {"ece_width", ece_width},
    {"ece_width_right", ece_width_right},
    {"ece_mass", ece_mass},
    {"brier", brier},
    {"log_loss", log_loss},
    {"risk_coverage", risk_coverage},
    {"auroc", auroc},
    {"spearman", spearman},
    {"kendalltau", kendall},
    {"cluster_auroc", cluster_auroc},
    {"pearson", pearson},
    {"percentile", percentile},
    {NULL, NULL},
};
