/* gate_changes.h: what other gates say of the same run, as a note of its report (run_note.h).
 * Thread: main. */
#ifndef ASSAY_GATE_GATE_CHANGES_H
#define ASSAY_GATE_GATE_CHANGES_H

#include "aggregate/run_summary.h"

/* `before`: the run by its own gates; `now`: by those of `file`, gets the note. Gates are matched
 * by name and candidate. False: memory ran out. */
bool gate_changes_note(const struct run_summary *before, const char *file, struct run_summary *now);

#endif
