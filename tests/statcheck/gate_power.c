/*
 * gate_power.c: how often do the gates err, and how often do they decide? Conversations keep their
 * chance of success from night to night (a beta law: mean .85, intraclass correlation .5); only the
 * model's noise is new. The baseline is drawn once. Prints one JSON line a case, with the limit
 * that its rate must keep; the exit status is 1 when one does not keep it (beyond 3 standard errors
 * of the simulation). Seeded; not part of the unit tests, but for a short one.
 *
 *     gate_power [SIMULATIONS]     default 2000
 */
#include "base/counter_rng.h"
#include "base/memory.h"
#include "gate/early_stop.h"
#include "gate/gate_decision.h"
#include "gate/gate_plan.h"
#include "gate/gate_slices.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CONVERSATIONS = 60000, NIGHTS = 90, PILOT = 500 };

static const double alpha = .05;

/* One world: chances by conversation, of the blessed candidate and of tonight's. */
struct world {
    size_t count;
    double before[MOST_CONVERSATIONS], now[MOST_CONVERSATIONS];
    double own[MOST_CONVERSATIONS], reference[MOST_CONVERSATIONS], ones[MOST_CONVERSATIONS];
    struct counter_rng rng;
};

static struct world world;
static size_t simulations = 2000;
static int broken;

static double normal_draw(struct counter_rng *rng)
{
    double u = 1 - counter_rng_unit(rng);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * counter_rng_unit(rng));
}

/* Marsaglia and Tsang 2000. */
static double gamma_draw(struct counter_rng *rng, double shape)
{
    if (shape < 1)
        return gamma_draw(rng, shape + 1) * pow(1 - counter_rng_unit(rng), 1 / shape);
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal_draw(rng), v = 1 + c * x;
        v = v * v * v;
        if (v > 0 && log(1 - counter_rng_unit(rng)) < 0.5 * x * x + d * (1 - v + log(v)))
            return d * v;
    }
}

/*
 * change: what tonight's candidate does to a conversation's chance, on average. `churn`: the share
 * of conversations that the change moves for good, half up and half down. A drop breaks a share of
 * the conversations for good, so that the expected difference over the population is `change`.
 */
static void draw_world(size_t count, double icc, double change, double churn)
{
    double spread = (1 - icc) / icc, mean = .85;
    world.count = count;
    for (size_t i = 0; i < count; i++) {
        double x = gamma_draw(&world.rng, mean * spread);
        double y = gamma_draw(&world.rng, (1 - mean) * spread);
        world.before[i] = x + y > 0 ? x / (x + y) : mean;
        world.now[i] = world.before[i];
        double u = counter_rng_unit(&world.rng);
        if (u < churn) /* on average no change: another conversation's fate */
            world.now[i] = counter_rng_unit(&world.rng) < mean ? 1 : 0;
        else if (u < churn - change / mean) /* breaks: change is negative */
            world.now[i] = 0;
        world.ones[i] = 1;
    }
}

static void answer(const double *chances, size_t count, size_t repeats, double *ret_scores)
{
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (size_t k = 0; k < repeats; k++)
            sum += counter_rng_unit(&world.rng) < chances[i];
        ret_scores[i] = sum / (double)repeats;
    }
}

static struct gate_difference difference_now(void)
{
    struct gate_pairs pairs = {world.own, world.ones, world.reference, world.ones, world.count,
                               1,         true};
    return gate_difference_paired(&pairs);
}

static void start(const char *purpose, size_t simulation)
{
    world.rng = counter_rng_start(1, counter_rng_purpose(purpose), simulation);
}

/* `limit`: at most (is_most) or at least. */
static void tell(const char *text, double hits, double limit, bool is_most)
{
    double rate = hits / (double)simulations;
    double slack = 3 * sqrt(limit * (1 - limit) / (double)simulations);
    bool holds = is_most ? rate <= limit + slack : rate >= limit - slack;
    broken += !holds;
    printf("{\"case\": \"%s\", \"rate\": %.4f, \"%s\": %.3f, \"holds\": %s}\n", text, rate,
           is_most ? "at_most" : "at_least", limit, holds ? "true" : "false");
    fflush(stdout);
}

