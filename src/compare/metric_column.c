/*
 * metric_column.c: rows of the outcomes, unpacked one after the other, give the columns. Results
 * live in the caller's arena; the row that is read into is this file's own. Thread: any.
 */
#include "compare/metric_column.h"

#include "base/hash_set.h"

static bool find_slot_metric(struct strview metric, struct metric_source *ret_source)
{
    static const struct {
        const char *prefix;
        enum slot_ratio ratio;
        enum fold_ratio as; /* of all slots together */
    } kinds[] = {{"slot_f1.", SLOT_F1, FOLD_SLOT_F1},
                 {"slot_precision.", SLOT_PRECISION, FOLD_SLOT_PRECISION},
                 {"slot_recall.", SLOT_RECALL, FOLD_SLOT_RECALL}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t size = strlen(kinds[i].prefix);
        if (metric.size <= size || memcmp(metric.data, kinds[i].prefix, size) != 0)
            continue;
        *ret_source = (struct metric_source){.kind = METRIC_SOURCE_SLOT,
                                             .slot_ratio = kinds[i].ratio,
                                             .name = {metric.data + size, metric.size - size},
                                             .metric = ratio_metric_of_trials[kinds[i].as]};
        return true;
    }
    return false;
}

static struct metric_source of_ratio(enum fold_ratio ratio, double factor, double offset)
{
    struct metric_source source = {.kind = METRIC_SOURCE_RATIO,
                                   .ratio = ratio,
                                   .metric = ratio_metric_of_trials[ratio],
                                   .offset = offset};
    source.metric.scale *= factor;
    return source;
}

bool metric_source_find(struct strview metric, double monthly_calls,
                        struct metric_source *ret_source)
{
    if (strview_is(metric, "failed_per_1000")) {
        *ret_source = of_ratio(FOLD_SUCCESS, -1000, 1000);
        return true;
    }
    if (strview_is(metric, "monthly_cost_usd")) {
        *ret_source = of_ratio(FOLD_COST, monthly_calls, 0);
        return true;
    }
    for (int i = 0; i < FOLD_COUNT; i++)
        if (strview_is(metric, ratio_metric_of_trials[i].metric)) {
            *ret_source = of_ratio((enum fold_ratio)i, 1, 0);
            return true;
        }
    return find_slot_metric(metric, ret_source);
}

struct metric_source metric_source_of_extra(struct strview name)
{
    return (struct metric_source){.kind = METRIC_SOURCE_EXTRA,
                                  .name = name,
                                  .metric = {.kind = RATIO_SIGNED_MEAN,
                                             .basis = BASIS_FINISHED,
                                             .scale = 1,
                                             .unit_of_n = "trials",
                                             .undefined = "the scorer gave no number"}};
}

static size_t place_of(const struct strview *names, size_t count, struct strview name)
{
    for (size_t i = 0; i < count; i++)
        if (strview_equal(names[i], name))
            return i;
    return SIZE_MAX;
}

/* One side, one metric, read row by row. */
struct column_reader {
    struct column_side side;
    const struct metric_source *source;
    size_t place; /* of the slot or number in this run */
    struct outcome_row row;
    bool no_memory;
};

static struct column_reader reader_of(struct column_side side, const struct metric_source *source)
{
    const struct run_outcomes *outcomes = side.outcomes;
    struct column_reader reader = {.side = side, .source = source, .place = SIZE_MAX};
    if (source->kind == METRIC_SOURCE_SLOT)
        reader.place = place_of(outcomes->slot_names, outcomes->slot_count, source->name);
    if (source->kind == METRIC_SOURCE_EXTRA)
        reader.place = place_of(outcomes->extra_names, outcomes->extra_count, source->name);
    return reader;
}

static struct ratio_part part_of(const struct column_reader *reader)
{
    const struct outcome_row *row = &reader->row;
    switch (reader->source->kind) {
    case METRIC_SOURCE_RATIO:
        return ratio_metric_part(&reader->source->metric, row->ratios[reader->source->ratio]);
    case METRIC_SOURCE_SLOT:
        for (size_t i = 0; i < row->slot_count; i++)
            if (row->slots[i].slot == reader->place)
                return outcome_slot_part(&row->slots[i], reader->source->slot_ratio);
        break;
    case METRIC_SOURCE_EXTRA:
        for (size_t i = 0; i < row->extra_count; i++)
            if (row->extras[i].name == reader->place)
                return row->extras[i].part;
        break;
    }
    return (struct ratio_part){0};
}

/* Whether the conversation has what the metric needs. */
static bool read(struct column_reader *reader, size_t conversation, struct ratio_part *ret_part)
{
    if (!run_outcomes_row(reader->side.outcomes, conversation, reader->side.candidate,
                          &reader->row)) {
        reader->no_memory = true;
        return false;
    }
    *ret_part = part_of(reader);
    return reader->row.trials[reader->source->metric.basis] > 0;
}

/* A filter in this run's numbers. */
struct resolved_filter {
    bool is_there, by_split;
    size_t key, value; /* SIZE_MAX: nothing has it */
};

