/* figure_fold_test.c: histogram of latencies, gold against prediction by value. */
#include "aggregate/figure_fold.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

#define VIEW(text) strview_of(text)

static struct strview synonyms[] = {{"cleaning", 8}, {"hygienist", 9}};
static struct slot_category categories[] = {{.value = {"dental_cleaning", 15}},
                                            {.value = {"haircut", 7}}};
static struct slot_spec slots[] = {
    {.name = {"name", 4}, .type = SLOT_TYPE_NAME},
    {.name = {"service", 7},
     .type = SLOT_TYPE_CATEGORICAL,
     .categories = categories,
     .category_count = 2},
};
static struct task_spec task = {.slots = slots, .slot_count = 2};

static struct arena *arena;
static struct figure_fold fold;

static void set_up(void)
{
    categories[0].synonyms = (struct option_texts){synonyms, 2};
    arena = arena_create(4096, 0);
    fold = (struct figure_fold){0};
    cr_assert(figure_fold_start(&fold, &task, arena));
}

static void tear_down(void)
{
    arena_destroy(arena);
}

TestSuite(figure_fold, .init = set_up, .fini = tear_down);

static void score(const char *slot, int verdict, const char *gold, const char *predicted)
{
    struct slot_score made = {
        .slot = VIEW(slot), .verdict = verdict, .gold = VIEW(gold), .predicted = VIEW(predicted)};
    figure_fold_slot(&fold, &task, &made);
}

Test(figure_fold, a_latency_lies_in_the_bin_of_its_half_octave)
{
    static const double latencies[] = {0, .5, 1, 1.4, 1.5, 511.9, 512, 1e9, -1};
    static const size_t bins[] = {0, 0, 0, 0, 1, 17, 18, LATENCY_BINS - 1, 0};
    for (size_t i = 0; i < sizeof bins / sizeof *bins; i++) {
        struct figure_fold one = {.latency = {0}};
        figure_fold_latency(&one, latencies[i]);
        cr_expect(eq(u64, one.latency[bins[i]], 1), "%g", latencies[i]);
    }
    figure_fold_latency(&fold, (double)NAN);
    figure_fold_latency(&fold, (double)INFINITY);
    for (size_t i = 0; i < LATENCY_BINS; i++)
        cr_expect(eq(u64, fold.latency[i], 0));
}

Test(figure_fold, a_value_is_counted_against_what_was_heard_for_it)
{
    enum { SIDE = 4, CLEANING = 0, HAIRCUT = 1, OTHER = 2, NONE = 3 };
    score("service", SLOT_RIGHT, "dental_cleaning", "Hygienist");
    score("service", SLOT_WRONG_VALUE, "haircut", "cleaning");
    score("service", SLOT_WRONG_VALUE, "haircut", "my phone is 555 0142");
    score("service", SLOT_MISSING, "haircut", NULL);
    score("service", SLOT_SPURIOUS, NULL, "HAIRCUT");
    score("service", SLOT_LATE, "haircut", "haircut");
    score("name", SLOT_WRONG_VALUE, "Ana", "Anna");
    score("unknown", SLOT_WRONG_VALUE, "a", "b");
    cr_expect(eq(ptr, fold.confusions[0], NULL));
    const uint64_t *counts = fold.confusions[1];
    cr_expect(eq(u64, counts[CLEANING * SIDE + CLEANING], 1));
    cr_expect(eq(u64, counts[HAIRCUT * SIDE + CLEANING], 1));
    cr_expect(eq(u64, counts[HAIRCUT * SIDE + OTHER], 1));
    cr_expect(eq(u64, counts[HAIRCUT * SIDE + NONE], 1));
    cr_expect(eq(u64, counts[NONE * SIDE + HAIRCUT], 1));
    uint64_t sum = 0;
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
        sum += counts[i];
    cr_expect(eq(u64, sum, 5));
}

Test(figure_fold, the_summary_has_the_values_of_the_task_and_no_others)
{
    struct run_summary summary = {.arena = arena};
    const struct figure_fold *folds[] = {&fold};
    cr_assert(figure_fold_confusions(folds, 1, &task, &summary));
    cr_expect(eq(sz, summary.confusion_count, 0));
    score("service", SLOT_WRONG_VALUE, "haircut", "my phone is 555 0142");
    cr_assert(figure_fold_confusions(folds, 1, &task, &summary));
    cr_assert(eq(sz, summary.confusion_count, 1));
    cr_expect(eq(sz, summary.confusions[0].label_count, 4));
    cr_expect(strview_is(summary.confusions[0].labels[2], "(other value)"));
    cr_expect(eq(u64, summary.confusions[0].by_candidate[0][1 * 4 + 2], 1));
}
