/*
 * fail_point.h: named places at which a test lets the process die (SIGKILL), so that each step of
 * the protocol is interrupted at least once. ASSAY_FAIL_POINT=name or name:n dies at the n-th time.
 * Thread: one at a time.
 */
#ifndef ASSAY_WORKER_FAIL_POINT_H
#define ASSAY_WORKER_FAIL_POINT_H

void fail_point(const char *name);

#endif
