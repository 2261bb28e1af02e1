/*
 * terminal_table.c: see terminal_table.h. Tables are made of cells with a value, a range and a
 * change; they stand beside one another when the width allows, else below one another, and when
 * even that is too wide the candidates are shown in several tables.
 */
#include "report/terminal_table.h"

#include "base/utf8.h"
#include "report/measure_text.h"
#include "report/terminal_text.h"

enum {
    GAP = 2,
    DEFAULT_WIDTH = 100,
    LEAST_WIDTH = 40,
    MOST_TITLE = 34,
    MOST_NAME = 24,
    CELL_LIMIT = 128
};

struct table {
    struct terminal_text text;
    const struct run_summary *summary;
    bool canonical;
    bool is_tall; /* changes stand below values */
    size_t title_width, cell_width;
    size_t first, last; /* candidates of the table being written: [first, last) */
};

/* The texts of one cell; empty ones are not shown. */
struct cell {
    char value[CELL_LIMIT], range[CELL_LIMIT], change[CELL_LIMIT];
    enum terminal_mark change_style;
    const char *undefined; /* why there is no value */
};

static void put(char target[CELL_LIMIT], const struct strbuf *text)
{
    size_t size = text->size < CELL_LIMIT ? text->size : CELL_LIMIT - 1;
    memcpy(target, strbuf_view(text).data, size);
    target[size] = '\0';
}

static struct cell cell_of(const struct table *table, const struct measure *value,
                           const struct measure *change, enum metric_unit unit,
                           enum metric_direction direction)
{
    struct cell cell = {.change_style = MARK_PLAIN, .undefined = value->undefined};
    CLEANUP(strbuf_done) struct strbuf text = {0};
    measure_text_value(&text, value, unit);
    put(cell.value, &text);
    strbuf_fail_with(table->text.out, &text);
    strbuf_clear(&text);
    measure_text_range(&text, value, unit);
    put(cell.range, &text);
    strbuf_fail_with(table->text.out, &text);
    if (!change || !measure_text_is_defined(change))
        return cell;
    enum change_kind kind = measure_text_change_kind(change, direction);
    strbuf_fail_with(table->text.out, &text);
    strbuf_clear(&text);
    measure_text_change(&text, change, unit);
    if (*measure_text_change_word(kind))
        strbuf_add_format(&text, " %s", measure_text_change_word(kind));
    put(cell.change, &text);
    strbuf_fail_with(table->text.out, &text);
    cell.change_style = kind == CHANGE_BETTER  ? MARK_GOOD
                        : kind == CHANGE_WORSE ? MARK_BAD
                                               : MARK_DIM;
    return cell;
}

/* One row of the headline table, from the decision or from a metric section. */
struct row {
    const char *title;
    enum metric_unit unit;
    enum metric_direction direction;
    size_t decision; /* 1 to 4: a column of the decision; 0: `metric` */
    const struct metric_row *metric;
};

static struct cell decision_cell(const struct table *table, const struct row *row, size_t candidate)
{
    const struct decision_row *decision = &table->summary->decision.rows[candidate];
    const struct measure *const values[] = {
        &decision->failed_per_1000, &decision->cost_per_success_usd, &decision->response_gap_p95_ms,
        &decision->monthly_cost_usd};
    const struct measure *const changes[] = {&decision->failed_change, &decision->cost_change,
                                             &decision->gap_change, NULL};
    size_t which = row->decision - 1;
    if (which == 2 && decision->response_gap_live && table->canonical)
        return (struct cell){.value = "live"};
    return cell_of(table, values[which], changes[which], row->unit, row->direction);
}

static struct cell row_cell(const struct table *table, const struct row *row, size_t candidate)
{
    if (row->decision)
        return decision_cell(table, row, candidate);
    if (measure_text_is_left_out(row->metric, candidate, table->canonical))
        return (struct cell){.value = "live"};
    const struct measure *change =
        row->metric->difference && candidate ? &row->metric->difference[candidate] : NULL;
    return cell_of(table, &row->metric->by_candidate[candidate], change, row->unit, row->direction);
}

