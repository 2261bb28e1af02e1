/*
 * locale_table.c: what a locale such as "en-GB" settles: the order of day and month, the first day
 * of the week, and how phone numbers are written. A table and a pure look-up; any thread.
 */
#include "extract/extract_private.h"

#include <string.h>

enum order { ORDER_OPEN, ORDER_MONTH_DAY, ORDER_DAY_MONTH };

/* Sources: CLDR's supplemental data for orders and weeks, ITU-T E.164 for calling codes. */
static const struct {
    char country[3];
    uint8_t order;
    uint8_t week_start;
    uint16_t calling_code;
    bool trunk_zero;
    uint8_t digits_low, digits_high; /* of a national number, without the trunk 0 */
} countries[] = {
    {"US", ORDER_MONTH_DAY, 7, 1, false, 10, 10}, {"CA", ORDER_OPEN, 7, 1, false, 10, 10},
    {"GB", ORDER_DAY_MONTH, 1, 44, true, 9, 10},  {"IE", ORDER_DAY_MONTH, 1, 353, true, 7, 9},
    {"AU", ORDER_DAY_MONTH, 1, 61, true, 9, 9},   {"NZ", ORDER_DAY_MONTH, 1, 64, true, 8, 10},
    {"IN", ORDER_DAY_MONTH, 7, 91, true, 10, 10}, {"ZA", ORDER_DAY_MONTH, 7, 27, true, 9, 9},
    {"SG", ORDER_DAY_MONTH, 7, 65, false, 8, 8},  {"HK", ORDER_DAY_MONTH, 7, 852, false, 8, 8},
    {"PH", ORDER_MONTH_DAY, 7, 63, true, 8, 10},  {"MY", ORDER_DAY_MONTH, 1, 60, true, 8, 10},
    {"KE", ORDER_DAY_MONTH, 7, 254, true, 9, 9},  {"NG", ORDER_DAY_MONTH, 1, 234, true, 8, 10},
    {"GH", ORDER_DAY_MONTH, 1, 233, true, 9, 9},  {"PK", ORDER_DAY_MONTH, 7, 92, true, 9, 10},
    {"AE", ORDER_DAY_MONTH, 1, 971, true, 8, 9},  {"JM", ORDER_DAY_MONTH, 7, 1, false, 10, 10},
    {"MT", ORDER_DAY_MONTH, 7, 356, false, 8, 8}, {"IL", ORDER_DAY_MONTH, 7, 972, true, 8, 9},
    {"DE", ORDER_DAY_MONTH, 1, 49, true, 6, 11},  {"AT", ORDER_DAY_MONTH, 1, 43, true, 6, 12},
    {"CH", ORDER_DAY_MONTH, 1, 41, true, 9, 9},   {"NL", ORDER_DAY_MONTH, 1, 31, true, 9, 9},
    {"BE", ORDER_DAY_MONTH, 1, 32, true, 8, 9},   {"FR", ORDER_DAY_MONTH, 1, 33, true, 9, 9},
    {"ES", ORDER_DAY_MONTH, 1, 34, false, 9, 9},  {"IT", ORDER_DAY_MONTH, 1, 39, false, 8, 11},
    {"PT", ORDER_DAY_MONTH, 1, 351, false, 9, 9}, {"SE", ORDER_DAY_MONTH, 1, 46, true, 7, 9},
    {"NO", ORDER_DAY_MONTH, 1, 47, false, 8, 8},  {"DK", ORDER_DAY_MONTH, 1, 45, false, 8, 8},
    {"FI", ORDER_DAY_MONTH, 1, 358, true, 6, 10}, {"PL", ORDER_DAY_MONTH, 1, 48, false, 9, 9},
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

struct locale_rule locale_table_find(struct strview locale)
{
    struct locale_rule rule = {.week_start = 1};
    size_t i = 0;
    for (; i < locale.size && i < 3 && locale.data[i] != '-' && locale.data[i] != '_'; i++)
        rule.language[i] = lower(locale.data[i]);
    if (i + 2 >= locale.size || (locale.data[i] != '-' && locale.data[i] != '_'))
        return rule;
    /* a script such as -Latn- may stand between */
    if (locale.size > i + 5 && (locale.data[i + 5] == '-' || locale.data[i + 5] == '_'))
        i += 5;
    if (i + 2 >= locale.size)
        return rule;
    rule.country[0] = upper(locale.data[i + 1]);
    rule.country[1] = upper(locale.data[i + 2]);
    for (size_t k = 0; k < sizeof countries / sizeof *countries; k++) {
        if (memcmp(countries[k].country, rule.country, 2) != 0)
            continue;
        rule.day_first = countries[k].order == ORDER_DAY_MONTH;
        rule.month_first = countries[k].order == ORDER_MONTH_DAY;
        rule.week_start = countries[k].week_start;
        rule.calling_code = countries[k].calling_code;
        rule.trunk_zero = countries[k].trunk_zero;
        rule.national_digits_low = countries[k].digits_low;
        rule.national_digits_high = countries[k].digits_high;
        break;
    }
    return rule;
}
