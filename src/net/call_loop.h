/*
 * call_loop.h: every call that assay makes, HTTP or child process, from one network thread.
 *
 * The loop owns admission (in flight, requests and tokens per minute, an adaptive limit), retries,
 * circuit breakers and the reservation of money; libcurl and the children only ever see an attempt
 * that may fly now. A far end is one provider with one key and model, or one command; limits and
 * breakers are per far end.
 *
 *     call_loop_create -> register_far_end -> submit ... collect ... -> destroy
 *
 * Exactly one result comes back for every call that was accepted. No function but collect waits.
 * Thread: create and destroy belong to one owner; everything else: any thread.
 */
#ifndef ASSAY_NET_CALL_LOOP_H
#define ASSAY_NET_CALL_LOOP_H

#include "base/cleanup.h"
#include "base/error.h"
#include "net/call.h"
#include "net/call_options.h"

struct call_loop;

#define CALL_LOOP_MAX_FAR_ENDS 256

/* Starts the thread. */
enum status call_loop_create(const struct call_loop_options *options, struct call_loop **ret_loop,
                             struct error *err);
/* Cancels what is left, drops uncollected results (settling their reservations as
 * CALL_CHARGE_UNKNOWN), ends the children (stdin closed, SIGTERM, SIGKILL) and joins the thread.
 * Accepts NULL. */
void call_loop_destroy(struct call_loop *loop);

/* STATUS_CONFIG when a command cannot be started. */
enum status call_loop_register_far_end(struct call_loop *loop,
                                       const struct far_end_options *options, uint32_t *ret_far_end,
                                       struct error *err);

/* Copies the call whole; the caller may free everything at once. STATUS_LIMIT when max_queued wait
 * already: collect first. Calls of one far end are sent in the order of submission. */
enum status call_loop_submit(struct call_loop *loop, const struct call *call, struct error *err);

/*
 * Moves up to `max` results into `results`, in the order they ended; the caller owns them. Waits up
 * to wait_ms for the first (negative: no limit). 0: none came in time, or nothing is outstanding.
 */
size_t call_loop_collect(struct call_loop *loop, struct call_result *results, size_t max,
                         int wait_ms);

/*
 * What was collected so far is kept for good, so its places in flight are free again. Only with
 * options.holds_places: then a far end has at most max_in_flight answers that a kill can lose,
 * those under way and those that nobody has kept yet taken together. For one collector.
 */
void call_loop_kept(struct call_loop *loop);

/* Every call submitted so far ends, most with CALL_CANCELLED; the results are still to be
 * collected. Later calls are not touched. */
void call_loop_cancel_all(struct call_loop *loop);

/* The answer used fewer tokens than were reserved: gives the rest back to the far end's minute. */
void call_loop_return_tokens(struct call_loop *loop, uint32_t far_end, uint32_t tokens);

void call_loop_far_end_state(struct call_loop *loop, uint32_t far_end,
                             struct far_end_state *ret_state);

/* The last bytes that the children of a command wrote to stderr; NUL-terminated; the size without
 * the NUL. It is the command's own text: show it to its owner, do not store it. */
size_t call_loop_child_log(struct call_loop *loop, uint32_t far_end, char *buffer, size_t size);

/* The clock of every time here. */
int64_t call_loop_now_ns(void);

DEFINE_CLEANUP(call_loop_cleanup, struct call_loop, call_loop_destroy)

#endif
