/*
 * run_compare.c: columns first (who is compared with whom), then the rows by the catalogue's order
 * with their tests, then slices, changed conversations, and what follows.
 */
#include "aggregate/metric_catalogue.h"
#include "compare/run_compare_private.h"

#include <math.h>

enum { MOST_WARNINGS = 5 };

void *run_compare_array(struct compare *compare, size_t count, size_t size)
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
    compare->comparison->warnings = run_compare_array(compare, compare->count * MOST_WARNINGS,
                                                      sizeof *compare->comparison->warnings);
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

/* In one run its first candidate. Else the candidate of that name in the first run; the only one
 * when both runs have just one. */
static size_t reference_of(const struct compare *compare, size_t run, size_t candidate)
{
    const struct run_summary *first = compare->sides[0].summary;
    const struct run_summary *own = compare->sides[run].summary;
    if (compare->count == 1 && candidate > 0)
        return 0;
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
    compare->comparison->columns =
        run_compare_array(compare, columns, sizeof *compare->comparison->columns);
    for (size_t i = 0; !compare->no_memory && i < compare->count; i++)
        for (size_t c = 0; c < compare->sides[i].summary->candidate_count; c++)
            compare->comparison->columns[compare->comparison->column_count++] =
                (struct run_column){i, c, reference_of(compare, i, c)};
}

struct measure run_compare_nothing(const char *reason)
{
    double nan = (double)NAN;
    return (struct measure){nan, nan, nan, 0, NULL, reason};
}

/* Which conversations are in both, for every column that is compared. */
static struct conversation_pairing *add_pairings(struct compare *compare,
                                                 struct conversation_filter filter)
{
    const struct run_comparison *comparison = compare->comparison;
    struct conversation_pairing *pairings =
        run_compare_array(compare, comparison->column_count, sizeof *pairings);
    for (size_t j = 0; !compare->no_memory && j < comparison->column_count; j++) {
        const struct run_column *column = &comparison->columns[j];
        if (column->reference == SIZE_MAX || !compare->sides[0].outcomes ||
            !compare->sides[column->run].outcomes)
            continue;
        struct column_side own = {compare->sides[column->run].outcomes, column->candidate};
        struct column_side reference = {compare->sides[0].outcomes,
                                        comparison->columns[column->reference].candidate};
        compare->no_memory =
            !conversation_pairing_make(own, reference, filter, compare->arena, &pairings[j]);
    }
    return pairings;
}

static struct metric_row start_row(struct compare *compare, const struct metric_row *from)
{
    struct metric_row row = *from;
    size_t columns = compare->comparison->column_count;
    row.by_candidate = run_compare_array(compare, columns, sizeof *row.by_candidate);
    row.measured_live = run_compare_array(compare, columns, sizeof *row.measured_live);
    row.difference = NULL;
    return row;
}

/* The row of that name in the section, of the first run that has it. */
static enum status add_row(struct compare *compare, struct compared_section *section,
                           const struct metric_row *from)
{
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->rows[i].row.name, from->name) == 0)
            return STATUS_OK;
    struct compared_row *added = &section->rows[section->count];
    struct metric_row row = start_row(compare, from);
    for (size_t j = 0; !compare->no_memory && j < compare->comparison->column_count; j++) {
        const struct run_column *column = &compare->comparison->columns[j];
        const struct metric_row *own =
            run_summary_row(compare->sides[column->run].summary, from->name);
        row.by_candidate[j] = own ? own->by_candidate[column->candidate]
                                  : run_compare_nothing("this run has no value of it");
        row.measured_live[j] = own && own->measured_live && own->measured_live[column->candidate];
    }
    added->row = row;
    section->count++;
    return compare->no_memory ? error_no_memory(compare->err) : compare_tests_row(compare, added);
}

static const struct metric_section *section_of(const struct run_summary *summary, const char *name)
{
    for (size_t i = 0; i < summary->section_count; i++)
        if (strcmp(summary->sections[i].name, name) == 0)
            return &summary->sections[i];
    return NULL;
}

/* Facts of the recording are the same for all candidates of a run. */
static bool is_of_recording(const struct section_entry *entry)
{
    return strcmp(entry->name, "recorded") == 0 || strcmp(entry->name, "services") == 0 ||
           strcmp(entry->name, "feedback") == 0;
}

static enum status add_section(struct compare *compare, const struct section_entry *entry)
{
    struct run_comparison *comparison = compare->comparison;
    struct compared_section *section = &comparison->sections[comparison->section_count];
    size_t most = 0;
    for (size_t i = 0; i < compare->count; i++) {
        const struct metric_section *own = section_of(compare->sides[i].summary, entry->name);
        most += own ? own->count : 0;
    }
    if (most == 0 || (compare->count == 1 && is_of_recording(entry)))
        return STATUS_OK;
    *section =
        (struct compared_section){entry->name, entry->title, entry->note,
                                  run_compare_array(compare, most, sizeof *section->rows), 0};
    if (compare->no_memory)
        return error_no_memory(compare->err);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < compare->count; i++) {
        const struct metric_section *own = section_of(compare->sides[i].summary, entry->name);
        for (size_t j = 0; status == STATUS_OK && own && j < own->count; j++)
            status = add_row(compare, section, &own->rows[j]);
    }
    comparison->section_count++;
    return status;
}

