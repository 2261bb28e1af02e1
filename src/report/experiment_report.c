/*
 * experiment_report.c: one line a run and candidate; sums of cost; what has drifted from one run
 * to the next.
 */
#include "report/experiment_report.h"

#include "base/json_write.h"
#include "report/drift_report.h"
#include "report/measure_text.h"
#include "report/terminal_text.h"

static const char *const shown[] = {"success_rate", "slot_f1_micro", "joint_goal_accuracy",
                                    "intent_accuracy", NULL};

enum { RUN_COLUMN = 26, CANDIDATE_COLUMN = 46, METRIC_COLUMN = 22 };

static void add_metrics_line(struct strbuf *out, const struct run_summary *run, size_t candidate)
{
    size_t start = out->size;
    strbuf_add_view(out, run->environment.run_id);
    terminal_text_pad_to(out, start, RUN_COLUMN);
    strbuf_add_view(out, run->candidates[candidate].name);
    for (size_t i = 0; shown[i]; i++) {
        const struct metric_row *row = run_summary_row(run, shown[i]);
        terminal_text_pad_to(out, start, CANDIDATE_COLUMN + i * METRIC_COLUMN);
        if (row)
            measure_text_value(out, &row->by_candidate[candidate], row->unit);
    }
    strbuf_add_char(out, '\n');
}

static int64_t add_cost_line(struct strbuf *out, const struct run_summary *run, size_t candidate)
{
    const struct candidate_summary *of = &run->candidates[candidate];
    size_t start = out->size;
    strbuf_add_view(out, run->environment.run_id);
    terminal_text_pad_to(out, start, RUN_COLUMN);
    strbuf_add_view(out, of->name);
    terminal_text_pad_to(out, start, CANDIDATE_COLUMN);
    if (of->cost_known)
        measure_text_usd_nano(out, of->cost_usd_nano);
    else
        strbuf_add_text(out, "not priced");
    strbuf_add_format(out, ", %llu calls\n", (unsigned long long)of->calls);
    return of->cost_known ? of->cost_usd_nano : 0;
}

static void add_drift(struct strbuf *out, const struct experiment_input *input)
{
    bool any = false;
    for (size_t i = 1; i < input->count; i++) {
        size_t start = out->size;
        if (!input->drift[i])
            continue;
        any = true;
        strbuf_add_view(out, input->runs[i]->environment.run_id);
        terminal_text_pad_to(out, start, RUN_COLUMN);
        drift_report_sentence(out, input->drift[i]);
        strbuf_add_format(out, " (against %.*s)\n",
                          STRVIEW_ARG(input->runs[i - 1]->environment.run_id));
        drift_report_moved(out, input->drift[i]);
    }
    if (!any)
        strbuf_add_text(out, "there are no two runs to compare\n");
}

void experiment_report_text(struct strbuf *out, const struct experiment_input *input)
{
    int64_t total = 0;
    strbuf_add_format(out, "experiment %.*s: %zu run%s\n\nmetrics\n",
                      STRVIEW_ARG(input->experiment), input->count, input->count == 1 ? "" : "s");
    size_t start = out->size;
    strbuf_add_text(out, "run");
    terminal_text_pad_to(out, start, RUN_COLUMN);
    strbuf_add_text(out, "candidate");
    for (size_t i = 0; shown[i]; i++) {
        terminal_text_pad_to(out, start, CANDIDATE_COLUMN + i * METRIC_COLUMN);
        strbuf_add_text(out, shown[i]);
    }
    strbuf_add_char(out, '\n');
    for (size_t i = 0; i < input->count; i++)
        for (size_t j = 0; j < input->runs[i]->candidate_count; j++)
            add_metrics_line(out, input->runs[i], j);
    strbuf_add_text(out, "\ncost\n");
    for (size_t i = 0; i < input->count; i++)
        for (size_t j = 0; j < input->runs[i]->candidate_count; j++)
            total += add_cost_line(out, input->runs[i], j);
    strbuf_add_text(out, "in all ");
    measure_text_usd_nano(out, total);
    strbuf_add_text(out, "\n\ndrift\n");
    add_drift(out, input);
}

static void write_candidate(struct json_write *writer, const struct run_summary *run,
                            size_t candidate)
{
    json_write_begin_object(writer);
    json_write_key_text(writer, "run", run->environment.run_id);
    json_write_key_text(writer, "started", run->environment.started);
    json_write_key_text(writer, "candidate", run->candidates[candidate].name);
    for (size_t i = 0; shown[i]; i++) {
        const struct metric_row *row = run_summary_row(run, shown[i]);
        if (!row)
            continue;
        const struct measure *measure = &row->by_candidate[candidate];
        json_write_key(writer, strview_of(shown[i]));
        json_write_begin_object(writer);
        json_write_key_real(writer, "value", measure->value);
        json_write_key_real(writer, "low", measure->low);
        json_write_key_real(writer, "high", measure->high);
        json_write_key_i64(writer, "n", (int64_t)measure->n);
        json_write_end_object(writer);
    }
    json_write_end_object(writer);
}

static void write_cost(struct json_write *writer, const struct run_summary *run, size_t candidate)
{
    const struct candidate_summary *of = &run->candidates[candidate];
    json_write_begin_object(writer);
    json_write_key_text(writer, "run", run->environment.run_id);
    json_write_key_text(writer, "candidate", of->name);
    json_write_key(writer, strview_of("usd"));
    if (of->cost_known)
        json_write_usd(writer, of->cost_usd_nano);
    else
        json_write_null(writer);
    json_write_key_i64(writer, "calls", (int64_t)of->calls);
    json_write_end_object(writer);
}

static void write_all(struct json_write *writer, const struct experiment_input *input,
                      const char *key,
                      void (*write)(struct json_write *, const struct run_summary *, size_t))
{
    json_write_key(writer, strview_of(key));
    json_write_begin_array(writer);
    for (size_t i = 0; i < input->count; i++)
        for (size_t j = 0; j < input->runs[i]->candidate_count; j++)
            write(writer, input->runs[i], j);
    json_write_end_array(writer);
}

static void write_drift(struct json_write *writer, const struct experiment_input *input)
{
    json_write_begin_array(writer);
    for (size_t i = 1; i < input->count; i++) {
        if (!input->drift[i])
            continue;
        json_write_begin_object(writer);
        json_write_key_text(writer, "run", input->runs[i]->environment.run_id);
        json_write_key_text(writer, "against", input->runs[i - 1]->environment.run_id);
        json_write_key(writer, strview_of("drift"));
        drift_report_write(writer, input->drift[i]);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

void experiment_report_json(struct strbuf *out, const struct experiment_input *input)
{
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "schema_version", 1);
    json_write_key_text(&writer, "experiment", input->experiment);
    write_all(&writer, input, "metrics", write_candidate);
    write_all(&writer, input, "cost", write_cost);
    json_write_key(&writer, strview_of("drift"));
    write_drift(&writer, input);
    json_write_end_object(&writer);
    strbuf_add_char(out, '\n');
}
