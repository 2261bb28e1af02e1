/*
 * time_zone.c: see time_zone.h. A zone is one block: the transitions of the version 2 data of a
 * TZif file and the parsed footer rule. Loading is the only I/O; look-ups are pure, any thread.
 */
#include "base/time_zone.h"

#include "base/civil_time.h"
#include "base/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 64, FILE_LIMIT_BYTES = 1024 * 1024, TYPES_LIMIT = 256 };

/* When a yearly change happens (POSIX TZ): Mm.w.d, Jn or n, at `second` of the local day. */
struct change_rule {
    char kind; /* 'M', 'J' (1..365, no leap day) or 'N' (0..365) */
    int32_t month, week, weekday, day;
    int32_t second;
};

struct footer {
    bool present;
    bool has_summer;
    int32_t standard_s, summer_s;
    struct change_rule to_summer, to_standard;
};

struct time_zone {
    char name[NAME_BYTES];
    size_t count;    /* transitions */
    int64_t *at_s;   /* ascending instants */
    int32_t *then_s; /* the offset from at_s[i] on */
    int32_t first_s; /* the offset before at_s[0] */
    struct footer footer;
    bool no_memory; /* while it is loaded: memory ran out, the file may be good */
};

/* ---- the POSIX TZ footer ---- */

static const char *skip_abbreviation(const char *p)
{
    if (*p == '<') {
        while (*p && *p != '>')
            p++;
        return *p ? p + 1 : NULL;
    }
    const char *start = p;
    while ((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z'))
        p++;
    return p - start >= 3 ? p : NULL;
}

static const char *read_int(const char *p, int32_t limit, int32_t *ret_value)
{
    int32_t value = 0;
    if (*p < '0' || *p > '9')
        return NULL;
    while (*p >= '0' && *p <= '9') {
        value = value * 10 + (*p++ - '0');
        if (value > limit)
            return NULL;
    }
    *ret_value = value;
    return p;
}

/* [+-]h[h][:mm[:ss]]; hours up to 167 as RFC 8536 allows. */
static const char *read_hms(const char *p, int32_t *ret_seconds)
{
    int32_t sign = *p == '-' ? -1 : 1, hour = 0, minute = 0, second = 0;
    if (*p == '-' || *p == '+')
        p++;
    p = read_int(p, 167, &hour);
    if (p && *p == ':')
        p = read_int(p + 1, 59, &minute);
    if (p && *p == ':')
        p = read_int(p + 1, 59, &second);
    *ret_seconds = sign * (hour * 3600 + minute * 60 + second);
    return p;
}

static const char *read_change(const char *p, struct change_rule *rule)
{
    if (*p++ != ',')
        return NULL;
    rule->second = 2 * 3600;
    if (*p == 'M') {
        rule->kind = 'M';
        p = read_int(p + 1, 12, &rule->month);
        p = p && *p == '.' ? read_int(p + 1, 5, &rule->week) : NULL;
        p = p && *p == '.' ? read_int(p + 1, 6, &rule->weekday) : NULL;
        if (p && (rule->month < 1 || rule->week < 1))
            return NULL;
    } else {
        rule->kind = *p == 'J' ? 'J' : 'N';
        p = read_int(p + (*p == 'J'), 365, &rule->day);
    }
    if (p && *p == '/')
        p = read_hms(p + 1, &rule->second);
    return p;
}

static bool footer_parse(const char *text, struct footer *ret_footer)
{
    struct footer footer = {.present = true};
    int32_t west_s = 0;
    const char *p = skip_abbreviation(text);
    p = p ? read_hms(p, &west_s) : NULL;
    if (!p)
        return false;
    footer.standard_s = -west_s;
    if (*p) {
        footer.has_summer = true;
        footer.summer_s = footer.standard_s + 3600;
        p = skip_abbreviation(p);
        if (p && *p && *p != ',') {
            p = read_hms(p, &west_s);
            footer.summer_s = -west_s;
        }
        p = p ? read_change(p, &footer.to_summer) : NULL;
        p = p ? read_change(p, &footer.to_standard) : NULL;
        if (!p || *p)
            return false;
    }
    *ret_footer = footer;
    return true;
}

/* The local second (since 1970, on the clock in force before the change) of a change in a year. */
static int64_t change_local_s(const struct change_rule *rule, int32_t year)
{
    int64_t day = civil_time_days(year, 1, 1);
    if (rule->kind == 'M') {
        int64_t first = civil_time_days(year, rule->month, 1);
        int32_t first_weekday = civil_time_weekday(first) % 7; /* Sunday is 0, as in POSIX */
        day = first + (rule->weekday - first_weekday + 7) % 7 + 7 * ((int64_t)rule->week - 1);
        if (day >= first + civil_time_days_in_month(year, rule->month))
            day -= 7; /* week 5 is the last one */
    } else {
        bool skips_leap_day = rule->kind == 'J' && rule->day > 59 && civil_time_is_leap_year(year);
        day += rule->kind == 'J' ? rule->day - 1 + skips_leap_day : rule->day;
    }
    return day * CIVIL_TIME_S_PER_DAY + rule->second;
}

static int32_t footer_offset_s(const struct footer *footer, int64_t utc_s)
{
    if (!footer->has_summer)
        return footer->standard_s;
    int64_t local_s = utc_s + footer->standard_s;
    int64_t local_day = local_s / CIVIL_TIME_S_PER_DAY - (local_s % CIVIL_TIME_S_PER_DAY < 0);
    int32_t year = civil_time_date(local_day).year;
    int64_t summer = change_local_s(&footer->to_summer, year) - footer->standard_s;
    int64_t standard = change_local_s(&footer->to_standard, year) - footer->summer_s;
    bool is_summer = summer < standard ? utc_s >= summer && utc_s < standard
                                       : utc_s >= summer || utc_s < standard;
    return is_summer ? footer->summer_s : footer->standard_s;
}

/* ---- the TZif file ---- */

struct tzif {
    const unsigned char *at;
    size_t left;
};

struct tzif_counts {
    uint32_t is_ut, is_std, leap, time, type, character;
};

static int64_t big_endian(const unsigned char *bytes, size_t size)
{
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

static const unsigned char *take(struct tzif *file, size_t size)
{
    if (file->left < size)
        return NULL;
    const unsigned char *bytes = file->at;
    file->at += size;
    file->left -= size;
    return bytes;
}

static bool take_header(struct tzif *file, struct tzif_counts *ret_counts, char *ret_version)
{
    const unsigned char *header = take(file, 44);
    if (!header || memcmp(header, "TZif", 4) != 0)
        return false;
    uint32_t values[6];
    for (size_t i = 0; i < 6; i++)
        values[i] = (uint32_t)big_endian(header + 20 + 4 * i, 4);
    *ret_counts =
        (struct tzif_counts){values[0], values[1], values[2], values[3], values[4], values[5]};
    *ret_version = (char)header[4];
    return values[3] <= FILE_LIMIT_BYTES && values[4] <= TYPES_LIMIT && values[4] > 0 &&
           values[5] <= FILE_LIMIT_BYTES && values[2] <= FILE_LIMIT_BYTES;
}

static size_t data_size(const struct tzif_counts *counts, size_t time_size)
{
    return counts->time * (time_size + 1) + counts->type * 6UL + counts->character +
           counts->leap * (time_size + 4) + counts->is_std + counts->is_ut;
}

static bool read_transitions(struct time_zone *zone, struct tzif *file,
                             const struct tzif_counts *counts, size_t time_size)
{
    const unsigned char *times = take(file, counts->time * time_size);
    const unsigned char *indices = times ? take(file, counts->time) : NULL;
    const unsigned char *types = indices ? take(file, counts->type * 6UL) : NULL;
    size_t rest =
        counts->character + counts->leap * (time_size + 4) + counts->is_std + (size_t)counts->is_ut;
    if (!types || !take(file, rest))
        return false;
    zone->at_s = memory_alloc((counts->time + 1) * sizeof *zone->at_s);
    zone->then_s = memory_alloc((counts->time + 1) * sizeof *zone->then_s);
    zone->no_memory = !zone->at_s || !zone->then_s;
    if (zone->no_memory)
        return false;
    zone->first_s = (int32_t)big_endian(types, 4);
    for (size_t i = 0; i < counts->time; i++) {
        if (indices[i] >= counts->type)
            return false;
        zone->at_s[i] = big_endian(times + i * time_size, time_size);
        zone->then_s[i] = (int32_t)big_endian(types + indices[i] * 6UL, 4);
        if (i > 0 && zone->at_s[i] <= zone->at_s[i - 1])
            return false;
    }
    zone->count = counts->time;
    return true;
}

static bool read_tzif(struct time_zone *zone, const unsigned char *bytes, size_t size)
{
    struct tzif file = {bytes, size};
    struct tzif_counts counts;
    char version = 0;
    if (!take_header(&file, &counts, &version))
        return false;
    if (version == 0)
        return read_transitions(zone, &file, &counts, 4);
    if (!take(&file, data_size(&counts, 4)) || !take_header(&file, &counts, &version) ||
        !read_transitions(zone, &file, &counts, 8))
        return false;
    const unsigned char *newline = take(&file, 1);
    if (!newline || *newline != '\n')
        return false;
    const unsigned char *end = memchr(file.at, '\n', file.left);
    char text[128];
    size_t length = end ? (size_t)(end - file.at) : sizeof text;
    if (length >= sizeof text)
        return false;
    memcpy(text, file.at, length);
    text[length] = '\0';
    return length == 0 || footer_parse(text, &zone->footer);
}

static bool name_is_safe(struct strview name)
{
    if (!name.data || name.size == 0 || name.size >= NAME_BYTES || name.data[0] == '/' ||
        name.data[0] == '.' || name.data[name.size - 1] == '/')
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool other = (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
        if (!letter && !other) /* no dot at all: so no ".." either */
            return false;
    }
    return true;
}

/* The bytes of the zone's file; NULL when it cannot be read. */
static unsigned char *read_zone_file(struct time_zone *zone, size_t *ret_size)
{
    const char *base = getenv("TZDIR");
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/%s", base && *base ? base : "/usr/share/zoneinfo",
                        zone->name);
    if (size < 0 || (size_t)size >= sizeof path)
        return NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    struct stat info;
    unsigned char *bytes = NULL;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
        info.st_size <= FILE_LIMIT_BYTES) {
        bytes = memory_alloc((size_t)info.st_size);
        zone->no_memory = bytes == NULL;
    }
    size_t have = 0;
    while (bytes && have < (size_t)info.st_size) {
        ssize_t got = read(fd, bytes + have, (size_t)info.st_size - have);
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    close(fd);
    *ret_size = have;
    return bytes;
}

enum status time_zone_load(struct strview name, struct time_zone **ret_zone, struct error *err)
{
    if (!name_is_safe(name)) {
        int shown = name.size > NAME_BYTES ? NAME_BYTES : (int)name.size;
        error_set(err, STATUS_DATA, "'%.*s' is not the name of a time zone", shown,
                  name.data ? name.data : "");
        error_fix(err, "Use an IANA name such as Europe/Berlin.");
        return STATUS_DATA;
    }
    CLEANUP(time_zone_cleanup) struct time_zone *zone = memory_alloc(sizeof *zone);
    if (!zone)
        return error_no_memory(err);
    memcpy(zone->name, name.data, name.size);

    size_t size = 0;
    unsigned char *bytes = read_zone_file(zone, &size);
    if (zone->no_memory)
        return error_no_memory(err);
    bool is_utc = strview_is(name, "UTC") || strview_is(name, "Etc/UTC");
    if (!bytes && !is_utc) {
        error_set(err, STATUS_DATA, "unknown time zone '%s'", zone->name);
        error_fix(err, "Use an IANA name such as Europe/Berlin; `ls /usr/share/zoneinfo` shows "
                       "what tzdata has.");
        return STATUS_DATA;
    }
    bool good = !bytes || read_tzif(zone, bytes, size);
    memory_free(bytes);
    if (!good && zone->no_memory)
        return error_no_memory(err);
    if (!good) {
        error_set(err, STATUS_DATA, "the tzdata file of '%s' is not a TZif file", zone->name);
        error_fix(err, "Install tzdata again, or set TZDIR to a good copy.");
        return STATUS_DATA;
    }
    *ret_zone = TAKE(zone);
    return STATUS_OK;
}

struct time_zone *time_zone_create_fixed(int32_t offset_s)
{
    struct time_zone *zone = memory_alloc(sizeof *zone);
    if (!zone)
        return NULL;
    zone->first_s = offset_s;
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    snprintf(zone->name, sizeof zone->name, "%c%02d:%02d", offset_s < 0 ? '-' : '+', minutes / 60,
             minutes % 60);
    return zone;
}

void time_zone_destroy(struct time_zone *zone)
{
    if (!zone)
        return;
    memory_free(zone->at_s);
    memory_free(zone->then_s);
    memory_free(zone);
}

const char *time_zone_name(const struct time_zone *zone)
{
    return zone->name;
}

/* ---- look-ups ---- */

static int64_t floor_seconds(int64_t ns)
{
    return ns / CIVIL_TIME_NS_PER_S - (ns % CIVIL_TIME_NS_PER_S < 0);
}

static int32_t offset_at_s(const struct time_zone *zone, int64_t utc_s)
{
    if (zone->count == 0 || utc_s >= zone->at_s[zone->count - 1]) {
        if (zone->footer.present)
            return footer_offset_s(&zone->footer, utc_s);
        return zone->count ? zone->then_s[zone->count - 1] : zone->first_s;
    }
    if (utc_s < zone->at_s[0])
        return zone->first_s;
    size_t low = 0, high = zone->count - 1; /* at_s[low] <= utc_s < at_s[high] */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->at_s[middle] <= utc_s)
            low = middle;
        else
            high = middle;
    }
    return zone->then_s[low];
}