struct nights_case {
    size_t count, repeats;
    double margin, change, churn;
};

/* 90 nights on the same conversations: any failure at all is a false alarm. */
static void look_for_nights(const struct nights_case *of)
{
    double alarms = 0, naive = 0, passes = 0;
    for (size_t s = 0; s < simulations; s++) {
        start("nights", s);
        draw_world(of->count, .5, of->change, of->churn);
        answer(world.before, of->count, of->repeats, world.reference);
        bool alarm = false, naive_alarm = false;
        for (uint64_t night = 1; night <= NIGHTS; night++) {
            answer(world.now, of->count, of->repeats, world.own);
            struct gate_difference d = difference_now();
            struct gate_decision decision =
                gate_decision_at(&d, -of->margin, gate_decision_look_alpha(alpha, night));
            alarm = alarm || decision.verdict == VERDICT_FAIL;
            naive_alarm =
                naive_alarm || gate_decision_at(&d, -of->margin, alpha).verdict == VERDICT_FAIL;
            passes += night == 1 && decision.verdict == VERDICT_PASS;
        }
        alarms += alarm;
        naive += naive_alarm;
    }
    char text[256];
    snprintf(text, sizeof text,
             "false alarm in %d nights: n %zu, repeats %zu, margin %.2f, true difference %.2f, "
             "churn %.2f (alpha not spent: %.3f)",
             NIGHTS, of->count, of->repeats, of->margin, of->change, of->churn,
             naive / (double)simulations);
    tell(text, alarms, alpha, true);
    if (of->change < 0) {
        snprintf(text, sizeof text,
                 "false pass of a drop of the margin, first look: n %zu, repeats %zu, margin %.2f",
                 of->count, of->repeats, of->margin);
        tell(text, passes, alpha, true);
    }
}

/* What `assay plan` would see in earlier runs: PILOT conversations, two runs of two repeats. */
static struct gate_plan_variances pilot(double churn)
{
    static double scores[2][2][PILOT];
    struct gate_plan_within within[2];
    memset(within, 0, sizeof within);
    double squares = 0, sum = 0;
    draw_world(PILOT, .5, 0, churn);
    for (size_t k = 0; k < 2; k++) {
        answer(world.before, PILOT, 1, scores[0][k]);
        answer(world.now, PILOT, 1, scores[1][k]);
    }
    for (size_t i = 0; i < PILOT; i++) {
        double rows[2][2] = {{scores[0][0][i], scores[0][1][i]},
                             {scores[1][0][i], scores[1][1][i]}};
        gate_plan_within_add(&within[0], rows[0], 2);
        gate_plan_within_add(&within[1], rows[1], 2);
        double d = (rows[1][0] + rows[1][1] - rows[0][0] - rows[0][1]) / 2;
        squares += d * d;
        sum += d;
    }
    double own = gate_plan_within_variance(&within[1]);
    double reference = gate_plan_within_variance(&within[0]);
    double total = (squares - sum * sum / PILOT) / (PILOT - 1);
    return (struct gate_plan_variances){fmax(0, total - (own + reference) / 2), own, reference,
                                        true};
}

struct power_case {
    double margin, churn;
    size_t repeats;
    uint64_t look;
};

