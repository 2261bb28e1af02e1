/*
 * time_meaning.h: what was said about time, before the calendar (struct meaning), and after it
 * (struct resolved). Plain values; pure functions over a scratch.
 */
#ifndef ASSAY_EXTRACT_TIME_MEANING_H
#define ASSAY_EXTRACT_TIME_MEANING_H

#include "extract/extractor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct extract_scratch;

enum meaning_has {
    HAS_CLOCK = 1,
    HAS_PART = 2,
    HAS_OFFSET = 4,
    HAS_WEEKDAY = 8,
    HAS_MDAY = 16,
    HAS_MONTH = 32,
    HAS_YEAR = 64,
    HAS_WEEK = 128,
    HAS_MONTHREL = 256,
    HAS_WEEKEND = 512,
    HAS_EDGE = 1024,
    HAS_NTH = 2048,
    HAS_TWOWAY = 8192, /* a/b: day and month in either order */
    HAS_DURATION = 16384,
    HAS_SHIFT = 32768,
    HAS_RANGE = 65536,
    HAS_YEARREL = 131072,
    HAS_NOW = 524288,  /* the shift counts from the reference instant */
    HAS_ADD = 1048576, /* days added to the resolved day */
};
#define HAS_ANY_DAY                                                                                \
    (HAS_OFFSET | HAS_WEEKDAY | HAS_MDAY | HAS_MONTH | HAS_WEEK | HAS_MONTHREL | HAS_WEEKEND |     \
     HAS_NTH | HAS_TWOWAY | HAS_YEARREL | HAS_SHIFT | HAS_YEAR)
#define HAS_ANY_TIME (HAS_CLOCK | HAS_PART)

enum meridiem { MERIDIEM_UNKNOWN, MERIDIEM_AM, MERIDIEM_PM, MERIDIEM_24H };
enum day_part { PART_NONE, PART_MORNING, PART_MIDDAY, PART_AFTERNOON, PART_EVENING, PART_NIGHT };
enum week_modifier { WEEK_PLAIN, WEEK_THIS, WEEK_NEXT, WEEK_COMING, WEEK_LAST, WEEK_AFTER_NEXT };
enum time_unit { UNIT_SECOND, UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_YEAR };
enum meaning_flag {
    MEANING_BARE = 1,          /* the clock is a bare number */
    MEANING_ORDINAL = 2,       /* the day of month was an ordinal */
    MEANING_MINUTE = 4,        /* minutes were said */
    MEANING_YEAR2 = 8,         /* a year of two digits */
    MEANING_WRITTEN = 16,      /* a clock with a colon */
    MEANING_TO_INCLUSIVE = 32, /* the right end is a day or larger and belongs to the range */
    MEANING_WEAK = 64,         /* no evidence but bare numbers: "2 to 4" */
    MEANING_PAST = 128,        /* "last", "ago": meant to be past */
    MEANING_AMOUNT = 256,      /* an amount was read */
    MEANING_TENTHS = 512,      /* it counts tenths */
    MEANING_ONE = 1024,        /* the bare number is the word "one" */
};

struct meaning {
    uint32_t has;
    int8_t hour, minute;
    uint8_t meridiem, part;
    uint8_t weekday, modifier;
    int8_t mday, month;
    int16_t year;
    int16_t offset, week, month_rel, year_rel, add_days;
    uint8_t edge; /* 3: last day; 4, 5: the week of, after the day */
    int8_t nth;
    uint8_t unit, unit2;
    uint16_t flags;
    uint8_t confidence;      /* percent: the least of the forms used */
    uint8_t inferred;        /* a form with FORM_INFERRED was used */
    int16_t literal;         /* sum of the number words a form names literally */
    int32_t amount, amount2; /* duration, shift or number; tenths with MEANING_TENTHS */
    uint16_t form;           /* the outermost */
    int32_t left, right;     /* indices of meanings: the ends of a range; -1: open */
};

/* time_meaning.c */
struct path_step {
    uint16_t symbol;
    int32_t value;   /* of a terminal */
    int32_t meaning; /* of a nonterminal, else -1 */
    uint32_t end;
};
/* The meaning of a form over what it consumed; false when it makes no sense. */
bool time_meaning_make(struct extract_scratch *scratch, uint16_t form, const struct path_step *path,
                       size_t count, int32_t *ret_meaning);
/* A later value over an earlier one: what it says replaces, what it leaves open stays. */
struct meaning time_meaning_overlay(const struct meaning *base, const struct meaning *over);
/* True when both speak of the same part (day with day, clock with clock). */
bool time_meaning_conflicts(const struct meaning *a, const struct meaning *b);

/* time_resolve.c */
struct resolved {
    enum extract_type type;
    enum extract_grain grain;
    char value[40];
    char to[40];        /* intervals: value is `from`; "" when open */
    uint8_t confidence; /* percent */
    bool am_pm_inferred, past, two_way, next_ambiguous, no_such_time, conflict;
};
enum { RESOLVED_LIMIT = 4 };
/* Readings of a meaning, best first; 0 when there is none. */
size_t time_resolve_run(const struct extract_scratch *scratch, const struct meaning *meaning,
                        struct resolved ret_readings[RESOLVED_LIMIT]);

#endif
