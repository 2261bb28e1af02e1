/*
 * answer_headers.h: what a far end's response headers say about waiting and about its limits.
 *
 * Read: retry-after (seconds or HTTP date, RFC 9110 10.2.3), retry-after-ms, x-ratelimit-{limit,
 * remaining,reset}-{requests,tokens}, x-request-id, request-id, content-type. Anything else and
 * anything that does not parse is as if absent. Pure. Thread: any.
 */
#ifndef ASSAY_NET_ANSWER_HEADERS_H
#define ASSAY_NET_ANSWER_HEADERS_H

#include "net/call.h"

/* All unknown. */
void answer_headers_init(struct call_answer_headers *headers);
/* One header line, with or without its line end. unix_now_s is for HTTP dates. */
void answer_headers_read(struct call_answer_headers *headers, struct strview line,
                         int64_t unix_now_s);
/* After the last line: a limit of zero or less makes what remains unknown (Azure sends such). */
void answer_headers_finish(struct call_answer_headers *headers);

/* "12ms", "6m0s", "1m26.4s", "2h", and a bare number of seconds; -1: none of these. */
int64_t answer_headers_duration_ns(struct strview text);

#endif
