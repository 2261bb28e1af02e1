/* baseline_looks.h: how often each candidate was held against a baseline: looks.jsonl of its
 * folder, see baseline_folder.h. Locked while it is read and written. Thread: main. */
#ifndef ASSAY_GATE_BASELINE_LOOKS_H
#define ASSAY_GATE_BASELINE_LOOKS_H

#include "gate/baseline_folder.h"

/* Looks in all, of any candidate. */
enum status baseline_looks_count(const char *own_folder, uint64_t *ret_looks, struct error *err);
/* *ret_look: its number among the looks of this candidate name, from 1. *ret_totals: sums_count of
 * them, over looks 1 to this one. Two processes at once get two numbers. */
enum status baseline_looks_take(const char *own_folder, const struct look *look,
                                struct look_sums *ret_totals, uint64_t *ret_look,
                                struct error *err);

#endif
