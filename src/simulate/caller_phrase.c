/*
 * caller_phrase.c: values into spoken words, and words into what was heard. Below the simulated
 * user; nothing here knows a goal. Thread: any. Owner: the caller's arena.
 */
#include "simulate/caller_phrase.h"

#include "base/civil_time.h"
#include "base/strbuf.h"
#include "simulate/back_end.h"

#include <ctype.h>
#include <stdio.h>

static const char *const small_numbers[] = {
    "zero",     "one",     "two",     "three",     "four",     "five",    "six",
    "seven",    "eight",   "nine",    "ten",       "eleven",   "twelve",  "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
static const char *const tens[] = {"", "", "twenty", "thirty", "forty", "fifty"};
static const char *const ordinals[] = {"",
                                       "first",
                                       "second",
                                       "third",
                                       "fourth",
                                       "fifth",
                                       "sixth",
                                       "seventh",
                                       "eighth",
                                       "ninth",
                                       "tenth",
                                       "eleventh",
                                       "twelfth",
                                       "thirteenth",
                                       "fourteenth",
                                       "fifteenth",
                                       "sixteenth",
                                       "seventeenth",
                                       "eighteenth",
                                       "nineteenth",
                                       "twentieth",
                                       "twenty first",
                                       "twenty second",
                                       "twenty third",
                                       "twenty fourth",
                                       "twenty fifth",
                                       "twenty sixth",
                                       "twenty seventh",
                                       "twenty eighth",
                                       "twenty ninth",
                                       "thirtieth",
                                       "thirty first"};
static const char *const months[] = {"",        "january",  "february", "march",  "april",
                                     "may",     "june",     "july",     "august", "september",
                                     "october", "november", "december"};
static const char *const weekdays[] = {"",         "monday", "tuesday",  "wednesday",
                                       "thursday", "friday", "saturday", "sunday"};

const char *caller_phrase_pick(const struct caller_phrase *phrase, const char *const *texts)
{
    size_t count = 0;
    while (texts[count])
        count++;
    return texts[counter_rng_below(phrase->rng, count)];
}

static const char *number(const struct caller_phrase *phrase, int64_t value)
{
    if (value < 20)
        return small_numbers[value];
    if (value % 10 == 0)
        return tens[value / 10];
    return arena_format(phrase->arena, "%s %s", tens[value / 10], small_numbers[value % 10]);
}

static const char *say_date(const struct caller_phrase *phrase, int64_t day)
{
    struct civil_date date = civil_time_date(day);
    const char *weekday = weekdays[civil_time_weekday(day)];
    const char *month = months[date.month], *ordinal = ordinals[date.day];
    int64_t ahead = day - phrase->today;
    uint64_t draw = counter_rng_below(phrase->rng, 4);
    if (ahead == 0 && draw < 3)
        return "today";
    if (ahead == 1 && draw < 3)
        return "tomorrow";
    if (ahead == 2 && draw == 0)
        return "the day after tomorrow";
    if (ahead >= 2 && ahead <= 6 && draw < 2)
        return arena_format(phrase->arena, draw ? "this %s" : "%s", weekday);
    if (ahead > 300 || ahead < -60)
        return arena_format(phrase->arena, "%s %d %d", month, (int)date.day, (int)date.year);
    if (draw == 0)
        return arena_format(phrase->arena, "the %s of %s", ordinal, month);
    if (draw == 1)
        return arena_format(phrase->arena, "%s %s", month, ordinal);
    if (draw == 2)
        return arena_format(phrase->arena, "%s %s %s", weekday, month, ordinal);
    return arena_format(phrase->arena, "%s the %s of %s", weekday, ordinal, month);
}

static const char *say_time(const struct caller_phrase *phrase, int64_t minute_of_day)
{
    int64_t hour = minute_of_day / 60, minute = minute_of_day % 60;
    int64_t clock = hour % 12 ? hour % 12 : 12;
    const char *half = hour < 12 ? "am" : "pm";
    const char *part = hour < 12   ? "in the morning"
                       : hour < 17 ? "in the afternoon"
                                   : "in the evening";
    const char *name = small_numbers[clock];
    uint64_t draw = counter_rng_below(phrase->rng, 4);
    if (hour == 12 && minute == 0 && draw < 2)
        return "noon";
    if (draw == 0)
        return arena_format(phrase->arena, "%d:%02d %s", (int)clock, (int)minute, half);
    if (minute == 0)
        return draw == 1    ? arena_format(phrase->arena, "%s %s", name, half)
               : hour == 12 ? "twelve noon"
                            : arena_format(phrase->arena, "%s o'clock %s", name, part);
    if (minute == 30 && draw == 1)
        return arena_format(phrase->arena, "half past %s %s", name, hour == 12 ? "pm" : part);
    if (minute == 15 && draw == 1)
        return arena_format(phrase->arena, "quarter past %s %s", name, hour == 12 ? "pm" : part);
    if (minute < 10)
        return arena_format(phrase->arena, "%s oh %s %s", name, small_numbers[minute], half);
    return arena_format(phrase->arena, "%s %s %s", name, number(phrase, minute), half);
}

/* The national number, in digits or in words: "212 555 0142". */
static struct strview say_phone(const struct caller_phrase *phrase, struct strview value)
{
    struct strbuf text = {0};
    struct strview digits = value;
    if (strview_starts_with(value, "+1"))
        digits = (struct strview){value.data + 2, value.size - 2};
    bool in_words = counter_rng_below(phrase->rng, 3) == 0;
    bool british = strview_starts_with(value, "+44");
    if (british)
        digits = (struct strview){value.data + 3, value.size - 3};
    if (british)
        strbuf_add_text(&text, in_words ? "zero " : "0");
    for (size_t i = 0; i < digits.size; i++) {
        bool breaks = british ? i == 4 : i == 3 || i == 6;
        if (in_words && isdigit((unsigned char)digits.data[i]))
            strbuf_add_format(&text, "%s%s", i ? " " : "", small_numbers[digits.data[i] - '0']);
        else
            strbuf_add_format(&text, "%s%c", breaks ? " " : "", digits.data[i]);
    }
    struct strview said = arena_copy_view(phrase->arena, strbuf_view(&text));
    strbuf_done(&text);
    return said;
}

static struct strview lower(const struct caller_phrase *phrase, struct strview text)
{
    char *out = arena_alloc(phrase->arena, text.size + 1);
    for (size_t i = 0; out && i < text.size; i++)
        out[i] = text.data[i] == '_' ? ' ' : (char)tolower((unsigned char)text.data[i]);
    return (struct strview){out, out ? text.size : 0};
}

/* A category by its value or one of its synonyms that has letters only. */
static struct strview say_category(const struct caller_phrase *phrase, const struct slot_spec *slot,
                                   struct strview value)
{
    for (size_t i = 0; i < slot->category_count; i++) {
        const struct slot_category *category = &slot->categories[i];
        if (!strview_equal(category->value, value) || !category->synonyms.count)
            continue;
        return category->synonyms.items[counter_rng_below(phrase->rng, category->synonyms.count)];
    }
    return lower(phrase, value);
}

struct strview caller_phrase_value(const struct caller_phrase *phrase, const struct slot_spec *slot,
                                   struct strview value)
{
    int64_t day, minute;
    if (slot->type == SLOT_TYPE_DATE && back_end_read_day(value, &day))
        return strview_of(say_date(phrase, day));
    if (slot->type == SLOT_TYPE_TIME && back_end_read_minute(value, &minute))
        return strview_of(say_time(phrase, minute));
    if (slot->type == SLOT_TYPE_PHONE)
        return say_phone(phrase, value);
    if (slot->type == SLOT_TYPE_CATEGORICAL)
        return say_category(phrase, slot, value);
    if (slot->type == SLOT_TYPE_NAME)
        return lower(phrase, value);
    return arena_copy_view(phrase->arena, value);
}

static const char *heard_as(struct strview word)
{
    static const char *const pairs[][2] = {{"fifteen", "fifty"},
                                           {"thirteen", "thirty"},
                                           {"fourteen", "forty"},
                                           {"two", "to"},
                                           {"four", "for"},
                                           {"nine", "five"},
                                           {"five", "nine"},
                                           {"first", "fourth"},
                                           {"tuesday", "thursday"},
                                           {"thursday", "tuesday"},
                                           {"sixteenth", "sixth"},
                                           {"seventh", "seventeenth"},
                                           {"am", "pm"},
                                           {"june", "july"},
                                           {"ten", "then"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strview_is(word, pairs[i][0]))
            return pairs[i][1];
    return NULL;
}

struct strview caller_phrase_mishear(const struct caller_phrase *phrase, struct strview text,
                                     double share)
{
    if (!(share > 0))
        return text;
    struct strbuf heard = {0};
    for (size_t at = 0; at < text.size;) {
        size_t end = at;
        while (end < text.size && text.data[end] != ' ')
            end++;
        struct strview word = {text.data + at, end - at};
        bool wrong = counter_rng_unit(phrase->rng) < share;
        const char *other = wrong ? heard_as(word) : NULL;
        if (!wrong || other) {
            if (heard.size)
                strbuf_add_char(&heard, ' ');
            strbuf_add_view(&heard, other ? strview_of(other) : word);
        }
        at = end + 1;
    }
    struct strview copy = arena_copy_view(phrase->arena, strbuf_view(&heard));
    strbuf_done(&heard);
    return copy;
}
