/*
 * run_outcomes.c: columns that grow together; see run_outcomes.h.
 */
#include "aggregate/run_outcomes.h"

#include "base/hash.h"
#include "base/memory.h"

enum { MARKS_PER_BYTE = 4 };

static size_t bytes_for(const struct run_outcomes *outcomes, size_t conversations)
{
    return (conversations * outcomes->candidates + MARKS_PER_BYTE - 1) / MARKS_PER_BYTE;
}

bool run_outcomes_add(struct run_outcomes *outcomes, const struct conversation_facts *facts)
{
    size_t count = outcomes->count + 1;
    if (!memory_grow(&outcomes->id_hashes, &outcomes->id_capacity, count,
                     sizeof *outcomes->id_hashes) ||
        !memory_grow(&outcomes->ordinals, &outcomes->ordinal_capacity, count,
                     sizeof *outcomes->ordinals) ||
        !memory_grow(&outcomes->marks, &outcomes->mark_capacity, bytes_for(outcomes, count) + 1,
                     sizeof *outcomes->marks) ||
        !slice_table_add(&outcomes->slices, facts))
        return false;
    outcomes->id_hashes[outcomes->count] =
        hash_64(facts->conversation_id.data, facts->conversation_id.size);
    outcomes->ordinals[outcomes->count] = (uint32_t)facts->ordinal;
    outcomes->count = count;
    outcomes->leaves_out_challenge =
        outcomes->leaves_out_challenge || facts->split != SPLIT_CHALLENGE;
    return true;
}

bool run_outcomes_is_headline(const struct run_outcomes *outcomes, size_t conversation)
{
    size_t split = slice_table_key(&outcomes->slices, strview_of("split"));
    if (!outcomes->leaves_out_challenge || split == SIZE_MAX)
        return true;
    size_t challenge =
        slice_table_value(&outcomes->slices, split, strview_of(gold_split_names[SPLIT_CHALLENGE]));
    return challenge == SIZE_MAX ||
           !slice_table_has(&outcomes->slices, conversation, split, challenge);
}

bool run_outcomes_add_row(struct run_outcomes *outcomes, const struct outcome_row *row)
{
    return outcome_rows_add(&outcomes->rows, row);
}

bool run_outcomes_row(const struct run_outcomes *outcomes, size_t conversation, size_t candidate,
                      struct outcome_row *ret_row)
{
    return outcome_rows_read(&outcomes->rows, conversation * outcomes->candidates + candidate,
                             ret_row);
}

void run_outcomes_mark(struct run_outcomes *outcomes, size_t candidate, enum run_outcome outcome)
{
    size_t mark = (outcomes->count - 1) * outcomes->candidates + candidate;
    unsigned shift = (unsigned)(mark % MARKS_PER_BYTE) * 2;
    uint8_t *byte = &outcomes->marks[mark / MARKS_PER_BYTE];
    *byte = (uint8_t)((*byte & ~(3U << shift)) | (unsigned)outcome << shift);
}

enum run_outcome run_outcomes_get(const struct run_outcomes *outcomes, size_t conversation,
                                  size_t candidate)
{
    size_t mark = conversation * outcomes->candidates + candidate;
    return (enum run_outcome)(
        outcomes->marks[mark / MARKS_PER_BYTE] >> (mark % MARKS_PER_BYTE * 2) & 3);
}

void run_outcomes_done(struct run_outcomes *outcomes)
{
    memory_free(outcomes->id_hashes);
    memory_free(outcomes->ordinals);
    memory_free(outcomes->marks);
    outcome_rows_done(&outcomes->rows);
    slice_table_done(&outcomes->slices);
    *outcomes = (struct run_outcomes){.candidates = outcomes->candidates};
}
