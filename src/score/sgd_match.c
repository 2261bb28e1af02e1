/*
 * sgd_match.c: compares a predicted dialogue with its gold one; the inner loop of the official
 * scorer. Everything is numbers by now: strings are looked at only when two texts meet for the
 * first time. Thread: one matcher per thread. The matcher owns its buffers and its memo.
 */
#include "score/sgd_match.h"

#include "base/memory.h"

#include <inttypes.h>
#include <math.h>

enum { FIRST_MEMO_SIZE = 1024 };

/* Among the reasons why something could not be compared, the one that is no fault of the data. */
static const char memory_ran_out[] = "memory ran out";

/* --- the mean ------------------------------------------------------------------------------ */

/* numpy's order of additions for float64: short sums from left to right, up to 128 values in eight
 * lanes, more by halves. */
static double pairwise_sum(const double *values, size_t count)
{
    if (count < 8) {
        double sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += values[i];
        return sum;
    }
    if (count > 128) {
        size_t half = count / 2;
        half -= half % 8;
        return pairwise_sum(values, half) + pairwise_sum(values + half, count - half);
    }
    double lanes[8];
    for (size_t lane = 0; lane < 8; lane++)
        lanes[lane] = values[lane];
    size_t i = 8;
    for (; i + 8 <= count; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            lanes[lane] += values[i + lane];
    double sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
                 ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    for (; i < count; i++)
        sum += values[i];
    return sum;
}

double sgd_match_mean(const double *values, size_t count)
{
    return pairwise_sum(values, count) / (double)count;
}

/* --- set up -------------------------------------------------------------------------------- */

void sgd_match_done(struct sgd_matcher *matcher)
{
    fuzzy_ratio_done(&matcher->fuzzy);
    memory_free(matcher->memo);
    memory_free(matcher->active);
    memory_free(matcher->active_cat);
    memory_free(matcher->active_noncat);
    *matcher = (struct sgd_matcher){0};
}

enum status sgd_match_init(struct sgd_matcher *matcher, struct error *err)
{
    const struct sgd_schema *schema = matcher->dataset->plan.schema;
    size_t most = 1;
    for (size_t i = 0; i < schema->service_count; i++)
        if (schema->services[i].slot_count > most)
            most = schema->services[i].slot_count;
    matcher->memo = memory_alloc(FIRST_MEMO_SIZE * sizeof *matcher->memo);
    matcher->memo_mask = FIRST_MEMO_SIZE - 1;
    matcher->active = memory_alloc(most * sizeof *matcher->active);
    matcher->active_cat = memory_alloc(most * sizeof *matcher->active_cat);
    matcher->active_noncat = memory_alloc(most * sizeof *matcher->active_noncat);
    if (matcher->memo && matcher->active && matcher->active_cat && matcher->active_noncat)
        return STATUS_OK;
    sgd_match_done(matcher);
    return error_no_memory(err);
}

/* --- values -------------------------------------------------------------------------------- */

static size_t memo_place(const struct sgd_match_memo *memo, size_t mask, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9E3779B97F4A7C15);
    size_t place = (size_t)(mixed >> 32) & mask;
    while (memo[place].key && memo[place].key != key)
        place = (place + 1) & mask;
    return place;
}

static bool remember(struct sgd_matcher *matcher, uint64_t key, double score)
{
    if (matcher->memo_count >= matcher->memo_mask / 2) {
        size_t mask = matcher->memo_mask * 2 + 1;
        struct sgd_match_memo *memo = memory_alloc((mask + 1) * sizeof *memo);
        if (!memo)
            return false;
        for (size_t i = 0; i <= matcher->memo_mask; i++)
            if (matcher->memo[i].key)
                memo[memo_place(memo, mask, matcher->memo[i].key)] = matcher->memo[i];
        memory_free(matcher->memo);
        matcher->memo = memo;
        matcher->memo_mask = mask;
    }
    size_t place = memo_place(matcher->memo, matcher->memo_mask, key);
    matcher->memo[place] = (struct sgd_match_memo){key, score};
    matcher->memo_count++;
    return true;
}

/* The best token_sort_ratio of the list's values and the predicted text. Null is like nothing. */
static bool best_likeness(struct sgd_matcher *matcher, const struct sgd_list *list, uint32_t text,
                          double *ret_score)
{
    const struct sgd_dataset *dataset = matcher->dataset;
    int best = 0;
    for (uint32_t i = 0; i < list->count && best < 100; i++) {
        uint32_t gold = dataset->members[list->first + i].words;
        int ratio = gold == text ? 100 : 0;
        if (gold == SGD_VALUE_ABSENT)
            continue;
        if (!ratio &&
            !fuzzy_ratio(&matcher->fuzzy, dataset->texts[gold], dataset->texts[text], &ratio))
            return false;
        best = ratio > best ? ratio : best;
    }
    *ret_score = (double)best / 100.0;
    return true;
}

