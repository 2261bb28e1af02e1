/*
 * trial_fold.c: one trial into the sums of its candidate. A conversation's trials are tallied first
 * and added when it ends, so that conversations are the clusters and repeats are no new evidence.
 * Infrastructure errors touch no quality metric; a malformed answer was scored as wrong already.
 */
#include "aggregate/run_fold_private.h"

static void tally(struct candidate_fold *candidate, enum fold_ratio ratio, double sum, double size)
{
    candidate->now[ratio].sum += sum;
    candidate->now[ratio].size += size;
}

static const struct prediction *prediction_of(const struct trial *trial, size_t turn)
{
    return turn < trial->predictions.count
               ? (const struct prediction *)trial->predictions.items + turn
               : NULL;
}

/* The slot's place; a new one for a name that was not met before; the last one for all names
 * beyond the limit. NULL: memory ran out. */
static struct slot_part *slot_of(struct run_fold *fold, struct strview name, size_t candidate)
{
    size_t others = fold->task_slot_count + FOLD_OTHER_SLOTS;
    for (size_t i = 0; i < fold->slot_count; i++)
        if (i == others || strview_equal(fold->slots[i].name, name))
            return &fold->slots[i].by_candidate[candidate];
    struct slot_fold *slot = &fold->slots[fold->slot_count];
    slot->name = fold->slot_count == others ? strview_of("(other slots)")
                                            : arena_copy_view(fold->arena, name);
    slot->by_candidate =
        arena_array(fold->arena, fold->candidate_count, sizeof *slot->by_candidate);
    if (!slot->name.data || !slot->by_candidate)
        return NULL;
    fold->slot_count++;
    return &slot->by_candidate[candidate];
}

static bool add_confidence(struct candidate_fold *candidate, enum fold_split split,
                           const struct slot_score *slot, bool right)
{
    if (!confidence_fold_add(&candidate->splits[split].confidence, slot->confidence, right) ||
        !outcome_row_add_confidence(&candidate->row, slot->confidence, right))
        return false;
    if (!(slot->confidence >= 0 && slot->confidence <= 1))
        return true;
    double miss = slot->confidence - (right ? 1 : 0);
    tally(candidate, FOLD_CONFIDENCE, slot->confidence, 1);
    tally(candidate, FOLD_BRIER, miss * miss, 1);
    return true;
}

static bool add_slot(struct run_fold *fold, struct candidate_fold *candidate,
                     const struct slot_score *slot)
{
    struct slot_part *part = slot_of(fold, slot->slot, (size_t)(candidate - fold->candidates));
    if (!part || slot->verdict <= SLOT_VERDICT_ABSENT || slot->verdict > SLOT_LATE)
        return part != NULL;
    part->counts[fold->split][slot->verdict]++;
    part->now[slot->verdict]++;
    figure_fold_slot(&candidate->splits[fold->split].figures, fold->pipeline->task, slot);
    bool right = slot->verdict == SLOT_RIGHT, wrong_value = slot->verdict == SLOT_WRONG_VALUE;
    bool missing = slot->verdict == SLOT_MISSING, spurious = slot->verdict == SLOT_SPURIOUS;
    bool late = slot->verdict == SLOT_LATE;
    double false_positive = wrong_value || spurious, false_negative = wrong_value || missing;
    tally(candidate, FOLD_SLOT_F1, 2 * right, 2 * right + false_positive + false_negative);
    tally(candidate, FOLD_SLOT_PRECISION, right, right + false_positive);
    tally(candidate, FOLD_SLOT_RECALL, right, right + false_negative);
    tally(candidate, FOLD_SLOT_ERRORS, !right && !late, right + false_negative);
    if (missing)
        return true;
    bool wrong = wrong_value || spurious, flagged = slot->flagged == 1;
    tally(candidate, FOLD_CONFIRM_PRECISION, flagged && wrong, flagged);
    tally(candidate, FOLD_CONFIRM_RECALL, flagged && wrong, wrong);
    tally(candidate, FOLD_CONFIRM_SHARE, flagged, 1);
    tally(candidate, FOLD_CONFIRM_RESIDUAL, !flagged && wrong, !flagged);
    return add_confidence(candidate, fold->split, slot, !wrong);
}

