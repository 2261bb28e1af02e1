/*
 * score_row.c: the field tables of score rows, in the order of schemas/score.avsc, and the way from
 * a trial and back.
 */
#include "record/score_row.h"

#include "record/field_table.h"

/* clang-format off */
#define RECORD_STRUCT struct score_row_slot
static const struct field slot_fields[] = {
    FIELD(REQUIRED, TEXT, slot),
    FIELD(OPTIONAL, TEXT, verdict),
    FIELD(OPTIONAL, TEXT, gold),
    FIELD(OPTIONAL, TEXT, predicted),
    FIELD(OPTIONAL, REAL, confidence),
    FIELD(OPTIONAL, BOOL, flagged),
    FIELD_END};
static RECORD_TYPE(slot_row_type, "SlotScoreRow", slot_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct turn_score
static const struct field turn_fields[] = {
    FIELD(REQUIRED, I64, turn),
    FIELD(OPTIONAL, BOOL, joint_goal),
    FIELD(OPTIONAL, I64, goal_slots),
    FIELD(OPTIONAL, I64, goal_slots_right),
    FIELD(OPTIONAL, BOOL, intent_right),
    FIELD(OPTIONAL, I64, requested_true_positive),
    FIELD(OPTIONAL, I64, requested_false_positive),
    FIELD(OPTIONAL, I64, requested_false_negative),
    FIELD(OPTIONAL, BOOL, scored),
    FIELD_OF(OPTIONAL, RECORDS, slots, slot_row_type),
    FIELD_END};
static RECORD_TYPE(turn_row_type, "TurnScoreRow", turn_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct named_number
static const struct field extra_fields[] = {
    FIELD(REQUIRED, TEXT, name),
    FIELD(OPTIONAL, REAL, value),
    FIELD_END};
static RECORD_TYPE(extra_row_type, "NamedNumber", extra_fields);
#undef RECORD_STRUCT

#define RECORD_STRUCT struct score_row
static const struct field row_fields[] = {
    FIELD(REQUIRED, I64, ordinal),
    FIELD(REQUIRED, TEXT, trial),
    FIELD(REQUIRED, TEXT, conversation_id),
    FIELD(OPTIONAL, TEXT, candidate),
    FIELD(REQUIRED, I64, candidate_index),
    FIELD(REQUIRED, I64, repeat),
    FIELD(OPTIONAL, TEXT, outcome),
    FIELD(OPTIONAL, BOOL, success),
    FIELD(OPTIONAL, BOOL, completed),
    FIELD(OPTIONAL, BOOL, goal_slots_right),
    FIELD(OPTIONAL, I64, reasks),
    FIELD(OPTIONAL, TEXT, handover),
    FIELD(OPTIONAL, TEXT, reason),
    FIELD(OPTIONAL, TEXT, error_class),
    FIELD(OPTIONAL, TEXT, error),
    FIELD_OF(OPTIONAL, RECORDS, turns, turn_row_type),
    FIELD_OF(OPTIONAL, RECORDS, extra, extra_row_type),
    FIELD(OPTIONAL, I64, first_divergence),
    FIELD(OPTIONAL, TEXT, ended),
    FIELD(OPTIONAL, TEXT, simulator_fault),
    FIELD(OPTIONAL, TEXT, first_cause),
    FIELD(OPTIONAL, TEXT, first_cause_why),
    FIELD_END};
RECORD_TYPE(score_row_type, "Score", row_fields);
#undef RECORD_STRUCT
/* clang-format on */

static int index_of(const char *const *names, struct strview name)
{
    for (int i = 1; names[i]; i++)
        if (strview_is(name, names[i]))
            return i;
    return 0;
}

static bool slots_in_words(const struct record_list *from, struct arena *arena,
                           struct record_list *ret_slots)
{
    struct score_row_slot *slots = arena_array(arena, from->count + 1, sizeof *slots);
    const struct slot_score *scores = from->items;
    for (size_t i = 0; slots && i < from->count; i++)
        slots[i] = (struct score_row_slot){
            .slot = scores[i].slot,
            .verdict = strview_of(slot_verdict_names[scores[i].verdict]),
            .gold = scores[i].gold,
            .predicted = scores[i].predicted,
            .confidence = scores[i].confidence,
            .flagged = scores[i].flagged,
        };
    *ret_slots = (struct record_list){slots, from->count};
    return slots;
}

static bool slots_from_words(const struct record_list *from, struct arena *arena,
                             struct record_list *ret_slots)
{
    struct slot_score *scores = arena_array(arena, from->count + 1, sizeof *scores);
    const struct score_row_slot *slots = from->items;
    for (size_t i = 0; scores && i < from->count; i++)
        scores[i] = (struct slot_score){
            .slot = slots[i].slot,
            .verdict = index_of(slot_verdict_names, slots[i].verdict),
            .gold = slots[i].gold,
            .predicted = slots[i].predicted,
            .confidence = slots[i].confidence,
            .flagged = slots[i].flagged,
        };
    *ret_slots = (struct record_list){scores, from->count};
    return scores;
}

typedef bool slots_fn(const struct record_list *, struct arena *, struct record_list *);

static bool copy_turns(const struct record_list *from, slots_fn *copy_slots, struct arena *arena,
                       struct record_list *ret_turns)
{
    *ret_turns = (struct record_list){0};
    if (!from->items)
        return true;
    struct turn_score *turns = arena_array(arena, from->count + 1, sizeof *turns);
    for (size_t i = 0; turns && i < from->count; i++) {
        turns[i] = ((const struct turn_score *)from->items)[i];
        const struct record_list slots = turns[i].slots;
        if (slots.items && !copy_slots(&slots, arena, &turns[i].slots))
            return false;
    }
    *ret_turns = (struct record_list){turns, from->count};
    return turns;
}

bool score_row_of_trial(const struct trial *trial, struct strview candidate, struct arena *arena,
                        struct score_row *ret_row)
{
    const struct trial_score *score = trial->score;
    record_init(&score_row_type, ret_row);
    ret_row->ordinal = trial->ordinal;
    ret_row->trial = trial->id;
    ret_row->conversation_id = trial->conversation_id;
    ret_row->candidate = candidate;
    ret_row->candidate_index = trial->candidate;
    ret_row->repeat = trial->repeat;
    ret_row->first_divergence = trial->first_divergence;
    ret_row->ended = trial->ended;
    ret_row->simulator_fault = trial->simulator_fault;
    if (trial->first_cause) {
        ret_row->first_cause = strview_of(trial_cause_names[trial->first_cause->cause]);
        ret_row->first_cause_why = trial->first_cause->why;
    }
    if (trial->error) {
        ret_row->error_class = strview_of(error_class_names[trial->error->error_class]);
        ret_row->error = trial->error->what;
    }
    if (!score)
        return true;
    ret_row->outcome = strview_of(trial_outcome_names[score->outcome]);
    ret_row->success = score->success;
    ret_row->completed = score->completed;
    ret_row->goal_slots_right = score->goal_slots_right;
    ret_row->reasks = score->reasks;
    ret_row->handover = strview_of(handover_verdict_names[score->handover]);
    ret_row->reason = score->reason;
    ret_row->extra =
        (struct record_list){(void *)(uintptr_t)score->extra.items, score->extra.count};
    return copy_turns(&score->turns, slots_in_words, arena, &ret_row->turns);
}

bool score_row_to_trial(const struct score_row *row, struct arena *arena, struct trial *ret_trial)
{
    record_init(&trial_type, ret_trial);
    ret_trial->ordinal = row->ordinal;
    ret_trial->id = row->trial;
    ret_trial->conversation_id = row->conversation_id;
    ret_trial->candidate = row->candidate_index;
    ret_trial->repeat = row->repeat;
    ret_trial->first_divergence = row->first_divergence;
    ret_trial->ended = row->ended;
    ret_trial->simulator_fault = row->simulator_fault;
    if (row->first_cause.data) {
        ret_trial->first_cause = arena_alloc(arena, sizeof *ret_trial->first_cause);
        if (!ret_trial->first_cause)
            return false;
        record_init(&trial_cause_type, ret_trial->first_cause);
        ret_trial->first_cause->cause = index_of(trial_cause_names, row->first_cause);
        ret_trial->first_cause->why = row->first_cause_why;
    }
    if (row->error_class.data) {
        ret_trial->error = arena_alloc(arena, sizeof *ret_trial->error);
        if (!ret_trial->error)
            return false;
        *ret_trial->error =
            (struct prediction_error){index_of(error_class_names, row->error_class), row->error};
    }
    if (!row->outcome.data && !row->turns.items)
        return true;
    struct trial_score *score = arena_alloc(arena, sizeof *score);
    if (!score)
        return false;
    ret_trial->score = score;
    *score = (struct trial_score){
        .outcome = index_of(trial_outcome_names, row->outcome),
        .success = row->success,
        .completed = row->completed,
        .goal_slots_right = row->goal_slots_right,
        .reasks = row->reasks,
        .handover = index_of(handover_verdict_names, row->handover),
        .reason = row->reason,
        .extra = {row->extra.items, row->extra.count},
    };
    return copy_turns(&row->turns, slots_from_words, arena, &score->turns);
}