static size_t width_of(const char *text)
{
    return utf8_display_width(strview_of(text));
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t cell_width(const struct cell *cell, bool is_tall)
{
    size_t value = width_of(cell->value), change = width_of(cell->change);
    size_t width = larger(width_of(cell->range), value);
    if (is_tall)
        return larger(width, change);
    return larger(width, change ? value + GAP + change : value);
}

/* Names are cut, but the column is at least so wide as to show most of them. */
static size_t name_width(const struct table *table)
{
    size_t width = strlen("(simulated)");
    for (size_t c = 0; c < table->summary->candidate_count; c++)
        width = larger(width, utf8_display_width(table->summary->candidates[c].name));
    return width < MOST_NAME ? width : MOST_NAME;
}

/* The candidates' names, and below them which a stub answered for. */
static void add_names(const struct table *table, const char *corner)
{
    static const char mark[] = "(simulated)";
    CLEANUP(strbuf_done) struct strbuf name = {0};
    bool any_simulated = false;
    terminal_text_padded(&table->text, MARK_BOLD, strview_of(corner), table->title_width);
    for (size_t c = table->first; c < table->last; c++) {
        const struct candidate_summary *candidate = &table->summary->candidates[c];
        any_simulated = any_simulated || candidate->simulated;
        terminal_text_blanks(&table->text, GAP);
        terminal_text_padded(
            &table->text, MARK_BOLD,
            terminal_text_cut(&table->text, &name, candidate->name, table->cell_width),
            c + 1 < table->last ? table->cell_width : 0);
    }
    strbuf_add_char(table->text.out, '\n');
    if (!any_simulated)
        return;
    size_t used = 0;
    for (size_t c = table->first; c < table->last; c++) {
        if (!table->summary->candidates[c].simulated)
            continue;
        size_t column = table->title_width + GAP + (c - table->first) * (table->cell_width + GAP);
        terminal_text_blanks(&table->text, column - used);
        terminal_text_add(&table->text, MARK_WARN, strview_of(mark));
        used = column + strlen(mark);
    }
    strbuf_add_char(table->text.out, '\n');
}

enum cell_line { LINE_VALUE, LINE_RANGE, LINE_CHANGE };

static void add_cell_line(const struct table *table, const struct cell *cell, enum cell_line line)
{
    if (line == LINE_VALUE) {
        terminal_text_add(&table->text, MARK_PLAIN, strview_of(cell->value));
        if (!table->is_tall && *cell->change) {
            terminal_text_blanks(&table->text, GAP);
            terminal_text_add(&table->text, cell->change_style, strview_of(cell->change));
        }
    } else if (line == LINE_RANGE) {
        terminal_text_add(&table->text, MARK_DIM, strview_of(cell->range));
    } else {
        terminal_text_add(&table->text, cell->change_style, strview_of(cell->change));
    }
}

static size_t cell_line_width(const struct table *table, const struct cell *cell,
                              enum cell_line line)
{
    if (line == LINE_RANGE)
        return width_of(cell->range);
    if (line == LINE_CHANGE)
        return width_of(cell->change);
    size_t change = table->is_tall ? 0 : width_of(cell->change);
    return width_of(cell->value) + (change ? GAP + change : 0);
}

/* One line of a row over the candidates of this table; nothing when all its cells are empty. */
static void add_row_line(const struct table *table, const struct row *row, enum cell_line line)
{
    size_t column = line == LINE_VALUE ? table->title_width : 0, used = column;
    bool is_started = line == LINE_VALUE;
    if (is_started) {
        CLEANUP(strbuf_done) struct strbuf scratch = {0};
        terminal_text_padded(
            &table->text, MARK_PLAIN,
            terminal_text_cut(&table->text, &scratch, strview_of(row->title), table->title_width),
            table->title_width);
    }
    for (size_t c = table->first; c < table->last; c++) {
        struct cell cell = row_cell(table, row, c);
        size_t width = cell_line_width(table, &cell, line);
        column = table->title_width + GAP + (c - table->first) * (table->cell_width + GAP);
        if (!width)
            continue;
        terminal_text_blanks(&table->text, column - used);
        add_cell_line(table, &cell, line);
        used = column + width;
        is_started = true;
    }
    if (is_started)
        strbuf_add_char(table->text.out, '\n');
}

enum { MOST_ROWS = 64 };

static size_t collect_rows(const struct run_summary *summary, struct row rows[MOST_ROWS])
{
    size_t count = 0;
    if (summary->decision.rows) {
        rows[count++] =
            (struct row){summary->decision.failed_title, UNIT_PER_1000, LOWER_IS_BETTER, 1, NULL};
        rows[count++] =
            (struct row){"Cost per successful booking", UNIT_USD, LOWER_IS_BETTER, 2, NULL};
        rows[count++] = (struct row){"Response gap p95", UNIT_MS, LOWER_IS_BETTER, 3, NULL};
        rows[count++] = (struct row){"Cost per month", UNIT_USD, LOWER_IS_BETTER, 4, NULL};
    }
    for (size_t s = 0; s < summary->section_count; s++) {
        const struct metric_section *section = &summary->sections[s];
        bool is_challenge = strcmp(section->name, "challenge") == 0;
        if (strcmp(section->name, "headline") != 0 && !is_challenge)
            continue;
        size_t shown = is_challenge ? 1 : section->count;
        for (size_t i = 0; i < shown && count < MOST_ROWS; i++) {
            const struct metric_row *metric = &section->rows[i];
            rows[count++] = (struct row){metric->title, metric->unit, metric->direction, 0, metric};
        }
    }
    return count;
}

/* Chooses the form: wide when all candidates fit, else tall, else tall in several tables. Returns
 * the candidates a table. */
static size_t fit(struct table *table, const struct row *rows, size_t count)
{
    size_t candidates = table->summary->candidate_count;
    size_t title = 0, wide = name_width(table), tall = wide;
    for (size_t i = 0; i < count; i++) {
        title = larger(title, width_of(rows[i].title));
        for (size_t c = 0; c < candidates; c++) {
            struct cell cell = row_cell(table, &rows[i], c);
            wide = larger(wide, cell_width(&cell, false));
            tall = larger(tall, cell_width(&cell, true));
        }
    }
    size_t most = table->text.width / 2 < MOST_TITLE ? table->text.width / 2 : MOST_TITLE;
    table->title_width = title < most ? title : most;
    table->is_tall = table->title_width + candidates * (wide + GAP) > table->text.width;
    table->cell_width = table->is_tall ? tall : wide;
    size_t room = table->text.width - table->title_width;
    size_t fitting = room / (table->cell_width + GAP);
    return fitting ? fitting : 1;
}

/* Why numbers are undefined, each reason once. */
static void add_reasons(const struct table *table, const struct row *rows, size_t count)
{
    enum { MOST_REASONS = 8 };
    const char *reasons[MOST_REASONS];
    size_t known = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < table->summary->candidate_count; c++) {
            const char *reason = row_cell(table, &rows[i], c).undefined;
            size_t same = 0;
            while (reason && same < known && strcmp(reasons[same], reason) != 0)
                same++;
            if (!reason || same < known || known == MOST_REASONS)
                continue;
            reasons[known++] = reason;
            strbuf_add_text(table->text.out, "n/a:");
            terminal_text_wrapped(&table->text, strview_of(reason), 4, 0);
        }
    }
    if (known)
        strbuf_add_char(table->text.out, '\n');
}