static struct resolved_filter resolve(const struct run_outcomes *outcomes,
                                      struct conversation_filter filter)
{
    struct resolved_filter resolved = {filter.key.data != NULL, strview_is(filter.key, "split"),
                                       SIZE_MAX, SIZE_MAX};
    if (resolved.is_there)
        resolved.key = slice_table_key(&outcomes->slices, filter.key);
    if (resolved.key != SIZE_MAX)
        resolved.value = slice_table_value(&outcomes->slices, resolved.key, filter.value);
    return resolved;
}

static bool passes(const struct run_outcomes *outcomes, struct resolved_filter filter,
                   size_t conversation)
{
    if (!filter.by_split && !run_outcomes_is_headline(outcomes, conversation))
        return false;
    return !filter.is_there ||
           (filter.value != SIZE_MAX &&
            slice_table_has(&outcomes->slices, conversation, filter.key, filter.value));
}

bool metric_column_make(struct column_side side, const struct metric_source *source,
                        struct conversation_filter filter, struct arena *arena,
                        struct metric_column *ret_column)
{
    size_t most = side.outcomes->count;
    struct metric_column column = {0, arena_array(arena, most + 1, sizeof *column.conversations),
                                   arena_array(arena, most + 1, sizeof *column.sums),
                                   arena_array(arena, most + 1, sizeof *column.sizes)};
    if (!column.conversations || !column.sums || !column.sizes)
        return false;
    struct resolved_filter resolved = resolve(side.outcomes, filter);
    struct column_reader reader = reader_of(side, source);
    for (size_t i = 0; i < most && !reader.no_memory; i++) {
        struct ratio_part part;
        if (!passes(side.outcomes, resolved, i) || !read(&reader, i, &part))
            continue;
        column.conversations[column.count] = (uint32_t)i;
        column.sums[column.count] = part.sum;
        column.sizes[column.count++] = part.size;
    }
    outcome_row_done(&reader.row);
    *ret_column = column;
    return !reader.no_memory;
}

/* Where each conversation of `own` is in `reference`: itself when they are of one run. */
static bool match(const struct run_outcomes *own, const struct run_outcomes *reference,
                  struct resolved_filter filter, struct conversation_pairing *pairing)
{
    CLEANUP(hash_set_done) struct hash_set index = HASH_MAP;
    for (size_t i = 0; own != reference && i < reference->count; i++)
        if (!hash_set_put(&index, reference->id_hashes[i], i))
            return false;
    for (size_t i = 0; i < own->count; i++) {
        uint64_t at = i;
        if (!passes(own, filter, i) ||
            (own != reference && !hash_set_get(&index, own->id_hashes[i], &at)))
            continue;
        pairing->own_at[pairing->count] = (uint32_t)i;
        pairing->reference_at[pairing->count++] = (uint32_t)at;
    }
    return true;
}

bool conversation_pairing_make(struct column_side own, struct column_side reference,
                               struct conversation_filter filter, struct arena *arena,
                               struct conversation_pairing *ret_pairing)
{
    size_t most = own.outcomes->count + 1;
    struct conversation_pairing pairing = {own, reference, 0,
                                           arena_array(arena, most, sizeof *pairing.own_at),
                                           arena_array(arena, most, sizeof *pairing.reference_at)};
    if (!pairing.own_at || !pairing.reference_at ||
        !match(own.outcomes, reference.outcomes, resolve(own.outcomes, filter), &pairing))
        return false;
    *ret_pairing = pairing;
    return true;
}

static bool make_arrays(struct arena *arena, size_t count, struct metric_pairs *pairs)
{
    *pairs = (struct metric_pairs){0,
                                   arena_array(arena, count, sizeof *pairs->own_at),
                                   arena_array(arena, count, sizeof *pairs->reference_at),
                                   arena_array(arena, count, sizeof *pairs->own_sums),
                                   arena_array(arena, count, sizeof *pairs->own_sizes),
                                   arena_array(arena, count, sizeof *pairs->reference_sums),
                                   arena_array(arena, count, sizeof *pairs->reference_sizes)};
    return pairs->own_at && pairs->reference_at && pairs->own_sums && pairs->own_sizes &&
           pairs->reference_sums && pairs->reference_sizes;
}

bool metric_pairs_make(const struct conversation_pairing *pairing,
                       const struct metric_source *source, struct arena *arena,
                       struct metric_pairs *ret_pairs)
{
    struct metric_pairs pairs;
    if (!make_arrays(arena, pairing->count + 1, &pairs))
        return false;
    struct column_reader own = reader_of(pairing->own, source);
    struct column_reader reference = reader_of(pairing->reference, source);
    for (size_t i = 0; i < pairing->count && !own.no_memory && !reference.no_memory; i++) {
        struct ratio_part part, other;
        if (!read(&own, pairing->own_at[i], &part) ||
            !read(&reference, pairing->reference_at[i], &other))
            continue;
        if (source->metric.kind == RATIO_AVERAGED && !(part.size > 0 && other.size > 0))
            continue;
        pairs.own_at[pairs.count] = pairing->own_at[i];
        pairs.reference_at[pairs.count] = pairing->reference_at[i];
        pairs.own_sums[pairs.count] = part.sum;
        pairs.own_sizes[pairs.count] = part.size;
        pairs.reference_sums[pairs.count] = other.sum;
        pairs.reference_sizes[pairs.count++] = other.size;
    }
    outcome_row_done(&own.row);
    outcome_row_done(&reference.row);
    *ret_pairs = pairs;
    return !own.no_memory && !reference.no_memory;
}
