/*
 * time_zone.h: IANA time zones, read from the system's tzdata (TZif files; glibc itself has one
 * zone a process). A loaded zone is immutable and may be shared between threads. Far dates follow
 * the POSIX TZ footer of the file (RFC 8536, section 3.3).
 *
 * Files are read below $TZDIR, else /usr/share/zoneinfo. "UTC" and "Etc/UTC" work without files.
 */
#ifndef ASSAY_BASE_TIME_ZONE_H
#define ASSAY_BASE_TIME_ZONE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strview.h"

#include <stdbool.h>
#include <stdint.h>

struct time_zone;

/* What a local time means that does not exist (clocks forward) or exists twice (clocks back). */
enum time_zone_rule {
    TIME_ZONE_EARLIER, /* overlap: the first; gap: with the offset after it (moves back) */
    TIME_ZONE_LATER,   /* overlap: the second; gap: with the offset before it (moves forward) */
    /* overlap: the first; gap: moves forward: what calendars do (RFC 5545, 3.3.5) */
    TIME_ZONE_COMPATIBLE,
};

enum time_zone_local { TIME_ZONE_UNIQUE, TIME_ZONE_GAP, TIME_ZONE_OVERLAP };

/*
 * Loads a zone by its IANA name ("Europe/Berlin"). A name with "..", a leading "/", or letters that
 * no zone has is STATUS_DATA, as is one that tzdata does not know or whose file is broken. The
 * caller owns the result. Does file I/O.
 */
enum status time_zone_load(struct strview name, struct time_zone **ret_zone, struct error *err);
/* A zone of one offset, for texts that give an offset only. NULL when memory ran out. */
struct time_zone *time_zone_create_fixed(int32_t offset_s);
void time_zone_destroy(struct time_zone *zone);

/* "Europe/Berlin", or "+05:30" for a fixed one; lives as long as the zone. */
const char *time_zone_name(const struct time_zone *zone);
/* Seconds east of Greenwich at an instant. Thread: any. */
int32_t time_zone_offset_s(const struct time_zone *zone, int64_t utc_ns);
/* What the wall clock shows at an instant. */
int64_t time_zone_local_ns(const struct time_zone *zone, int64_t utc_ns);
/* The instant of a wall clock time. ret_local may be NULL. */
int64_t time_zone_utc_ns(const struct time_zone *zone, int64_t local_ns, enum time_zone_rule rule,
                         enum time_zone_local *ret_local);

/*
 * Zones that were asked for, so that each file is read once. One owner thread; the zones it hands
 * out live as long as the cache and may be read by any thread.
 */
struct time_zone_cache;
struct time_zone_cache *time_zone_cache_create(void); /* NULL when memory ran out */
void time_zone_cache_destroy(struct time_zone_cache *cache);
enum status time_zone_cache_find(struct time_zone_cache *cache, struct strview name,
                                 const struct time_zone **ret_zone, struct error *err);

DEFINE_CLEANUP(time_zone_cleanup, struct time_zone, time_zone_destroy)
DEFINE_CLEANUP(time_zone_cache_cleanup, struct time_zone_cache, time_zone_cache_destroy)

#endif
