/*
 * spend.h: what calls cost, between the price table and the budget of cost/ and the calls of net/.
 * Reserve before sending, settle after. Thread: reserve and settle on the network thread and main;
 * pricing from any thread.
 */
#ifndef ASSAY_PIPELINE_SPEND_H
#define ASSAY_PIPELINE_SPEND_H

#include "config/pipeline_spec.h"
#include "cost/cost_estimate.h"
#include "net/call_options.h"
#include "record/prediction.h"
#include "replay/candidate.h"

struct spend;

/* Reads the prices. run_start_ns: the day whose prices hold. */
enum status spend_open(const struct pipeline_spec *pipeline, int64_t run_start_ns,
                       struct spend **ret_spend, struct error *err);
void spend_close(struct spend *spend);
struct call_budget_hooks spend_hooks(struct spend *spend);

/* The most that one attempt of the call can cost. */
int64_t spend_most(const struct spend *spend, const struct candidate_spec *candidate,
                   const struct candidate_call *call);
/* False: no price is known. */
bool spend_estimate(const struct spend *spend, const struct candidate_spec *candidate,
                    const struct cost_workload *workload, struct cost_range *ret_range);
/* Sets the prediction's cost from its tokens and the price of its day, unless the agent told its
 * own. Any thread. */
void spend_price(const struct spend *spend, const struct candidate_spec *candidate,
                 struct prediction *prediction);
/* The answer's cost takes the place of its reservation. */
void spend_settle(struct spend *spend, int64_t reserved_usd_nano, int64_t cost_usd_nano);
/* A settlement as journal payload. */
void spend_encode_price(int64_t reserved_usd_nano, int64_t cost_usd_nano, struct strbuf *out);
/* A resumed run: an answer of the journal is paid for, and reserved until its price is known. */
enum status spend_remember_answer(struct spend *spend, struct strview answer_payload,
                                  struct error *err);
enum status spend_remember_price(struct spend *spend, struct strview price_payload,
                                 struct error *err);
int64_t spend_total(const struct spend *spend);

#endif
