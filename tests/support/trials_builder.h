/* trials_builder.h: the sample summary's failed trials, turn by turn; see summary_builder.h. */
#ifndef ASSAY_TESTS_TRIALS_BUILDER_H
#define ASSAY_TESTS_TRIALS_BUILDER_H

#include "aggregate/run_summary.h"

void trials_builder_worst(struct arena *arena, struct run_summary *summary);

#endif
