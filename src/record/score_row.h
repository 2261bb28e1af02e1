/*
 * score_row.h: the score of a trial as others read it (schemas/score.avsc: the run folder's
 * scores.avro, the topic of scores): flat, with words instead of enums and the candidate's name, so
 * that data frames open it as it is (Polars reads neither maps nor enums inside of records). Plain
 * data in an arena; absent values as in field.h.
 */
#ifndef ASSAY_RECORD_SCORE_ROW_H
#define ASSAY_RECORD_SCORE_ROW_H

#include "record/trial.h"

/* A struct slot_score in words. */
struct score_row_slot {
    struct strview slot;
    struct strview verdict; /* slot_verdict_names */
    struct strview gold;
    struct strview predicted;
    double confidence;
    int8_t flagged;
};

struct score_row {
    int64_t ordinal;
    struct strview trial; /* its id */
    struct strview conversation_id;
    struct strview candidate; /* its name */
    int64_t candidate_index;
    int64_t repeat;
    struct strview outcome; /* trial_outcome_names; absent: the trial was not scored */
    int8_t success;
    int8_t completed;
    int8_t goal_slots_right;
    int64_t reasks;
    struct strview handover; /* handover_verdict_names */
    struct strview reason;
    struct strview error_class; /* error_class_names; absent: the trial was finished */
    struct strview error;
    struct record_list turns; /* of turn_score, whose slots are of score_row_slot */
    struct record_list extra; /* of named_number */
    int64_t first_divergence;
    struct strview ended;
    struct strview simulator_fault;
    struct strview first_cause; /* trial_cause_names; absent: the trial did not fail */
    struct strview first_cause_why;
};

/* Texts are those of the trial; lists are made in `arena`. False: memory ran out. */
bool score_row_of_trial(const struct trial *trial, struct strview candidate, struct arena *arena,
                        struct score_row *ret_row);
/* The way back, without predictions, bookings and told requests. A word that is unknown is read as
 * absent. */
bool score_row_to_trial(const struct score_row *row, struct arena *arena, struct trial *ret_trial);

extern const struct record_type score_row_type;

#endif