int32_t time_zone_offset_s(const struct time_zone *zone, int64_t utc_ns)
{
    return offset_at_s(zone, floor_seconds(utc_ns));
}

/* Instants are only added to far from the ends of int64; there they saturate. */
static int64_t shift_ns(int64_t ns, int32_t seconds)
{
    int64_t shifted;
    if (__builtin_add_overflow(ns, seconds * CIVIL_TIME_NS_PER_S, &shifted))
        return seconds > 0 ? INT64_MAX : INT64_MIN;
    return shifted;
}

int64_t time_zone_local_ns(const struct time_zone *zone, int64_t utc_ns)
{
    return shift_ns(utc_ns, time_zone_offset_s(zone, utc_ns));
}

int64_t time_zone_utc_ns(const struct time_zone *zone, int64_t local_ns, enum time_zone_rule rule,
                         enum time_zone_local *ret_local)
{
    /* No change of offset is larger than a day: the offsets a day before and after are the two
     * candidates around any change. */
    int32_t before = time_zone_offset_s(zone, shift_ns(local_ns, -86400));
    int32_t after = time_zone_offset_s(zone, shift_ns(local_ns, 86400));
    int64_t with_before = shift_ns(local_ns, -before), with_after = shift_ns(local_ns, -after);
    bool before_holds = time_zone_offset_s(zone, with_before) == before;
    bool after_holds = time_zone_offset_s(zone, with_after) == after;
    enum time_zone_local local = TIME_ZONE_UNIQUE;
    int64_t utc = before_holds ? with_before : with_after;
    if (before_holds && after_holds && before != after) {
        local = TIME_ZONE_OVERLAP; /* with_before is the earlier: the larger offset comes first */
        utc = rule == TIME_ZONE_LATER ? with_after : with_before;
    } else if (!before_holds && !after_holds) {
        local = TIME_ZONE_GAP;
        utc = rule == TIME_ZONE_EARLIER ? with_after : with_before;
    }
    if (ret_local)
        *ret_local = local;
    return utc;
}

/* ---- the cache ---- */

struct time_zone_cache {
    struct time_zone **zones;
    size_t count, capacity;
};

struct time_zone_cache *time_zone_cache_create(void)
{
    return memory_alloc(sizeof(struct time_zone_cache));
}

void time_zone_cache_destroy(struct time_zone_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->count; i++)
        time_zone_destroy(cache->zones[i]);
    memory_free(cache->zones);
    memory_free(cache);
}

enum status time_zone_cache_find(struct time_zone_cache *cache, struct strview name,
                                 const struct time_zone **ret_zone, struct error *err)
{
    for (size_t i = cache->count; i-- > 0;) {
        if (strview_is(name, cache->zones[i]->name)) {
            *ret_zone = cache->zones[i];
            return STATUS_OK;
        }
    }
    if (!memory_grow(&cache->zones, &cache->capacity, cache->count + 1, sizeof *cache->zones))
        return error_no_memory(err);
    enum status status = time_zone_load(name, &cache->zones[cache->count], err);
    if (status == STATUS_OK)
        *ret_zone = cache->zones[cache->count++];
    return status;
}
