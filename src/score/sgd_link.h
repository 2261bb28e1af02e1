/*
 * sgd_link.h: makes one dataset out of the files that sgd_dataset.h loaded: numbers of the files'
 * own tables become numbers of one table. Thread: main, before the dataset is read by others.
 */
#ifndef ASSAY_SCORE_SGD_LINK_H
#define ASSAY_SCORE_SGD_LINK_H

#include "score/sgd_dataset.h"

/* Merges the files' tables in order, rewrites their numbers, prepares lists and texts, pairs the
 * dialogues. The files' own tables are freed. */
enum status sgd_link(struct sgd_dataset *dataset, int threads, struct error *err);

#endif
