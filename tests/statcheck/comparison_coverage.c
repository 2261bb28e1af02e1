/*
 * comparison_coverage.c: do the differences that `assay compare` prints hold the truth 95 % of the
 * time, and how often does a comparison without a difference say that there is one? Two candidates
 * over the same conversations, whose difficulty both share; six slots, three calls and one to three
 * repeats a conversation. Prints one JSON line a metric and size: coverage, mean width, share of
 * p < .05 without a difference, and share found where the true difference is as large as the mean
 * `detectable` (success rate only). Seeded; run by hand.
 *
 *     statcheck_comparison_coverage [SIMULATIONS]     default 1000
 */
#include "aggregate/vector_metric.h"
#include "base/counter_rng.h"
#include "compare/metric_difference.h"
#include "numeric/normal_law.h"

#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 6, CALLS = 3, METRICS = 9 };

static const char *const metrics[METRICS] = {"success_rate",
                                             "slot_f1_micro",
                                             "slot_f1_macro",
                                             "slot_error_rate",
                                             "cost_per_conversation_usd",
                                             "auroc",
                                             "brier",
                                             "latency_p50_ms",
                                             "latency_p95_ms"};

/* Of one candidate. */
struct arm {
    double success, slots, confidence_gap, cost_log, latency_log;
};

static double normal(struct counter_rng *rng)
{
    double u = 1 - counter_rng_unit(rng);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * counter_rng_unit(rng));
}

/* A rate that spreads with the conversation's difficulty, symmetric about `rate`. */
static double rate_of(double rate, double difficulty)
{
    double room = fmin(rate, 1 - rate);
    return rate + .8 * room * tanh(difficulty);
}

static void set(struct outcome_row *row, enum fold_ratio ratio, double sum, double size)
{
    row->ratios[ratio] = (struct ratio_part){sum, size};
}

static double add_slots(struct outcome_row *row, const struct arm *arm, double difficulty,
                        struct counter_rng *rng)
{
    double right = 0, misses = 0;
    for (uint32_t s = 0; s < SLOTS; s++) {
        struct outcome_slot *slot = outcome_row_add_slot(row);
        bool is_right = counter_rng_unit(rng) < rate_of(arm->slots, difficulty);
        *slot = (struct outcome_slot){.slot = s};
        slot->counts[is_right ? SLOT_RIGHT : SLOT_WRONG_VALUE] = 1;
        double confidence =
            normal_law_cdf(normal(rng) + .5 * difficulty + (is_right ? arm->confidence_gap : 0));
        outcome_row_add_confidence(row, confidence, is_right);
        misses += (confidence - is_right) * (confidence - is_right);
        right += is_right;
    }
    set(row, FOLD_SLOT_F1, 2 * right, 2 * SLOTS);
    set(row, FOLD_SLOT_ERRORS, SLOTS - right, SLOTS);
    set(row, FOLD_BRIER, misses, SLOTS);
    return right;
}

static void make_row(struct outcome_row *row, const struct arm *arm, double difficulty,
                     unsigned repeats, struct counter_rng *rng)
{
    double passed = 0;
    outcome_row_clear(row);
    for (int i = 0; i < BASIS_COUNT; i++)
        row->trials[i] = repeats;
    for (unsigned r = 0; r < repeats; r++)
        passed += counter_rng_unit(rng) < rate_of(arm->success, difficulty);
    set(row, FOLD_SUCCESS, passed, repeats);
    add_slots(row, arm, difficulty, rng);
    set(row, FOLD_COST, 1e6 * exp(arm->cost_log + .4 * difficulty + .5 * normal(rng)), 1);
    for (int i = 0; i < CALLS; i++)
        outcome_row_add_latency(row, exp(arm->latency_log + .3 * difficulty + .4 * normal(rng)));
}

static struct strview slot_names[SLOTS];

static void simulate(struct run_outcomes *outcomes, const struct arm arms[2], size_t conversations,
                     unsigned repeats, struct counter_rng *rng)
{
    struct outcome_row row = {0};
    *outcomes = (struct run_outcomes){.candidates = 2,
                                      .slices.arena = arena_create(4096, 0),
                                      .slot_names = slot_names,
                                      .slot_count = SLOTS};
    for (size_t i = 0; i < conversations; i++) {
        char id[32];
        struct conversation_facts facts;
        record_init(&conversation_facts_type, &facts);
        snprintf(id, sizeof id, "c%zu", i);
        facts.conversation_id = strview_of(id);
        facts.ordinal = (int64_t)i;
        double difficulty = normal(rng);
        if (!run_outcomes_add(outcomes, &facts))
            exit(1);
        for (size_t c = 0; c < 2; c++) {
            make_row(&row, &arms[c], difficulty, repeats, rng);
            if (!run_outcomes_add_row(outcomes, &row))
                exit(1);
        }
    }
    outcome_row_done(&row);
}

