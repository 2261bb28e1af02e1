/*
 * extractor.h: one utterance and a reference time in, slots with their values out.
 *
 * lexer -> typed tokens -> chart over a declared grammar -> readings -> resolution against the
 * reference time -> corrections and negation -> ranking. Values follow TIMEX3 and ISO 8601; see
 * docs/EXTRACTION.md.
 *
 * An extractor is immutable after creation and shared by any number of threads. A scratch belongs
 * to one thread at a time; after its first texts a run allocates nothing. What a result points at
 * lives in the scratch until its next run (names of rules and reasons are static).
 */
#ifndef ASSAY_EXTRACT_EXTRACTOR_H
#define ASSAY_EXTRACT_EXTRACTOR_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strview.h"
#include "base/time_zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer texts are refused (STATUS_LIMIT). */
#define EXTRACTOR_TEXT_LIMIT_BYTES (64 * 1024)

/* clang-format off */
#define EXTRACT_TYPE_LIST(X) /* the name is what `slot` says in JSON */ \
    X(DATE, "date") X(TIME, "time") X(DATETIME, "datetime") X(INTERVAL, "interval")               \
    X(DURATION, "duration") X(NAME, "name") X(PHONE, "phone") X(EMAIL, "email")                   \
    X(NUMBER, "number") X(CATEGORY, "category")
#define EXTRACT_GRAIN_LIST(X) \
    X(NONE, "none") X(SECOND, "second") X(MINUTE, "minute") X(HOUR, "hour")                       \
    X(PART_OF_DAY, "part_of_day") X(DAY, "day") X(WEEKEND, "weekend") X(WEEK, "week")             \
    X(MONTH, "month") X(YEAR, "year")
/* clang-format on */
enum extract_type {
#define X(name, text) EXTRACT_##name,
    EXTRACT_TYPE_LIST(X)
#undef X
        EXTRACT_TYPE_COUNT
};
enum extract_grain {
#define X(name, text) EXTRACT_GRAIN_##name,
    EXTRACT_GRAIN_LIST(X)
#undef X
};

/* Only ASSERTED slots may be filled; the others say what was refused or taken back. */
enum extract_polarity { EXTRACT_ASSERTED, EXTRACT_NEGATED, EXTRACT_CORRECTED_AWAY };

struct extract_reading {
    struct strview value;
    struct strview from, to; /* intervals only */
    double confidence;
};

struct extract_slot {
    enum extract_type type;
    struct strview slot;     /* the type's name, or the name of the categorical slot */
    struct strview value;    /* an interval's is "from/to", an open end written ".." */
    struct strview from, to; /* intervals: `to` exclusive; absent (data NULL) when open */
    enum extract_grain grain;
    uint32_t start, end; /* bytes of the text */
    double confidence;   /* 0.75..0.95, by the form that was used */
    double probability;  /* that the value is right, as fitted on development data */
    bool needs_confirmation;
    const char *reason; /* why; NULL when it need not be confirmed */
    const struct extract_reading *alternatives;
    size_t alternative_count;
    const char *rule; /* the form of the grammar */
    enum extract_polarity polarity;
};

struct extract_result {
    const struct extract_slot *slots; /* in text order */
    size_t slot_count;
    bool language_unknown; /* no grammar for the locale or the text: nothing was read */
    bool deferred;         /* "I don't know yet", "I'll let you know", "anything is fine" */
    bool refused;          /* "I'd rather not say" */
};

/* One value of a categorical slot; synonyms end with NULL. Borrowed during creation only. */
struct extract_category_value {
    const char *value;
    const char *const *synonyms;
};
struct extract_category {
    const char *slot;
    const struct extract_category_value *values;
    size_t value_count;
};

/* "next Friday" lies in the next calendar week, or is the first one after today */
enum extract_next_weekday { EXTRACT_NEXT_IS_NEXT_WEEK, EXTRACT_NEXT_IS_COMING };

struct extract_calibration; /* calibration_table.h */

struct extractor_options {
    const char *default_locale; /* when a request has none, such as "en-US"; NULL: no country */
    int32_t opens_minute, closes_minute; /* decide am or pm; 0 and 0: 08:00 to 20:00 */
    struct extract_hours {
        int32_t opens_minute, closes_minute;
    } day_hours[7]; /* the same by weekday, Monday first; closes 0: as above */
    enum extract_next_weekday next_weekday;
    int32_t week_starts;  /* 1 Monday, 7 Sunday; 0: as the locale has it */
    double confirm_below; /* needs-confirmation under this probability; 0: 0.80 */
    const struct extract_category *categories;
    size_t category_count;
    const struct extract_calibration *calibration; /* NULL: the built-in; copied */
};

struct extract_request {
    struct strview text;
    int64_t reference_time_ns;    /* UTC: when it was said */
    const struct time_zone *zone; /* NULL: reference_offset_s is the zone */
    int32_t reference_offset_s;
    struct strview locale;             /* "en-US"; absent or empty: the default */
    uint32_t asked_types;              /* bit (1u << EXTRACT_DATE), ...: what was just asked for */
    const struct strview *asked_slots; /* names of categorical slots that were asked for */
    size_t asked_slot_count;
};

struct extractor;
struct extract_scratch;

/* `options` may be NULL. STATUS_CONFIG when a categorical table is wrong. */
enum status extractor_create(const struct extractor_options *options,
                             struct extractor **ret_extractor, struct error *err);
void extractor_destroy(struct extractor *extractor);

struct extract_scratch *extract_scratch_create(void); /* NULL when memory ran out */
void extract_scratch_destroy(struct extract_scratch *scratch);
/* How often this scratch asked for memory since it was made. */
uint64_t extract_scratch_allocations(const struct extract_scratch *scratch);

/* STATUS_LIMIT for a text above the limit, STATUS_NO_MEMORY; any bytes are accepted. */
enum status extractor_run(const struct extractor *extractor, struct extract_scratch *scratch,
                          const struct extract_request *request, struct extract_result *ret_result,
                          struct error *err);

const char *extract_type_name(enum extract_type type);
const char *extract_grain_name(enum extract_grain grain);
/* The type of a name such as "date"; false when there is none ("category" is none). */
bool extract_type_of(struct strview name, enum extract_type *ret_type);

DEFINE_CLEANUP(extractor_cleanup, struct extractor, extractor_destroy)
DEFINE_CLEANUP(extract_scratch_cleanup, struct extract_scratch, extract_scratch_destroy)

#endif
