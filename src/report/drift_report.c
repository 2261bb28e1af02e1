/*
 * drift_report.c: see drift_report.h. One table of cells serves terminal and Markdown.
 */
#include "report/drift_report.h"

#include "base/civil_time.h"
#include "base/utf8.h"
#include "report/measure_text.h"
#include "report/safe_text.h"

#include <math.h>

enum { COLUMNS = 8, SENTENCE_SIGNALS = 4 };

static const char *const heads[COLUMNS] = {"signal", "of",     "reference", "current",
                                           "effect", "needed", "p (BH)",    "windows"};

static const char *const verdict_words[] = {
    [DRIFT_NONE] = "no drift",
    [DRIFT_TOO_FEW] = "too few conversations to say",
    [DRIFT_UNCONFIRMED] = "unconfirmed: over in the last window, an alarm takes 2 of 3",
    [DRIFT_PASSED] = "passed: an alarm that ended",
    [DRIFT_ALARM] = "ALARM"};

/* --- cells
 * ----------------------------------------------------------------------------------------- */

static bool is_share(const struct drift_row *row)
{
    return row->is_absence || row->kind == DRIFT_SHARE;
}

static void add_level(struct strbuf *out, const struct drift_row *row, double level)
{
    if (!isfinite(level))
        strbuf_add_text(out, "n/a");
    else if (is_share(row))
        strbuf_add_format(out, "%.1f%%", 100 * level);
    else
        strbuf_add_format(out, fabs(level) >= 1000 ? "%.0f" : "%.4g", level);
}

/* The label whose share moved most. */
static const struct drift_label_shares *moved_label(const struct drift_row *row)
{
    const struct drift_label_shares *most = NULL;
    for (size_t i = 0; i < row->label_count; i++) {
        const struct drift_label_shares *label = &row->labels[i];
        if (!most ||
            fabs(label->current - label->reference) > fabs(most->current - most->reference))
            most = label;
    }
    return most;
}

static void add_side(struct strbuf *out, const struct drift_row *row, bool is_current)
{
    const struct drift_label_shares *label = moved_label(row);
    if (row->kind != DRIFT_CATEGORY || row->is_absence) {
        add_level(out, row, is_current ? row->all.current_level : row->all.reference_level);
    } else if (!label) {
        strbuf_add_text(out, "n/a");
    } else {
        safe_text_line(out, strview_of(label->label));
        strbuf_add_format(out, " %.1f%%", 100 * (is_current ? label->current : label->reference));
    }
}

static void add_effect(struct strbuf *out, const struct drift_row *row, double effect)
{
    if (!isfinite(effect))
        strbuf_add_text(out, "n/a");
    else if (is_share(row))
        strbuf_add_format(out, "%.1f pp", 100 * effect);
    else
        strbuf_add_format(out, row->kind == DRIFT_NUMBER ? "%.3f sd" : "JS %.3f", effect);
}

static void add_p(struct strbuf *out, double p)
{
    if (!isfinite(p))
        strbuf_add_text(out, "n/a");
    else if (p < .0001)
        strbuf_add_text(out, "<0.0001");
    else
        strbuf_add_format(out, "%.4f", p);
}

static void add_windows(struct strbuf *out, const struct drift_result *result,
                        const struct drift_row *row)
{
    size_t over = 0;
    for (size_t w = 0; w < result->window_count; w++)
        over += row->windows[w].over;
    strbuf_add_format(out, "%zu of %zu", over, result->window_count);
}

static void add_cell(struct strbuf *out, const struct drift_result *result,
                     const struct drift_row *row, int column)
{
    switch (column) {
    case 0:
        strbuf_add_text(out, row->is_absence ? "no " : "");
        safe_text_line(out, strview_of(row->signal));
        break;
    case 1:
        safe_text_line(out, strview_of(row->subject));
        break;
    case 2:
    case 3:
        add_side(out, row, column == 3);
        break;
    case 4:
        add_effect(out, row, row->all.effect);
        break;
    case 5:
        add_effect(out, row, row->threshold);
        break;
    case 6:
        add_p(out, row->all.adjusted_p);
        break;
    default:
        add_windows(out, result, row);
        break;
    }
}

