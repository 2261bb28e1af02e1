/*
 * run_fold_finish.c: the fold's sums as a summary: who was tried, metrics, the worst trials, and
 * accounts that must add up. Owner: the caller, through the arena.
 */
#include "aggregate/run_fold_private.h"

#include <stdlib.h>

/* Copies texts; remembers a failure. */
struct finish {
    struct run_fold *fold;
    const struct run_fold_input *input;
    struct run_summary *summary;
    struct arena *arena;
    bool failed;
};

static struct strview text(struct finish *finish, struct strview view)
{
    if (!view.data)
        return view;
    struct strview copy = arena_copy_view(finish->arena, view);
    finish->failed = finish->failed || !copy.data;
    return copy;
}

static void *array(struct finish *finish, size_t count, size_t size)
{
    void *made = arena_array(finish->arena, count + 1, size);
    finish->failed = finish->failed || !made;
    return made;
}

static const char *literal(struct finish *finish, const char *line)
{
    if (!line)
        return NULL;
    const char *copy = arena_copy_text(finish->arena, line);
    finish->failed = finish->failed || !copy;
    return copy;
}

static void make_identity(struct finish *finish)
{
    const struct pipeline_spec *pipeline = finish->fold->pipeline;
    const struct run_fold_input *input = finish->input;
    const struct run_environment *from = &input->environment;
    struct run_summary *summary = finish->summary;
    summary->arena = finish->arena;
    summary->experiment = text(finish, pipeline->experiment);
    summary->pipeline = text(finish, strview_of(pipeline->path));
    summary->task = pipeline->task ? text(finish, pipeline->task->name) : (struct strview){0};
    summary->mode = strview_of(replay_mode_names[pipeline->mode]);
    summary->profile = strview_of("assay");
    summary->source = text(finish, input->source);
    summary->repeats = pipeline->repeats;
    summary->pipeline_sha256 = text(finish, input->pipeline_sha256);
    summary->source_sha256 = text(finish, input->source_sha256);
    summary->gold_sha256 = text(finish, input->gold_sha256);
    summary->task_sha256 = text(finish, input->task_sha256);
    summary->partial = input->partial_reason != NULL;
    summary->partial_reason = literal(finish, input->partial_reason);
    summary->environment = *from;
    summary->environment.run_id = text(finish, from->run_id);
    summary->environment.started = text(finish, from->started);
    summary->environment.finished = text(finish, from->finished);
    summary->environment.assay_version = text(finish, from->assay_version);
    summary->environment.git_state = text(finish, from->git_state);
    summary->environment.host = text(finish, from->host);
}

static int by_text(const void *a, const void *b)
{
    return strview_compare(*(const struct strview *)a, *(const struct strview *)b);
}

static struct text_list served_models(struct finish *finish, const struct candidate_fold *from)
{
    struct strview *models = array(finish, from->served_count, sizeof *models);
    for (size_t i = 0; models && i < from->served_count; i++)
        models[i] = text(finish, from->served[i]);
    if (models)
        qsort(models, from->served_count, sizeof *models, by_text);
    return (struct text_list){models, models ? from->served_count : 0};
}

static void name_model(struct finish *finish, const struct candidate_spec *spec,
                       const struct candidate_fold *from, struct candidate_summary *candidate)
{
    bool asks_model = spec->kind == CANDIDATE_LLM || spec->kind == CANDIDATE_HYBRID;
    candidate->provider = text(finish, asks_model ? spec->provider_name : from->provider);
    candidate->model = text(finish, asks_model ? spec->model_name : from->model);
    candidate->prompt_version = text(finish, from->prompt_version);
    if (from->several_models && !asks_model)
        candidate->model = strview_of("(several)");
    if (!asks_model)
        return;
    const char *parameters = arena_format(finish->arena, "temperature %g, max tokens %lld",
                                          spec->temperature, (long long)spec->max_tokens);
    finish->failed = finish->failed || !parameters;
    candidate->parameters = strview_of(parameters);
}

