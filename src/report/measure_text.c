/*
 * measure_text.c: see measure_text.h. A style (scale, decimals, signs around) is chosen from the
 * size of the value, and its range is written in the same one. Everything is written without the
 * locale.
 */
#include "report/measure_text.h"

#include <math.h>
#include <stdio.h>

#define MINUS "\xe2\x88\x92"
#define EN_DASH "\xe2\x80\x93"

struct number_style {
    double scale;
    int decimals;
    const char *before, *after;
};

bool measure_text_is_defined(const struct measure *measure)
{
    return !measure->undefined && !isnan(measure->value);
}

bool measure_text_has_range(const struct measure *measure)
{
    return measure_text_is_defined(measure) && !isnan(measure->low) && !isnan(measure->high);
}

/* Three significant digits below one dollar, cents above, whole dollars from a hundred on. */
static int usd_decimals(double size)
{
    if (size >= 100 || size == 0)
        return 0;
    if (size >= 1)
        return 2;
    int decimals = 2 - (int)floor(log10(size));
    return decimals > 9 ? 9 : decimals;
}

static struct number_style style_of(enum metric_unit unit, double size, bool is_change)
{
    switch (unit) {
    case UNIT_RATIO:
        return (struct number_style){100, 1, "", is_change ? " pp" : "%"};
    case UNIT_MS:
        if (size >= 10000)
            return (struct number_style){0.001, 1, "", " s"};
        return (struct number_style){1, size < 10 ? 1 : 0, "", " ms"};
    case UNIT_USD:
        return (struct number_style){1, usd_decimals(size), "$", ""};
    case UNIT_PER_1000:
        return (struct number_style){1, 1, "", ""};
    case UNIT_COUNT:
    case UNIT_TOKENS:
        break;
    }
    return (struct number_style){1, size == floor(size) || size >= 1000 ? 0 : 2, "", ""};
}

/* The size that decides the style: of the value, or of its range when the value is zero. */
static double size_of(const struct measure *measure)
{
    double size = fabs(measure->value);
    if (size == 0 && measure_text_has_range(measure))
        size = fmax(fabs(measure->low), fabs(measure->high));
    return size;
}

static void add_grouped(struct strbuf *out, const char *digits)
{
    size_t whole = strcspn(digits, ".");
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            strbuf_add_char(out, ',');
        strbuf_add_char(out, digits[i]);
    }
    strbuf_add_text(out, digits + whole);
}

enum number_part { WITH_SIGN = 1, WITHOUT_UNIT = 2 };

static void add_number(struct strbuf *out, double value, const struct number_style *style,
                       int parts)
{
    char digits[400];
    snprintf(digits, sizeof digits, "%.*f", style->decimals, fabs(value * style->scale));
    bool is_zero = strspn(digits, "0.") == strlen(digits);
    if (value < 0 && !is_zero)
        strbuf_add_text(out, MINUS);
    else if ((parts & WITH_SIGN) && !is_zero)
        strbuf_add_char(out, '+');
    strbuf_add_text(out, style->before);
    add_grouped(out, digits);
    if (!(parts & WITHOUT_UNIT))
        strbuf_add_text(out, style->after);
}

static void add_measure(struct strbuf *out, const struct measure *measure, enum metric_unit unit,
                        bool is_change)
{
    if (!measure_text_is_defined(measure)) {
        strbuf_add_text(out, "n/a");
        return;
    }
    if (!isfinite(measure->value)) {
        strbuf_add_text(out, measure->value < 0 ? MINUS "\xe2\x88\x9e" : "\xe2\x88\x9e");
        return;
    }
    struct number_style style = style_of(unit, size_of(measure), is_change);
    add_number(out, measure->value, &style, is_change ? WITH_SIGN : 0);
}

static void add_range(struct strbuf *out, const struct measure *measure, enum metric_unit unit,
                      bool is_change)
{
    if (!measure_text_has_range(measure) || !isfinite(measure->low) || !isfinite(measure->high))
        return;
    struct number_style style = style_of(unit, size_of(measure), is_change);
    if (unit == UNIT_COUNT || unit == UNIT_TOKENS)
        style.decimals = size_of(measure) >= 100 ? 0 : 2;
    bool spelt = is_change || measure->low < 0;
    int sign = is_change ? WITH_SIGN : 0;
    add_number(out, measure->low, &style, sign | WITHOUT_UNIT);
    strbuf_add_text(out, spelt ? " to " : EN_DASH);
    if (!spelt)
        style.before = "";
    add_number(out, measure->high, &style, sign);
}