/* --- the sentence
 * ---------------------------------------------------------------------------------- */

void drift_report_sentence(struct strbuf *out, const struct drift_result *result)
{
    size_t told = 0, all = result->counts[result->verdict];
    strbuf_add_text(out, verdict_words[result->verdict]);
    if (result->verdict < DRIFT_UNCONFIRMED)
        return;
    for (size_t i = 0; i < result->row_count && told < SENTENCE_SIGNALS; i++) {
        const struct drift_row *row = &result->rows[i];
        if (row->verdict != result->verdict)
            continue;
        strbuf_add_text(out, told++ ? ", " : ": ");
        add_cell(out, result, row, 0);
        strbuf_add_text(out, " (");
        add_cell(out, result, row, 1);
        strbuf_add_char(out, ')');
    }
    if (all > told)
        strbuf_add_format(out, ", %zu more", all - told);
}

/* --- terminal
 * -------------------------------------------------------------------------------------- */

static void add_table(struct strbuf *out, const struct drift_result *result,
                      enum drift_verdict verdict)
{
    size_t widths[COLUMNS];
    CLEANUP(strbuf_done) struct strbuf cell = {0};
    for (int c = 0; c < COLUMNS; c++)
        widths[c] = strlen(heads[c]);
    for (size_t i = 0; i < result->row_count; i++)
        for (int c = 0; c < COLUMNS && result->rows[i].verdict == verdict; c++) {
            strbuf_clear(&cell);
            add_cell(&cell, result, &result->rows[i], c);
            size_t width = utf8_display_width(strbuf_view(&cell));
            widths[c] = width > widths[c] ? width : widths[c];
        }
    for (size_t i = 0; i <= result->row_count; i++) {
        const struct drift_row *row = i ? &result->rows[i - 1] : NULL;
        if (row && row->verdict != verdict)
            continue;
        strbuf_add_text(out, "  ");
        for (int c = 0; c < COLUMNS; c++) {
            strbuf_clear(&cell);
            if (row)
                add_cell(&cell, result, row, c);
            else
                strbuf_add_text(&cell, heads[c]);
            size_t width = utf8_display_width(strbuf_view(&cell));
            strbuf_add_view(out, strbuf_view(&cell));
            if (c + 1 < COLUMNS)
                strbuf_add_format(out, "%*s", (int)(widths[c] - width + 2), "");
        }
        strbuf_add_char(out, '\n');
    }
    strbuf_fail_with(out, &cell);
}

void drift_report_moved(struct strbuf *out, const struct drift_result *result)
{
    static const enum drift_verdict shown[] = {DRIFT_ALARM, DRIFT_UNCONFIRMED, DRIFT_PASSED};
    static const char *const titles[] = {"alarm", "unconfirmed", "passed"};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (!result->counts[shown[i]])
            continue;
        strbuf_add_format(out, "\n%s\n", titles[i]);
        add_table(out, result, shown[i]);
    }
}

static void add_count(struct strbuf *out, uint64_t count, const char *noun)
{
    measure_text_count(out, count);
    strbuf_add_format(out, " %s%s", noun, count == 1 ? "" : "s");
}

static void add_side_line(struct strbuf *out, const char *title,
                          const struct drift_report_side *side, uint64_t conversations)
{
    strbuf_add_format(out, "%s ", title);
    safe_text_line(out, strview_of(side->text));
    strbuf_add_format(out, " (%s): ", side->kind);
    add_count(out, conversations, "conversation");
    if (side->outside) {
        strbuf_add_text(out, ", ");
        measure_text_count(out, side->outside);
        strbuf_add_text(out, " outside of the range");
    }
    if (side->faults) {
        strbuf_add_text(out, ", ");
        add_count(out, side->faults, "unreadable line");
    }
}

static bool same_models(const struct drift_report_models *models)
{
    bool same = models->reference_count == models->current_count;
    for (size_t i = 0; same && i < models->current_count; i++)
        same = strcmp(models->reference[i], models->current[i]) == 0;
    return same;
}