static void make_candidate(struct finish *finish, size_t index)
{
    const struct candidate_spec *spec = &finish->fold->pipeline->candidates[index];
    const struct candidate_fold *from = &finish->fold->candidates[index];
    struct candidate_summary *candidate = &finish->summary->candidates[index];
    *candidate = (struct candidate_summary){
        .name = text(finish, spec->name),
        .kind = strview_of(candidate_type_names[spec->kind]),
        .simulated = spec->simulated,
        .trials = from->trials,
        .scored = from->scored,
        .infrastructure_errors = from->errors,
        .malformed = from->malformed,
        .not_run = from->not_run,
        .left_out = from->left_out,
        .no_gold = from->no_gold,
        .served_models = served_models(finish, from),
        .calls = from->calls,
        .attempts = (uint64_t)from->attempts,
        .tokens = from->tokens,
        .cost_usd_nano = from->cost_usd_nano,
        .cost_known = !summary_numbers_cost_is_unknown(from),
        .bins = array(finish, CONFIDENCE_BINS, sizeof *candidate->bins),
        .bin_count = fold_headline(finish->fold, index)->confidence.count ? CONFIDENCE_BINS : 0};
    name_model(finish, spec, from, candidate);
    if (candidate->bins)
        confidence_fold_reliability(&fold_headline(finish->fold, index)->confidence,
                                    candidate->bins);
    for (size_t i = 0; i < LATENCY_BINS; i++)
        for (int split = 0; split < FOLD_SPLITS; split++)
            candidate->latency[i] += from->splits[split].figures.latency[i];
    memcpy(candidate->outcomes, from->outcomes, sizeof candidate->outcomes);
    memcpy(candidate->causes, from->causes.counts, sizeof candidate->causes);
    candidate->simulator_faults = from->simulator_faults;
    candidate->cause_calls = from->causes.calls;
    candidate->cause_cost_usd_nano = from->causes.cost_usd_nano;
    candidate->outcomes[TRIAL_OUTCOME_ABSENT] = from->not_run;
    finish->summary->any_simulated = finish->summary->any_simulated || spec->simulated;
    finish->summary->failed_total += from->failed;
}

static void add_fault(struct finish *finish, const char *what)
{
    struct accounts *accounts = &finish->summary->accounts;
    accounts->faults_total++;
    accounts->faults[accounts->fault_count++] = (struct input_fault){
        "accounts", what, "This is a fault of assay itself: please report it with the run folder."};
    finish->failed = finish->failed || !what;
}

/* The sums that the report prints must hold; when they do not, it says so. */
static void check_accounts(struct finish *finish)
{
    const struct accounts *accounts = &finish->summary->accounts;
    uint64_t events = accounts->events_in_conversations + accounts->events_invalid;
    uint64_t gold = accounts->with_gold + accounts->no_gold + accounts->gold_mismatch;
    uint64_t trials = accounts->trials_scored + accounts->trials_no_gold +
                      accounts->trials_infrastructure_error + accounts->trials_not_run +
                      accounts->trials_simulator_fault + accounts->trials_left_out;
    for (size_t i = 0; i < accounts->skipped_count; i++)
        events += accounts->skipped[i].count;
    const struct {
        const char *what;
        uint64_t whole, parts;
    } sums[] = {{"events", accounts->events_consumed, events},
                {"conversations", accounts->conversations, gold},
                {"trials", accounts->trials, trials}};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        if (sums[i].whole != sums[i].parts)
            add_fault(finish, arena_format(finish->arena,
                                           "the %s do not add up: %llu in all, %llu accounted for",
                                           sums[i].what, (unsigned long long)sums[i].whole,
                                           (unsigned long long)sums[i].parts));
}

enum { ACCOUNT_CHECKS = 3 };

static void copy_faults(struct finish *finish, struct accounts *accounts)
{
    const struct run_fold_input *input = finish->input;
    accounts->faults = array(finish, input->fault_count + ACCOUNT_CHECKS, sizeof *accounts->faults);
    accounts->skipped = array(finish, input->skipped_count, sizeof *accounts->skipped);
    if (finish->failed)
        return;
    for (size_t i = 0; i < input->fault_count; i++)
        accounts->faults[i] = (struct input_fault){literal(finish, input->faults[i].where),
                                                   literal(finish, input->faults[i].what),
                                                   literal(finish, input->faults[i].fix)};
    for (size_t i = 0; i < input->skipped_count; i++)
        accounts->skipped[i] = (struct named_count){literal(finish, input->skipped[i].reason),
                                                    input->skipped[i].count};
    accounts->fault_count = input->fault_count;
    accounts->skipped_count = input->skipped_count;
}

static void make_accounts(struct finish *finish)
{
    const struct run_fold *fold = finish->fold;
    const struct run_fold_input *input = finish->input;
    struct accounts *accounts = &finish->summary->accounts;
    *accounts = (struct accounts){.events_consumed = input->events_consumed,
                                  .events_in_conversations = input->events_in_conversations,
                                  .events_invalid = input->events_invalid,
                                  .conversations = fold->conversations,
                                  .with_gold = fold->with_gold,
                                  .no_gold = fold->no_gold,
                                  .gold_mismatch = fold->gold_mismatch,
                                  .trials = fold->conversations * fold->candidate_count *
                                            (uint64_t)fold->pipeline->repeats,
                                  .faults_total = input->faults_total};
    for (size_t c = 0; c < fold->candidate_count; c++) {
        accounts->trials_scored += fold->candidates[c].scored;
        accounts->trials_no_gold += fold->candidates[c].no_gold;
        accounts->trials_infrastructure_error += fold->candidates[c].errors;
        accounts->trials_not_run += fold->candidates[c].not_run;
        accounts->trials_left_out += fold->candidates[c].left_out;
        accounts->trials_simulator_fault += fold->candidates[c].simulator_faults;
    }
    copy_faults(finish, accounts);
    if (!finish->failed)
        check_accounts(finish);
}

