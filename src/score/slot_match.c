/*
 * slot_match.c: typed comparison of slot values. Pure but for the scratch it is lent.
 */
#include "score/slot_match.h"

#include "base/civil_time.h"

#include <utf8proc.h>

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool slot_match_is_empty(const struct slot_value *value)
{
    if (!value || value->kind == SLOT_VALUE_NULL)
        return true;
    if (value->kind == SLOT_VALUE_DONTCARE)
        return false;
    return value->count == 0 || (value->count == 1 && value->texts[0].size == 0);
}

static bool is_apostrophe(utf8proc_int32_t point)
{
    return point == '\'' || point == 0x2018 || point == 0x2019 || point == 0x02bc;
}

static bool is_letter_or_digit(utf8proc_int32_t point)
{
    if (point < 0x80)
        return isalnum(point);
    utf8proc_category_t category = utf8proc_category(point);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

/* Case folded, accents and other marks removed, everything that is no letter or digit one space. */
static struct strview fold(struct arena *arena, struct strview text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t size =
        utf8proc_map((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.size, &folded,
                     UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK |
                         UTF8PROC_IGNORE);
    if (size < 0)
        return text;
    char *out = arena_alloc(arena, (size_t)size + 1);
    size_t used = 0;
    for (utf8proc_ssize_t i = 0; out && i < size;) {
        utf8proc_int32_t point;
        utf8proc_ssize_t bytes = utf8proc_iterate(folded + i, size - i, &point);
        if (bytes <= 0)
            break; /* never: the map gave well-formed text */
        if (is_letter_or_digit(point) && !is_apostrophe(point)) {
            memcpy(out + used, folded + i, (size_t)bytes);
            used += (size_t)bytes;
        } else if (used && out[used - 1] != ' ' && !is_apostrophe(point)) { /* O'Neil is ONeil */
            out[used++] = ' ';
        }
        i += bytes;
    }
    free(folded);
    while (used && out[used - 1] == ' ')
        used--;
    return out ? (struct strview){out, used} : text;
}

static struct strview normalise_category(const struct slot_match_context *context,
                                         const struct slot_spec *spec, struct strview text)
{
    struct strview folded = fold(context->arena, text);
    for (size_t i = 0; i < spec->category_count; i++) {
        const struct slot_category *category = &spec->categories[i];
        if (strview_equal(text, category->value) ||
            strview_equal(folded, fold(context->arena, category->value)))
            return category->value;
        for (size_t j = 0; j < category->synonyms.count; j++)
            if (strview_equal(folded, fold(context->arena, category->synonyms.items[j])))
                return category->value;
    }
    return folded;
}

/* Digits, with + and the country's code when it is known (ITU E.164). */
static struct strview normalise_phone(const struct slot_match_context *context, struct strview text)
{
    static const struct {
        const char *country, *code;
        size_t national_digits; /* 0: of any size, told by the 0 before it */
    } plans[] = {
        {"US", "1", 10}, {"CA", "1", 10}, {"GB", "44", 10}, {"FR", "33", 9}, {"DE", "49", 0}};
    char digits[40];
    size_t count = 0;
    bool international = text.size && text.data[0] == '+';
    for (size_t i = 0; i < text.size && count < sizeof digits - 1; i++)
        if (isdigit((unsigned char)text.data[i]))
            digits[count++] = text.data[i];
    digits[count] = '\0';
    if (!international && count > 2 && strncmp(digits, "00", 2) == 0) /* 0044 is +44 */
        return strview_of(arena_format(context->arena, "+%s", digits + 2));
    if (international)
        return strview_of(arena_format(context->arena, "+%s", digits));
    struct strview country = context->locale.size >= 5
                                 ? (struct strview){context->locale.data + 3, 2}
                                 : context->task->phone_country;
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        if (!strview_is(country, plans[i].country))
            continue;
        const char *national = digits[0] == '0' ? digits + 1 : digits;
        size_t code = strlen(plans[i].code);
        if (plans[i].national_digits && count == plans[i].national_digits + code &&
            strncmp(digits, plans[i].code, code) == 0)
            return strview_of(arena_format(context->arena, "+%s", digits));
        bool any_size = plans[i].national_digits == 0 && national != digits;
        if (any_size || (count && strlen(national) == plans[i].national_digits))
            return strview_of(arena_format(context->arena, "+%s%s", plans[i].code, national));
    }
    return strview_of(arena_format(context->arena, "%s", digits));
}

/* `form`: 0 is a digit, A a capital letter, anything else itself. */
static bool has_form(struct strview text, const char *form)
{
    if (text.size != strlen(form))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        bool held = form[i] == '0'   ? isdigit(byte)
                    : form[i] == 'A' ? isupper(byte)
                                     : byte == (unsigned char)form[i];
        if (!held)
            return false;
    }
    return true;
}

static bool is_canonical_date(struct strview text)
{
    struct civil_parsed parsed;
    return (text.size == 10 && civil_time_parse(text, &parsed, NULL) == STATUS_OK) ||
           has_form(text, "0000-W00") || has_form(text, "0000-00");
}

static bool is_canonical_clock(struct strview text)
{
    return has_form(text, "00:00") || has_form(text, "TAA");
}

static bool is_canonical_datetime(struct strview text)
{
    return has_form(text, "0000-00-00T00:00") || has_form(text, "0000-00-00TAA");
}

static bool is_canonical_end(struct strview text)
{
    return strview_is(text, "..") || is_canonical_date(text) || is_canonical_clock(text) ||
           is_canonical_datetime(text);
}

