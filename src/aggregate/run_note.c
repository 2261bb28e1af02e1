/*
 * run_note.c: notes grow in the summary's arena. Called by gate/ and pipeline/ behind the fold,
 * read by report/. Thread: main.
 */
#include "aggregate/run_note.h"

#include "aggregate/run_summary.h"

enum { MOST_NOTES = 8, MOST_ROWS = 256 };

struct run_note *run_note_add(struct run_summary *summary, const char *kind, const char *title,
                              const char *const *heads, size_t column_count)
{
    if (!summary->notes)
        summary->notes = arena_array(summary->arena, MOST_NOTES, sizeof *summary->notes);
    if (!summary->notes || summary->note_count == MOST_NOTES)
        return NULL;
    struct run_note *note = &summary->notes[summary->note_count];
    *note = (struct run_note){
        .kind = kind,
        .title = title,
        .text = "",
        .heads = heads,
        .cells = arena_array(summary->arena, MOST_ROWS * column_count, sizeof *note->cells),
        .column_count = column_count};
    if (!note->cells)
        return NULL;
    summary->note_count++;
    return note;
}

const char **run_note_row(struct run_summary *summary, struct run_note *note)
{
    if (note->row_count == MOST_ROWS) { /* the last row tells of those that have no place */
        const char **last = note->cells + (MOST_ROWS - 1) * note->column_count;
        const char **spare = arena_array(summary->arena, note->column_count, sizeof *spare);
        for (size_t i = 0; i < note->column_count; i++)
            last[i] = i ? "" : "and more";
        return spare;
    }
    const char **row = note->cells + note->row_count++ * note->column_count;
    for (size_t i = 0; i < note->column_count; i++)
        row[i] = "";
    return row;
}
