/*
 * run_compare.c: columns first (who is compared with whom), then the rows by the catalogue's order,
 * then conversations matched by the hash of their id.
 */
#include "compare/run_compare.h"

#include "aggregate/metric_catalogue.h"
#include "base/hash_set.h"
#include "stats/mcnemar.h"

#include <math.h>

enum { MOST_WARNINGS = 5 };

struct compare {
    const struct run_side *sides;
    size_t count;
    struct arena *arena;
    struct run_comparison *comparison;
    bool no_memory;
};

static void *array(struct compare *compare, size_t count, size_t size)
{
    void *made = arena_array(compare->arena, count + 1, size);
    compare->no_memory = compare->no_memory || !made;
    return made;
}

static void warn(struct compare *compare, size_t run, const char *what)
{
    const char *text = arena_format(compare->arena, "run %zu %s", run + 1, what);
    compare->no_memory = compare->no_memory || !text;
    compare->comparison->warnings[compare->comparison->warning_count++] = text;
}

static bool differs(struct strview a, struct strview b)
{
    return a.data && b.data && !strview_equal(a, b);
}

static void add_warnings(struct compare *compare)
{
    const struct run_summary *first = compare->sides[0].summary;
    compare->comparison->warnings =
        array(compare, compare->count * MOST_WARNINGS, sizeof *compare->comparison->warnings);
    for (size_t i = 0; !compare->no_memory && i < compare->count; i++) {
        const struct run_summary *run = compare->sides[i].summary;
        if (differs(first->gold_sha256, run->gold_sha256))
            warn(compare, i, "has other gold than run 1: scores are not comparable");
        if (differs(first->source_sha256, run->source_sha256))
            warn(compare, i, "has other conversations than run 1");
        if (differs(first->task_sha256, run->task_sha256))
            warn(compare, i, "has another task file than run 1");
        if (run->partial)
            warn(compare, i, "was stopped before its end");
        if (run->too_many_errors)
            warn(compare, i, "has too many infrastructure errors for a verdict");
    }
}

/* The candidate of that name in the first run; the only one when both runs have just one. */
static size_t reference_of(const struct compare *compare, size_t run, size_t candidate)
{
    const struct run_summary *first = compare->sides[0].summary;
    const struct run_summary *own = compare->sides[run].summary;
    if (run == 0)
        return SIZE_MAX;
    for (size_t c = 0; c < first->candidate_count; c++)
        if (strview_equal(first->candidates[c].name, own->candidates[candidate].name))
            return c;
    return first->candidate_count == 1 && own->candidate_count == 1 ? 0 : SIZE_MAX;
}

static void add_columns(struct compare *compare)
{
    size_t columns = 0;
    for (size_t i = 0; i < compare->count; i++)
        columns += compare->sides[i].summary->candidate_count;
    compare->comparison->columns = array(compare, columns, sizeof *compare->comparison->columns);
    for (size_t i = 0; !compare->no_memory && i < compare->count; i++)
        for (size_t c = 0; c < compare->sides[i].summary->candidate_count; c++)
            compare->comparison->columns[compare->comparison->column_count++] =
                (struct run_column){i, c, reference_of(compare, i, c)};
}

static struct measure nothing(const char *reason)
{
    double nan = (double)NAN;
    return (struct measure){nan, nan, nan, 0, NULL, reason};
}

static void set_differences(struct compare *compare, struct metric_row *row)
{
    double nan = (double)NAN;
    row->difference = array(compare, compare->comparison->column_count, sizeof *row->difference);
    for (size_t j = 0; row->difference && j < compare->comparison->column_count; j++) {
        size_t reference = compare->comparison->columns[j].reference;
        const struct measure *own = &row->by_candidate[j];
        if (reference == SIZE_MAX) {
            row->difference[j] = nothing("the first run has no candidate of this name");
            if (compare->comparison->columns[j].run == 0)
                row->difference[j].undefined = "the others are compared with this one";
            continue;
        }
        const struct measure *first = &row->by_candidate[reference];
        const char *undefined = own->undefined ? own->undefined : first->undefined;
        row->difference[j] =
            undefined ? nothing(undefined)
                      : (struct measure){
                            own->value - first->value, nan, nan, own->n, own->unit_of_n, NULL};
    }
}

static struct metric_row start_row(struct compare *compare, const struct metric_row *from)
{
    struct metric_row row = *from;
    size_t columns = compare->comparison->column_count;
    row.by_candidate = array(compare, columns, sizeof *row.by_candidate);
    row.measured_live = array(compare, columns, sizeof *row.measured_live);
    return row;
}

