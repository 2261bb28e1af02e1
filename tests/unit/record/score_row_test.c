#include "codec/binary_record.h"
#include "record/score_row.h"
#include "support/random_record.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(score_row, a_trial_comes_back_from_its_row_without_its_predictions)
{
    for (uint64_t seed = 0; seed < 500; seed++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
        struct random_source random = {seed, arena};
        struct trial trial, again;
        struct score_row row;
        random_record_fill(&random, &trial_type, &trial);
        trial.predictions = trial.bookings = (struct record_list){0};
        trial.told = (struct text_list){0};
        if (trial.score && !trial.score->outcome)
            trial.score->outcome = TRIAL_NOT_SCORED; /* a score says how the trial ended */
        if (trial.first_cause) { /* a row keeps the cause and why, not the replays */
            struct trial_cause told = *trial.first_cause;
            record_init(&trial_cause_type, trial.first_cause);
            trial.first_cause->cause = told.cause ? told.cause : CAUSE_STT;
            trial.first_cause->why = told.why;
        }
        cr_assert(score_row_of_trial(&trial, strview_of("rules"), arena, &row));
        cr_expect(strview_is(row.candidate, "rules"));
        cr_assert(score_row_to_trial(&row, arena, &again));
        struct strbuf a = {0}, b = {0};
        struct error err = {0};
        cr_assert(eq(int, binary_record_encode(&trial_type, &trial, &a, &err), STATUS_OK));
        cr_assert(eq(int, binary_record_encode(&trial_type, &again, &b, &err), STATUS_OK));
        cr_expect(strview_equal(strbuf_view(&a), strbuf_view(&b)), "seed %llu",
                  (unsigned long long)seed);
        strbuf_done(&a);
        strbuf_done(&b);
    }
}

Test(score_row, a_word_of_a_newer_version_is_absent)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct score_row row;
    struct trial trial;
    record_init(&score_row_type, &row);
    row.outcome = strview_of("teleported");
    row.handover = strview_of("right");
    cr_assert(score_row_to_trial(&row, arena, &trial));
    cr_expect(eq(int, trial.score->outcome, TRIAL_OUTCOME_ABSENT));
    cr_expect(eq(int, trial.score->handover, HANDOVER_RIGHT));
}