static bool add_turn(struct run_fold *fold, struct candidate_fold *candidate,
                     const struct turn_score *turn)
{
    if (turn->scored != 1)
        return true;
    tally(candidate, FOLD_JOINT_GOAL, turn->joint_goal == 1, 1);
    if (turn->goal_slots > 0)
        tally(candidate, FOLD_GOAL_ACCURACY,
              (double)turn->goal_slots_right / (double)turn->goal_slots, 1);
    if (turn->intent_right != FIELD_ABSENT_BOOL)
        tally(candidate, FOLD_INTENT, turn->intent_right == 1, 1);
    if (turn->requested_true_positive != FIELD_ABSENT_I64) {
        double hits = (double)turn->requested_true_positive;
        tally(candidate, FOLD_REQUESTED_F1, 2 * hits,
              2 * hits + (double)turn->requested_false_positive +
                  (double)turn->requested_false_negative);
    }
    const struct slot_score *slots = turn->slots.items;
    for (size_t i = 0; i < turn->slots.count; i++)
        if (!add_slot(fold, candidate, &slots[i]))
            return false;
    return true;
}

static void add_outcome(struct candidate_fold *candidate, const struct trial_score *score)
{
    static const enum fold_ratio shares[] = {[TRIAL_WRONG_BOOKING] = FOLD_WRONG_BOOKING,
                                             [TRIAL_PARTIAL] = FOLD_PARTIAL,
                                             [TRIAL_NO_BOOKING] = FOLD_NO_BOOKING,
                                             [TRIAL_HANDED_OVER] = FOLD_HANDED_OVER,
                                             [TRIAL_ABANDONED] = FOLD_ABANDONED};
    if (score->outcome > TRIAL_OUTCOME_ABSENT && score->outcome < TRIAL_NOT_SCORED)
        candidate->outcomes[score->outcome]++;
    for (int i = TRIAL_WRONG_BOOKING; i <= TRIAL_ABANDONED; i++)
        tally(candidate, shares[i], score->outcome == i, 1);
    if (score->handover > HANDOVER_VERDICT_ABSENT && score->handover <= HANDOVER_MISSED)
        candidate->handovers[score->handover]++;
    bool right = score->handover == HANDOVER_RIGHT, missed = score->handover == HANDOVER_MISSED;
    tally(candidate, FOLD_HANDOVER_RIGHT, right, right || missed);
    tally(candidate, FOLD_HANDOVER_NEEDLESS, score->handover == HANDOVER_NEEDLESS, 1);
}

static struct extra_part *extra_of(struct run_fold *fold, struct strview name, size_t candidate)
{
    for (size_t i = 0; i < fold->extra_count; i++)
        if (strview_equal(fold->extras[i].name, name))
            return &fold->extras[i].by_candidate[candidate];
    struct extra_fold *extra = &fold->extras[fold->extra_count];
    extra->name = arena_copy_view(fold->arena, name);
    extra->by_candidate =
        arena_array(fold->arena, fold->candidate_count, sizeof *extra->by_candidate);
    if (!extra->name.data || !extra->by_candidate)
        return NULL;
    fold->extra_count++;
    return &extra->by_candidate[candidate];
}

static bool add_extras(struct run_fold *fold, const struct trial *trial)
{
    const struct number_map *extras = &trial->score->extra;
    for (size_t i = 0; i < extras->count; i++) {
        bool full = fold->extra_count == FOLD_EXTRAS;
        for (size_t j = 0; full && j < fold->extra_count; j++)
            full = !strview_equal(fold->extras[j].name, extras->items[i].name);
        if (full || !__builtin_isfinite(extras->items[i].value))
            continue;
        struct extra_part *part = extra_of(fold, extras->items[i].name, (size_t)trial->candidate);
        if (!part)
            return false;
        part->now.sum += extras->items[i].value;
        part->now.size += 1;
    }
    return true;
}

