/*
 * child_pool.h: the N children of a command, each with at most one call. Only for this room.
 *
 * A child starts when a call needs it (the first when the pool is made, so that a wrong command is
 * found at once), answers line by line, and is started again when it ends. A child that does not
 * answer in time is killed, since its next line would belong to the call before. Thread: network,
 * but for create, destroy and log.
 */
#ifndef ASSAY_NET_CHILD_POOL_H
#define ASSAY_NET_CHILD_POOL_H

#include "net/flight.h"

struct child_pool;

struct child_pool_options {
    const char *name;        /* borrowed: lives as long as the pool */
    const char *const *argv; /* copied */
    uint32_t copies;
    uint32_t max_restarts;
};

/* What the pool tells of a call that has ended; the flight is the receiver's again. */
struct child_pool_receiver {
    void (*ended)(void *context, struct flight *flight, const struct attempt_end *end);
    void *context;
};

enum status child_pool_create(const struct child_pool_options *options,
                              struct child_pool **ret_pool, struct error *err);
/* No call may be in flight. Closes every stdin, waits a moment, then SIGTERM, then SIGKILL; every
 * child is reaped when it returns. Accepts NULL. */
void child_pool_destroy(struct child_pool *pool);

bool child_pool_has_room(const struct child_pool *pool);
/* Too many ends without an answer between: calls fail instead of starting another. */
bool child_pool_is_broken(const struct child_pool *pool);
uint64_t child_pool_starts(const struct child_pool *pool);

/* child_pool_has_room must hold. Borrows the flight until it is told to have ended. */
void child_pool_send(struct child_pool *pool, struct flight *flight, int64_t now_ns);
/* Reads, writes, reaps and ends what is late. True when a child was reaped: there is room again. */
bool child_pool_work(struct child_pool *pool, int64_t now_ns,
                     const struct child_pool_receiver *receiver);
/* Kills the children that work on calls with a sequence below `before`; those calls end with
 * CALL_CANCELLED. */
void child_pool_cancel(struct child_pool *pool, uint64_t before,
                       const struct child_pool_receiver *receiver);

#define CHILD_POOL_FDS_PER_CHILD 3
/* Fills `fds` (room for copies * CHILD_POOL_FDS_PER_CHILD) with what to wait for. */
size_t child_pool_wait_fds(const struct child_pool *pool, struct curl_waitfd *fds);
uint32_t child_pool_copies(const struct child_pool *pool);
/* When child_pool_work has to be called though no descriptor is ready; INT64_MAX: not needed. */
int64_t child_pool_due_ns(const struct child_pool *pool, int64_t now_ns);

/* The last of what the children wrote to stderr; NUL-terminated; the size without it. Thread: any.
 */
size_t child_pool_log(struct child_pool *pool, char *buffer, size_t size);

#endif