static void add_headline_table(struct table *table)
{
    struct row rows[MOST_ROWS];
    size_t count = collect_rows(table->summary, rows);
    size_t candidates = table->summary->candidate_count, at_once = fit(table, rows, count);
    for (table->first = 0; table->first < candidates; table->first = table->last) {
        table->last = table->first + at_once < candidates ? table->first + at_once : candidates;
        add_names(table, "");
        for (size_t i = 0; i < count; i++) {
            add_row_line(table, &rows[i], LINE_VALUE);
            add_row_line(table, &rows[i], LINE_RANGE);
            if (table->is_tall)
                add_row_line(table, &rows[i], LINE_CHANGE);
        }
        strbuf_add_char(table->text.out, '\n');
    }
    add_reasons(table, rows, count);
}

static void add_outcome_line(const struct table *table, const char *title, const uint64_t *counts)
{
    CLEANUP(strbuf_done) struct strbuf text = {0};
    uint64_t sum = 0;
    for (size_t c = 0; c < table->summary->candidate_count; c++)
        sum += counts[c];
    if (!sum)
        return;
    terminal_text_padded(
        &table->text, MARK_PLAIN,
        terminal_text_cut(&table->text, &text, strview_of(title), table->title_width),
        table->title_width);
    for (size_t c = table->first; c < table->last; c++) {
        strbuf_fail_with(table->text.out, &text);
        strbuf_clear(&text);
        measure_text_count(&text, counts[c]);
        terminal_text_blanks(&table->text, GAP);
        terminal_text_padded(&table->text, counts[c] ? MARK_PLAIN : MARK_DIM, strbuf_view(&text),
                             c + 1 < table->last ? table->cell_width : 0);
    }
    strbuf_add_char(table->text.out, '\n');
    strbuf_fail_with(table->text.out, &text);
}

