/*
 * json_report.c: see json_report.h. Written compact first, then laid out: one line an entry down to
 * the fourth level, so that two reports can be compared with a line diff.
 */
#include "report/json_report.h"

#include "base/json_write.h"
#include "report/measure_text.h"

#include <ctype.h>
#include <math.h>

struct writer {
    struct json_write json;
    const struct run_summary *summary;
    bool canonical;
};

static void key(struct writer *writer, const char *name)
{
    json_write_key(&writer->json, strview_of(name));
}

static void text(struct writer *writer, const char *name, struct strview value)
{
    key(writer, name);
    if (strview_is_absent(value))
        json_write_null(&writer->json);
    else
        json_write_text(&writer->json, value);
}

static void plain(struct writer *writer, const char *name, const char *value)
{
    text(writer, name, strview_of(value));
}

static void count(struct writer *writer, const char *name, uint64_t value)
{
    json_write_key_i64(&writer->json, name, (int64_t)value);
}

static void real(struct writer *writer, const char *name, double value)
{
    key(writer, name);
    json_write_number(&writer->json, value);
}

static void boolean(struct writer *writer, const char *name, bool value)
{
    json_write_key_bool(&writer->json, name, value);
}

static void begin_object(struct writer *writer, const char *name)
{
    if (name)
        key(writer, name);
    json_write_begin_object(&writer->json);
}

static void end_object(struct writer *writer)
{
    json_write_end_object(&writer->json);
}

static void begin_array(struct writer *writer, const char *name)
{
    key(writer, name);
    json_write_begin_array(&writer->json);
}

static void end_array(struct writer *writer)
{
    json_write_end_array(&writer->json);
}

static void texts(struct writer *writer, const char *name, struct text_list list)
{
    begin_array(writer, name);
    for (size_t i = 0; i < list.count; i++)
        json_write_text(&writer->json, list.items[i]);
    end_array(writer);
}

static void measure_fields(struct writer *writer, const struct measure *measure)
{
    bool is_defined = measure_text_is_defined(measure);
    real(writer, "value", is_defined ? measure->value : (double)NAN);
    if (!is_defined) {
        plain(writer, "undefined", measure->undefined ? measure->undefined : "unknown");
        return;
    }
    if (measure_text_has_range(measure)) {
        real(writer, "low", measure->low);
        real(writer, "high", measure->high);
    }
    count(writer, "n", measure->n);
    if (measure->unit_of_n)
        plain(writer, "unit_of_n", measure->unit_of_n);
}

static void measure(struct writer *writer, const char *name, const struct measure *value)
{
    begin_object(writer, name);
    measure_fields(writer, value);
    end_object(writer);
}

static struct strview candidate_name(const struct writer *writer, size_t index)
{
    return writer->summary->candidates[index].name;
}

static void add_identity(struct writer *writer)
{
    const struct run_summary *summary = writer->summary;
    json_write_key_i64(&writer->json, "schema_version", JSON_REPORT_SCHEMA_VERSION);
    text(writer, "experiment", summary->experiment);
    text(writer, "pipeline", summary->pipeline);
    text(writer, "task", summary->task);
    text(writer, "mode", summary->mode);
    text(writer, "profile", summary->profile);
    text(writer, "source", summary->source);
    json_write_key_i64(&writer->json, "repeats", summary->repeats);
    begin_object(writer, "sha256");
    text(writer, "pipeline", summary->pipeline_sha256);
    text(writer, "source", summary->source_sha256);
    text(writer, "gold", summary->gold_sha256);
    text(writer, "task", summary->task_sha256);
    end_object(writer);
    boolean(writer, "partial", summary->partial);
    plain(writer, "partial_reason", summary->partial_reason);
    boolean(writer, "simulated", summary->any_simulated);
}

