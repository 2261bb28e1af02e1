/* drift_compare_test.c: the rule of alarm: quiet without drift, awake with each kind of it. */
#include "base/counter_rng.h"
#include "drift/drift_compare.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>
#include <stdio.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)

/* What a synthetic call is like; each member moves one signal. */
struct shape {
    double latency_factor, turns_more, filled, failed, other_intent, missing_confidence;
};

static const struct shape as_ever = {1, 0, .9, .02, .1, 0};

static double normal(struct counter_rng *rng)
{
    double u = 1 - counter_rng_unit(rng), v = counter_rng_unit(rng);
    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static void add_call(struct drift_profile *profile, int64_t start_ns, const struct shape *shape,
                     struct counter_rng *rng)
{
    static const char *const services[] = {"checkup", "filling",  "haircut", "massage", "facial",
                                           "waxing",  "manicure", "labs",    "physio",  "dental"};
    cr_assert(drift_profile_begin(profile, start_ns));
    drift_profile_number(profile, strview_of("latency_ms"),
                         round(400 * shape->latency_factor * exp(.4 * normal(rng))));
    drift_profile_number(profile, strview_of("turns"),
                         3 + shape->turns_more + (double)counter_rng_below(rng, 8));
    drift_profile_number(profile, strview_of("cost_usd"), .001 * exp(.5 * normal(rng)));
    double confidence = 1 - .2 * counter_rng_unit(rng);
    if (counter_rng_unit(rng) >= shape->missing_confidence)
        drift_profile_number(profile, strview_of("confidence"), confidence);
    drift_profile_share(profile, strview_of("slot_fill.date"),
                        counter_rng_unit(rng) < shape->filled);
    drift_profile_share(profile, strview_of("tool_failed"), counter_rng_unit(rng) < shape->failed);
    for (int i = 0; i < 6; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "slot_fill.s%d", i);
        drift_profile_share(profile, strview_of(name), counter_rng_unit(rng) < .15 * (i + 1));
    }
    drift_profile_label(profile, strview_of("intent"),
                        counter_rng_unit(rng) < shape->other_intent ? "cancel" : "book", true);
    drift_profile_label(profile, strview_of("slot_value.service"),
                        services[counter_rng_below(rng, 10)], false);
}

/* `count` calls from hour `first` on, 20 an hour. */
static struct drift_profile *make(uint64_t seed, size_t count, int64_t first,
                                  const struct shape *shape)
{
    struct drift_profile *profile = drift_profile_create();
    cr_assert(profile != NULL);
    for (size_t i = 0; i < count; i++) {
        struct counter_rng rng = counter_rng_start(seed, 7, i);
        add_call(profile, (first + (int64_t)i / 20) * HOUR_NS, shape, &rng);
    }
    return profile;
}

static struct drift_result *compare(const struct drift_profile *reference,
                                    const struct drift_profile *current, struct arena *arena)
{
    struct drift_pair pair = {"calls", reference, current};
    struct drift_result *result = NULL;
    struct error err = {0};
    enum status status = drift_compare(&pair, 1, DRIFT_RULE_DEFAULTS, arena, &result, &err);
    cr_assert(status == STATUS_OK, "%s", err.what);
    return result;
}

static const struct drift_row *find(const struct drift_result *result, const char *signal,
                                    bool is_absence)
{
    for (size_t i = 0; i < result->row_count; i++)
        if (strcmp(result->rows[i].signal, signal) == 0 && result->rows[i].is_absence == is_absence)
            return &result->rows[i];
    return NULL;
}

static int verdict_of(const struct drift_row *row)
{
    cr_assert(row != NULL);
    return (int)row->verdict;
}

static int whole_verdict(const struct drift_result *result)
{
    return (int)result->verdict;
}

/* Run by hand with more: ASSAY_DRIFT_SIMULATIONS=1000. */
Test(drift_compare, without_drift_hardly_any_comparison_alarms)
{
    const char *set = getenv("ASSAY_DRIFT_SIMULATIONS");
    size_t trials = set ? (size_t)strtoul(set, NULL, 10) : 15;
    static const size_t sizes[] = {100, 300, 1500, 5000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t alarms = 0, over = 0, windows = 0, significant = 0;
        for (size_t t = 0; t < trials; t++) {
            struct arena *arena = arena_create(64 * 1024, 0);
            struct drift_profile *reference = make(1000 + 2 * t, 2000, 0, &as_ever);
            struct drift_profile *current = make(1001 + 2 * t, sizes[s], 4000, &as_ever);
            const struct drift_result *result = compare(reference, current, arena);
            alarms += result->verdict == DRIFT_ALARM;
            windows += result->window_count;
            for (size_t w = 0; w < result->window_count; w++) {
                bool any = false, any_significant = false;
                for (size_t r = 0; r < result->row_count; r++) {
                    any = any || result->rows[r].windows[w].over;
                    any_significant =
                        any_significant || result->rows[r].windows[w].adjusted_p <= .05;
                }
                over += any;
                significant += any_significant;
            }
            drift_profile_destroy(reference);
            drift_profile_destroy(current);
            arena_destroy(arena);
        }
        if (set)
            printf("current %zu: %zu of %zu comparisons alarm; of %zu windows %zu have a signal "
                   "that is over, %zu one that is significant\n",
                   sizes[s], alarms, trials, windows, over, significant);
        cr_expect(le(sz, alarms, trials / 20), "%zu calls: %zu alarms of %zu", sizes[s], alarms,
                  trials);
        double most = .05 * (double)windows + 3 * sqrt(.05 * (double)windows);
        cr_expect(le(dbl, (double)over, most), "%zu calls: %zu windows of %zu", sizes[s], over,
                  windows);
    }
}