/* The plan is made from each simulation's own earlier runs: its error is part of the rate. */
static void look_at_power(const struct power_case *of)
{
    double fails = 0, passes = 0, sizes = 0, level = gate_decision_look_alpha(alpha, of->look);
    size_t done = 0;
    for (size_t s = 0; s < simulations; s++) {
        start("power", s);
        struct gate_plan_variances variances = pilot(of->churn);
        struct gate_plan_goal goal = {of->margin, level, .8, (double)of->repeats,
                                      (double)of->repeats};
        struct estimate n = gate_plan_conversations(&variances, &goal);
        if (n.undefined || n.value > MOST_CONVERSATIONS)
            continue;
        size_t count = (size_t)n.value;
        sizes += n.value;
        done++;
        for (int drop = 0; drop < 2; drop++) {
            draw_world(count, .5, drop ? -2 * of->margin : 0, of->churn);
            answer(world.before, count, of->repeats, world.reference);
            answer(world.now, count, of->repeats, world.own);
            struct gate_difference d = difference_now();
            enum verdict verdict = gate_decision_at(&d, -of->margin, level).verdict;
            fails += drop && verdict == VERDICT_FAIL;
            passes += !drop && verdict == VERDICT_PASS;
        }
    }
    char text[256];
    double n = done ? sizes / (double)done : 0;
    snprintf(text, sizeof text,
             "a drop of twice the margin fails: margin %.2f, churn %.2f, repeats %zu, look %llu, "
             "planned n %.0f",
             of->margin, of->churn, of->repeats, (unsigned long long)of->look, n);
    tell(text, fails, .8, false);
    snprintf(
        text, sizeof text,
        "no difference passes: margin %.2f, churn %.2f, repeats %zu, look %llu, planned n %.0f",
        of->margin, of->churn, of->repeats, (unsigned long long)of->look, n);
    tell(text, passes, .8, false);
}

/* Fresh conversations each night, both candidates replayed: one sequence over all nights. */
static void look_at_fresh(size_t a_night, double margin, double change)
{
    double fails = 0, passes = 0;
    for (size_t s = 0; s < simulations; s++) {
        start("fresh", s);
        double n = 0, sum = 0, squares = 0;
        bool failed = false, passed = false;
        for (int night = 0; night < NIGHTS; night++) {
            draw_world(a_night, .5, change, .1);
            answer(world.before, a_night, 1, world.reference);
            answer(world.now, a_night, 1, world.own);
            for (size_t i = 0; i < a_night; i++) {
                double d = world.own[i] - world.reference[i];
                n++;
                sum += d;
                squares += d * d;
            }
            struct gate_difference d = gate_difference_of_moments(n, sum, squares, 1);
            enum verdict verdict = gate_decision_sequence(&d, -margin, alpha, 5000).verdict;
            failed = failed || verdict == VERDICT_FAIL;
            passed = passed || verdict == VERDICT_PASS;
        }
        fails += failed;
        passes += passed;
    }
    char text[256];
    snprintf(text, sizeof text,
             "fresh conversations, %d nights of %zu, margin %.2f, true difference %.2f: %s", NIGHTS,
             a_night, margin, change,
             change < -margin            ? "fails in some night"
             : change < 0 || margin <= 0 ? "false alarm"
                                         : "passes in some night");
    if (change < -margin)
        tell(text, fails, .8, false);
    else if (change < 0 || margin <= 0)
        tell(text, fails, alpha, true);
    else
        tell(text, passes, .8, false);
}

/* Ten slices, of 15 to 330 conversations. */
static void look_at_slices(double change, double of_one)
{
    static struct gate_slice slices[10];
    double fails = 0, passes = 0;
    for (size_t s = 0; s < simulations; s++) {
        start("slices", s);
        for (size_t i = 0; i < 10; i++) {
            draw_world(15 + 35 * i, .5, i == 9 ? of_one : change, .05);
            answer(world.before, world.count, 1, world.reference);
            answer(world.now, world.count, 1, world.own);
            slices[i].difference = difference_now();
        }
        struct gate_slices_rule rule = {-.05, alpha, 30};
        enum verdict verdict;
        size_t worst;
        if (gate_slices_decide(slices, 10, &rule, &verdict, &worst, NULL) != STATUS_OK)
            exit(1);
        fails += verdict == VERDICT_FAIL;
        passes += verdict == VERDICT_PASS;
    }
    char text[256];
    snprintf(text, sizeof text,
             "ten slices, margin .05, true difference %.2f, of the largest %.2f: %s", change,
             of_one, of_one < -.05 ? "fails" : "false alarm");
    tell(text, fails, of_one < -.05 ? .8 : alpha, of_one >= -.05);
    if (change >= 0 && of_one >= 0) {
        snprintf(text, sizeof text, "ten slices, margin .05, no difference: passes");
        tell(text, passes, .5, false);
    }
}