static void add_decision_row(struct writer *writer, const struct decision_row *row)
{
    begin_object(writer, NULL);
    text(writer, "candidate", candidate_name(writer, row->candidate));
    measure(writer, "failed_per_1000", &row->failed_per_1000);
    measure(writer, "failed_per_1000_change", &row->failed_change);
    measure(writer, "cost_per_success_usd", &row->cost_per_success_usd);
    measure(writer, "cost_per_success_usd_change", &row->cost_change);
    bool reference_is_live = writer->summary->decision.rows[0].response_gap_live;
    if (!writer->canonical || !row->response_gap_live)
        measure(writer, "response_gap_p95_ms", &row->response_gap_p95_ms);
    if (!writer->canonical || (!row->response_gap_live && !reference_is_live))
        measure(writer, "response_gap_p95_ms_change", &row->gap_change);
    boolean(writer, "response_gap_measured_live", row->response_gap_live);
    measure(writer, "monthly_cost_usd", &row->monthly_cost_usd);
    end_object(writer);
}

static void add_decision(struct writer *writer)
{
    const struct decision *decision = &writer->summary->decision;
    begin_object(writer, "decision");
    plain(writer, "verdict",
          decision->has_gates ? measure_text_verdict(decision->verdict) : "no_gates");
    plain(writer, "sentence", decision->sentence);
    plain(writer, "failed_title", decision->failed_title);
    plain(writer, "success_means", decision->success_means);
    json_write_key_i64(&writer->json, "monthly_calls", decision->monthly_calls);
    begin_array(writer, "candidates");
    for (size_t i = 0; decision->rows && i < writer->summary->candidate_count; i++)
        add_decision_row(writer, &decision->rows[i]);
    end_array(writer);
    end_object(writer);
}

static void add_gates(struct writer *writer)
{
    begin_array(writer, "gates");
    for (size_t i = 0; i < writer->summary->gate_count; i++) {
        const struct gate_summary *gate = &writer->summary->gates[i];
        if (gate->measured_live && writer->canonical)
            continue;
        begin_object(writer, NULL);
        plain(writer, "name", gate->name);
        plain(writer, "metric", gate->metric);
        text(writer, "candidate", gate->candidate);
        plain(writer, "rule", gate->rule);
        boolean(writer, "measured_live", gate->measured_live);
        plain(writer, "verdict", measure_text_verdict(gate->verdict));
        plain(writer, "reason", gate->reason);
        measure(writer, "measure", &gate->measure);
        if (gate->against.data) { /* measure is the difference then */
            text(writer, "against", gate->against);
            json_write_key_real(&writer->json, "alpha", gate->alpha);
            json_write_key_i64(&writer->json, "look", (int64_t)gate->look);
            json_write_key_real(&writer->json, "alpha_spent", gate->alpha_spent);
        }
        end_object(writer);
    }
    end_array(writer);
}

/* "Calls saved" is the key calls_saved. */
static void add_note_cell(struct writer *writer, const char *head, const char *cell)
{
    char name[64];
    size_t size = 0;
    for (; head[size] && size + 1 < sizeof name; size++)
        name[size] = (char)(isalnum((unsigned char)head[size]) ? tolower(head[size]) : '_');
    name[size] = 0;
    plain(writer, name, cell);
}

/* Left out when there are none: few runs have some. */
static void add_notes(struct writer *writer)
{
    if (!writer->summary->note_count)
        return;
    begin_array(writer, "notes");
    for (size_t n = 0; n < writer->summary->note_count; n++) {
        const struct run_note *note = &writer->summary->notes[n];
        begin_object(writer, NULL);
        plain(writer, "kind", note->kind);
        plain(writer, "title", note->title);
        plain(writer, "text", note->text);
        begin_array(writer, "rows");
        for (size_t r = 0; r < note->row_count; r++) {
            begin_object(writer, NULL);
            for (size_t i = 0; i < note->column_count; i++)
                add_note_cell(writer, note->heads[i], note->cells[r * note->column_count + i]);
            end_object(writer);
        }
        end_array(writer);
        end_object(writer);
    }
    end_array(writer);
}

static void add_calls(struct writer *writer, const struct candidate_summary *candidate)
{
    count(writer, "calls", candidate->calls);
    count(writer, "attempts", candidate->attempts);
    begin_object(writer, "tokens");
    json_write_key_i64(&writer->json, "input", candidate->tokens.input);
    json_write_key_i64(&writer->json, "output", candidate->tokens.output);
    json_write_key_i64(&writer->json, "cached_input", candidate->tokens.cached_input);
    json_write_key_i64(&writer->json, "reasoning", candidate->tokens.reasoning);
    end_object(writer);
    key(writer, "cost_usd");
    json_write_usd(&writer->json, candidate->cost_usd_nano);
    boolean(writer, "cost_known", candidate->cost_known);
}

