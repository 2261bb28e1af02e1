/*
 * command_show.c: `assay show RUN CONVERSATION`: one conversation turn by turn, gold against
 * prediction.
 */
#include "base/json_write.h"
#include "cli/cli_pipeline.h"
#include "cli/commands.h"
#include "codec/json_record.h"
#include "pipeline/run_journal.h"
#include "report/safe_text.h"

#include <math.h>
#include <stdio.h>

struct show_options {
    const char *runs, *candidate;
    bool json;
};

/* What callers and agents said is data: nothing in it may move the terminal. */
static void print_safe(struct strview words)
{
    struct strbuf text = {0};
    safe_text_line(&text, words);
    if (text.size)
        fwrite(text.data, 1, text.size, stdout);
    strbuf_done(&text);
}

static void print_value(const char *label, struct strview value)
{
    printf("%s ", label);
    if (!value.data) {
        printf("nothing");
        return;
    }
    putchar('\'');
    print_safe(value);
    putchar('\'');
}

static void print_slot(const struct slot_score *slot)
{
    static const char *const signs[] = {
        [SLOT_VERDICT_ABSENT] = " ", [SLOT_RIGHT] = "=",    [SLOT_WRONG_VALUE] = "!",
        [SLOT_MISSING] = "-",        [SLOT_SPURIOUS] = "+", [SLOT_LATE] = "~"};
    printf("      %s ", signs[slot->verdict]);
    print_safe(slot->slot);
    printf(": ");
    if (slot->verdict == SLOT_RIGHT || slot->verdict == SLOT_LATE) {
        print_safe(slot->predicted);
    } else {
        print_value("gold", slot->gold);
        print_value(", predicted", slot->predicted);
    }
    printf("  (%s", slot_verdict_names[slot->verdict]);
    if (!isnan(slot->confidence))
        printf(", confidence %.2f", slot->confidence);
    printf("%s)\n", slot->flagged == 1 ? ", asks to confirm" : "");
}

/* A line of its own: what it is, and the words. */
static void print_line(const char *what, struct strview words)
{
    if (!words.size)
        return;
    printf("     %s", what);
    print_safe(words);
    putchar('\n');
}

static void print_tool(const struct tool_call *call)
{
    printf("     calls:  ");
    print_safe(call->method);
    putchar(' ');
    print_safe(call->parameters);
    printf(" -> ");
    print_safe(call->error.size ? call->error : call->result);
    putchar('\n');
}

static void print_turn(const struct prediction *prediction, const struct turn_score *score)
{
    printf("  %lld  caller: ", (long long)prediction->turn + 1);
    print_safe(prediction->input->user_text);
    for (size_t i = 0; i < prediction->caller_acts.count; i++) {
        printf(i ? ", " : "  (");
        print_safe(prediction->caller_acts.items[i]);
    }
    printf(prediction->caller_acts.count ? ")\n" : "\n");
    print_line("said:   ", prediction->said_text);
    for (size_t i = 0; i < prediction->tool_calls.count; i++)
        print_tool((const struct tool_call *)prediction->tool_calls.items + i);
    if (prediction->output->response.size) {
        printf("     agent:  ");
        print_safe(prediction->output->response);
        putchar('\n');
    }
    if (prediction->error) {
        printf("      error (%s): ", error_class_names[prediction->error->error_class]);
        print_safe(prediction->error->what);
        putchar('\n');
    }
    for (size_t i = 0; score && i < score->slots.count; i++)
        print_slot((const struct slot_score *)score->slots.items + i);
}

static void print_trial(const struct trial *trial, const struct candidate_spec *candidate)
{
    const struct trial_score *score = trial->score;
    printf("\n%.*s, repeat %lld: %s", STRVIEW_ARG(candidate->name), (long long)trial->repeat,
           score ? trial_outcome_names[score->outcome] : "no score");
    if (score && score->reason.data)
        printf(" (%.*s)", STRVIEW_ARG(score->reason));
    putchar('\n');
    if (trial->ended.size)
        print_line("the call ended: ", trial->ended);
    if (trial->first_cause) {
        printf("     first cause: %s (", trial_cause_names[trial->first_cause->cause]);
        print_safe(trial->first_cause->why);
        printf(")\n");
    }
    const struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; i < trial->predictions.count; i++) {
        if (trial->first_divergence == (int64_t)i)
            printf("     ---- here it parts from the recorded agent ----\n");
        print_turn(&predictions[i], score && i < score->turns.count
                                        ? (const struct turn_score *)score->turns.items + i
                                        : NULL);
    }
}

