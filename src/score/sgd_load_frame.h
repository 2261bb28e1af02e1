/*
 * sgd_load_frame.h: the values, lists and frames that stand next in a loader's file (sgd_load.h).
 * What memory cannot hold sets loader->no_memory. Thread: one loader per thread.
 */
#ifndef ASSAY_SCORE_SGD_LOAD_FRAME_H
#define ASSAY_SCORE_SGD_LOAD_FRAME_H

#include "score/sgd_load.h"

uint32_t sgd_load_frame_intern(struct sgd_loader *loader, struct strview key);
/* The number of the scalar that stands next; an object or array is skipped and FAULTY. */
uint32_t sgd_load_frame_value(struct sgd_loader *loader);
/* Adds each value of a list to the file's numbers; a text is the list of its characters. False: it
 * is not a list of scalars. */
bool sgd_load_frame_list(struct sgd_loader *loader, bool null_is_empty);
/* Adds the frame, its spans cut from `utterance` (absent: it is no text). False: it has no service
 * that could be looked up. */
bool sgd_load_frame(struct sgd_loader *loader, struct strview utterance);

#endif