/* The row of that name in the section, of the first run that has it. */
static void add_row(struct compare *compare, struct metric_section *section,
                    const struct metric_row *from)
{
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->rows[i].name, from->name) == 0)
            return;
    struct metric_row row = start_row(compare, from);
    for (size_t j = 0; !compare->no_memory && j < compare->comparison->column_count; j++) {
        const struct run_column *column = &compare->comparison->columns[j];
        const struct metric_row *own =
            run_summary_row(compare->sides[column->run].summary, from->name);
        row.by_candidate[j] =
            own ? own->by_candidate[column->candidate] : nothing("this run has no value of it");
        row.measured_live[j] = own && own->measured_live && own->measured_live[column->candidate];
    }
    if (!compare->no_memory)
        set_differences(compare, &row);
    section->rows[section->count++] = row;
}

static const struct metric_section *section_of(const struct run_summary *summary, const char *name)
{
    for (size_t i = 0; i < summary->section_count; i++)
        if (strcmp(summary->sections[i].name, name) == 0)
            return &summary->sections[i];
    return NULL;
}

static void add_section(struct compare *compare, const struct section_entry *entry)
{
    struct run_comparison *comparison = compare->comparison;
    struct metric_section *section = &comparison->sections[comparison->section_count];
    size_t most = 0;
    for (size_t i = 0; i < compare->count; i++) {
        const struct metric_section *own = section_of(compare->sides[i].summary, entry->name);
        most += own ? own->count : 0;
    }
    if (most == 0)
        return;
    *section = (struct metric_section){entry->name, entry->title, entry->note,
                                       array(compare, most, sizeof *section->rows), 0};
    for (size_t i = 0; i < compare->count; i++) {
        const struct metric_section *own = section_of(compare->sides[i].summary, entry->name);
        for (size_t j = 0; !compare->no_memory && own && j < own->count; j++)
            add_row(compare, section, &own->rows[j]);
    }
    comparison->section_count++;
}

static const struct slot_row *slot_of(const struct run_summary *summary, struct strview slot)
{
    for (size_t i = 0; i < summary->slot_count; i++)
        if (strview_equal(summary->slots[i].slot, slot))
            return &summary->slots[i];
    return NULL;
}

static void add_slot(struct compare *compare, struct metric_section *section, struct strview slot)
{
    const char *name = arena_format(compare->arena, "slot_f1.%.*s", STRVIEW_ARG(slot));
    compare->no_memory = compare->no_memory || !name;
    for (size_t i = 0; name && i < section->count; i++)
        if (strcmp(section->rows[i].name, name) == 0)
            return;
    struct metric_row row = start_row(compare, &(struct metric_row){.name = name,
                                                                    .title = name,
                                                                    .unit = UNIT_RATIO,
                                                                    .direction = HIGHER_IS_BETTER});
    for (size_t j = 0; !compare->no_memory && j < compare->comparison->column_count; j++) {
        const struct run_column *column = &compare->comparison->columns[j];
        const struct slot_row *own = slot_of(compare->sides[column->run].summary, slot);
        row.by_candidate[j] = own ? own->by_candidate[column->candidate].f1
                                  : nothing("neither gold nor a candidate ever had this slot");
    }
    if (!compare->no_memory)
        set_differences(compare, &row);
    section->rows[section->count++] = row;
}

static void add_slots(struct compare *compare)
{
    size_t most = 0;
    for (size_t i = 0; i < compare->count; i++)
        most += compare->sides[i].summary->slot_count;
    struct metric_section *section =
        &compare->comparison->sections[compare->comparison->section_count];
    *section = (struct metric_section){"slot_metrics", "F1 by slot", NULL,
                                       array(compare, most, sizeof *section->rows), 0};
    for (size_t i = 0; i < compare->count; i++)
        for (size_t s = 0; !compare->no_memory && s < compare->sides[i].summary->slot_count; s++)
            add_slot(compare, section, compare->sides[i].summary->slots[s].slot);
    compare->comparison->section_count += most > 0;
}

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
static struct paired_table walk(const struct flip_pair *pair, struct run_flips *flips)
{
    struct paired_table table = {0};
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
        table.both += good_now && good_then;
        table.neither += !good_now && !good_then;
        table.only_first += good_now && !good_then;
        table.only_second += !good_now && good_then;
        if (good_then && !good_now && flips->newly_failing)
            flips->newly_failing[flips->failing_count] = change;
        if (!good_then && good_now && flips->newly_fixed)
            flips->newly_fixed[flips->fixed_count] = change;
        flips->failing_count += good_then && !good_now;
        flips->fixed_count += !good_then && good_now;
    }
    flips->compared = (uint64_t)(table.both + table.neither + table.only_first + table.only_second);
    return table;
}

