/*
 * child_process.h: one child with its pipes. Only for this room.
 *
 * Its stdin, stdout and stderr are ours, non-blocking and close-on-exec; nothing else is open in
 * it. It leads a process group of its own, so Ctrl-C in a terminal does not reach it and a kill
 * reaches all it started. Signals are as a fresh program expects them. Thread: one at a time.
 */
#ifndef ASSAY_NET_CHILD_PROCESS_H
#define ASSAY_NET_CHILD_PROCESS_H

#include "base/error.h"

#include <stddef.h>
#include <sys/types.h>

struct child_process {
    pid_t pid; /* 0: none */
    int in;    /* its stdin; -1: closed */
    int out;
    int log; /* its stderr */
};

/* STATUS_CONFIG when argv[0] cannot be run, STATUS_IO when pipes or processes ran out. */
enum status child_process_start(struct child_process *child, const char *const *argv,
                                struct error *err);
void child_process_close_pipes(struct child_process *child);
/* Sends a signal to the whole group; nothing when there is no child. */
void child_process_signal(const struct child_process *child, int signal_number);
/* True when it has ended and is gone from the process table, its group killed; the pipes stay
 * open. *ret_wait_status as waitpid gives it. */
bool child_process_reap(struct child_process *child, int *ret_wait_status);
/* "exited with status 3", "was ended by signal SEGV". */
void child_process_describe_end(int wait_status, char *text, size_t size);

#endif