struct injected {
    const char *signal;
    bool is_absence;
    struct shape shape;
};

Test(drift_compare, each_kind_of_drift_is_found_and_nothing_else)
{
    static const struct injected cases[] = {
        {"latency_ms", false, {1.3, 0, .9, .02, .1, 0}},
        {"turns", false, {1, 2, .9, .02, .1, 0}},
        {"slot_fill.date", false, {1, 0, .8, .02, .1, 0}},
        {"tool_failed", false, {1, 0, .9, .12, .1, 0}},
        {"intent", false, {1, 0, .9, .02, .3, 0}},
        {"confidence", true, {1, 0, .9, .02, .1, .2}},
    };
    struct drift_profile *reference = make(1, 5000, 0, &as_ever);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_create(64 * 1024, 0);
        struct drift_profile *current = make(2, 1500, 4000, &cases[i].shape);
        const struct drift_result *result = compare(reference, current, arena);
        const struct drift_row *row = find(result, cases[i].signal, cases[i].is_absence);
        cr_assert(row != NULL);
        cr_expect(eq(int, verdict_of(row), DRIFT_ALARM), "%s: effect %g, p %g", cases[i].signal,
                  row->all.effect, row->all.adjusted_p);
        cr_expect(eq(sz, result->counts[DRIFT_ALARM], 1), "%s: %zu alarms", cases[i].signal,
                  result->counts[DRIFT_ALARM]);
        drift_profile_destroy(current);
        arena_destroy(arena);
    }
    drift_profile_destroy(reference);
}

Test(drift_compare, one_window_is_never_an_alarm)
{
    struct shape slow = as_ever;
    slow.latency_factor = 3;
    struct drift_profile *reference = make(1, 2000, 0, &as_ever);
    struct drift_profile *current = make(2, 700, 4000, &slow);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    const struct drift_result *result = compare(reference, current, arena);
    cr_expect(eq(sz, result->window_count, 1));
    cr_expect(eq(int, verdict_of(find(result, "latency_ms", false)), DRIFT_UNCONFIRMED));
    cr_expect(eq(int, whole_verdict(result), DRIFT_UNCONFIRMED));
    drift_profile_destroy(reference);
    drift_profile_destroy(current);
}

/* Five windows of 500: slow in the first `slow` of them. */
static int verdict_after(size_t slow_windows, size_t windows)
{
    struct shape slow = as_ever;
    slow.latency_factor = 2;
    struct drift_profile *reference = make(1, 3000, 0, &as_ever);
    struct drift_profile *current = drift_profile_create();
    for (size_t i = 0; i < 500 * windows; i++) {
        struct counter_rng rng = counter_rng_start(2, 7, i);
        add_call(current, (int64_t)(i / 500) * 24 * HOUR_NS,
                 i / 500 < slow_windows ? &slow : &as_ever, &rng);
    }
    struct arena *arena = arena_create(64 * 1024, 0);
    const struct drift_result *result = compare(reference, current, arena);
    cr_expect(eq(sz, result->window_count, windows));
    int verdict = verdict_of(find(result, "latency_ms", false));
    arena_destroy(arena);
    drift_profile_destroy(reference);
    drift_profile_destroy(current);
    return verdict;
}

Test(drift_compare, an_alarm_takes_two_windows_and_ends_after_three_quiet_ones)
{
    cr_expect(eq(int, verdict_after(1, 4), DRIFT_NONE));
    cr_expect(eq(int, verdict_after(2, 4), DRIFT_ALARM));
    cr_expect(eq(int, verdict_after(2, 5), DRIFT_PASSED));
}