/* False: memory ran out. */
static bool likeness(struct sgd_matcher *matcher, uint32_t list_number, uint32_t value,
                     double *ret_score)
{
    const struct sgd_dataset *dataset = matcher->dataset;
    const struct sgd_list *list = &dataset->lists[list_number];
    uint32_t text = dataset->words[value];
    *ret_score = 0;
    if (text == SGD_VALUE_ABSENT)
        return true;
    if (list->count && dataset->members[list->first].words == text) {
        *ret_score = 1;
        return true;
    }
    uint64_t key = ((uint64_t)list_number << 32 | text) + 1;
    size_t place = memo_place(matcher->memo, matcher->memo_mask, key);
    if (matcher->memo[place].key) {
        *ret_score = matcher->memo[place].score;
        return true;
    }
    return best_likeness(matcher, list, text, ret_score) && remember(matcher, key, *ret_score);
}

static double is_any(const struct sgd_dataset *dataset, const struct sgd_list *list, uint32_t equal)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (dataset->members[list->first + i].value == equal)
            return 1;
    return 0;
}

/* --- one frame ----------------------------------------------------------------------------- */

struct goal {
    size_t active_count, cat_count, noncat_count; /* slots that gold has */
    double joint, joint_cat, joint_noncat;
    bool has_cat, has_noncat;
};

/* Why a slot could not be compared; NULL: it was. */
static const char *slot_correctness(struct sgd_matcher *matcher, bool is_categorical, uint32_t gold,
                                    uint32_t predicted, double *ret_correct)
{
    const struct sgd_dataset *dataset = matcher->dataset;
    if (predicted == SGD_VALUE_EMPTY)
        return "a predicted slot has an empty list of values, where gold has the slot";
    if (predicted == SGD_VALUE_FAULTY || gold == SGD_VALUE_FAULTY)
        return "the values of a slot are not a list of texts";
    const struct sgd_list *list = &dataset->lists[gold];
    if (is_categorical) {
        if (!list->count)
            return "a gold slot has an empty list of values";
        *ret_correct = dataset->members[list->first].value == dataset->equal[predicted];
    } else if (matcher->exact) {
        *ret_correct = is_any(dataset, list, dataset->equal[predicted]);
    } else if (!likeness(matcher, gold, predicted, ret_correct)) {
        return memory_ran_out;
    }
    return NULL;
}

static const char *compare_states(struct sgd_matcher *matcher,
                                  const struct sgd_schema_service *service, const uint32_t *gold,
                                  const uint32_t *predicted, struct goal *ret_goal)
{
    struct goal goal = {.joint = 1, .joint_cat = 1, .joint_noncat = 1};
    for (size_t s = 0; s < service->slot_count; s++) {
        bool is_categorical = service->slots[s].is_categorical;
        bool is_active = gold[s] != SGD_VALUE_ABSENT;
        bool is_predicted = predicted[s] != SGD_VALUE_ABSENT;
        double correct = is_active == is_predicted;
        if (is_active && is_predicted) {
            const char *fault =
                slot_correctness(matcher, is_categorical, gold[s], predicted[s], &correct);
            if (fault)
                return fault;
        }
        goal.joint *= correct;
        if (is_categorical) {
            goal.joint_cat *= correct;
            goal.has_cat = true;
        } else {
            goal.joint_noncat *= correct;
            goal.has_noncat = true;
        }
        if (!is_active)
            continue;
        matcher->active[goal.active_count++] = correct;
        if (is_categorical)
            matcher->active_cat[goal.cat_count++] = correct;
        else
            matcher->active_noncat[goal.noncat_count++] = correct;
    }
    *ret_goal = goal;
    return NULL;
}

static double mean_or_nan(const double *values, size_t count)
{
    return count ? sgd_match_mean(values, count) : (double)NAN;
}

struct f1 {
    double f1, precision, recall;
};

static struct f1 f1_of(size_t hits, size_t gold_count, size_t predicted_count)
{
    struct f1 score = {0, 1, 1};
    if (predicted_count)
        score.precision = (double)hits / (double)predicted_count;
    if (gold_count)
        score.recall = (double)hits / (double)gold_count;
    if (score.precision + score.recall > 0)
        score.f1 = 2.0 * score.precision * score.recall / (score.precision + score.recall);
    return score;
}