/* PT30M, P2W */
static bool is_canonical_duration(struct strview text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!memchr("PTYMWDHS0123456789.", text.data[i], 19))
            return false;
    return text.size >= 3 && text.data[0] == 'P';
}

static bool is_canonical_time(int type, struct strview text)
{
    const char *slash = memchr(text.data, '/', text.size);
    size_t from = slash ? (size_t)(slash - text.data) : 0;
    switch (type) {
    case SLOT_TYPE_DATE:
        return is_canonical_date(text);
    case SLOT_TYPE_TIME:
        return is_canonical_clock(text);
    case SLOT_TYPE_DATETIME:
        return is_canonical_datetime(text);
    case SLOT_TYPE_INTERVAL:
        return slash && is_canonical_end((struct strview){text.data, from}) &&
               is_canonical_end((struct strview){slash + 1, text.size - from - 1});
    case SLOT_TYPE_DURATION:
        return is_canonical_duration(text);
    default:
        return false;
    }
}

/* Anything that is not ISO is read by the engine at the turn's time; one reading, or none. */
static struct strview normalise_by_engine(const struct slot_match_context *context, int type,
                                          struct strview text)
{
    static const struct {
        int slot_type;
        enum extract_type extract_type;
    } types[] = {{SLOT_TYPE_DATE, EXTRACT_DATE},
                 {SLOT_TYPE_TIME, EXTRACT_TIME},
                 {SLOT_TYPE_DATETIME, EXTRACT_DATETIME},
                 {SLOT_TYPE_INTERVAL, EXTRACT_INTERVAL},
                 {SLOT_TYPE_DURATION, EXTRACT_DURATION}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i].slot_type != type)
            continue;
        struct extract_request request = {.text = text,
                                          .reference_time_ns = context->reference_time_ns,
                                          .zone = context->zone,
                                          .locale = context->locale,
                                          .asked_types = 1U << types[i].extract_type};
        struct extract_result result = {0};
        if (extractor_run(context->extractor, context->extract, &request, &result, NULL) ==
                STATUS_OK &&
            result.slot_count == 1 && result.slots[0].type == types[i].extract_type &&
            result.slots[0].polarity == EXTRACT_ASSERTED)
            return arena_copy_view(context->arena, result.slots[0].value);
    }
    return fold(context->arena, text);
}

static struct strview normalise_number(const struct slot_match_context *context,
                                       struct strview text)
{
    char *end;
    char *own = arena_format(context->arena, "%.*s", STRVIEW_ARG(text));
    double value = own ? strtod(own, &end) : (double)NAN;
    if (!own || end == own || *end != '\0' || !isfinite(value))
        return fold(context->arena, text);
    return strview_of(arena_format(context->arena, "%.15g", value));
}

static struct strview lower(struct arena *arena, struct strview text)
{
    char *out = arena_alloc(arena, text.size + 1);
    for (size_t i = 0; out && i < text.size; i++)
        out[i] = (char)tolower((unsigned char)text.data[i]);
    return out ? (struct strview){out, text.size} : text;
}

struct strview slot_match_normalise(const struct slot_match_context *context,
                                    const struct slot_spec *spec, struct strview text)
{
    if (spec && spec->compare == COMPARE_EXACT)
        return text;
    text = strview_trim(text);
    if (!spec || spec->compare == COMPARE_TEXT)
        return fold(context->arena, text);
    switch ((enum slot_type)spec->type) {
    case SLOT_TYPE_TEXT:
    case SLOT_TYPE_NAME:
        return fold(context->arena, text);
    case SLOT_TYPE_CATEGORICAL:
        return normalise_category(context, spec, text);
    case SLOT_TYPE_PHONE:
        return normalise_phone(context, text);
    case SLOT_TYPE_EMAIL:
        return lower(context->arena, text);
    case SLOT_TYPE_NUMBER:
        return normalise_number(context, text);
    case SLOT_TYPE_DATE:
    case SLOT_TYPE_TIME:
    case SLOT_TYPE_DATETIME:
    case SLOT_TYPE_INTERVAL:
    case SLOT_TYPE_DURATION:
        return is_canonical_time(spec->type, text) ? text
                                                   : normalise_by_engine(context, spec->type, text);
    }
    return text;
}

static bool texts_equal(const struct slot_match_context *context, const struct slot_spec *spec,
                        struct strview gold, struct strview predicted)
{
    if (strview_equal(gold, predicted))
        return true;
    if (spec && spec->compare == COMPARE_EXACT)
        return false;
    return strview_equal(slot_match_normalise(context, spec, gold),
                         slot_match_normalise(context, spec, predicted));
}

bool slot_match_equal(const struct slot_match_context *context, struct strview slot,
                      const struct slot_value *gold, const struct slot_value *predicted)
{
    if (slot_match_is_empty(gold) || slot_match_is_empty(predicted))
        return slot_match_is_empty(gold) && slot_match_is_empty(predicted);
    if (predicted->kind == SLOT_VALUE_DONTCARE || gold->kind == SLOT_VALUE_DONTCARE) {
        for (size_t i = 0; i < gold->count; i++) /* "dontcare" may be one of the alternatives */
            if (predicted->kind == SLOT_VALUE_DONTCARE &&
                strview_is(gold->texts[i], SLOT_DONTCARE_TEXT))
                return true;
        return predicted->kind == gold->kind;
    }
    const struct slot_spec *spec = task_spec_slot(context->task, slot);
    for (size_t i = 0; i < gold->count; i++)
        if (texts_equal(context, spec, gold->texts[i], predicted->texts[0]))
            return true;
    return false;
}