/* Replays that may end at twelve looks (pipeline/trial_choice), as `stop_when_decided` does. */
static void look_at_stops(size_t count, double change, double churn)
{
    static const double prefixes[] = {1.0 / 32, 1.0 / 16, 3.0 / 32, 1.0 / 8, 3.0 / 16, 1.0 / 4,
                                      3.0 / 8,  1.0 / 2,  5.0 / 8,  3.0 / 4, 7.0 / 8};
    static double differences[MOST_CONVERSATIONS];
    const struct early_stop_rule rule = {0, 0, early_stop_alpha};
    double worse = 0, better = 0, run = 0;
    for (size_t s = 0; s < simulations; s++) {
        start("stops", s);
        draw_world(count, .5, change, churn);
        answer(world.before, count, 1, world.reference);
        answer(world.now, count, 1, world.own);
        struct early_stop stop = {0};
        double share = 1;
        for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
            size_t n = (size_t)((double)count * prefixes[p]);
            for (size_t i = 0; i < n; i++)
                differences[i] = world.own[i] - world.reference[i];
            if (early_stop_look(differences, n, &rule, &stop, NULL) != STATUS_OK)
                exit(1);
            if (stop.verdict == EARLY_STOP_NONE)
                continue;
            share = prefixes[p];
            break;
        }
        worse += stop.verdict == EARLY_STOP_WORSE;
        better += stop.verdict == EARLY_STOP_BETTER;
        run += share;
    }
    char text[256];
    snprintf(text, sizeof text,
             "replay ends early: n %zu, true difference %.2f, churn %.2f (replayed on average: "
             "%.3f): %s",
             count, change, churn, run / (double)simulations,
             change < 0 ? "worse" : "some wrong end");
    if (change < 0)
        tell(text, worse, .8, false);
    else
        tell(text, worse + better, early_stop_alpha, true);
}

int main(int argc, char **argv)
{
    static const struct nights_case nights[] = {{200, 1, 0, 0, 0},      {1000, 1, 0, 0, 0},
                                                {200, 1, 0, 0, .1},     {1000, 3, 0, 0, .1},
                                                {50, 1, 0, 0, 0},       {1000, 1, .02, 0, .1},
                                                {200, 1, .05, -.05, 0}, {1000, 1, .02, -.02, 0},
                                                {500, 3, .02, -.02, 0}, {1000, 1, .05, -.05, .1}};
    static const struct power_case powers[] = {{.05, 0, 1, 1},   {.05, .1, 1, 1}, {.02, .02, 1, 1},
                                               {.02, .02, 5, 1}, {.02, 0, 3, 1},  {.05, 0, 1, 30},
                                               {.02, .02, 3, 90}};
    if (argc > 1 && strtoul(argv[1], NULL, 10) > 0)
        simulations = strtoul(argv[1], NULL, 10);
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
        look_at_power(&powers[i]);
    look_at_stops(200, 0, 0);
    look_at_stops(1000, 0, .1);
    look_at_stops(1000, 0, .3);
    look_at_stops(1000, -.1, .1);
    look_at_stops(1000, -.3, .1);
    look_at_slices(0, 0);
    look_at_slices(-.05, -.05);
    look_at_slices(0, -.2);
    look_at_fresh(50, 0, 0);
    look_at_fresh(200, .02, -.02);
    look_at_fresh(200, .02, -.04);
    look_at_fresh(200, .02, 0);
    for (size_t i = 0; i < sizeof nights / sizeof *nights; i++)
        look_for_nights(&nights[i]);
    return broken > 0;
}