static bool add_scored(struct run_fold *fold, struct candidate_fold *candidate,
                       const struct trial *trial)
{
    const struct trial_score *score = trial->score;
    bool success = score->success == 1;
    candidate->scored++;
    candidate->failed += !success;
    candidate->now_trials[BASIS_SCORED]++;
    tally(candidate, FOLD_SUCCESS, success, 1);
    tally(candidate, FOLD_SUCCESS_LOW, success, 1);
    tally(candidate, FOLD_SUCCESS_HIGH, success, 1);
    tally(candidate, FOLD_GOAL_SLOTS, score->goal_slots_right == 1, 1);
    add_outcome(candidate, score);
    const struct turn_score *turns = score->turns.items;
    for (size_t i = 0; i < score->turns.count; i++)
        if (!add_turn(fold, candidate, &turns[i]))
            return false;
    return success || worst_trials_add(&candidate->worst, trial, fold->facts.tags);
}

/* Was anything asked of a model or an agent for this turn? */
static bool is_call(const struct prediction *prediction)
{
    const struct prediction_metadata *metadata = prediction->metadata;
    if (prediction->attempts != FIELD_ABSENT_I64)
        return prediction->attempts > 0;
    return metadata && (metadata->tokens || metadata->cost_usd_nano != FIELD_ABSENT_I64 ||
                        metadata->latency_ms >= 0);
}

static void add_tokens(struct token_counts *sum, const struct token_counts *tokens)
{
    if (!tokens)
        return;
    sum->input += tokens->input != FIELD_ABSENT_I64 ? tokens->input : 0;
    sum->output += tokens->output != FIELD_ABSENT_I64 ? tokens->output : 0;
    sum->cached_input += tokens->cached_input != FIELD_ABSENT_I64 ? tokens->cached_input : 0;
    sum->reasoning += tokens->reasoning != FIELD_ABSENT_I64 ? tokens->reasoning : 0;
}

static bool note(struct run_fold *fold, struct strview *seen, struct strview text, bool *ret_other)
{
    if (!text.data || strview_equal(*seen, text))
        return true;
    *ret_other = *ret_other || seen->data;
    if (seen->data)
        return true;
    *seen = arena_copy_view(fold->arena, text);
    return seen->data != NULL;
}

/* Which model answered, as the predictions tell it. */
static bool note_model(struct run_fold *fold, struct candidate_fold *candidate,
                       const struct prediction *prediction)
{
    const struct prediction_model *model = prediction->model;
    if (model && (!note(fold, &candidate->provider, model->provider, &candidate->several_models) ||
                  !note(fold, &candidate->model, model->name, &candidate->several_models) ||
                  !note(fold, &candidate->prompt_version, model->prompt_version,
                        &candidate->several_models)))
        return false;
    if (!prediction->served_model.data)
        return true;
    for (size_t i = 0; i < candidate->served_count; i++)
        if (strview_equal(candidate->served[i], prediction->served_model))
            return true;
    if (candidate->served_count == FOLD_SERVED_MODELS)
        return true;
    struct strview copy = arena_copy_view(fold->arena, prediction->served_model);
    candidate->served[candidate->served_count] = copy;
    candidate->served_count += copy.data != NULL;
    return copy.data != NULL;
}

/* Returns the call's cost; latencies of calls that were not answered are left out. */
static bool add_call(struct candidate_fold *candidate, enum fold_split split,
                     const struct prediction *prediction, int64_t *cost_usd_nano)
{
    const struct prediction_metadata *metadata = prediction->metadata;
    bool answered = !prediction->error || prediction->error->error_class == ERROR_CLASS_MALFORMED;
    int64_t attempts = prediction->attempts > 0 ? prediction->attempts : 1;
    int64_t cost = metadata ? metadata->cost_usd_nano : FIELD_ABSENT_I64;
    candidate->calls++;
    candidate->answered_calls += answered;
    candidate->attempts += attempts;
    tally(candidate, FOLD_ATTEMPTS, (double)attempts, 1);
    if (metadata)
        add_tokens(&candidate->tokens, metadata->tokens);
    if (cost == FIELD_ABSENT_I64)
        candidate->calls_without_cost += answered;
    else
        *cost_usd_nano += cost;
    if (!answered)
        return true;
    if (metadata)
        figure_fold_latency(&candidate->splits[split].figures, metadata->latency_ms);
    double first_token_ms = prediction->time_to_first_token_ms;
    return (!metadata || (value_collector_add(&candidate->latency, metadata->latency_ms) &&
                          outcome_row_add_latency(&candidate->row, metadata->latency_ms))) &&
           value_collector_add(&candidate->first_token, first_token_ms) &&
           outcome_row_add_first_token(&candidate->row, first_token_ms);
}

