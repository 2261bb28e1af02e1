/*
 * call_script.h: one call from the greeting to its end: what the caller wants, how they and the
 * recorded agent get there, and what should have come out (gold).
 */
#ifndef ASSAY_TESTS_GENERATE_CALL_SCRIPT_H
#define ASSAY_TESTS_GENERATE_CALL_SCRIPT_H

#include "base/time_zone.h"
#include "recorder.h"

struct call_script_zones {
    const struct time_zone *new_york, *london;
};

/* Appends the events and the gold of conversation `index` to the recorder's buffers. The arena is
 * reset. */
void call_script_run(struct recorder *recorder, const struct call_script_zones *zones,
                     uint64_t seed, uint64_t index);

#endif
