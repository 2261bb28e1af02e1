#include "report/measure_text.h"
#include "report/safe_text.h"
#include "support/summary_builder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

typedef void (*writer)(struct strbuf *, const struct measure *, enum metric_unit);

static void expect(const char *what, writer write, struct measure measure, enum metric_unit unit,
                   const char *text)
{
    CLEANUP(strbuf_done) struct strbuf out = {0};
    write(&out, &measure, unit);
    cr_expect(strview_is(strbuf_view(&out), text), "%s: '%.*s', expected '%s'", what,
              STRVIEW_ARG(strbuf_view(&out)), text);
}

static struct measure number(double value, double low, double high)
{
    return summary_builder_measure(value, low, high, 10, "conversations");
}

Test(measure_text, values_are_written_as_their_unit_asks_for)
{
    static const struct {
        double value;
        enum metric_unit unit;
        const char *text;
    } rows[] = {
        {.7126, UNIT_RATIO, "71.3%"},
        {1, UNIT_RATIO, "100.0%"},
        {-0.00001, UNIT_RATIO, "0.0%"},
        {450, UNIT_MS, "450 ms"},
        {1240.4, UNIT_MS, "1,240 ms"},
        {12340, UNIT_MS, "12.3 s"},
        {3.25, UNIT_MS, "3.2 ms"},
        {0, UNIT_USD, "$0"},
        {.0123, UNIT_USD, "$0.0123"},
        {.00000042, UNIT_USD, "$0.000000420"},
        {1.5, UNIT_USD, "$1.50"},
        {1240.4, UNIT_USD, "$1,240"},
        {-.5, UNIT_USD, "−$0.500"},
        {87.46, UNIT_PER_1000, "87.5"},
        {1234567, UNIT_TOKENS, "1,234,567"},
        {2.5, UNIT_COUNT, "2.50"},
        {12, UNIT_COUNT, "12"},
        {NAN, UNIT_RATIO, "n/a"},
        {INFINITY, UNIT_USD, "∞"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect("value", measure_text_value, number(rows[i].value, NAN, NAN), rows[i].unit,
               rows[i].text);
}

Test(measure_text, a_range_is_written_in_the_style_of_its_value)
{
    expect("ratio", measure_text_range, number(.7126, .639, .7804), UNIT_RATIO, "63.9–78.0%");
    expect("money", measure_text_range, number(.0123, .0101, .0149), UNIT_USD, "$0.0101–0.0149");
    expect("zero", measure_text_range, number(0, 0, .002), UNIT_USD, "$0.00000–0.00200");
    expect("seconds", measure_text_range, number(12000, 9000, 15000), UNIT_MS, "9.0–15.0 s");
    expect("below zero", measure_text_range, number(0, -.1, .1), UNIT_RATIO, "−10.0 to 10.0%");
    expect("none", measure_text_range, number(.5, NAN, NAN), UNIT_RATIO, "");
    expect("undefined", measure_text_range, number(NAN, 0, 1), UNIT_RATIO, "");
}

Test(measure_text, a_change_has_a_sign_and_ratios_change_by_points)
{
    expect("up", measure_text_change, number(.041, NAN, NAN), UNIT_RATIO, "+4.1 pp");
    expect("down", measure_text_change, number(-71.9, NAN, NAN), UNIT_PER_1000, "−71.9");
    expect("none", measure_text_change, number(0, NAN, NAN), UNIT_RATIO, "0.0 pp");
    expect("range", measure_text_change_range, number(.041, -.012, .094), UNIT_RATIO,
           "−1.2 to +9.4 pp");
}

Test(measure_text, a_change_whose_range_holds_zero_is_unclear)
{
    static const struct {
        double value, low, high;
        enum metric_direction direction;
        enum change_kind kind;
    } rows[] = {
        {.1, .05, .15, HIGHER_IS_BETTER, CHANGE_BETTER},
        {.1, .05, .15, LOWER_IS_BETTER, CHANGE_WORSE},
        {-.1, -.2, -.01, LOWER_IS_BETTER, CHANGE_BETTER},
        {.1, -.05, .15, HIGHER_IS_BETTER, CHANGE_UNCLEAR},
        {.1, 0, .15, HIGHER_IS_BETTER, CHANGE_UNCLEAR},
        {0, NAN, NAN, HIGHER_IS_BETTER, CHANGE_EQUAL},
        {0, 0, 0, HIGHER_IS_BETTER, CHANGE_EQUAL},
        {.1, NAN, NAN, HIGHER_IS_BETTER, CHANGE_BETTER},
        {.1, NAN, NAN, NO_DIRECTION, CHANGE_NEUTRAL},
        {NAN, NAN, NAN, HIGHER_IS_BETTER, CHANGE_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct measure change = number(rows[i].value, rows[i].low, rows[i].high);
        cr_expect(eq(int, measure_text_change_kind(&change, rows[i].direction), rows[i].kind),
                  "row %zu", i);
    }
}

Test(measure_text, every_outcome_has_a_title_of_its_own)
{
    for (int a = TRIAL_OUTCOME_ABSENT; a <= TRIAL_OUTCOME_LAST; a++) {
        for (int b = a + 1; b <= TRIAL_OUTCOME_LAST; b++)
            cr_expect(ne(str, (char *)measure_text_outcome(a), (char *)measure_text_outcome(b)));
    }
    cr_expect(eq(str, (char *)measure_text_outcome(99), "Unknown"));
}

Test(safe_text, a_line_has_no_break_no_control_and_no_reordering)
{
    CLEANUP(strbuf_done) struct strbuf out = {0};
    safe_text_line(&out, strview_of("  a\r\n\tb \x1b[0m\xe2\x80\xae"
                                    "c\xc2\x85\xff  "));
    cr_expect(eq(str, out.data, "a b �[0m�c��"));
}