static void add_outcomes_and_bins(struct writer *writer, const struct candidate_summary *candidate)
{
    begin_object(writer, "outcomes");
    for (int outcome = TRIAL_SUCCESS; outcome <= TRIAL_OUTCOME_LAST; outcome++)
        count(writer, trial_outcome_names[outcome], candidate->outcomes[outcome]);
    end_object(writer);
    begin_array(writer, "reliability");
    for (size_t i = 0; i < candidate->bin_count; i++) {
        const struct reliability_bin *bin = &candidate->bins[i];
        begin_object(writer, NULL);
        real(writer, "low", bin->low);
        real(writer, "high", bin->high);
        count(writer, "n", bin->n);
        real(writer, "mean_confidence", bin->mean_confidence);
        real(writer, "accuracy", bin->accuracy);
        end_object(writer);
    }
    end_array(writer);
}

/* Counts; the shares, which sum to 1, are the metrics cause_*_share. */
static void add_causes(struct writer *writer, const struct candidate_summary *candidate)
{
    begin_object(writer, "first_causes");
    for (int cause = CAUSE_STT; cause < CAUSE_COUNT; cause++)
        count(writer, trial_cause_names[cause], candidate->causes[cause]);
    json_write_key_i64(&writer->json, "calls", candidate->cause_calls);
    key(writer, "cost_usd");
    json_write_usd(&writer->json, candidate->cause_cost_usd_nano);
    end_object(writer);
}

/* Bins that hold something; those of live calls stand in no canonical report. */
static void add_latency(struct writer *writer, size_t candidate)
{
    const struct metric_row *row = run_summary_row(writer->summary, "latency_p50_ms");
    const uint64_t *bins = writer->summary->candidates[candidate].latency;
    if (!row || measure_text_is_left_out(row, candidate, writer->canonical))
        return;
    begin_array(writer, "latency");
    for (size_t i = 0; i < LATENCY_BINS; i++) {
        if (!bins[i])
            continue;
        begin_object(writer, NULL);
        real(writer, "from_ms", i ? figure_summary_edge_ms(i) : 0);
        real(writer, "below_ms",
             i + 1 < LATENCY_BINS ? figure_summary_edge_ms(i + 1) : (double)NAN);
        count(writer, "n", bins[i]);
        end_object(writer);
    }
    end_array(writer);
}

static void add_candidates(struct writer *writer)
{
    begin_array(writer, "candidates");
    for (size_t i = 0; i < writer->summary->candidate_count; i++) {
        const struct candidate_summary *candidate = &writer->summary->candidates[i];
        begin_object(writer, NULL);
        text(writer, "name", candidate->name);
        text(writer, "kind", candidate->kind);
        text(writer, "provider", candidate->provider);
        text(writer, "model", candidate->model);
        text(writer, "prompt_version", candidate->prompt_version);
        text(writer, "parameters", candidate->parameters);
        boolean(writer, "simulated", candidate->simulated);
        texts(writer, "served_models", candidate->served_models);
        count(writer, "trials", candidate->trials);
        count(writer, "scored", candidate->scored);
        count(writer, "no_gold", candidate->no_gold);
        count(writer, "infrastructure_errors", candidate->infrastructure_errors);
        count(writer, "not_run", candidate->not_run);
        if (candidate->left_out)
            count(writer, "left_out", candidate->left_out);
        count(writer, "malformed", candidate->malformed);
        add_calls(writer, candidate);
        add_outcomes_and_bins(writer, candidate);
        add_latency(writer, i);
        count(writer, "simulator_faults", candidate->simulator_faults);
        add_causes(writer, candidate);
        end_object(writer);
    }
    end_array(writer);
}