enum { MOST_CANDIDATES = 256 };

static void add_outcomes(struct table *table, size_t at_once)
{
    const struct run_summary *summary = table->summary;
    size_t candidates = summary->candidate_count;
    if (candidates > MOST_CANDIDATES)
        return;
    for (table->first = 0; table->first < candidates; table->first = table->last) {
        table->last = table->first + at_once < candidates ? table->first + at_once : candidates;
        add_names(table, "Where the calls went");
        uint64_t counts[MOST_CANDIDATES] = {0};
        for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++) {
            for (size_t c = 0; c < candidates; c++)
                counts[c] = summary->candidates[c].outcomes[outcome];
            add_outcome_line(table, measure_text_outcome(outcome), counts);
        }
        for (size_t c = 0; c < candidates; c++)
            counts[c] = summary->candidates[c].not_run;
        add_outcome_line(table, "Not run", counts);
        for (size_t c = 0; c < candidates; c++)
            counts[c] = summary->candidates[c].malformed;
        add_outcome_line(table, "Malformed answers (as wrong)", counts);
        strbuf_add_char(table->text.out, '\n');
    }
}

static bool has_causes(const struct run_summary *summary)
{
    for (size_t c = 0; c < summary->candidate_count; c++)
        for (int cause = CAUSE_STT; cause < CAUSE_COUNT; cause++)
            if (summary->candidates[c].causes[cause])
                return true;
    return false;
}

/* First causes of failed trials; the shares are in the reports. */
static void add_causes(struct table *table, size_t at_once)
{
    const struct run_summary *summary = table->summary;
    size_t candidates = summary->candidate_count;
    if (candidates > MOST_CANDIDATES || !has_causes(summary))
        return;
    for (table->first = 0; table->first < candidates; table->first = table->last) {
        table->last = table->first + at_once < candidates ? table->first + at_once : candidates;
        add_names(table, "Why calls failed");
        uint64_t counts[MOST_CANDIDATES] = {0};
        for (int cause = CAUSE_STT; cause < CAUSE_COUNT; cause++) {
            for (size_t c = 0; c < candidates; c++)
                counts[c] = summary->candidates[c].causes[cause];
            add_outcome_line(table, measure_text_cause(cause), counts);
        }
        strbuf_add_char(table->text.out, '\n');
    }
}

