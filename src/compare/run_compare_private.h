/*
 * run_compare_private.h: what the parts of run_compare share; for this room only. run_compare.c has
 * columns and rows, compare_tests.c the tests and their families, compare_slices.c the slices,
 * compare_flips.c conversations that changed, compare_advice.c what follows in words.
 */
#ifndef ASSAY_COMPARE_RUN_COMPARE_PRIVATE_H
#define ASSAY_COMPARE_RUN_COMPARE_PRIVATE_H

#include "compare/run_compare.h"

struct compare {
    const struct run_side *sides;
    size_t count;
    struct arena *arena, *scratch; /* scratch: reset between metrics */
    struct run_comparison *comparison;
    struct conversation_pairing *pairings;  /* by column; count 0 and no outcomes: none */
    struct conversation_pairing *challenge; /* the same over the split `challenge` */
    bool no_memory;
    struct error *err;
};

/* In compare->arena; NULL sets no_memory. */
void *run_compare_array(struct compare *compare, size_t count, size_t size);
struct measure run_compare_nothing(const char *reason);

/* Fills row->differences and row->row.difference from its by_candidate. */
enum status compare_tests_row(struct compare *compare, struct compared_row *row);
/* The same over a slice's conversations: pairings by column. */
enum status compare_tests_row_of(struct compare *compare,
                                 const struct conversation_pairing *pairings,
                                 struct compared_row *row);
/* Adjusts all p of the sections, by family; then those of the slices; sets the verdicts. */
enum status compare_tests_adjust(struct compare *compare);

enum status compare_slices_make(struct compare *compare, struct strview key);
enum status compare_flips_make(struct compare *compare);
bool compare_advice_make(struct compare *compare);

#endif