static void add_metric(struct writer *writer, const struct metric_row *row)
{
    begin_object(writer, NULL);
    plain(writer, "name", row->name);
    plain(writer, "title", row->title);
    plain(writer, "unit", measure_text_unit_name(row->unit));
    plain(writer, "better", measure_text_direction_name(row->direction));
    plain(writer, "convention", row->convention);
    begin_array(writer, "values");
    for (size_t i = 0; i < writer->summary->candidate_count; i++) {
        if (measure_text_is_left_out(row, i, writer->canonical))
            continue;
        begin_object(writer, NULL);
        text(writer, "candidate", candidate_name(writer, i));
        measure_fields(writer, &row->by_candidate[i]);
        if (row->measured_live && row->measured_live[i])
            boolean(writer, "measured_live", true);
        if (row->difference && i && !measure_text_is_left_out(row, 0, writer->canonical))
            measure(writer, "change", &row->difference[i]);
        end_object(writer);
    }
    end_array(writer);
    end_object(writer);
}

static void add_sections(struct writer *writer)
{
    begin_array(writer, "sections");
    for (size_t s = 0; s < writer->summary->section_count; s++) {
        const struct metric_section *section = &writer->summary->sections[s];
        begin_object(writer, NULL);
        plain(writer, "name", section->name);
        plain(writer, "title", section->title);
        plain(writer, "note", section->note);
        begin_array(writer, "metrics");
        for (size_t i = 0; i < section->count; i++)
            add_metric(writer, &section->rows[i]);
        end_array(writer);
        end_object(writer);
    }
    end_array(writer);
}

static void add_slots(struct writer *writer)
{
    begin_array(writer, "slots");
    for (size_t s = 0; s < writer->summary->slot_count; s++) {
        for (size_t i = 0; i < writer->summary->candidate_count; i++) {
            const struct slot_summary *slot = &writer->summary->slots[s].by_candidate[i];
            begin_object(writer, NULL);
            text(writer, "slot", writer->summary->slots[s].slot);
            text(writer, "candidate", candidate_name(writer, i));
            count(writer, "right", slot->right);
            count(writer, "wrong_value", slot->wrong_value);
            count(writer, "missing", slot->missing);
            count(writer, "spurious", slot->spurious);
            count(writer, "late", slot->late);
            measure(writer, "precision", &slot->precision);
            measure(writer, "recall", &slot->recall);
            measure(writer, "f1", &slot->f1);
            end_object(writer);
        }
    }
    end_array(writer);
}

/* Cells that hold something: what gold had, what the candidate had, how often. */
static void add_cells(struct writer *writer, const struct slot_confusion *confusion,
                      size_t candidate)
{
    size_t side = confusion->label_count;
    for (size_t i = 0; i < side * side; i++) {
        if (!confusion->by_candidate[candidate][i])
            continue;
        begin_object(writer, NULL);
        text(writer, "slot", confusion->slot);
        text(writer, "candidate", candidate_name(writer, candidate));
        text(writer, "gold", confusion->labels[i / side]);
        text(writer, "predicted", confusion->labels[i % side]);
        count(writer, "n", confusion->by_candidate[candidate][i]);
        end_object(writer);
    }
}

static void add_confusions(struct writer *writer)
{
    begin_array(writer, "slot_values");
    for (size_t s = 0; s < writer->summary->confusion_count; s++)
        for (size_t i = 0; i < writer->summary->candidate_count; i++)
            add_cells(writer, &writer->summary->confusions[s], i);
    end_array(writer);
}

static void add_slot_scores(struct writer *writer, const struct turn_summary *turn)
{
    begin_array(writer, "slots");
    for (size_t i = 0; i < turn->slot_count; i++) {
        const struct slot_score *slot = &turn->slots[i];
        begin_object(writer, NULL);
        text(writer, "slot", slot->slot);
        plain(writer, "verdict", slot_verdict_names[slot->verdict]);
        text(writer, "gold", slot->gold);
        text(writer, "predicted", slot->predicted);
        real(writer, "confidence", slot->confidence);
        boolean(writer, "flagged", slot->flagged == 1);
        end_object(writer);
    }
    end_array(writer);
}

static void add_tools(struct writer *writer, const struct turn_summary *turn)
{
    begin_array(writer, "tool_calls");
    for (size_t i = 0; i < turn->tool_count; i++) {
        begin_object(writer, NULL);
        text(writer, "method", turn->tools[i].method);
        text(writer, "parameters", turn->tools[i].parameters);
        text(writer, "result", turn->tools[i].result);
        text(writer, "error", turn->tools[i].error);
        end_object(writer);
    }
    end_array(writer);
}