static void add_models(struct strbuf *out, const char *const *models, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_add_text(out, i ? "; " : "");
        safe_text_line(out, strview_of(models[i]));
    }
    if (!count)
        strbuf_add_text(out, "(not told)");
}

static void add_causes(struct strbuf *out, const struct drift_report_input *input,
                       const char *before)
{
    for (size_t i = 0; i < input->model_count; i++) {
        const struct drift_report_models *models = &input->models[i];
        if (same_models(models))
            continue;
        strbuf_add_text(out, before);
        strbuf_add_text(out, "the model of ");
        safe_text_line(out, strview_of(models->subject));
        strbuf_add_text(out, " changed: ");
        add_models(out, models->reference, models->reference_count);
        strbuf_add_text(out, " -> ");
        add_models(out, models->current, models->current_count);
        strbuf_add_char(out, '\n');
    }
}

static void add_rule(struct strbuf *out, const struct drift_result *result)
{
    const struct drift_rule *rule = &result->rule;
    strbuf_add_format(out,
                      "An alarm takes an effect of %.3g sd, JS %.3g or %.3g pp that is above the "
                      "noise of sampling and significant at %.3g after Benjamini-Hochberg, in 2 of "
                      "3 windows of %llu conversations or more (docs/METRICS.md, \"Drift\").\n",
                      rule->min_shift, rule->min_distance, 100 * rule->min_share, rule->alpha,
                      (unsigned long long)rule->window_floor);
}

void drift_report_text(struct strbuf *out, const struct drift_report_input *input)
{
    const struct drift_result *result = input->result;
    drift_report_sentence(out, result);
    strbuf_add_text(out, "\n\n");
    add_side_line(out, "reference", &input->reference, result->reference_conversations);
    strbuf_add_char(out, '\n');
    add_side_line(out, "current  ", &input->current, result->current_conversations);
    strbuf_add_format(out, ", %zu window%s\n", result->window_count,
                      result->window_count == 1 ? "" : "s");
    add_causes(out, input, "note: ");
    drift_report_moved(out, result);
    if (result->counts[DRIFT_NONE]) {
        strbuf_add_text(out, "\nno drift\n");
        add_table(out, result, DRIFT_NONE);
    }
    if (result->counts[DRIFT_TOO_FEW]) {
        strbuf_add_format(out, "\ntoo few values (under %llu on a side)\n",
                          (unsigned long long)result->rule.min_values);
        add_table(out, result, DRIFT_TOO_FEW);
    }
    strbuf_add_char(out, '\n');
    add_rule(out, result);
}

/* --- Markdown
 * -------------------------------------------------------------------------------------- */

static void add_markdown_row(struct strbuf *out, const struct drift_result *result,
                             const struct drift_row *row)
{
    CLEANUP(strbuf_done) struct strbuf cell = {0};
    strbuf_add_format(out, "| %s |", drift_verdict_names[row->verdict]);
    for (int c = 0; c < COLUMNS; c++) {
        strbuf_clear(&cell);
        add_cell(&cell, result, row, c);
        strbuf_add_char(out, ' ');
        safe_text_markdown(out, strbuf_view(&cell));
        strbuf_add_text(out, " |");
    }
    strbuf_add_char(out, '\n');
    strbuf_fail_with(out, &cell);
}