static void add_gates(const struct table *table)
{
    static const enum terminal_mark styles[] = {MARK_GOOD, MARK_BAD, MARK_WARN};
    const struct run_summary *summary = table->summary;
    if (!summary->gate_count)
        return;
    terminal_text_add(&table->text, MARK_BOLD, strview_of("Gates"));
    strbuf_add_char(table->text.out, '\n');
    for (size_t i = 0; i < summary->gate_count; i++) {
        const struct gate_summary *gate = &summary->gates[i];
        CLEANUP(strbuf_done) struct strbuf line = {0};
        strbuf_add_format(&line, "%s, %.*s: %s", gate->name, STRVIEW_ARG(gate->candidate),
                          gate->rule);
        if (gate->verdict != VERDICT_PASS)
            strbuf_add_format(&line, ". %s", gate->reason);
        else if (gate->look) /* an undecided or failed one says it in its reason */
            strbuf_add_format(&line, ". Look %llu, %.3g of alpha %.3g spent",
                              (unsigned long long)gate->look, gate->alpha_spent, gate->alpha);
        strbuf_add_text(table->text.out, "  ");
        terminal_text_padded(&table->text, styles[gate->verdict],
                             strview_of(measure_text_verdict(gate->verdict)), 14);
        terminal_text_wrapped(&table->text, strbuf_view(&line), 16, 16);
        strbuf_fail_with(table->text.out, &line);
    }
    strbuf_add_char(table->text.out, '\n');
}

/* "gate: before fail, now pass" */
static void add_notes(const struct table *table)
{
    const struct run_summary *summary = table->summary;
    for (size_t n = 0; n < summary->note_count; n++) {
        const struct run_note *note = &summary->notes[n];
        terminal_text_add(&table->text, MARK_BOLD, strview_of(note->title));
        strbuf_add_text(table->text.out, "\n  ");
        terminal_text_wrapped(&table->text, strview_of(note->text), 2, 2);
        for (size_t r = 0; r < note->row_count; r++) {
            const char *const *cells = note->cells + r * note->column_count;
            CLEANUP(strbuf_done) struct strbuf line = {0};
            strbuf_add_text(&line, cells[0]);
            for (size_t i = 1; i < note->column_count; i++)
                if (*cells[i])
                    strbuf_add_format(&line, "; %s: %s", note->heads[i], cells[i]);
            strbuf_add_text(table->text.out, "    ");
            terminal_text_wrapped(&table->text, strbuf_view(&line), 4, 8);
            strbuf_fail_with(table->text.out, &line);
        }
        strbuf_add_char(table->text.out, '\n');
    }
}

static void add_term(struct strbuf *line, const char *between, uint64_t count, const char *what)
{
    strbuf_add_text(line, between);
    measure_text_count(line, count);
    strbuf_add_format(line, " %s", what);
}

static void add_counted(struct strbuf *line, uint64_t count, const char *what)
{
    add_term(line, "", count, what);
    strbuf_add_text(line, count == 1 ? ", " : "s, ");
}

static void add_accounts(const struct table *table)
{
    const struct accounts *accounts = &table->summary->accounts;
    CLEANUP(strbuf_done) struct strbuf line = {0};
    uint64_t skipped = 0;
    for (size_t i = 0; i < accounts->skipped_count; i++)
        skipped += accounts->skipped[i].count;
    add_term(&line, "Events ", accounts->events_consumed, "read");
    add_term(&line, " = ", accounts->events_in_conversations, "in conversations");
    add_term(&line, " + ", accounts->events_invalid, "invalid");
    add_term(&line, " + ", skipped, "skipped");
    terminal_text_wrapped(&table->text, strbuf_view(&line), 0, 0);
    strbuf_fail_with(table->text.out, &line);
    strbuf_clear(&line);
    add_term(&line, "Trials ", accounts->trials, "");
    add_term(&line, "= ", accounts->trials_scored, "scored");
    add_term(&line, " + ", accounts->trials_no_gold, "without gold");
    add_term(&line, " + ", accounts->trials_infrastructure_error, "infrastructure errors");
    add_term(&line, " + ", accounts->trials_not_run, "not run");
    if (accounts->trials_left_out)
        add_term(&line, " + ", accounts->trials_left_out, "left out");
    if (accounts->trials_simulator_fault)
        add_term(&line, " + ", accounts->trials_simulator_fault, "spoilt by the simulated caller");
    terminal_text_wrapped(&table->text, strbuf_view(&line), 0, 0);
    enum { SHOWN_FAULTS = 5 };
    for (size_t i = 0; i < accounts->fault_count && i < SHOWN_FAULTS; i++) {
        strbuf_fail_with(table->text.out, &line);
        strbuf_clear(&line);
        strbuf_add_format(&line, "%s: %s", accounts->faults[i].where, accounts->faults[i].what);
        terminal_text_add(&table->text, MARK_WARN, strview_of("  input "));
        terminal_text_wrapped(&table->text, strbuf_view(&line), 8, 8);
    }
    if (accounts->faults_total > SHOWN_FAULTS && accounts->fault_count) {
        strbuf_fail_with(table->text.out, &line);
        strbuf_clear(&line);
        add_term(&line, "  and ", accounts->faults_total - SHOWN_FAULTS,
                 "more faults in the input");
        terminal_text_wrapped(&table->text, strbuf_view(&line), 0, 0);
    }
    strbuf_fail_with(table->text.out, &line);
}