/* What only turns of the modes have in which the candidate acts. */
static void add_live_turn(struct writer *writer, const struct turn_summary *turn)
{
    if (turn->said_text.data)
        text(writer, "said_text", turn->said_text);
    if (turn->caller_acts.count)
        texts(writer, "caller_acts", turn->caller_acts);
    if (turn->tool_count)
        add_tools(writer, turn);
    if (turn->diverges)
        boolean(writer, "diverges", true);
}

static void add_turns(struct writer *writer, const struct trial_summary *trial)
{
    begin_array(writer, "turns");
    for (size_t i = 0; i < trial->turn_count; i++) {
        const struct turn_summary *turn = &trial->turns[i];
        begin_object(writer, NULL);
        json_write_key_i64(&writer->json, "turn", turn->turn);
        text(writer, "user_text", turn->user_text);
        text(writer, "response", turn->response);
        text(writer, "state", turn->state);
        text(writer, "intent", turn->intent);
        key(writer, "intent_right");
        if (turn->intent_right == FIELD_ABSENT_BOOL)
            json_write_null(&writer->json);
        else
            json_write_bool(&writer->json, turn->intent_right == 1);
        text(writer, "error", turn->error);
        boolean(writer, "scored", turn->is_scored);
        boolean(writer, "joint_goal", turn->joint_goal);
        add_live_turn(writer, turn);
        add_slot_scores(writer, turn);
        end_object(writer);
    }
    end_array(writer);
}

static void add_trials(struct writer *writer, const struct trial_summary *trials,
                       size_t trial_count)
{
    for (size_t i = 0; i < trial_count; i++) {
        const struct trial_summary *trial = &trials[i];
        begin_object(writer, NULL);
        text(writer, "conversation_id", trial->conversation_id);
        text(writer, "candidate", candidate_name(writer, trial->candidate));
        json_write_key_i64(&writer->json, "repeat", trial->repeat);
        plain(writer, "outcome", trial_outcome_names[trial->outcome]);
        boolean(writer, "success", trial->success);
        text(writer, "reason", trial->reason);
        plain(writer, "first_cause", trial_cause_names[trial->first_cause]);
        text(writer, "first_cause_why", trial->first_cause_why);
        text(writer, "ended", trial->ended);
        texts(writer, "tags", trial->tags);
        count(writer, "slot_faults", trial->slot_faults);
        add_turns(writer, trial);
        end_object(writer);
    }
    end_array(writer);
}

static void add_worst(struct writer *writer)
{
    const struct run_summary *summary = writer->summary;
    count(writer, "failed_total", summary->failed_total);
    begin_array(writer, "worst");
    add_trials(writer, summary->worst, summary->worst_count);
    begin_array(writer, "simulator_faults");
    add_trials(writer, summary->spoilt, summary->spoilt_count);
}

static void add_flaky(struct writer *writer)
{
    const struct run_summary *summary = writer->summary;
    count(writer, "flaky_total", summary->flaky_total);
    begin_array(writer, "flaky");
    for (size_t i = 0; i < summary->flaky_count; i++) {
        begin_object(writer, NULL);
        text(writer, "conversation_id", summary->flaky[i].conversation_id);
        text(writer, "candidate", candidate_name(writer, summary->flaky[i].candidate));
        count(writer, "successes", summary->flaky[i].successes);
        count(writer, "trials", summary->flaky[i].trials);
        end_object(writer);
    }
    end_array(writer);
}

static void add_faults(struct writer *writer)
{
    const struct accounts *accounts = &writer->summary->accounts;
    count(writer, "faults_total", accounts->faults_total);
    begin_array(writer, "faults");
    for (size_t i = 0; i < accounts->fault_count; i++) {
        begin_object(writer, NULL);
        plain(writer, "where", accounts->faults[i].where);
        plain(writer, "what", accounts->faults[i].what);
        plain(writer, "fix", accounts->faults[i].fix);
        end_object(writer);
    }
    end_array(writer);
}

