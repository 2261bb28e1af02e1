/*
 * drift_answers.c: see drift_answers.h. Of several repeats numbers are averaged; the state and the
 * outcome are the first finished one's. Owner: the caller's arena.
 */
#include "compare/drift_answers.h"

#include <math.h>

static void add_to_mean(struct drift_mean *mean, double value)
{
    if (!isfinite(value))
        return;
    mean->sum += value;
    mean->count++;
}

double drift_answers_mean(struct drift_mean mean)
{
    return mean.count ? mean.sum / (double)mean.count : (double)NAN;
}

struct drift_answers drift_answers_start(struct arena *arena)
{
    return (struct drift_answers){.arena = arena};
}

struct strview drift_answers_intent(const struct drift_answers *answers)
{
    size_t best = 0;
    for (size_t i = 1; i < answers->intent_count; i++)
        if (answers->intents[i].count > answers->intents[best].count)
            best = i;
    return answers->intent_count ? answers->intents[best].name : (struct strview){0};
}

static bool add_intent(struct drift_answers *answers, struct strview intent)
{
    if (!intent.data)
        return true;
    for (size_t i = 0; i < answers->intent_count; i++)
        if (strview_equal(answers->intents[i].name, intent)) {
            answers->intents[i].count++;
            return true;
        }
    if (answers->intent_count == DRIFT_ANSWERS_INTENTS)
        return true;
    struct strview copy = arena_copy_view(answers->arena, intent);
    answers->intents[answers->intent_count].name = copy;
    answers->intents[answers->intent_count].count = 1;
    answers->intent_count += copy.data != NULL;
    return copy.data != NULL;
}

/* The confidence of the whole answer, else the mean of its slots'. */
static double confidence_of(double whole, const struct number_map *slots)
{
    struct drift_mean mean = {0};
    for (size_t i = 0; i < slots->count; i++)
        add_to_mean(&mean, slots->items[i].value);
    return isfinite(whole) ? whole : drift_answers_mean(mean);
}

static void add_cost(struct drift_answers *answers, int64_t cost_usd_nano,
                     const struct token_counts *tokens)
{
    if (cost_usd_nano != FIELD_ABSENT_I64) {
        answers->cost_usd_nano += cost_usd_nano;
        answers->costs++;
    }
    if (tokens && tokens->output != FIELD_ABSENT_I64 && tokens->output >= 0) {
        answers->output_tokens += (uint64_t)tokens->output;
        answers->tokens++;
    }
}

static bool note_model(struct drift_answers *answers, struct strview provider, struct strview name,
                       struct strview prompt_version)
{
    if (!name.data)
        return true;
    char *text = arena_format(answers->arena, "%.*s%s%.*s%s%.*s", STRVIEW_ARG(provider),
                              provider.size ? "/" : "", STRVIEW_ARG(name),
                              prompt_version.size ? ", prompt " : "", STRVIEW_ARG(prompt_version));
    answers->model = strview_of(text);
    return text != NULL;
}

/* The state after the turn; where it is not told, what the turn adds to the state so far. */
static bool take_state(struct drift_answers *answers, const struct prediction *prediction)
{
    const struct slot_map *added =
        prediction->output ? &prediction->output->extracted_slots : &(struct slot_map){0};
    if (prediction->state_after.slots) {
        answers->has_state = true;
        return slot_map_copy(answers->arena, &prediction->state_after, &answers->state);
    }
    if (!answers->has_state && prediction->input && prediction->input->slots.slots &&
        !slot_map_copy(answers->arena, &prediction->input->slots, &answers->state))
        return false;
    answers->has_state = answers->has_state || added->slots || answers->state.slots;
    for (size_t i = 0; i < added->count; i++)
        if (!slot_map_set(answers->arena, &answers->state, added->slots[i].name,
                          &added->slots[i].value))
            return false;
    return true;
}

bool drift_answers_prediction(struct drift_answers *answers, const struct prediction *prediction)
{
    const struct prediction_metadata *metadata = prediction->metadata;
    const struct prediction_model *model = prediction->model;
    int fault = prediction->error ? prediction->error->error_class : ERROR_CLASS_ABSENT;
    answers->malformed += fault == ERROR_CLASS_MALFORMED;
    answers->turns++;
    if (fault == ERROR_CLASS_INFRASTRUCTURE || fault == ERROR_CLASS_BUDGET)
        return true;
    add_to_mean(&answers->confidence,
                confidence_of(prediction->output ? prediction->output->confidence : (double)NAN,
                              &prediction->slot_confidence));
    if (prediction->input && prediction->input->user_text.data)
        add_to_mean(&answers->user_text_length, (double)prediction->input->user_text.size);
    if (metadata) {
        add_to_mean(&answers->latency_ms, metadata->latency_ms);
        add_cost(answers, metadata->cost_usd_nano, metadata->tokens);
    }
    return (!model || note_model(answers, model->provider, model->name, model->prompt_version)) &&
           add_intent(answers, prediction->intent) &&
           (answers->finished > 0 || take_state(answers, prediction));
}

bool drift_answers_trial(struct drift_answers *answers, const struct trial *trial)
{
    if (trial->error && trial->error->error_class == ERROR_CLASS_BUDGET)
        return true; /* it was not run */
    answers->trials++;
    if (trial->error) {
        answers->errors++;
        return true;
    }
    const struct prediction *predictions = trial->predictions.items;
    for (size_t i = 0; i < trial->predictions.count; i++)
        if (!drift_answers_prediction(answers, &predictions[i]))
            return false;
    if (answers->finished++ == 0 && trial->score)
        answers->outcome = trial->score->outcome;
    return true;
}

static bool add_agent_turn(struct drift_answers *answers, const struct agent_turn *agent)
{
    add_to_mean(&answers->confidence, confidence_of(agent->confidence, &agent->slot_confidence));
    add_to_mean(&answers->latency_ms, agent->latency_ms);
    add_cost(answers, agent->cost_usd_nano, agent->tokens);
    if (!note_model(answers, agent->provider, agent->model, agent->prompt_version) ||
        !add_intent(answers, agent->intent))
        return false;
    if (!agent->slots.slots)
        return true;
    answers->has_state = true;
    return slot_map_copy(answers->arena, &agent->slots, &answers->state);
}

bool drift_answers_recorded(struct drift_answers *answers, const struct conversation *conversation)
{
    for (size_t i = 0; i < conversation->turn_count; i++) {
        const struct conversation_turn *turn = &conversation->turns[i];
        answers->turns++;
        if (turn->user->text.data)
            add_to_mean(&answers->user_text_length, (double)turn->user->text.size);
        if (turn->agent && !add_agent_turn(answers, turn->agent))
            return false;
    }
    answers->finished++;
    return true;
}