static void take_flaky(struct finish *finish)
{
    struct run_summary *summary = finish->summary;
    const struct run_fold *fold = finish->fold;
    for (size_t i = 0; summary->flaky && i < fold->flaky_count; i++) {
        summary->flaky[i] = fold->flaky[i];
        summary->flaky[i].conversation_id = text(finish, fold->flaky[i].conversation_id);
    }
    summary->flaky_count = fold->flaky_count;
    summary->flaky_total = fold->flaky_total;
}

static bool take_worst(struct finish *finish)
{
    struct run_fold *fold = finish->fold;
    struct run_summary *summary = finish->summary;
    const struct worst_trials **heaps = array(finish, fold->candidate_count, sizeof *heaps);
    const struct worst_trials **spoilt = array(finish, fold->candidate_count, sizeof *spoilt);
    size_t limit = fold->pipeline->report.worst > 0 ? (size_t)fold->pipeline->report.worst : 0;
    if (!heaps || !spoilt)
        return false;
    for (size_t c = 0; c < fold->candidate_count; c++) {
        heaps[c] = &fold->candidates[c].worst;
        spoilt[c] = &fold->candidates[c].spoilt;
    }
    return worst_trials_take(heaps, fold->candidate_count, limit, finish->arena, &summary->worst,
                             &summary->worst_count) &&
           worst_trials_take(spoilt, fold->candidate_count,
                             limit < FOLD_SPOILT ? limit : FOLD_SPOILT, finish->arena,
                             &summary->spoilt, &summary->spoilt_count);
}

static bool take_confusions(struct finish *finish)
{
    struct run_fold *fold = finish->fold;
    const struct figure_fold **folds = array(finish, fold->candidate_count, sizeof *folds);
    for (size_t c = 0; folds && c < fold->candidate_count; c++)
        folds[c] = &fold_headline(fold, c)->figures;
    return folds && figure_fold_confusions(folds, fold->candidate_count, fold->pipeline->task,
                                           finish->summary);
}

/* What the numbers in the outcomes' rows stand for; the scorers' numbers are sorted later. */
static bool name_outcomes(struct run_fold *fold)
{
    struct run_outcomes *outcomes = &fold->outcomes;
    struct strview *slots = arena_array(fold->arena, fold->slot_count + 1, sizeof *slots);
    struct strview *extras = arena_array(fold->arena, fold->extra_count + 1, sizeof *extras);
    for (size_t i = 0; slots && i < fold->slot_count; i++)
        slots[i] = fold->slots[i].name;
    for (size_t i = 0; extras && i < fold->extra_count; i++)
        extras[i] = fold->extras[i].name;
    outcomes->slot_names = slots;
    outcomes->extra_names = extras;
    outcomes->slot_count = fold->slot_count;
    outcomes->extra_count = fold->extra_count;
    return slots && extras;
}

enum status run_fold_finish(struct run_fold *fold, const struct run_fold_input *input,
                            struct arena *arena, struct run_summary **ret_summary,
                            struct error *err)
{
    struct finish finish = {fold, input, arena_alloc(arena, sizeof(struct run_summary)), arena,
                            false};
    if (!finish.summary)
        return error_no_memory(err);
    if (fold->finished)
        return error_set(err, STATUS_INTERNAL, "the fold was finished before");
    if (!trial_fold_end_conversation(fold) || !name_outcomes(fold))
        return error_no_memory(err);
    fold->finished = true;
    fold->headline = fold->of_split[FOLD_RANDOM] ? FOLD_RANDOM : FOLD_CHALLENGE;
    make_identity(&finish);
    struct run_summary *summary = finish.summary;
    summary->candidates = array(&finish, fold->candidate_count, sizeof *summary->candidates);
    summary->candidate_count = fold->candidate_count;
    for (size_t c = 0; !finish.failed && c < fold->candidate_count; c++)
        make_candidate(&finish, c);
    make_accounts(&finish);
    summary->flaky = array(&finish, fold->flaky_count, sizeof *summary->flaky);
    take_flaky(&finish);
    if (finish.failed || !take_worst(&finish) || !take_confusions(&finish) ||
        !summary_slots_make(fold, summary))
        return error_no_memory(err);
    enum status status = summary_rows_make(fold, summary, err);
    if (status != STATUS_OK)
        return status;
    for (size_t c = 0; c < summary->candidate_count; c++)
        summary->too_many_errors =
            summary->too_many_errors || candidate_summary_error_share(&summary->candidates[c]) >
                                            fold->pipeline->max_error_share;
    summary->decision.verdict = summary->too_many_errors
                                    ? VERDICT_INCONCLUSIVE
                                    : VERDICT_PASS; /* until gates are checked */
    if (!run_decision_make(fold, input, summary))
        return error_no_memory(err);
    *ret_summary = summary;
    return STATUS_OK;
}