static const struct slot_row *slot_of(const struct run_summary *summary, struct strview slot)
{
    for (size_t i = 0; i < summary->slot_count; i++)
        if (strview_equal(summary->slots[i].slot, slot))
            return &summary->slots[i];
    return NULL;
}

static enum status add_slot(struct compare *compare, struct compared_section *section,
                            struct strview slot)
{
    const char *name = arena_format(compare->arena, "slot_f1.%.*s", STRVIEW_ARG(slot));
    compare->no_memory = compare->no_memory || !name;
    for (size_t i = 0; name && i < section->count; i++)
        if (strcmp(section->rows[i].row.name, name) == 0)
            return STATUS_OK;
    struct compared_row *added = &section->rows[section->count];
    struct metric_row row = start_row(compare, &(struct metric_row){.name = name,
                                                                    .title = name,
                                                                    .unit = UNIT_RATIO,
                                                                    .direction = HIGHER_IS_BETTER});
    for (size_t j = 0; !compare->no_memory && j < compare->comparison->column_count; j++) {
        const struct run_column *column = &compare->comparison->columns[j];
        const struct slot_row *own = slot_of(compare->sides[column->run].summary, slot);
        row.by_candidate[j] =
            own ? own->by_candidate[column->candidate].f1
                : run_compare_nothing("neither gold nor a candidate ever had this slot");
    }
    added->row = row;
    section->count++;
    return compare->no_memory ? error_no_memory(compare->err) : compare_tests_row(compare, added);
}

static enum status add_slots(struct compare *compare)
{
    size_t most = 0;
    for (size_t i = 0; i < compare->count; i++)
        most += compare->sides[i].summary->slot_count;
    struct compared_section *section =
        &compare->comparison->sections[compare->comparison->section_count];
    *section =
        (struct compared_section){"slot_metrics", "F1 by slot", NULL,
                                  run_compare_array(compare, most, sizeof *section->rows), 0};
    enum status status = compare->no_memory ? error_no_memory(compare->err) : STATUS_OK;
    for (size_t i = 0; i < compare->count; i++)
        for (size_t s = 0; status == STATUS_OK && s < compare->sides[i].summary->slot_count; s++)
            status = add_slot(compare, section, compare->sides[i].summary->slots[s].slot);
    compare->comparison->section_count += most > 0;
    return status;
}

const struct compared_row *run_comparison_row(const struct run_comparison *comparison,
                                              const char *metric)
{
    for (size_t i = 0; i < comparison->section_count; i++)
        for (size_t j = 0; j < comparison->sections[i].count; j++)
            if (strcmp(comparison->sections[i].rows[j].row.name, metric) == 0)
                return &comparison->sections[i].rows[j];
    return NULL;
}

static enum status check_modes(const struct run_side *sides, size_t count, struct error *err)
{
    if (count == 0 || (count == 1 && sides[0].summary->candidate_count < 2))
        return error_set(err, STATUS_CONFIG,
                         "a comparison needs two runs, or one with two candidates");
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

static enum status add_rows(struct compare *compare)
{
    size_t sections = 1;
    while (metric_catalogue_sections[sections - 1].name)
        sections++;
    compare->comparison->sections =
        run_compare_array(compare, sections, sizeof *compare->comparison->sections);
    if (compare->no_memory)
        return error_no_memory(compare->err);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && metric_catalogue_sections[i].name; i++)
        status = add_section(compare, &metric_catalogue_sections[i]);
    return status == STATUS_OK ? add_slots(compare) : status;
}

static enum status make(struct compare *compare, const struct run_compare_options *options)
{
    add_columns(compare);
    add_warnings(compare);
    compare->pairings = add_pairings(compare, (struct conversation_filter){{0}, {0}});
    compare->challenge = add_pairings(
        compare, (struct conversation_filter){strview_of("split"),
                                              strview_of(gold_split_names[SPLIT_CHALLENGE])});
    if (compare->no_memory)
        return error_no_memory(compare->err);
    enum status status = add_rows(compare);
    if (status == STATUS_OK && options && options->by.data)
        status = compare_slices_make(compare, options->by);
    if (status == STATUS_OK)
        status = compare_tests_adjust(compare);
    if (status == STATUS_OK)
        status = compare_flips_make(compare);
    if (status == STATUS_OK && !compare_advice_make(compare))
        status = error_no_memory(compare->err);
    return status;
}

enum status run_compare(const struct run_side *sides, size_t count,
                        const struct run_compare_options *options, struct arena *arena,
                        struct run_comparison **ret_comparison, struct error *err)
{
    enum status status = check_modes(sides, count, err);
    if (status != STATUS_OK)
        return status;
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(64 << 10, 0);
    struct compare compare = {.sides = sides,
                              .count = count,
                              .arena = arena,
                              .scratch = scratch,
                              .comparison = arena_alloc(arena, sizeof(struct run_comparison)),
                              .err = err};
    if (!compare.comparison || !scratch)
        return error_no_memory(err);
    status = make(&compare, options);
    if (status == STATUS_OK)
        *ret_comparison = compare.comparison;
    return status;
}