static void print_json(const struct trial *trial)
{
    struct strbuf text = {0};
    struct json_write writer = {.out = &text};
    json_record_encode(&trial_type, trial, &writer);
    puts(text.data);
    strbuf_done(&text);
}

static bool is_wanted(const struct show_options *options, const struct candidate_spec *candidate)
{
    return !options->candidate || strview_is(candidate->name, options->candidate);
}

static enum status show_trials(struct run_journal *journal, const struct pipeline_spec *pipeline,
                               uint64_t conversation, const struct show_options *options,
                               struct arena *arena, struct error *err)
{
    uint64_t per_conversation = pipeline->candidate_count * (uint64_t)pipeline->repeats;
    for (uint64_t i = 0; i < per_conversation; i++) {
        const struct candidate_spec *candidate =
            &pipeline->candidates[i / (uint64_t)pipeline->repeats];
        struct trial trial;
        bool found;
        enum status status = run_journal_trial(journal, conversation * per_conversation + i, arena,
                                               &trial, &found, err);
        if (status != STATUS_OK)
            return status;
        if (!found || !is_wanted(options, candidate))
            continue;
        if (options->json)
            print_json(&trial);
        else
            print_trial(&trial, candidate);
    }
    return STATUS_OK;
}

static enum status show(const char *run, const char *conversation,
                        const struct show_options *options, struct arena *arena, struct error *err)
{
    const char *folder;
    struct pipeline_spec *pipeline;
    struct run_journal journal = {0};
    enum status status =
        run_folder_find(cli_pipeline_runs(options->runs), run, arena, &folder, err);
    if (status == STATUS_OK)
        status = cli_pipeline_of_run(folder, arena, &pipeline, err);
    if (status == STATUS_OK)
        status = run_journal_open(folder, &journal, err);
    bool shown = false;
    for (uint64_t i = 0; status == STATUS_OK && i < journal.facts.count && !shown; i++) {
        struct conversation_facts facts;
        bool found;
        status = run_journal_facts(&journal, i, arena, &facts, &found, err);
        if (status != STATUS_OK || !found || !strview_is(facts.conversation_id, conversation))
            continue;
        shown = true;
        if (!options->json)
            printf("%s, %lld caller turns\n", conversation, (long long)facts.user_turns);
        status = show_trials(&journal, pipeline, i, options, arena, err);
    }
    run_journal_close(&journal);
    if (status == STATUS_OK && !shown) {
        status = error_set(err, STATUS_CONFIG, "run '%s' has no conversation '%.100s'", run,
                           conversation);
        error_fix(err, "trials.csv in the run folder lists them.");
    }
    return status;
}

static int run(int argc, char **argv, const struct cli_command *command)
{
    struct show_options o = {0};
    bool helped = false;
    struct cli_texts rest = {0};
    const struct cli_option options[] = {
        {"candidate", 0, CLI_TEXT, &o.candidate, "NAME", "only this candidate"},
        {"runs", 0, CLI_TEXT, &o.runs, "DIR",
         "folder of the run folders; default: ASSAY_RUNS or ./runs"},
        {"json", 0, CLI_FLAG, &o.json, NULL, "print each trial as one line of JSON"},
        {0}};
    struct error err = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    enum status status = arena ? cli_args_parse(command, options, argc, argv, &rest, &helped, &err)
                               : error_no_memory(&err);
    if (status == STATUS_OK && !helped && rest.count != 2)
        status = error_set(&err, STATUS_CONFIG,
                           "name a run and a conversation: assay show RUN CONVERSATION");
    if (status == STATUS_OK && !helped)
        status = show(rest.items[0], rest.items[1], &o, arena, &err);
    cli_texts_done(&rest);
    return status == STATUS_OK ? 0 : cli_args_fail(&err);
}

const struct cli_command command_show = {
    .name = "show",
    .summary = "print one conversation of a run, turn by turn, gold against prediction",
    .usage = "RUN CONVERSATION [options]",
    .details =
        "RUN is a run id, a run folder, or 'latest'. Signs: = right, ! wrong value, - missing,\n"
        "+ spurious, ~ late.\n\n"
        "  assay show latest booking-017\n  assay show latest booking-017 --candidate rules",
    .run = run,
};