Test(drift_compare, a_large_sample_does_not_alarm_on_what_is_too_small_to_matter)
{
    struct shape slightly = as_ever;
    slightly.latency_factor = 1.02; /* .05 standard deviations */
    struct drift_profile *reference = make(1, 60000, 0, &as_ever);
    struct drift_profile *current = make(2, 60000, 4000, &slightly);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    const struct drift_result *result = compare(reference, current, arena);
    const struct drift_row *row = find(result, "latency_ms", false);
    cr_expect(lt(dbl, row->all.p, 1e-4));
    cr_expect(lt(dbl, row->all.effect, .1));
    cr_expect(eq(int, verdict_of(row), DRIFT_NONE));
    drift_profile_destroy(reference);
    drift_profile_destroy(current);
}

Test(drift_compare, too_few_values_say_so)
{
    struct drift_profile *reference = make(1, 99, 0, &as_ever);
    struct drift_profile *current = make(2, 2000, 4000, &as_ever);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    const struct drift_result *result = compare(reference, current, arena);
    cr_expect(eq(int, whole_verdict(result), DRIFT_TOO_FEW));
    struct drift_profile *nothing = drift_profile_create();
    result = compare(nothing, current, arena);
    cr_expect(eq(int, whole_verdict(result), DRIFT_TOO_FEW));
    result = compare(reference, nothing, arena);
    cr_expect(eq(sz, result->window_count, 0));
    cr_expect(eq(int, whole_verdict(result), DRIFT_TOO_FEW));
    drift_profile_destroy(nothing);
    drift_profile_destroy(reference);
    drift_profile_destroy(current);
}

Test(drift_compare, a_signal_that_stopped_is_told_as_absence)
{
    struct shape silent = as_ever;
    silent.missing_confidence = 1;
    struct drift_profile *reference = make(1, 2000, 0, &as_ever);
    struct drift_profile *current = make(2, 1500, 4000, &silent);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    const struct drift_result *result = compare(reference, current, arena);
    cr_expect(eq(int, verdict_of(find(result, "confidence", false)), DRIFT_TOO_FEW));
    const struct drift_row *absence = find(result, "confidence", true);
    cr_expect(eq(int, verdict_of(absence), DRIFT_ALARM));
    cr_expect(eq(dbl, absence->all.current_level, 1));
    drift_profile_destroy(reference);
    drift_profile_destroy(current);
}

Test(drift_profile, the_order_of_conversations_changes_nothing)
{
    struct drift_profile *forward = drift_profile_create(), *back = drift_profile_create();
    for (size_t i = 0; i < 4000; i++) {
        struct counter_rng one = counter_rng_start(5, 7, i);
        struct counter_rng two = counter_rng_start(5, 7, 3999 - i);
        add_call(forward, (int64_t)(i / 5) * HOUR_NS, &as_ever, &one);
        add_call(back, (int64_t)((3999 - i) / 5) * HOUR_NS, &as_ever, &two);
    }
    cr_assert(eq(sz, drift_profile_window_count(forward), drift_profile_window_count(back)));
    cr_expect(le(sz, drift_profile_window_count(forward), DRIFT_PROFILE_WINDOWS));
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    const struct drift_result *same = compare(forward, back, arena);
    for (size_t i = 0; i < same->row_count; i++)
        cr_expect(eq(dbl, same->rows[i].all.effect, 0), "%s", same->rows[i].signal);
    drift_profile_destroy(forward);
    drift_profile_destroy(back);
}

Test(drift_profile, numbers_beyond_the_limit_are_rounded_on_both_sides)
{
    struct drift_profile *few = drift_profile_create(), *many = drift_profile_create();
    for (size_t i = 0; i < 20000; i++) {
        struct counter_rng rng = counter_rng_start(9, 7, i);
        double value = 100 * exp(normal(&rng));
        drift_profile_begin(many, 0);
        drift_profile_number(many, strview_of("cost"), value);
        if (i >= 1500)
            continue;
        drift_profile_begin(few, 0);
        drift_profile_number(few, strview_of("cost"), value);
    }
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    const struct drift_result *result = compare(many, few, arena);
    cr_expect(gt(dbl, result->rows[0].all.p, .01));
    cr_expect(lt(dbl, result->rows[0].all.effect, .1));
    drift_profile_destroy(few);
    drift_profile_destroy(many);
}

Test(drift_profile, times_before_1970_and_no_time_at_all_have_their_windows)
{
    struct drift_profile *profile = drift_profile_create();
    for (int64_t i = -1000; i < 1000; i++)
        cr_assert(drift_profile_begin(profile, i * 50 * HOUR_NS - 1));
    cr_assert(drift_profile_begin(profile, DRIFT_NO_TIME));
    cr_assert(drift_profile_begin(profile, INT64_MAX));
    cr_expect(le(sz, drift_profile_window_count(profile), DRIFT_PROFILE_WINDOWS));
    cr_expect(eq(u64, drift_profile_span_conversations(profile, drift_profile_all(profile)), 2002));
    drift_profile_destroy(profile);
}