/* The two runs' own values are not needed here but for being there. */
static struct metric_difference difference_of(const struct run_outcomes *outcomes,
                                              const char *metric, struct arena *arena)
{
    struct conversation_pairing pairing;
    struct metric_difference difference;
    struct error err = {0};
    double nan = (double)NAN;
    struct measure far = {1e9, nan, nan, 1, NULL, NULL}, zero = {0, nan, nan, 1, NULL, NULL};
    struct metric_difference_request request = {metric, 0, &pairing, &far, &zero};
    if (!conversation_pairing_make((struct column_side){outcomes, 1},
                                   (struct column_side){outcomes, 0},
                                   (struct conversation_filter){{0}, {0}}, arena, &pairing) ||
        metric_difference_make(&request, arena, &difference, &err) != STATUS_OK)
        exit(1);
    return difference;
}

/* Known by construction, or from one very large sample. */
static void truths(const struct arm arms[2], unsigned repeats, double ret_truth[METRICS])
{
    struct run_outcomes outcomes;
    struct arena *arena = arena_create(1 << 20, 0);
    struct counter_rng rng = counter_rng_start(99, counter_rng_purpose("truth"), repeats);
    simulate(&outcomes, arms, 200000, repeats, &rng);
    for (size_t m = 0; m < METRICS; m++)
        ret_truth[m] = difference_of(&outcomes, metrics[m], arena).change.value;
    ret_truth[0] = arms[1].success - arms[0].success;
    ret_truth[1] = ret_truth[2] = arms[1].slots - arms[0].slots;
    ret_truth[3] = -ret_truth[1];
    double spread = exp((.16 + .25) / 2);
    ret_truth[4] = 1e-3 * spread * (exp(arms[1].cost_log) - exp(arms[0].cost_log));
    double sd = sqrt(.09 + .16);
    ret_truth[7] = exp(arms[1].latency_log) - exp(arms[0].latency_log);
    ret_truth[8] = ret_truth[7] * exp(normal_law_quantile(.95) * sd);
    arena_destroy(outcomes.slices.arena);
    run_outcomes_done(&outcomes);
    arena_destroy(arena);
}

struct tally {
    double runs, covered, width, alarms, detectable;
};

static void run(const struct arm arms[2], size_t conversations, unsigned repeats, size_t count,
                struct tally tallies[METRICS])
{
    double truth[METRICS];
    truths(arms, repeats, truth);
    for (size_t i = 0; i < count; i++) {
        struct run_outcomes outcomes;
        struct arena *arena = arena_create(1 << 20, 0);
        struct counter_rng rng =
            counter_rng_start(conversations * 10 + repeats, counter_rng_purpose("comparison"), i);
        simulate(&outcomes, arms, conversations, repeats, &rng);
        for (size_t m = 0; m < METRICS; m++) {
            struct metric_difference difference = difference_of(&outcomes, metrics[m], arena);
            const struct measure *change = &difference.change;
            tallies[m].runs += 1;
            tallies[m].covered += change->low <= truth[m] && truth[m] <= change->high;
            tallies[m].width += change->high - change->low;
            tallies[m].alarms += difference.p < .05;
            tallies[m].detectable += difference.detectable;
        }
        arena_destroy(outcomes.slices.arena);
        run_outcomes_done(&outcomes);
        arena_destroy(arena);
    }
}

static void tell(const char *what, size_t conversations, unsigned repeats,
                 const struct tally tallies[METRICS])
{
    for (size_t m = 0; m < METRICS; m++) {
        const struct tally *tally = &tallies[m];
        printf("{\"case\": \"%s\", \"metric\": \"%s\", \"conversations\": %zu, \"repeats\": %u, "
               "\"coverage\": %.3f, \"width\": %.4g, \"p_below_05\": %.3f, \"detectable\": %.4g}\n",
               what, metrics[m], conversations, repeats, tally->covered / tally->runs,
               tally->width / tally->runs, tally->alarms / tally->runs,
               tally->detectable / tally->runs);
    }
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {50, 200};
    static const unsigned repeats[] = {1, 3};
    static const char *const names[SLOTS] = {"date", "time", "name", "phone", "service", "reason"};
    const struct arm base = {.8, .85, 1, 0, 6}, other = {.85, .9, 1.3, .2, 6.2};
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    for (size_t s = 0; s < SLOTS; s++)
        slot_names[s] = strview_of(names[s]);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t r = 0; r < sizeof repeats / sizeof *repeats; r++) {
            const struct arm equal[2] = {base, base}, differ[2] = {base, other};
            struct tally none[METRICS] = {0}, some[METRICS] = {0}, found[METRICS] = {0};
            run(equal, sizes[i], repeats[r], count, none);
            tell("no difference", sizes[i], repeats[r], none);
            run(differ, sizes[i], repeats[r], count, some);
            tell("a difference", sizes[i], repeats[r], some);
            struct arm worse = base;
            worse.success -= none[0].detectable / none[0].runs;
            const struct arm seen[2] = {base, worse};
            run(seen, sizes[i], repeats[r], count, found);
            printf(
                "{\"case\": \"as large as detectable\", \"metric\": \"success_rate\", "
                "\"conversations\": %zu, \"repeats\": %u, \"difference\": %.4f, \"found\": %.3f}\n",
                sizes[i], repeats[r], worse.success - base.success,
                found[0].alarms / found[0].runs);
        }
    return 0;
}
