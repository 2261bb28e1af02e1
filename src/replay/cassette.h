/*
 * cassette.h: a file of model answers, found by the hash of the request: record once, replay
 * without key, network or cost.
 *
 * JSON Lines: {"key", "model", "status", "latency_ms", "first_byte_ms", "body"}. The key covers the
 * whole request and, when the model samples, the repeat: a sampled answer is never taken for
 * another draw. Thread: find from any thread, the rest one owner.
 */
#ifndef ASSAY_REPLAY_CASSETTE_H
#define ASSAY_REPLAY_CASSETTE_H

#include "replay/candidate.h"

struct cassette;

enum { CASSETTE_KEY_SIZE = 33 };

/* Lower-case hex of 128 bits. `draw` is 0 when temperature is 0. */
void cassette_key(struct strview request, int64_t draw, char ret_key[CASSETTE_KEY_SIZE]);

/* Opens a file to replay (it must be there) or to record (it is made, or goes on; one recorder at
 * a time; a torn last line is cut off). */
enum status cassette_open(const char *path, bool record, struct cassette **ret_cassette,
                          struct error *err);
void cassette_close(struct cassette *cassette);

/* *ret_found and the answer, in `arena`, when the cassette holds the key. STATUS_NO_MEMORY; an
 * answer that the arena's limit does not hold is found as CALL_TOO_LARGE. */
enum status cassette_find(struct cassette *cassette, const char *key, struct arena *arena,
                          struct far_answer *ret_answer, bool *ret_found, struct error *err);
/* Appends an answer that arrived (recording only). One of more than 16 MiB is left out: the far end
 * is asked again. */
enum status cassette_add(struct cassette *cassette, const char *key, struct strview model,
                         const struct far_answer *answer, struct error *err);

DEFINE_CLEANUP(cassette_cleanup, struct cassette, cassette_close)

#endif
