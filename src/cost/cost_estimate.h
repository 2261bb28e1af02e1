/*
 * cost_estimate.h: what calls will cost, before they are made.
 *
 * reserve: an upper bound for one call, for the budget: one token a byte of the request (no
 * byte-level tokeniser makes more) and a template's tokens beside, at the dearest input rate, and
 * the longest output that was asked for. range: what a run is likely to cost, for --dry-run.
 * Pure. Thread: any.
 */
#ifndef ASSAY_COST_COST_ESTIMATE_H
#define ASSAY_COST_COST_ESTIMATE_H

#include "cost/price_table.h"

/* For calls without max_tokens, the output that is reserved for. */
#define COST_ESTIMATE_DEFAULT_OUTPUT_TOKENS 4096
/* What a server's chat template may add to a request. */
#define COST_ESTIMATE_TEMPLATE_TOKENS 256

int64_t cost_estimate_reserve_nano(const struct price *price, uint64_t request_bytes,
                                   uint32_t max_output_tokens);
/* For limits of tokens per minute: near, not an upper bound (4 bytes a token). */
uint32_t cost_estimate_reserve_tokens(uint64_t request_bytes, uint32_t max_output_tokens);

struct cost_workload {
    uint64_t calls;
    uint64_t request_bytes;         /* of all calls together */
    uint32_t max_output_tokens;     /* a call; 0: COST_ESTIMATE_DEFAULT_OUTPUT_TOKENS */
    uint32_t typical_output_tokens; /* a call, if a cassette or an earlier run tells; 0: unknown */
};

struct cost_range {
    int64_t low_nano;
    int64_t high_nano;
    int64_t low_input_tokens, high_input_tokens;
    int64_t low_output_tokens, high_output_tokens;
};

/*
 * Low: 5 bytes a token and 4 tokens beside a call, the typical output (or a twentieth of the
 * longest), no retry. High: 2.5 bytes a token and 64 tokens beside, twice the typical output (or
 * the longest), and one call in ten paid twice.
 */
struct cost_range cost_estimate_range(const struct price *price,
                                      const struct cost_workload *workload);

#endif
