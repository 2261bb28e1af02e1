/*
 * http_transfer.h: one HTTP attempt in libcurl. Only for this room.
 *
 * A transfer is a reusable easy handle with its answer buffer. The loop starts one when an attempt
 * may fly, and asks how it ended when the multi handle says that it did. Thread: network.
 */
#ifndef ASSAY_NET_HTTP_TRANSFER_H
#define ASSAY_NET_HTTP_TRANSFER_H

#include "net/flight.h"

struct http_transfer {
    struct http_transfer *next; /* among the idle ones of a far end */
    CURL *easy;
    struct flight *flight; /* borrowed while in flight */
    size_t busy_index;     /* in the loop's list of busy ones */
    const struct far_end_options *options;
    char *body;
    size_t body_bytes;
    size_t body_capacity;
    size_t body_limit;
    uint32_t sends; /* how often libcurl was about to send the request: once is allowed */
    bool is_too_large;
    bool ran_out_of_memory;
    int64_t unix_now_s;
    char curl_error[CURL_ERROR_SIZE];
};

/* NULL when memory ran out. `options` must outlive it. */
struct http_transfer *http_transfer_create(const struct far_end_options *options);
/* Not while it is in a multi handle. Accepts NULL. */
void http_transfer_destroy(struct http_transfer *transfer);

/* Makes it ready for the flight's next attempt; the loop adds transfer->easy to its multi handle.
 */
void http_transfer_start(struct http_transfer *transfer, struct flight *flight, int64_t now_ns);
/* Takes what the ended attempt brought into the flight's result and says what it means. The loop
 * has removed the handle from the multi handle. */
struct attempt_end http_transfer_end(struct http_transfer *transfer, CURLcode code);

/* The meaning of a status, by the far end's retryable set. `refused`: of provider_error_read. */
struct attempt_end http_transfer_judge_status(const struct far_end_options *options, int32_t status,
                                              bool refused, bool has_retry_after);

#endif