/* Both lists are sorted multisets. */
static struct f1 number_f1(const uint32_t *gold, size_t gold_count, const uint32_t *predicted,
                           size_t predicted_count)
{
    size_t hits = 0;
    for (size_t g = 0, p = 0; g < gold_count && p < predicted_count;) {
        bool is_hit = gold[g] == predicted[p];
        bool gold_is_less = gold[g] < predicted[p];
        hits += is_hit;
        g += is_hit || gold_is_less;
        p += is_hit || !gold_is_less;
    }
    return f1_of(hits, gold_count, predicted_count);
}

static struct f1 tag_f1(const uint64_t *gold, size_t gold_count, const uint64_t *predicted,
                        size_t predicted_count)
{
    size_t hits = 0;
    for (size_t g = 0, p = 0; g < gold_count && p < predicted_count;) {
        bool is_hit = gold[g] == predicted[p];
        bool gold_is_less = gold[g] < predicted[p];
        hits += is_hit;
        g += is_hit || gold_is_less;
        p += is_hit || !gold_is_less;
    }
    return f1_of(hits, gold_count, predicted_count);
}

static void put_goal(const struct sgd_matcher *matcher, const struct goal *goal,
                     const struct sgd_frame_scores *scores, uint32_t at)
{
    double *const *columns = scores->columns;
    bool has_slots = goal->has_cat || goal->has_noncat;
    columns[SGD_METRIC_AVERAGE_GOAL_ACCURACY][at] =
        mean_or_nan(matcher->active, goal->active_count);
    columns[SGD_METRIC_AVERAGE_CAT_ACCURACY][at] =
        mean_or_nan(matcher->active_cat, goal->cat_count);
    columns[SGD_METRIC_AVERAGE_NONCAT_ACCURACY][at] =
        mean_or_nan(matcher->active_noncat, goal->noncat_count);
    columns[SGD_METRIC_JOINT_GOAL_ACCURACY][at] = has_slots ? goal->joint : (double)NAN;
    columns[SGD_METRIC_JOINT_CAT_ACCURACY][at] = goal->has_cat ? goal->joint_cat : (double)NAN;
    columns[SGD_METRIC_JOINT_NONCAT_ACCURACY][at] =
        goal->has_noncat ? goal->joint_noncat : (double)NAN;
}

/* NULL, or why the frame could not be scored. */
static const char *match_frame(struct sgd_matcher *matcher, const struct sgd_dialogue_pair *pair,
                               const struct sgd_frame *gold, const struct sgd_frame *predicted,
                               const struct sgd_frame_scores *scores, uint32_t at)
{
    const struct sgd_schema_service *service =
        &matcher->dataset->plan.schema->services[gold->service_index];
    const struct sgd_file *gold_file = pair->gold_file, *predicted_file = pair->predicted_file;
    double *const *columns = scores->columns;
    struct f1 tags = {NAN, NAN, NAN};
    struct goal goal;
    if (gold->state_fault || predicted->state_fault)
        return sgd_load_fault_text(gold->state_fault ? gold->state_fault : predicted->state_fault);
    if (predicted->has_tags) {
        if (!gold->has_tags || gold->tags_fault || predicted->tags_fault)
            return sgd_load_fault_text(SGD_FAULT_TAGS);
        tags = tag_f1(gold_file->tags + gold->tags_first, gold->tags_count,
                      predicted_file->tags + predicted->tags_first, predicted->tags_count);
    }
    const char *fault = compare_states(matcher, service, gold_file->numbers + gold->slots_first,
                                       predicted_file->numbers + predicted->slots_first, &goal);
    if (fault)
        return fault;
    struct f1 requested =
        number_f1(gold_file->numbers + gold->requested_first, gold->requested_count,
                  predicted_file->numbers + predicted->requested_first, predicted->requested_count);
    put_goal(matcher, &goal, scores, at);
    columns[SGD_METRIC_ACTIVE_INTENT_ACCURACY][at] = gold->intent == predicted->intent;
    columns[SGD_METRIC_REQUESTED_SLOTS_F1][at] = requested.f1;
    columns[SGD_METRIC_REQUESTED_SLOTS_PRECISION][at] = requested.precision;
    columns[SGD_METRIC_REQUESTED_SLOTS_RECALL][at] = requested.recall;
    columns[SGD_METRIC_SLOT_TAGGING_F1][at] = tags.f1;
    columns[SGD_METRIC_SLOT_TAGGING_PRECISION][at] = tags.precision;
    columns[SGD_METRIC_SLOT_TAGGING_RECALL][at] = tags.recall;
    scores->services[at] = gold->service_index;
    return NULL;
}

/* --- one dialogue -------------------------------------------------------------------------- */