void measure_text_value(struct strbuf *out, const struct measure *measure, enum metric_unit unit)
{
    add_measure(out, measure, unit, false);
}

void measure_text_range(struct strbuf *out, const struct measure *measure, enum metric_unit unit)
{
    add_range(out, measure, unit, false);
}

void measure_text_change(struct strbuf *out, const struct measure *change, enum metric_unit unit)
{
    add_measure(out, change, unit, true);
}

void measure_text_change_range(struct strbuf *out, const struct measure *change,
                               enum metric_unit unit)
{
    add_range(out, change, unit, true);
}

enum change_kind measure_text_change_kind(const struct measure *change,
                                          enum metric_direction direction)
{
    if (!measure_text_is_defined(change))
        return CHANGE_NONE;
    if (direction == NO_DIRECTION)
        return CHANGE_NEUTRAL;
    if (measure_text_has_range(change) && change->low <= 0 && change->high >= 0)
        return change->low == 0 && change->high == 0 ? CHANGE_EQUAL : CHANGE_UNCLEAR;
    if (change->value == 0)
        return CHANGE_EQUAL;
    return (change->value > 0) == (direction == HIGHER_IS_BETTER) ? CHANGE_BETTER : CHANGE_WORSE;
}

const char *measure_text_change_word(enum change_kind kind)
{
    static const char *const words[] = {"", "better", "worse", "unclear", "equal", ""};
    return words[kind];
}

void measure_text_count(struct strbuf *out, uint64_t count)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    add_grouped(out, digits);
}

void measure_text_usd_nano(struct strbuf *out, int64_t usd_nano)
{
    double usd = (double)usd_nano * 1e-9;
    struct number_style style = style_of(UNIT_USD, fabs(usd), false);
    add_number(out, usd, &style, 0);
}

void measure_text_bytes(struct strbuf *out, int64_t bytes)
{
    struct number_style style = {1.0 / (1024 * 1024), 1, "", " MiB"};
    add_number(out, (double)bytes, &style, 0);
}

const char *measure_text_unit_name(enum metric_unit unit)
{
    static const char *const names[] = {"ratio", "count", "ms", "usd", "tokens", "per_1000"};
    return names[unit];
}

const char *measure_text_direction_name(enum metric_direction best)
{
    static const char *const names[] = {"higher", "lower", "none"};
    return names[best];
}

const char *measure_text_verdict(enum verdict verdict)
{
    static const char *const names[] = {"pass", "fail", "inconclusive"};
    return names[verdict];
}

const char *measure_text_cause(int cause)
{
    static const char *const titles[] = {
        "Unknown",     "Speech recognition", "Extraction", "Dialogue policy", "Back end",
        "Caller left", "Simulator",          "Gold",       "Not known"};
    bool known = cause > 0 && (size_t)cause < sizeof titles / sizeof *titles;
    return titles[known ? cause : 0];
}

const char *measure_text_outcome(int outcome)
{
    static const char *const titles[] = {
        "Unknown",     "Success",   "Wrong booking",        "Partial",    "No booking",
        "Handed over", "Abandoned", "Infrastructure error", "Not scored", "Simulator's fault"};
    bool known = outcome > 0 && (size_t)outcome < sizeof titles / sizeof *titles;
    return titles[known ? outcome : 0];
}

const char *measure_text_slot_verdict(int verdict)
{
    static const char *const titles[] = {"unknown", "right",    "wrong value",
                                         "missing", "spurious", "late"};
    bool known = verdict > 0 && (size_t)verdict < sizeof titles / sizeof *titles;
    return titles[known ? verdict : 0];
}

const char *measure_text_headline(const struct run_summary *summary)
{
    static const char *const words[] = {"PASS", "FAIL", "INCONCLUSIVE"};
    return summary->decision.has_gates ? words[summary->decision.verdict] : "NO GATES";
}

bool measure_text_is_left_out(const struct metric_row *row, size_t candidate, bool canonical)
{
    return canonical && row->measured_live && row->measured_live[candidate];
}
