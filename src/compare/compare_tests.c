/*
 * compare_tests.c: a row's differences, and the adjustment of p over families.
 */
#include "compare/run_compare_private.h"
#include "stats/multiplicity.h"

static const double alpha = .05;

/* "challenge_success_rate" is the success rate of other conversations. */
static const char challenge[] = "challenge_";

static bool is_of_challenge(const char *metric)
{
    return strncmp(metric, challenge, sizeof challenge - 1) == 0;
}

/* Why there is no reference. */
static const char *no_reference(const struct compare *compare, size_t column)
{
    return compare->comparison->columns[column].run == 0
               ? "the others are compared with this one"
               : "the first run has no candidate of this name";
}

enum status compare_tests_row_of(struct compare *compare,
                                 const struct conversation_pairing *pairings,
                                 struct compared_row *row)
{
    size_t columns = compare->comparison->column_count;
    row->differences = run_compare_array(compare, columns, sizeof *row->differences);
    row->row.difference = run_compare_array(compare, columns, sizeof *row->row.difference);
    for (size_t j = 0; !compare->no_memory && j < columns; j++) {
        size_t reference = compare->comparison->columns[j].reference;
        struct measure none = run_compare_nothing(no_reference(compare, j));
        if (reference == SIZE_MAX) {
            row->differences[j] = metric_difference_plain(&none, &none);
            row->row.difference[j] = row->differences[j].change;
            continue;
        }
        const struct run_summary *first = compare->sides[0].summary;
        const char *metric = row->row.name;
        struct metric_difference_request request = {
            is_of_challenge(metric) ? metric + sizeof challenge - 1 : metric,
            (double)first->decision.monthly_calls, pairings[j].own.outcomes ? &pairings[j] : NULL,
            &row->row.by_candidate[j], &row->row.by_candidate[reference]};
        enum status status =
            metric_difference_make(&request, compare->scratch, &row->differences[j], compare->err);
        arena_reset(compare->scratch);
        if (status != STATUS_OK)
            return status;
        row->row.difference[j] = row->differences[j].change;
    }
    return compare->no_memory ? error_no_memory(compare->err) : STATUS_OK;
}

enum status compare_tests_row(struct compare *compare, struct compared_row *row)
{
    return compare_tests_row_of(
        compare, is_of_challenge(row->row.name) ? compare->challenge : compare->pairings, row);
}

/* Numbers that are another one in other words: tested once. */
static const char *twin_of(const char *metric)
{
    static const char *const twins[][2] = {{"failed_per_1000", "success_rate"},
                                           {"monthly_cost_usd", "cost_per_conversation_usd"}};
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
        if (strcmp(twins[i][0], metric) == 0)
            return twins[i][1];
    return NULL;
}

static bool is_gate(const struct compare *compare, const char *metric)
{
    if (strcmp(metric, "success_rate") == 0)
        return true;
    for (size_t i = 0; i < compare->count; i++) {
        const struct run_summary *summary = compare->sides[i].summary;
        for (size_t g = 0; g < summary->gate_count; g++) {
            const char *gate = summary->gates[g].metric;
            const char *twin = gate ? twin_of(gate) : NULL;
            if (gate && (strcmp(gate, metric) == 0 || (twin && strcmp(twin, metric) == 0)))
                return true;
        }
    }
    return false;
}

/* Bounds and facts of the recording are no findings of their own. */
static enum metric_family family_of(const struct compare *compare,
                                    const struct compared_section *section, const char *metric)
{
    if (strcmp(section->name, "bounds") == 0 || twin_of(metric))
        return FAMILY_NONE;
    return is_gate(compare, metric) ? FAMILY_GATES : FAMILY_OTHERS;
}

struct family {
    struct metric_difference **members;
    double *p;
    size_t count;
};

static void add_row(struct family *family, const struct compare *compare, struct compared_row *row)
{
    for (size_t j = 0; j < compare->comparison->column_count; j++) {
        struct metric_difference *difference = &row->differences[j];
        if (difference->change.undefined || isnan(difference->p))
            continue;
        family->members[family->count] = difference;
        family->p[family->count++] = difference->p;
    }
}

