/*
 * pass_k.h: repeats of one task. pass@k: at least one of k tries succeeds (Chen et al. 2021);
 * pass^k: all k do (Yao et al. 2024, tau-bench). Unbiased from c successes in n tries; undefined
 * for k > n. Thread: any.
 */
#ifndef ASSAY_STATS_PASS_K_H
#define ASSAY_STATS_PASS_K_H

#include "stats/estimate.h"

#include <stdint.h>

/* 1 - C(n - c, k)/C(n, k) */
struct estimate pass_k_any(uint64_t tries, uint64_t successes, uint64_t k);
/* C(c, k)/C(n, k) */
struct estimate pass_k_all(uint64_t tries, uint64_t successes, uint64_t k);

#endif
