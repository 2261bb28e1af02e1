/*
 * compare_flips.c: conversations matched by the hash of their id, and which of them changed.
 */
#include "base/hash_set.h"
#include "compare/run_compare_private.h"

/* Conversations of the first run by the hash of their id. */
static bool index_first(const struct run_outcomes *first, struct hash_set *index)
{
    for (size_t i = 0; i < first->count; i++)
        if (!hash_set_put(index, first->id_hashes[i], i))
            return false;
    return true;
}

struct flip_pair {
    const struct run_outcomes *first, *second;
    size_t first_candidate, second_candidate;
    const struct hash_set *index;
};

/* Counts when `flips` has no lists yet, else fills them. */
static void walk(const struct flip_pair *pair, struct run_flips *flips)
{
    flips->compared = 0;
    flips->failing_count = flips->fixed_count = 0;
    for (size_t i = 0; i < pair->second->count; i++) {
        uint64_t at;
        if (!hash_set_get(pair->index, pair->second->id_hashes[i], &at))
            continue;
        enum run_outcome then = run_outcomes_get(pair->first, at, pair->first_candidate);
        enum run_outcome now = run_outcomes_get(pair->second, i, pair->second_candidate);
        if (then == RUN_OUTCOME_NONE || now == RUN_OUTCOME_NONE)
            continue;
        bool good_then = then == RUN_OUTCOME_SUCCEEDED, good_now = now == RUN_OUTCOME_SUCCEEDED;
        struct run_change change = {pair->first->ordinals[at], pair->second->ordinals[i]};
        flips->compared++;
        if (good_then && !good_now && flips->newly_failing)
            flips->newly_failing[flips->failing_count] = change;
        if (!good_then && good_now && flips->newly_fixed)
            flips->newly_fixed[flips->fixed_count] = change;
        flips->failing_count += good_then && !good_now;
        flips->fixed_count += !good_then && good_now;
    }
}

static void add_flip(struct compare *compare, size_t column, const struct hash_set *index)
{
    const struct run_column *at = &compare->comparison->columns[column];
    const struct run_column *reference = &compare->comparison->columns[at->reference];
    struct flip_pair pair = {compare->sides[0].outcomes, compare->sides[at->run].outcomes,
                             reference->candidate, at->candidate, index};
    struct run_flips *flips = &compare->comparison->flips[compare->comparison->flip_count++];
    *flips = (struct run_flips){.column = column};
    walk(&pair, flips);
    flips->newly_failing =
        run_compare_array(compare, flips->failing_count, sizeof *flips->newly_failing);
    flips->newly_fixed = run_compare_array(compare, flips->fixed_count, sizeof *flips->newly_fixed);
    if (!compare->no_memory)
        walk(&pair, flips);
}

enum status compare_flips_make(struct compare *compare)
{
    CLEANUP(hash_set_done) struct hash_set index = HASH_MAP;
    struct run_comparison *comparison = compare->comparison;
    comparison->flips =
        run_compare_array(compare, comparison->column_count, sizeof *comparison->flips);
    if (!compare->no_memory && compare->sides[0].outcomes)
        compare->no_memory = !index_first(compare->sides[0].outcomes, &index);
    for (size_t j = 0; !compare->no_memory && j < comparison->column_count; j++)
        if (comparison->columns[j].reference != SIZE_MAX && compare->sides[0].outcomes &&
            compare->sides[comparison->columns[j].run].outcomes)
            add_flip(compare, j, &index);
    return compare->no_memory ? error_no_memory(compare->err) : STATUS_OK;
}