static enum status adjust(struct compare *compare, const struct family *family,
                          enum multiplicity_method method)
{
    const char *undefined = NULL;
    struct multiplicity_result *results =
        arena_array(compare->scratch, family->count + 1, sizeof *results);
    if (!results)
        return error_no_memory(compare->err);
    enum status status = family->count
                             ? multiplicity_adjust((struct sample){family->p, family->count},
                                                   method, alpha, results, &undefined, compare->err)
                             : STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && !undefined && i < family->count; i++)
        family->members[i]->adjusted_p = results[i].adjusted_p;
    return status;
}

static void set_verdict(const struct metric_row *row, struct metric_difference *difference)
{
    if (difference->change.undefined || isnan(difference->adjusted_p))
        return;
    bool up = difference->change.value > 0;
    if (!(difference->adjusted_p <= alpha))
        difference->verdict = DIFFERENCE_NOT_SHOWN;
    else if (row->direction == NO_DIRECTION)
        difference->verdict = DIFFERENCE_CHANGED;
    else
        difference->verdict =
            up == (row->direction == HIGHER_IS_BETTER) ? DIFFERENCE_BETTER : DIFFERENCE_WORSE;
}

static void set_verdicts(const struct compare *compare, struct compared_row *row)
{
    const char *twin = twin_of(row->row.name);
    const struct compared_row *other = twin ? run_comparison_row(compare->comparison, twin) : NULL;
    for (size_t j = 0; j < compare->comparison->column_count; j++) {
        if (other && !row->differences[j].change.undefined)
            row->differences[j].adjusted_p = other->differences[j].adjusted_p;
        set_verdict(&row->row, &row->differences[j]);
    }
}

static bool start_family(struct compare *compare, size_t most, struct family *family)
{
    *family = (struct family){arena_array(compare->scratch, most + 1, sizeof *family->members),
                              arena_array(compare->scratch, most + 1, sizeof *family->p), 0};
    return family->members && family->p;
}

static enum status adjust_slices(struct compare *compare)
{
    struct run_comparison *comparison = compare->comparison;
    struct family slices;
    size_t most = 0;
    for (size_t i = 0; i < comparison->slice_count; i++)
        most += comparison->slices[i].row_count * comparison->column_count;
    if (!start_family(compare, most, &slices))
        return error_no_memory(compare->err);
    for (size_t i = 0; i < comparison->slice_count; i++)
        for (size_t k = 0; k < comparison->slices[i].row_count; k++)
            add_row(&slices, compare, &comparison->slices[i].rows[k]);
    enum status status = adjust(compare, &slices, MULTIPLICITY_BENJAMINI_HOCHBERG);
    for (size_t i = 0; i < comparison->slice_count; i++)
        for (size_t k = 0; k < comparison->slices[i].row_count; k++)
            for (size_t j = 0; j < comparison->column_count; j++)
                set_verdict(&comparison->slices[i].rows[k].row,
                            &comparison->slices[i].rows[k].differences[j]);
    return status;
}

enum status compare_tests_adjust(struct compare *compare)
{
    struct run_comparison *comparison = compare->comparison;
    struct family gates, others;
    size_t most = 0;
    for (size_t i = 0; i < comparison->section_count; i++)
        most += comparison->sections[i].count * comparison->column_count;
    if (!start_family(compare, most, &gates) || !start_family(compare, most, &others))
        return error_no_memory(compare->err);
    for (size_t i = 0; i < comparison->section_count; i++)
        for (size_t k = 0; k < comparison->sections[i].count; k++) {
            struct compared_row *row = &comparison->sections[i].rows[k];
            row->family = family_of(compare, &comparison->sections[i], row->row.name);
            if (row->family != FAMILY_NONE)
                add_row(row->family == FAMILY_GATES ? &gates : &others, compare, row);
        }
    enum status status = adjust(compare, &gates, MULTIPLICITY_HOLM);
    if (status == STATUS_OK)
        status = adjust(compare, &others, MULTIPLICITY_BENJAMINI_HOCHBERG);
    for (size_t i = 0; i < comparison->section_count; i++)
        for (size_t k = 0; k < comparison->sections[i].count; k++)
            set_verdicts(compare, &comparison->sections[i].rows[k]);
    return status == STATUS_OK ? adjust_slices(compare) : status;
}