static bool add_predictions(struct run_fold *fold, struct candidate_fold *candidate,
                            const struct trial *trial, int64_t *cost_usd_nano)
{
    for (size_t i = 0; i < trial->predictions.count; i++) {
        const struct prediction *prediction = prediction_of(trial, i);
        bool malformed =
            prediction->error && prediction->error->error_class == ERROR_CLASS_MALFORMED;
        candidate->names_intent = candidate->names_intent || prediction->intent.data;
        candidate->names_requests = candidate->names_requests || prediction->requested_slots.items;
        candidate->malformed += malformed;
        if (!trial->error)
            tally(candidate, FOLD_MALFORMED, malformed, 1);
        if (!note_model(fold, candidate, prediction))
            return false;
        if (is_call(prediction) && !add_call(candidate, fold->split, prediction, cost_usd_nano))
            return false;
    }
    return true;
}

static bool is_budget(const struct trial *trial)
{
    return trial->error && trial->error->error_class == ERROR_CLASS_BUDGET;
}

static void add_error(struct run_fold *fold, struct candidate_fold *candidate)
{
    candidate->errors++;
    candidate->outcomes[TRIAL_ERROR]++;
    tally(candidate, FOLD_ERRORS, 1, 1);
    if (fold->facts.gold_status != GOLD_JOINED)
        return;
    tally(candidate, FOLD_SUCCESS_LOW, 0, 1);
    tally(candidate, FOLD_SUCCESS_HIGH, 1, 1);
}

static void add_finished(struct candidate_fold *candidate, const struct trial_score *score,
                         int64_t cost_usd_nano)
{
    candidate->now_trials[BASIS_FINISHED]++;
    tally(candidate, FOLD_ERRORS, 0, 1);
    tally(candidate, FOLD_COST, (double)cost_usd_nano, 1);
    if (score->completed != FIELD_ABSENT_BOOL)
        tally(candidate, FOLD_COMPLETED, score->completed == 1, 1);
    if (score->reasks != FIELD_ABSENT_I64)
        tally(candidate, FOLD_REASKS, (double)score->reasks, 1);
}

bool trial_fold_add(struct run_fold *fold, const struct trial *trial)
{
    struct candidate_fold *candidate = &fold->candidates[trial->candidate];
    int64_t cost = 0;
    if (!add_predictions(fold, candidate, trial, &cost))
        return false;
    candidate->cost_usd_nano += cost;
    if (is_budget(trial)) /* counted as not run when the conversation ends */
        return true;
    candidate->now_trials[BASIS_RUN]++;
    if (trial->error) {
        add_error(fold, candidate);
        return true;
    }
    add_finished(candidate, trial->score, cost);
    if (!add_extras(fold, trial))
        return false;
    cause_fold_add(&candidate->causes, trial, candidate->now);
    if (trial->score->outcome == TRIAL_SIMULATOR_FAULT) {
        candidate->simulator_faults++;
        candidate->outcomes[TRIAL_SIMULATOR_FAULT]++;
        return worst_trials_add(&candidate->spoilt, trial, fold->facts.tags);
    }
    if (trial->score->outcome == TRIAL_NOT_SCORED || fold->facts.gold_status != GOLD_JOINED) {
        candidate->no_gold++;
        candidate->outcomes[TRIAL_NOT_SCORED]++;
        return true;
    }
    tally(candidate, FOLD_COST_PER_SUCCESS, (double)cost, trial->score->success == 1);
    return add_scored(fold, candidate, trial);
}

/* Newcombe's interval needs pairs of 0 and 1. */
static void add_success_pair(struct split_fold *split, struct ratio_part own,
                             struct ratio_part first)
{
    bool own_all = own.sum >= own.size, first_all = first.sum >= first.size;
    bool own_none = own.sum <= 0, first_none = first.sum <= 0;
    split->success_in_parts =
        split->success_in_parts || !(own_all || own_none) || !(first_all || first_none);
    struct paired_table *table = &split->success_table;
    table->both += own_all && first_all;
    table->only_first += own_all && !first_all;
    table->only_second += !own_all && first_all;
    table->neither += !own_all && !first_all;
}

