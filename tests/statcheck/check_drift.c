/*
 * check_drift.c: two-sample distances and tests, and detectors on streams.
 */
#include "check.h"
#include "drift/adwin.h"
#include "drift/distance.h"
#include "drift/ks_test.h"
#include "drift/page_hinkley.h"

#include <stdlib.h>
#include <string.h>

/* --- given streams --------------------------------------------------------------------------- */

/* [0, 1) */
static double splitmix_unit(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15U;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

static uint64_t seed_of(struct check_case *c, const json_t *seed)
{
    if (json_is_string(seed))
        return strtoull(json_string_value(seed), NULL, 10);
    if (!json_is_integer(seed))
        check_fault(c, "the seed is not a whole number");
    return (uint64_t)json_integer_value(seed);
}

static double member_number(struct check_case *c, const json_t *object, const char *key)
{
    return check_number_of(c, json_object_get(object, key), key);
}

static void fill_segment(struct check_case *c, const json_t *segment, uint64_t *state,
                         double *values, size_t count)
{
    const char *kind = json_string_value(json_object_get(segment, "kind"));
    kind = kind ? kind : "";
    bool bernoulli = strcmp(kind, "bernoulli") == 0;
    bool uniform = strcmp(kind, "uniform") == 0;
    if (!bernoulli && !uniform && strcmp(kind, "constant") != 0)
        check_fault(c, "unknown kind of segment '%s'", kind);
    double p = bernoulli ? member_number(c, segment, "p") : 0;
    double a = uniform ? member_number(c, segment, "a") : 0;
    double b = uniform ? member_number(c, segment, "b") : 0;
    double constant = bernoulli || uniform ? 0 : member_number(c, segment, "value");
    for (size_t i = 0; i < count; i++) {
        double u = splitmix_unit(state);
        values[i] = bernoulli ? (u < p ? 1 : 0) : uniform ? a + (b - a) * u : constant;
    }
}

static struct sample stream_of(struct check_case *c)
{
    const json_t *stream = json_object_get(c->input, "stream");
    const json_t *segments = json_object_get(stream, "segments");
    uint64_t state = seed_of(c, json_object_get(stream, "seed"));
    size_t total = 0;
    for (size_t i = 0; i < json_array_size(segments); i++) {
        double n = member_number(c, json_array_get(segments, i), "n");
        if (!(n >= 0 && n <= 1e8))
            check_fault(c, "a segment's 'n' is out of range");
        total += c->fault[0] ? 0 : (size_t)n;
    }
    double *values = arena_array(c->arena, total + 1, sizeof *values);
    size_t at = 0;
    for (size_t i = 0; values && !c->fault[0] && i < json_array_size(segments); i++) {
        const json_t *segment = json_array_get(segments, i);
        size_t n = (size_t)member_number(c, segment, "n");
        fill_segment(c, segment, &state, values + at, n);
        at += n;
    }
    struct sample sample = {values, c->fault[0] || !values ? 0 : total};
    const json_t *head = json_object_get(c->input, "head");
    for (size_t i = 0; i < json_array_size(head) && i < sample.count; i++) {
        double expected = json_number_value(json_array_get(head, i));
        if (fabs(expected - values[i]) > 1e-12 * fabs(expected))
            check_fault(c, "the stream's value %zu differs from its head", i);
    }
    return sample;
}

static double parameter(struct check_case *c, const char *key, double fallback)
{
    const json_t *value = json_object_get(json_object_get(c->input, "params"), key);
    return value && !json_is_null(value) ? check_number_of(c, value, key) : fallback;
}

static uint32_t small_count(struct check_case *c, const char *key, double fallback)
{
    double value = parameter(c, key, fallback);
    return value >= 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
}

static json_t *run_adwin(struct check_case *c)
{
    struct adwin_options options = ADWIN_DEFAULTS;
    options.delta = parameter(c, "delta", options.delta);
    options.clock = small_count(c, "clock", options.clock);
    options.max_buckets = small_count(c, "max_buckets", options.max_buckets);
    options.min_window_length = parameter(c, "min_window_length", options.min_window_length);
    options.grace_period = parameter(c, "grace_period", options.grace_period);
    const char *rule =
        json_string_value(json_object_get(json_object_get(c->input, "params"), "rule"));
    options.rule = rule && strcmp(rule, "moa") == 0 ? ADWIN_MOA : ADWIN_RIVER;
    struct sample stream = stream_of(c);
    CLEANUP(adwin_cleanup) struct adwin *adwin = adwin_create(options);
    if (!adwin)
        check_fault(c, "an option of ADWIN is out of range");
    if (c->fault[0])
        return NULL;
    json_t *detections = json_array();
    for (size_t i = 0; i < stream.count; i++) {
        if (adwin_update(adwin, stream.values[i]))
            json_array_append_new(detections, json_integer((json_int_t)i));
    }
    return json_pack("{s:o,s:o,s:o,s:o}", "detections", detections, "width",
                     check_real(adwin_width(adwin)), "estimation",
                     check_real(adwin_estimation(adwin)), "variance",
                     check_real(adwin_variance(adwin)));
}

static json_t *run_page_hinkley(struct check_case *c)
{
    struct page_hinkley_options options = PAGE_HINKLEY_DEFAULTS;
    options.min_instances = parameter(c, "min_instances", options.min_instances);
    options.delta = parameter(c, "delta", options.delta);
    options.threshold = parameter(c, "threshold", options.threshold);
    options.alpha = parameter(c, "alpha", options.alpha);
    const char *mode =
        json_string_value(json_object_get(json_object_get(c->input, "params"), "mode"));
    if (mode && strcmp(mode, "both") != 0)
        options.mode = strcmp(mode, "up") == 0 ? PAGE_HINKLEY_UP : PAGE_HINKLEY_DOWN;
    struct sample stream = stream_of(c);
    struct page_hinkley test = page_hinkley_start(options);
    json_t *detections = json_array();
    for (size_t i = 0; i < stream.count; i++) {
        if (page_hinkley_update(&test, stream.values[i]))
            json_array_append_new(detections, json_integer((json_int_t)i));
    }
    return json_pack("{s:o}", "detections", detections);
}

/* --- Kolmogorov-Smirnov ---------------------------------------------------------------------- */

static struct sample splitmix_sample(struct check_case *c, const char *seed_key,
                                     const char *count_key, double scale, double shift)
{
    uint64_t state = seed_of(c, json_object_get(c->input, seed_key));
    size_t count = (size_t)check_integer(c, count_key);
    double *values = count <= 100000000 ? arena_array(c->arena, count + 1, sizeof *values) : NULL;
    if (!values) {
        check_fault(c, "'%s' is out of range", count_key);
        return (struct sample){0};
    }
    for (size_t i = 0; i < count; i++)
        values[i] = scale * splitmix_unit(&state) + shift;
    return (struct sample){values, count};
}

static json_t *ks_2samp(struct check_case *c)
{
    bool drawn = !check_has(c, "x") && check_has(c, "seed_x");
    struct sample x = drawn ? splitmix_sample(c, "seed_x", "n1", 1, 0) : check_sample(c, "x");
    struct sample y = drawn ? splitmix_sample(c, "seed_y", "n2", check_number_or(c, "scale", 1),
                                              check_number_or(c, "shift", 0))
                            : check_sample(c, "y");
    struct ks_test_options options = {.alternative = check_alternative(c)};
    const char *method = check_text_or_empty(c, "method");
    if (strcmp(method, "exact") == 0)
        options.method = KS_TEST_EXACT;
    else if (strcmp(method, "asymp") == 0)
        options.method = KS_TEST_ASYMPTOTIC;
    else if (strcmp(method, "") != 0 && strcmp(method, "auto") != 0)
        check_fault(c, "unknown method '%s'", method);
    struct ks_test test = {0};
    if (c->fault[0] || ks_test_two_samples(x, y, options, &test, &c->err) != STATUS_OK ||
        check_is_undefined(c, test.undefined))
        return NULL;
    return json_pack("{s:o,s:o,s:o,s:i}", "D", check_real(test.statistic), "p", check_real(test.p),
                     "location", check_real(test.location), "sign", test.sign);
}

/* --- distances ------------------------------------------------------------------------------- */

static struct distance_sample weighted(struct check_case *c, const char *values_key,
                                       const char *weights_key)
{
    struct distance_sample sample = {.values = check_sample(c, values_key)};
    if (check_has(c, weights_key)) {
        struct sample weights = check_sample(c, weights_key);
        if (weights.count != sample.values.count)
            check_fault(c, "'%s' and '%s' differ in length", values_key, weights_key);
        sample.weights = weights.values;
    }
    return sample;
}

static json_t *wasserstein_1(struct check_case *c)
{
    struct distance_sample x = weighted(c, "x", "wx");
    struct distance_sample y = weighted(c, "y", "wy");
    struct estimate distance = {0};
    if (c->fault[0] || distance_wasserstein(x, y, &distance, &c->err) != STATUS_OK)
        return NULL;
    return check_estimate(c, distance);
}

static json_t *energy(struct check_case *c)
{
    struct distance_sample x = weighted(c, "x", "wx");
    struct distance_sample y = weighted(c, "y", "wy");
    struct estimate distance = {0};
    if (c->fault[0] || distance_energy(x, y, &distance, &c->err) != STATUS_OK)
        return NULL;
    return check_estimate(c, distance);
}

static json_t *js(struct check_case *c)
{
    const json_t *base = json_object_get(c->input, "base");
    const char *text = json_string_value(base);
    double number = !base || json_is_null(base) || (text && strcmp(text, "e") == 0)
                        ? exp(1)
                        : check_number_of(c, base, "base");
    return check_estimate(
        c, distance_jensen_shannon(check_sample(c, "ref"), check_sample(c, "cur"), number));
}

static json_t *hellinger(struct check_case *c)
{
    return check_estimate(c, distance_hellinger(check_sample(c, "ref"), check_sample(c, "cur")));
}

static json_t *tvd(struct check_case *c)
{
    return check_estimate(c,
                          distance_total_variation(check_sample(c, "ref"), check_sample(c, "cur")));
}

static json_t *psi_counts(struct check_case *c)
{
    return check_estimate(c, distance_psi(check_sample(c, "ref"), check_sample(c, "cur"),
                                          check_number_or(c, "eps", DISTANCE_PSI_FLOOR)));
}

static json_t *psi_chi2_p(struct check_case *c)
{
    return check_estimate(c, distance_psi_p(check_sample(c, "ref"), check_sample(c, "cur"),
                                            check_number_or(c, "eps", DISTANCE_PSI_FLOOR)));
}

static json_t *psi_deciles(struct check_case *c)
{
    struct distance_deciles deciles = {0};
    if (distance_psi_deciles(check_sample(c, "ref"), check_sample(c, "cur"),
                             check_number_or(c, "eps", DISTANCE_PSI_FLOOR), &deciles,
                             &c->err) != STATUS_OK ||
        check_is_undefined(c, deciles.psi.undefined))
        return NULL;
    size_t bins = deciles.edge_count + 1;
    return json_pack("{s:o,s:o,s:o,s:o}", "edges", check_list(deciles.edges, deciles.edge_count),
                     "ref_counts", check_list(deciles.reference_counts, bins), "cur_counts",
                     check_list(deciles.current_counts, bins), "psi",
                     check_real(deciles.psi.value));
}

const struct check check_drift[] = {
    {"ADWIN", run_adwin},         {"PageHinkley", run_page_hinkley},
    {"ks_2samp", ks_2samp},       {"wasserstein_1", wasserstein_1},
    {"energy", energy},           {"js", js},
    {"hellinger", hellinger},     {"tvd", tvd},
    {"psi_counts", psi_counts},   {"psi_chi2_p", psi_chi2_p},
    {"psi_deciles", psi_deciles}, {NULL, NULL},
};