static void add_accounts(struct writer *writer)
{
    const struct accounts *accounts = &writer->summary->accounts;
    begin_object(writer, "accounts");
    begin_object(writer, "events");
    count(writer, "consumed", accounts->events_consumed);
    count(writer, "in_conversations", accounts->events_in_conversations);
    count(writer, "invalid", accounts->events_invalid);
    begin_object(writer, "skipped");
    for (size_t i = 0; i < accounts->skipped_count; i++)
        count(writer, accounts->skipped[i].reason, accounts->skipped[i].count);
    end_object(writer);
    end_object(writer);
    begin_object(writer, "conversations");
    count(writer, "total", accounts->conversations);
    count(writer, "with_gold", accounts->with_gold);
    count(writer, "no_gold", accounts->no_gold);
    count(writer, "gold_mismatch", accounts->gold_mismatch);
    end_object(writer);
    begin_object(writer, "trials");
    count(writer, "total", accounts->trials);
    count(writer, "scored", accounts->trials_scored);
    count(writer, "no_gold", accounts->trials_no_gold);
    count(writer, "infrastructure_error", accounts->trials_infrastructure_error);
    count(writer, "not_run", accounts->trials_not_run);
    if (accounts->trials_left_out) /* a run that leaves none out does not speak of it */
        count(writer, "left_out", accounts->trials_left_out);
    count(writer, "simulator_fault", accounts->trials_simulator_fault);
    end_object(writer);
    add_faults(writer);
    end_object(writer);
}

static void add_environment(struct writer *writer)
{
    const struct run_environment *environment = &writer->summary->environment;
    if (writer->canonical)
        return;
    begin_object(writer, "environment");
    text(writer, "run_id", environment->run_id);
    text(writer, "started", environment->started);
    text(writer, "finished", environment->finished);
    text(writer, "assay_version", environment->assay_version);
    text(writer, "git_state", environment->git_state);
    text(writer, "host", environment->host);
    real(writer, "wall_s", environment->wall_s);
    json_write_key_i64(&writer->json, "threads", environment->threads);
    json_write_key_i64(&writer->json, "peak_memory_bytes", environment->peak_memory_bytes);
    real(writer, "events_per_s", environment->events_per_s);
    real(writer, "trials_per_s", environment->trials_per_s);
    end_object(writer);
}

/* Line breaks and indents for the first levels; what lies deeper stays on its line. */
static void lay_out(struct strbuf *out, struct strview json)
{
    enum { DEPTH = 4 };
    size_t depth = 0;
    bool is_text = false;
    for (size_t i = 0; i < json.size; i++) {
        char byte = json.data[i];
        if (is_text) {
            strbuf_add_char(out, byte);
            if (byte == '\\')
                strbuf_add_char(out, json.data[++i]);
            is_text = byte != '"';
            continue;
        }
        is_text = byte == '"';
        bool opens = byte == '{' || byte == '[', closes = byte == '}' || byte == ']';
        bool is_empty = opens && (json.data[i + 1] == '}' || json.data[i + 1] == ']');
        if (closes && depth-- <= DEPTH && json.data[i - 1] != '{' && json.data[i - 1] != '[')
            strbuf_add_format(out, "\n%*s", (int)depth, "");
        strbuf_add_char(out, byte);
        if (opens)
            depth++;
        if (depth <= DEPTH && ((opens && !is_empty) || byte == ',')) {
            strbuf_add_format(out, "\n%*s", (int)depth, "");
            i += byte == ',' ? 1 : 0; /* the blank after it */
        }
    }
    strbuf_add_char(out, '\n');
}

void json_report(struct strbuf *out, const struct run_summary *summary, bool canonical)
{
    CLEANUP(strbuf_done) struct strbuf compact = {0};
    struct writer writer = {{.out = &compact}, summary, canonical};
    begin_object(&writer, NULL);
    add_identity(&writer);
    add_decision(&writer);
    add_gates(&writer);
    add_notes(&writer);
    add_candidates(&writer);
    add_sections(&writer);
    add_slots(&writer);
    add_confusions(&writer);
    add_worst(&writer);
    add_flaky(&writer);
    add_accounts(&writer);
    add_environment(&writer);
    end_object(&writer);
    strbuf_fail_with(out, &compact);
    if (!out->failed)
        lay_out(out, strbuf_view(&compact));
}