static void add_warning(const struct table *table, const char *word, struct strview text)
{
    terminal_text_add(&table->text, MARK_WARN, strview_of(word));
    terminal_text_wrapped(&table->text, text, utf8_display_width(strview_of(word)), 0);
}

static void add_face(const struct table *table)
{
    const struct run_summary *summary = table->summary;
    CLEANUP(strbuf_done) struct strbuf line = {0};
    terminal_text_add(
        &table->text, MARK_BOLD,
        terminal_text_cut(&table->text, &line, summary->experiment, table->text.width));
    strbuf_fail_with(table->text.out, &line);
    strbuf_clear(&line);
    add_counted(&line, summary->accounts.conversations, "conversation");
    add_counted(&line, summary->candidate_count, "candidate");
    strbuf_add_format(&line, "%.*s replay, profile %.*s", STRVIEW_ARG(summary->mode),
                      STRVIEW_ARG(summary->profile));
    if (summary->repeats > 1)
        strbuf_add_format(&line, ", %lld repeats", (long long)summary->repeats);
    if (!table->canonical && summary->environment.run_id.size)
        strbuf_add_format(&line, ", run %.*s", STRVIEW_ARG(summary->environment.run_id));
    strbuf_add_char(table->text.out, '\n');
    terminal_text_wrapped(&table->text, strbuf_view(&line), 0, 0);
    strbuf_add_char(table->text.out, '\n');
    static const enum terminal_mark styles[] = {MARK_GOOD, MARK_BAD, MARK_WARN};
    const char *word = measure_text_headline(summary);
    terminal_text_add(&table->text,
                      summary->decision.has_gates ? styles[summary->decision.verdict] : MARK_BOLD,
                      strview_of(word));
    strbuf_add_char(table->text.out, ' ');
    terminal_text_wrapped(&table->text, strview_of(summary->decision.sentence), strlen(word) + 1,
                          0);
    if (summary->any_simulated)
        add_warning(table, "simulated model:",
                    strview_of("a stub answered for the marked candidates; their numbers say "
                               "nothing about a real model"));
    if (summary->partial)
        add_warning(table, "partial:",
                    strview_of(summary->partial_reason ? summary->partial_reason
                                                       : "stopped before the end"));
    strbuf_add_char(table->text.out, '\n');
    strbuf_fail_with(table->text.out, &line);
}

void terminal_table(struct strbuf *out, const struct run_summary *summary,
                    const struct terminal_options *options)
{
    size_t width = options->width ? options->width : DEFAULT_WIDTH;
    struct table table = {
        .text = {out, width < LEAST_WIDTH ? LEAST_WIDTH : width, options->colour},
        .summary = summary,
        .canonical = options->canonical,
    };
    add_face(&table);
    add_headline_table(&table);
    size_t at_once = (table.text.width - table.title_width) / (table.cell_width + GAP);
    add_outcomes(&table, at_once ? at_once : 1);
    add_causes(&table, at_once ? at_once : 1);
    add_gates(&table);
    add_notes(&table);
    add_accounts(&table);
}
