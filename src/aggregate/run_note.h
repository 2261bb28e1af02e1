/*
 * run_note.h: something that a report says beside its metrics, as a sentence and a small table of
 * texts: what other gates changed, whose replay ended early, your change beside the provider's.
 * Every renderer shows every note. Texts live in the summary's arena. Thread: main.
 */
#ifndef ASSAY_AGGREGATE_RUN_NOTE_H
#define ASSAY_AGGREGATE_RUN_NOTE_H

#include "base/arena.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stddef.h>

struct run_note {
    const char *kind;         /* a name for programs: "other_gates", "ended_early", "control" */
    const char *title;        /* for people */
    const char *text;         /* sentences */
    const char *const *heads; /* column_count of them */
    const char **cells;       /* row by row */
    size_t column_count, row_count;
};

struct run_summary;

/* Adds a note without rows. `heads` must stay. NULL: memory ran out. */
struct run_note *run_note_add(struct run_summary *summary, const char *kind, const char *title,
                              const char *const *heads, size_t column_count);
/* The cells of one more row, to be filled; NULL: memory ran out. */
const char **run_note_row(struct run_summary *summary, struct run_note *note);

#endif