static void add_markdown_rows(struct strbuf *out, const struct drift_result *result, bool moved)
{
    strbuf_add_text(out, "| verdict |");
    for (int c = 0; c < COLUMNS; c++)
        strbuf_add_format(out, " %s |", heads[c]);
    strbuf_add_text(out, "\n|---|---|---|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < result->row_count; i++)
        if ((result->rows[i].verdict >= DRIFT_UNCONFIRMED) == moved)
            add_markdown_row(out, result, &result->rows[i]);
}

static void add_markdown_line(struct strbuf *out, const char *before, struct strbuf *text)
{
    strbuf_add_text(out, before);
    safe_text_markdown(out, strbuf_view(text));
    strbuf_add_char(out, '\n');
    strbuf_fail_with(out, text);
    strbuf_clear(text);
}

void drift_report_markdown(struct strbuf *out, const struct drift_report_input *input)
{
    const struct drift_result *result = input->result;
    CLEANUP(strbuf_done) struct strbuf text = {0};
    drift_report_sentence(&text, result);
    add_markdown_line(out, "## Drift: ", &text);
    add_side_line(&text, "reference", &input->reference, result->reference_conversations);
    add_markdown_line(out, "\n- ", &text);
    add_side_line(&text, "current", &input->current, result->current_conversations);
    add_markdown_line(out, "- ", &text);
    add_causes(&text, input, "");
    if (text.size)
        add_markdown_line(out, "- ", &text);
    strbuf_add_char(out, '\n');
    size_t moved = result->counts[DRIFT_ALARM] + result->counts[DRIFT_UNCONFIRMED] +
                   result->counts[DRIFT_PASSED];
    if (moved)
        add_markdown_rows(out, result, true);
    if (result->row_count > moved) {
        strbuf_add_format(out, "\n<details><summary>%zu signal%s without drift</summary>\n\n",
                          result->row_count - moved, result->row_count - moved == 1 ? "" : "s");
        add_markdown_rows(out, result, false);
        strbuf_add_text(out, "\n</details>\n");
    }
    strbuf_add_char(out, '\n');
    add_rule(out, result);
}

/* --- JSON
 * ------------------------------------------------------------------------------------------ */

static void write_distances(struct json_write *writer, const struct drift_distances *distances)
{
    json_write_key_i64(writer, "reference_n", (int64_t)distances->reference_n);
    json_write_key_i64(writer, "current_n", (int64_t)distances->current_n);
    json_write_key_real(writer, "reference", distances->reference_level);
    json_write_key_real(writer, "current", distances->current_level);
    json_write_key_real(writer, "effect", distances->effect);
    json_write_key_real(writer, "noise_p95", distances->noise);
    json_write_key_real(writer, "psi", distances->psi);
    json_write_key_real(writer, "jensen_shannon", distances->jensen_shannon);
    json_write_key_real(writer, "ks", distances->ks);
    json_write_key_real(writer, "chi_square", distances->chi_square);
    json_write_key_real(writer, "wasserstein", distances->wasserstein);
    json_write_key_real(writer, "wasserstein_sd", distances->shift);
    json_write_key_real(writer, "p", distances->p);
    json_write_key_real(writer, "adjusted_p", distances->adjusted_p);
    json_write_key_bool(writer, "over", distances->over);
}

static void write_labels(struct json_write *writer, const struct drift_row *row)
{
    json_write_key(writer, strview_of("labels"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < row->label_count; i++) {
        json_write_begin_object(writer);
        json_write_key_text(writer, "label", strview_of(row->labels[i].label));
        json_write_key_real(writer, "reference", row->labels[i].reference);
        json_write_key_real(writer, "current", row->labels[i].current);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_row(struct json_write *writer, const struct drift_result *result,
                      const struct drift_row *row)
{
    static const char *const kinds[] = {"number", "share", "category"};
    json_write_begin_object(writer);
    json_write_key_text(writer, "subject", strview_of(row->subject));
    json_write_key_text(writer, "signal", strview_of(row->signal));
    json_write_key_text(writer, "kind", strview_of(row->is_absence ? "absence" : kinds[row->kind]));
    json_write_key_text(writer, "verdict", strview_of(drift_verdict_names[row->verdict]));
    json_write_key_real(writer, "threshold", row->threshold);
    write_distances(writer, &row->all);
    json_write_key(writer, strview_of("windows"));
    json_write_begin_array(writer);
    for (size_t w = 0; w < result->window_count; w++) {
        json_write_begin_object(writer);
        write_distances(writer, &row->windows[w]);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    if (row->kind == DRIFT_CATEGORY && !row->is_absence)
        write_labels(writer, row);
    json_write_end_object(writer);
}

static void write_time(struct json_write *writer, const char *key, int64_t ns)
{
    char text[CIVIL_TIME_TEXT_BYTES];
    json_write_key(writer, strview_of(key));
    if (ns == DRIFT_NO_TIME) {
        json_write_null(writer);
        return;
    }
    civil_time_print_utc(ns, text);
    json_write_text(writer, strview_of(text));
}

static void write_rule(struct json_write *writer, const struct drift_rule *rule)
{
    json_write_key(writer, strview_of("rule"));
    json_write_begin_object(writer);
    json_write_key_real(writer, "alpha", rule->alpha);
    json_write_key_real(writer, "min_shift_sd", rule->min_shift);
    json_write_key_real(writer, "min_jensen_shannon", rule->min_distance);
    json_write_key_real(writer, "min_share", rule->min_share);
    json_write_key_i64(writer, "window_floor", (int64_t)rule->window_floor);
    json_write_key_i64(writer, "min_values", (int64_t)rule->min_values);
    json_write_key_text(writer, "conventions",
                        strview_of("one value a conversation; psi: deciles of the reference or "
                                   "labels, floor 1e-4; jensen_shannon: distance, natural "
                                   "logarithm; ks: asymptotic; chi_square: rare labels together; "
                                   "adjusted_p: Benjamini-Hochberg over the window; alarm: over in "
                                   "2 of 3 windows"));
    json_write_end_object(writer);
}

void drift_report_write(struct json_write *writer, const struct drift_result *result)
{
    json_write_begin_object(writer);
    json_write_key_text(writer, "verdict", strview_of(drift_verdict_names[result->verdict]));
    json_write_key_i64(writer, "reference_conversations", (int64_t)result->reference_conversations);
    json_write_key_i64(writer, "current_conversations", (int64_t)result->current_conversations);
    write_rule(writer, &result->rule);
    json_write_key(writer, strview_of("windows"));
    json_write_begin_array(writer);
    for (size_t w = 0; w < result->window_count; w++) {
        json_write_begin_object(writer);
        write_time(writer, "from", result->windows[w].from_ns);
        write_time(writer, "until", result->windows[w].until_ns);
        json_write_key_i64(writer, "conversations", (int64_t)result->windows[w].conversations);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    json_write_key_i64(writer, "signals_left_out", (int64_t)result->left_out);
    json_write_key(writer, strview_of("signals"));
    json_write_begin_array(writer);
    for (size_t i = 0; i < result->row_count; i++)
        write_row(writer, result, &result->rows[i]);
    json_write_end_array(writer);
    json_write_end_object(writer);
}

static void write_texts(struct json_write *writer, const char *key, const char *const *texts,
                        size_t count)
{
    json_write_key(writer, strview_of(key));
    json_write_begin_array(writer);
    for (size_t i = 0; i < count; i++)
        json_write_text(writer, strview_of(texts[i]));
    json_write_end_array(writer);
}

static void write_side(struct json_write *writer, const char *key,
                       const struct drift_report_side *side)
{
    json_write_key(writer, strview_of(key));
    json_write_begin_object(writer);
    json_write_key_text(writer, "source", strview_of(side->text));
    json_write_key_text(writer, "kind", strview_of(side->kind));
    json_write_key_i64(writer, "outside", (int64_t)side->outside);
    json_write_key_i64(writer, "unreadable", (int64_t)side->faults);
    json_write_end_object(writer);
}

void drift_report_json(struct strbuf *out, const struct drift_report_input *input)
{
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "schema_version", 1);
    write_side(&writer, "reference", &input->reference);
    write_side(&writer, "current", &input->current);
    json_write_key(&writer, strview_of("models"));
    json_write_begin_array(&writer);
    for (size_t i = 0; i < input->model_count; i++) {
        const struct drift_report_models *models = &input->models[i];
        json_write_begin_object(&writer);
        json_write_key_text(&writer, "subject", strview_of(models->subject));
        write_texts(&writer, "reference", models->reference, models->reference_count);
        write_texts(&writer, "current", models->current, models->current_count);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    json_write_key(&writer, strview_of("drift"));
    drift_report_write(&writer, input->result);
    json_write_end_object(&writer);
    strbuf_add_char(out, '\n');
}