static uint32_t scored_turn_count(const struct sgd_dialogue_pair *pair)
{
    uint32_t gold = pair->gold->turn_count, predicted = pair->predicted->turn_count;
    return gold < predicted ? gold : predicted; /* what one of them lacks is not scored */
}

uint32_t sgd_match_frame_count(const struct sgd_dialogue_pair *pair)
{
    uint32_t count = 0;
    for (uint32_t t = 0; t < scored_turn_count(pair); t++)
        count += pair->gold_file->turns[pair->gold->turns_first + t].frame_count;
    return count;
}

/* The last frame of the service; NULL: there is none. */
static const struct sgd_frame *find_frame(const struct sgd_file *file, const struct sgd_turn *turn,
                                          uint32_t service)
{
    for (uint32_t i = turn->frame_count; i-- > 0;)
        if (file->frames[turn->frames_first + i].service == service)
            return &file->frames[turn->frames_first + i];
    return NULL;
}

static const char *match_turn(struct sgd_matcher *matcher, const struct sgd_dialogue_pair *pair,
                              uint32_t turn, const struct sgd_frame_scores *scores, uint32_t *at)
{
    const struct sgd_turn *gold = &pair->gold_file->turns[pair->gold->turns_first + turn];
    const struct sgd_turn *predicted =
        &pair->predicted_file->turns[pair->predicted->turns_first + turn];
    if (gold->fault == SGD_FAULT_TURN || gold->fault == SGD_FAULT_SPEAKER)
        return sgd_load_fault_text(gold->fault);
    if (predicted->fault == SGD_FAULT_TURN || predicted->fault == SGD_FAULT_SPEAKER)
        return sgd_load_fault_text(predicted->fault);
    if (gold->speaker != predicted->speaker)
        return "the speakers differ";
    if (gold->speaker != matcher->dataset->plan.user)
        return NULL;
    if (gold->fault || predicted->fault)
        return sgd_load_fault_text(gold->fault ? gold->fault : predicted->fault);
    if (gold->utterance != predicted->utterance)
        return "the user's utterances differ";
    uint32_t turn_first = *at;
    for (uint32_t i = 0; i < gold->frame_count; i++) {
        const struct sgd_frame *frame = &pair->gold_file->frames[gold->frames_first + i];
        const struct sgd_frame *other = find_frame(pair->predicted_file, predicted, frame->service);
        if (!other)
            return "the prediction has no frame for a service of gold";
        if (frame->service_index < 0)
            return "a frame's service is not in the schema";
        const char *fault = matcher->dataset->plan.schema->services[frame->service_index].fault;
        if (!fault)
            fault = match_frame(matcher, pair, frame, other, scores, *at);
        if (fault)
            return fault;
        scores->turns[(*at)++] = turn_first;
    }
    return NULL;
}

static bool have_same_services(const struct sgd_dialogue_pair *pair)
{
    const struct sgd_dialogue *gold = pair->gold, *predicted = pair->predicted;
    if (gold->service_count != predicted->service_count)
        return false;
    return gold->service_count == 0 ||
           memcmp(pair->gold_file->numbers + gold->services_first,
                  pair->predicted_file->numbers + predicted->services_first,
                  gold->service_count * sizeof(uint32_t)) == 0;
}

/* `turn` < 0: it is about the dialogue. */
static enum status complain(const struct sgd_matcher *matcher, const struct sgd_dialogue_pair *pair,
                            int64_t turn, const char *what, struct error *err)
{
    struct strview id = sgd_values_key(&matcher->dataset->values, pair->predicted->id);
    if (what == memory_ran_out)
        return error_no_memory(err);
    error_set(err, STATUS_DATA, "%s", what);
    if (turn >= 0)
        error_where(err, "turn %" PRId64, turn);
    error_where(err, "dialogue %.*s", STRVIEW_ARG(id));
    return STATUS_DATA;
}

enum status sgd_match_dialogue(struct sgd_matcher *matcher, const struct sgd_dialogue_pair *pair,
                               const struct sgd_frame_scores *scores, uint32_t first,
                               struct error *err)
{
    uint8_t fault = pair->gold->fault ? pair->gold->fault : pair->predicted->fault;
    if (fault)
        return complain(matcher, pair, -1, sgd_load_fault_text(fault), err);
    if (!have_same_services(pair))
        return complain(matcher, pair, -1, "the services of gold and prediction differ", err);
    for (uint32_t t = 0; t < scored_turn_count(pair); t++) {
        const char *what = match_turn(matcher, pair, t, scores, &first);
        if (what)
            return complain(matcher, pair, t, what, err);
    }
    return STATUS_OK;
}