/* Where every conversation has one outcome the success rate's change is paired, with a range. */
static void set_success_change(struct compare *compare, size_t column,
                               const struct paired_table *table)
{
    const struct run_column *at = &compare->comparison->columns[column];
    double n = table->both + table->neither + table->only_first + table->only_second;
    if (n <= 0 || compare->sides[0].summary->repeats != 1 ||
        compare->sides[at->run].summary->repeats != 1)
        return;
    struct interval interval = mcnemar_newcombe(*table, .05);
    for (size_t i = 0; i < compare->comparison->section_count; i++) {
        const struct metric_section *section = &compare->comparison->sections[i];
        for (size_t j = 0; j < section->count; j++) {
            struct measure *change = &section->rows[j].difference[column];
            double scale = strcmp(section->rows[j].name, "success_rate") == 0      ? 1
                           : strcmp(section->rows[j].name, "failed_per_1000") == 0 ? -1000
                                                                                   : 0;
            if (scale > 0 || scale < 0)
                *change = (struct measure){(table->only_first - table->only_second) / n * scale,
                                           (scale > 0 ? interval.low : interval.high) * scale,
                                           (scale > 0 ? interval.high : interval.low) * scale,
                                           (uint64_t)n,
                                           "conversations",
                                           NULL};
        }
    }
}

static void add_flip(struct compare *compare, size_t column, const struct hash_set *index)
{
    const struct run_column *at = &compare->comparison->columns[column];
    struct flip_pair pair = {compare->sides[0].outcomes, compare->sides[at->run].outcomes,
                             at->reference, at->candidate, index};
    struct run_flips *flips = &compare->comparison->flips[compare->comparison->flip_count++];
    *flips = (struct run_flips){.column = column};
    struct paired_table table = walk(&pair, flips);
    flips->newly_failing = array(compare, flips->failing_count, sizeof *flips->newly_failing);
    flips->newly_fixed = array(compare, flips->fixed_count, sizeof *flips->newly_fixed);
    if (compare->no_memory)
        return;
    walk(&pair, flips);
    set_success_change(compare, column, &table);
}

static void add_flips(struct compare *compare)
{
    CLEANUP(hash_set_done) struct hash_set index = HASH_MAP;
    struct run_comparison *comparison = compare->comparison;
    comparison->flips = array(compare, comparison->column_count, sizeof *comparison->flips);
    if (compare->no_memory || !compare->sides[0].outcomes)
        return;
    compare->no_memory = !index_first(compare->sides[0].outcomes, &index);
    for (size_t j = 0; !compare->no_memory && j < comparison->column_count; j++)
        if (comparison->columns[j].reference != SIZE_MAX &&
            compare->sides[comparison->columns[j].run].outcomes)
            add_flip(compare, j, &index);
}

static enum status check_modes(const struct run_side *sides, size_t count, struct error *err)
{
    if (count < 2)
        return error_set(err, STATUS_CONFIG, "a comparison needs two runs");
    for (size_t i = 1; i < count; i++) {
        struct strview first = sides[0].summary->mode, own = sides[i].summary->mode;
        if (strview_equal(first, own))
            continue;
        error_set(err, STATUS_CONFIG, "run 1 is %.*s and run %zu is %.*s", STRVIEW_ARG(first),
                  i + 1, STRVIEW_ARG(own));
        error_fix(err, "Numbers of different replay modes do not mean the same; compare runs of "
                       "one mode.");
        return STATUS_CONFIG;
    }
    return STATUS_OK;
}

enum status run_compare(const struct run_side *sides, size_t count, struct arena *arena,
                        struct run_comparison **ret_comparison, struct error *err)
{
    enum status status = check_modes(sides, count, err);
    if (status != STATUS_OK)
        return status;
    struct compare compare = {sides, count, arena,
                              arena_alloc(arena, sizeof(struct run_comparison)), false};
    if (!compare.comparison)
        return error_no_memory(err);
    size_t sections = 1;
    while (metric_catalogue_sections[sections - 1].name)
        sections++;
    compare.comparison->sections = array(&compare, sections, sizeof *compare.comparison->sections);
    add_columns(&compare);
    add_warnings(&compare);
    for (size_t i = 0; !compare.no_memory && metric_catalogue_sections[i].name; i++)
        add_section(&compare, &metric_catalogue_sections[i]);
    if (!compare.no_memory)
        add_slots(&compare);
    if (!compare.no_memory)
        add_flips(&compare);
    if (compare.no_memory)
        return error_no_memory(err);
    *ret_comparison = compare.comparison;
    return STATUS_OK;
}