/* p (1 - p)/K of one conversation, unbiased: c (K - c)/(K K (K - 1)) for c of K. */
static void add_noise(struct split_fold *split, struct ratio_part success)
{
    double k = success.size, c = success.sum;
    if (k < 2)
        return;
    split->repeated++;
    split->success_noise += c * (k - c) / (k * k * (k - 1));
}

/* Why calls failed is asked of all of them: it says where to work, not how good it is. */
static bool is_of_split(const struct run_fold *fold, int ratio, enum fold_split split)
{
    return split == fold->split || (ratio >= FOLD_CAUSE_FIRST && ratio < FOLD_TALLIED);
}

static void end_ratios(struct run_fold *fold, struct candidate_fold *candidate,
                       enum fold_split which)
{
    const struct candidate_fold *first = fold->candidates;
    struct split_fold *split = &candidate->splits[which];
    if (which == fold->split)
        add_noise(split, candidate->now[FOLD_SUCCESS]);
    for (int i = 0; i < FOLD_COUNT; i++) {
        if (!is_of_split(fold, i, which))
            continue;
        const struct ratio_metric *metric = &ratio_metric_of_trials[i];
        struct ratio_part own = ratio_metric_part(metric, candidate->now[i]);
        ratio_sums_add(&split->ratios[i], own);
        if (candidate == first || !candidate->now_trials[metric->basis] ||
            !first->now_trials[metric->basis])
            continue;
        struct ratio_part other = ratio_metric_part(metric, first->now[i]);
        bool averaged = metric->kind == RATIO_AVERAGED;
        if (averaged && !(own.size > 0 && other.size > 0))
            continue;
        ratio_pairs_add(&split->pairs[i], own, other);
        if (i == FOLD_SUCCESS)
            add_success_pair(split, own, other);
    }
}

static void end_slots(struct run_fold *fold, size_t candidate)
{
    for (size_t i = 0; i < fold->slot_count; i++) {
        struct slot_part *part = &fold->slots[i].by_candidate[candidate];
        struct ratio_sums *ratios = part->ratios[fold->split];
        double right = (double)part->now[SLOT_RIGHT], wrong = (double)part->now[SLOT_WRONG_VALUE];
        double missing = (double)part->now[SLOT_MISSING];
        double spurious = (double)part->now[SLOT_SPURIOUS];
        double negatives = wrong + missing, positives = wrong + spurious;
        if (!(right + negatives + positives > 0))
            continue;
        ratio_sums_add(&ratios[SLOT_PRECISION], (struct ratio_part){right, right + positives});
        ratio_sums_add(&ratios[SLOT_RECALL], (struct ratio_part){right, right + negatives});
        ratio_sums_add(&ratios[SLOT_F1],
                       (struct ratio_part){2 * right, 2 * right + positives + negatives});
        memset(part->now, 0, sizeof part->now);
    }
}

static void end_extras(struct run_fold *fold)
{
    for (size_t i = 0; i < fold->extra_count; i++) {
        struct extra_part *parts = fold->extras[i].by_candidate;
        for (size_t c = 0; c < fold->candidate_count; c++) {
            ratio_sums_add(&parts[c].sums[fold->split], parts[c].now);
            if (c && parts[c].now.size > 0 && parts[0].now.size > 0)
                ratio_pairs_add(&parts[c].pairs[fold->split], parts[c].now, parts[0].now);
        }
        for (size_t c = 0; c < fold->candidate_count; c++)
            parts[c].now = (struct ratio_part){0};
    }
}

static enum run_outcome outcome_of(const struct ratio_part *success)
{
    if (!(success->size > 0))
        return RUN_OUTCOME_NONE;
    return success->sum >= success->size ? RUN_OUTCOME_SUCCEEDED : RUN_OUTCOME_FAILED;
}

static bool keep_slots(const struct run_fold *fold, size_t candidate, struct outcome_row *row)
{
    for (size_t i = 0; i < fold->slot_count; i++) {
        const uint64_t *now = fold->slots[i].by_candidate[candidate].now;
        uint64_t all = 0;
        for (size_t j = SLOT_RIGHT; j < OUTCOME_VERDICTS; j++)
            all += now[j];
        struct outcome_slot *slot = all ? outcome_row_add_slot(row) : NULL;
        if (all && !slot)
            return false;
        if (slot)
            *slot = (struct outcome_slot){.slot = (uint32_t)i};
        for (size_t j = SLOT_RIGHT; slot && j < OUTCOME_VERDICTS; j++)
            slot->counts[j] = (uint32_t)now[j];
    }
    return true;
}

