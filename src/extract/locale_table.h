/*
 * locale_table.h: what a locale such as "en-GB" settles. Pure; any thread.
 */
#ifndef ASSAY_EXTRACT_LOCALE_TABLE_H
#define ASSAY_EXTRACT_LOCALE_TABLE_H

#include "base/strview.h"

#include <stdbool.h>
#include <stdint.h>

struct locale_rule {
    char language[4];
    char country[4];
    bool day_first;        /* 03/04 is the 3rd of April */
    bool month_first;      /* 03/04 is March 4th; neither: two readings */
    uint8_t week_start;    /* 1 Monday, 7 Sunday */
    uint16_t calling_code; /* 0: unknown */
    bool trunk_zero;       /* national numbers start with a 0 that E.164 leaves out */
    uint8_t national_digits_low, national_digits_high;
};

struct locale_rule locale_table_find(struct strview locale);

#endif
