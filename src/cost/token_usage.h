/*
 * token_usage.h: the tokens of one answer in classes that do not overlap, so that each is priced
 * once.
 *
 * Providers count differently: OpenAI's prompt_tokens hold the cached ones, Anthropic's
 * input_tokens do not; reasoning tokens are inside completion_tokens with OpenAI, beside them with
 * some others (then total_tokens tells). Read here: OpenAI chat and responses and those like them,
 * Anthropic's messages, Ollama's native fields. Pure. Thread: any.
 */
#ifndef ASSAY_COST_TOKEN_USAGE_H
#define ASSAY_COST_TOKEN_USAGE_H

#include "record/event.h"

struct token_usage {
    bool is_known; /* false: the answer told nothing; every count is 0 */
    bool
        is_doubtful; /* the provider's counts contradict each other; the larger reading was taken */
    int64_t input;   /* neither read from a cache nor written to one */
    int64_t cached_input;
    int64_t cache_write;
    int64_t output;    /* all that was generated and billed, reasoning included */
    int64_t reasoning; /* of output */
};

/* Counts as a provider reports them; -1: not told. For who has parsed the answer already. */
struct token_report {
    int64_t input;
    int64_t output;
    int64_t total;
    int64_t cached_input;
    int64_t cache_write;
    int64_t reasoning;
    bool cache_is_outside; /* cached_input and cache_write are not part of input (Anthropic) */
};

#define TOKEN_REPORT_NOTHING ((struct token_report){-1, -1, -1, -1, -1, -1, false})
#define TOKEN_USAGE_MAX INT64_C(1000000000000) /* a larger count is taken as not told */

struct token_usage token_usage_from(const struct token_report *report);
/* From the whole answer body. Anything without usable counts gives is_known false; never fails. */
struct token_usage token_usage_parse(struct strview answer_json);

void token_usage_add(struct token_usage *sum, const struct token_usage *usage);
/* As records hold them: input with all its classes, output with reasoning. */
struct token_counts token_usage_counts(const struct token_usage *usage);
struct token_usage token_usage_of_counts(const struct token_counts *counts);

#endif
