/*
 * network_thread.h: the inside of a call loop. Only for call_loop.c, which makes it and talks to it
 * under the lock, and network_thread.c, which is its thread.
 */
#ifndef ASSAY_NET_NETWORK_THREAD_H
#define ASSAY_NET_NETWORK_THREAD_H

#include "net/far_end.h"

#include <pthread.h>

struct call_loop {
    struct call_loop_options options;
    CURLM *multi;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* the outbox, for collect */

    /* Under the lock. */
    struct flight_list inbox;
    struct flight_list outbox;
    uint64_t next_sequence;
    uint64_t cancel_before;
    uint64_t outstanding; /* accepted and not collected */
    uint64_t queued;      /* accepted and not ended */
    bool is_asleep;       /* curl_multi_wakeup is needed */
    bool is_stopping;
    struct far_end *far_ends[CALL_LOOP_MAX_FAR_ENDS];
    uint32_t far_end_count;
    struct far_end_state shown[CALL_LOOP_MAX_FAR_ENDS];
    uint32_t taken[CALL_LOOP_MAX_FAR_ENDS]; /* answers collected since call_loop_kept */
    uint32_t kept[CALL_LOOP_MAX_FAR_ENDS];  /* and before it, not told the far end yet */
    bool has_kept;

    /* The thread's own. */
    struct retry_policy retry;
    struct flight_list ended; /* becomes the outbox at the next turn */
    uint64_t cancelled;       /* cancel_before, as of this turn */
    uint32_t in_flight;
    bool has_room_again;         /* since admission: ask again before sleeping */
    uint32_t first_asked;        /* far ends are asked in turn, so that none starves */
    uint32_t known_far_ends;     /* far_end_count as of this turn */
    struct http_transfer **busy; /* every transfer in the multi handle */
    size_t busy_count;
    size_t busy_capacity;
    struct curl_waitfd *wait_fds;
    size_t wait_fd_capacity;
    int64_t budget_wait_since_ns; /* INT64_MAX: nobody waits for money */
    bool outbox_was_empty;
};

/* The thread's function; `loop` is a struct call_loop. Returns once is_stopping was set: every
 * accepted call is in the outbox then. */
void *network_thread_run(void *loop);

#endif