static bool keep_extras(const struct run_fold *fold, size_t candidate, struct outcome_row *row)
{
    for (size_t i = 0; i < fold->extra_count; i++) {
        struct ratio_part now = fold->extras[i].by_candidate[candidate].now;
        struct outcome_number *extra = now.size > 0 ? outcome_row_add_extra(row) : NULL;
        if (now.size > 0 && !extra)
            return false;
        if (extra)
            *extra = (struct outcome_number){(uint32_t)i, now};
    }
    return true;
}

/* The conversation as it came out with this candidate, before the tallies are emptied. */
static bool keep_row(struct run_fold *fold, size_t c)
{
    struct candidate_fold *candidate = &fold->candidates[c];
    struct outcome_row *row = &candidate->row;
    memcpy(row->trials, candidate->now_trials, sizeof row->trials);
    memcpy(row->ratios, candidate->now, sizeof row->ratios);
    bool kept = keep_slots(fold, c, row) && keep_extras(fold, c, row) &&
                run_outcomes_add_row(&fold->outcomes, row);
    outcome_row_clear(row);
    return kept;
}

static double evenness(const struct flaky_conversation *flaky)
{
    return fabs(2 * (double)flaky->successes / (double)flaky->trials - 1);
}

/* Those nearest to half of their repeats are kept, the first of equals. */
static bool note_flaky(struct run_fold *fold, size_t candidate)
{
    const struct ratio_part *now = fold->candidates[candidate].now;
    struct flaky_conversation own = {
        {0}, candidate, (uint64_t)now[FOLD_SUCCESS].sum, (uint64_t)now[FOLD_SUCCESS].size};
    if (!(now[FOLD_FLAKY].sum > 0))
        return true;
    size_t at = fold->flaky_count;
    fold->flaky_total++;
    while (at > 0 && evenness(&own) < evenness(&fold->flaky[at - 1]))
        at--;
    if (at == FOLD_FLAKY_SHOWN)
        return true;
    own.conversation_id = arena_copy_view(fold->arena, fold->facts.conversation_id);
    fold->flaky_count += fold->flaky_count < FOLD_FLAKY_SHOWN;
    memmove(&fold->flaky[at + 1], &fold->flaky[at],
            (fold->flaky_count - 1 - at) * sizeof *fold->flaky);
    fold->flaky[at] = own;
    return own.conversation_id.data != NULL;
}

bool trial_fold_end_conversation(struct run_fold *fold)
{
    if (!fold->is_open)
        return true;
    for (size_t c = 0; c < fold->candidate_count; c++) {
        ratio_metric_derive(fold->candidates[c].now);
        if (!note_flaky(fold, c) || !keep_row(fold, c))
            return false;
    }
    for (size_t c = 0; c < fold->candidate_count; c++) {
        struct candidate_fold *candidate = &fold->candidates[c];
        uint64_t repeats = (uint64_t)fold->pipeline->repeats;
        candidate->trials += repeats;
        uint64_t missing = repeats - candidate->now_trials[BASIS_RUN];
        candidate->left_out += candidate->now_left_out ? missing : 0;
        candidate->not_run += candidate->now_left_out ? 0 : missing;
        candidate->now_left_out = false;
        run_outcomes_mark(&fold->outcomes, c, outcome_of(&candidate->now[FOLD_SUCCESS]));
        for (int split = 0; split < FOLD_SPLITS; split++)
            end_ratios(fold, candidate, (enum fold_split)split);
        end_slots(fold, c);
        value_collector_end_cluster(&candidate->latency);
        value_collector_end_cluster(&candidate->first_token);
    }
    end_extras(fold);
    for (size_t c = 0; c < fold->candidate_count; c++) {
        memset(fold->candidates[c].now, 0, sizeof fold->candidates[c].now);
        memset(fold->candidates[c].now_trials, 0, sizeof fold->candidates[c].now_trials);
    }
    fold->is_open = false;
    return true;
}
