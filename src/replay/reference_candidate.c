/*
 * reference_candidate.c: the candidate of kind `reference`: a small agent made of rules that can
 * really book. The extraction engine understands, the task's states and `requires` decide what to
 * ask, the back end says what is free, and nothing is done before the caller has agreed. With knobs
 * that make it fail in known ways. It remembers nothing but the slots and the state. Thread: any.
 */
#include "replay/reference_words.h"
#include "replay/slot_filling.h"
#include "replay/tool_desk.h"

#include <stdio.h>

enum { MOST_TRIES = 3 };

struct reference {
    const struct candidate *candidate;
    const struct turn_view *view;
    const struct task_spec *task;
    struct prediction *prediction;
    struct strbuf *reply;
    struct strview text;          /* of the caller */
    const struct state_spec *now; /* the state in which the caller spoke */
    struct strview intent;
    const struct intent_spec *spec; /* NULL: the intent is not of the task */
    struct slot_map slots;          /* after the turn */
    const struct state_spec *next;
    struct error *err;
    enum status status;
};

static void fail_memory(struct reference *agent)
{
    if (agent->status == STATUS_OK)
        agent->status = error_no_memory(agent->err);
}

static void say(struct reference *agent, const char *text)
{
    if (agent->reply->size)
        strbuf_add_char(agent->reply, ' ');
    strbuf_add_text(agent->reply, text);
}

static const struct state_spec *state_of_kind(const struct reference *agent, int kind,
                                              const char *name)
{
    const struct state_spec *named = task_spec_state(agent->task, strview_of(name));
    if (named)
        return named;
    for (size_t i = 0; i < agent->task->state_count; i++)
        if (agent->task->states[i].kind == kind)
            return &agent->task->states[i];
    return agent->now;
}

static struct strview held(const struct reference *agent, const char *name)
{
    const struct slot *slot = slot_map_find(&agent->slots, strview_of(name));
    return slot && slot->value.count ? slot->value.texts[0] : (struct strview){0};
}

static bool is_new(const struct reference *agent, const char *name)
{
    const struct slot *slot =
        slot_map_find(&agent->prediction->output->extracted_slots, strview_of(name));
    return slot && slot->value.kind != SLOT_VALUE_NULL;
}

static void merge(struct reference *agent)
{
    if (!slot_filling_merge(agent->view->arena, &agent->view->slots,
                            &agent->prediction->output->extracted_slots, &agent->slots))
        fail_memory(agent);
}

/* Forgets a value: what was found this turn, and what was known before. */
static void forget(struct reference *agent, const char *name)
{
    struct slot_value nothing = {.kind = SLOT_VALUE_NULL};
    struct slot_map *extracted = &agent->prediction->output->extracted_slots;
    if (slot_map_find(&agent->view->slots, strview_of(name))) {
        if (!slot_map_set(agent->view->arena, extracted, strview_of(name), &nothing))
            fail_memory(agent);
    } else {
        slot_map_remove(extracted, strview_of(name));
    }
    slot_map_remove(&agent->slots, strview_of(name));
}

/* ---- understanding ---- */

/* The knob break_slot: another day, an hour later, the last character another one. */
static void break_value(struct reference *agent)
{
    struct strview name = agent->candidate->spec->break_slot;
    struct slot_map *extracted = &agent->prediction->output->extracted_slots;
    const struct slot *slot = name.data ? slot_map_find(extracted, name) : NULL;
    if (!slot || slot->value.kind != SLOT_VALUE_TEXT || !slot->value.texts[0].size)
        return;
    struct strview text = slot->value.texts[0];
    const struct slot_spec *spec = task_spec_slot(agent->task, name);
    char *broken = arena_format(agent->view->arena, "%.*s", STRVIEW_ARG(text));
    int64_t minute;
    if (broken && back_end_read_minute(text, &minute)) {
        minute = minute >= 12 * 60 ? minute - 60 : minute + 60;
        broken =
            arena_format(agent->view->arena, "%02d:%02d", (int)(minute / 60), (int)(minute % 60));
    } else if (broken && spec && spec->type == SLOT_TYPE_CATEGORICAL && spec->category_count > 1) {
        size_t at = strview_equal(spec->categories[0].value, text) ? 1 : 0;
        broken = arena_format(agent->view->arena, "%.*s", STRVIEW_ARG(spec->categories[at].value));
    } else if (broken) {
        char *last = broken + text.size - 1;
        *last = *last == '1' ? '2' : *last >= '0' && *last <= '9' ? '1' : 'x';
    }
    struct slot_value value = {.kind = SLOT_VALUE_NULL};
    if (broken)
        value = slot_value_text(agent->view->arena, strview_of(broken));
    if (!broken || !slot_map_set(agent->view->arena, extracted, name, &value))
        fail_memory(agent);
}

static bool has_tool(const struct reference *agent, struct strview intent)
{
    const struct intent_spec *spec = intent.data ? task_spec_intent(agent->task, intent) : NULL;
    return spec && spec->tool.data;
}

/* In the middle of an errand an answer carries it on, unless it calls it off or wants a person. */
static struct strview find_intent(const struct reference *agent)
{
    struct strview known = agent->view->intent;
    struct strview said = slot_filling_intent(agent->task, agent->text, (struct strview){0});
    bool busy =
        agent->now && (agent->now->kind == STATE_COLLECT || agent->now->kind == STATE_CONFIRM);
    if (busy && known.data && has_tool(agent, known) && !strview_is(said, "handover") &&
        !slot_filling_holds_phrase(agent->text, strview_of("cancel")))
        return known;
    if (busy && known.data && !has_tool(agent, said) && !strview_is(said, "handover"))
        return known;
    if (said.data)
        return said;
    if (known.data)
        return known;
    return agent->prediction->output->extracted_slots.count && agent->task->intent_count
               ? agent->task->intents[0].name
               : said;
}

/* After an errand is done the next one begins afresh; who is calling stays known. */
static void begin_afresh(struct reference *agent)
{
    static const char *const of_errand[] = {"service",    "practitioner", "date",
                                            "time",       "current_date", "current_time",
                                            "date_range", "time_range"};
    if (!agent->now || agent->now->kind != STATE_COMPLETED || !has_tool(agent, agent->intent) ||
        !slot_filling_intent(agent->task, agent->text, (struct strview){0}).data)
        return;
    for (size_t i = 0; i < sizeof of_errand / sizeof *of_errand; i++)
        if (!is_new(agent, of_errand[i]))
            forget(agent, of_errand[i]);
}

/* "There are two of us": said by itself, as nobody asks for it. */
static void take_party(struct reference *agent)
{
    static const char *const words[] = {"2",   "3",     "4",    "5",    "6",
                                        "two", "three", "four", "five", "six"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char phrase[32], number[8];
        snprintf(phrase, sizeof phrase, "%s of us", words[i]);
        snprintf(number, sizeof number, "%d", (int)(i % 5 + 2));
        if (!task_spec_slot(agent->task, strview_of("party_size")) ||
            !slot_filling_holds_phrase(agent->text, strview_of(phrase)))
            continue;
        struct slot_value value = slot_value_text(agent->view->arena, strview_of(number));
        if (!slot_map_set(agent->view->arena, &agent->prediction->output->extracted_slots,
                          strview_of("party_size"), &value))
            fail_memory(agent);
        merge(agent);
    }
}

/* Who would rather not give a number is not asked again. */
static void take_refusal(struct reference *agent)
{
    struct slot_value dontcare = {.kind = SLOT_VALUE_DONTCARE};
    bool asked =
        agent->now && agent->now->asks.count && strview_is(agent->now->asks.items[0], "phone");
    if (!asked || is_new(agent, "phone") ||
        !(slot_filling_holds_phrase(agent->text, strview_of("rather not")) ||
          slot_filling_holds_phrase(agent->text, strview_of("really need"))))
        return;
    if (!slot_map_set(agent->view->arena, &agent->prediction->output->extracted_slots,
                      strview_of("phone"), &dontcare))
        fail_memory(agent);
    merge(agent);
}

/* ---- tools ---- */

static void add(struct reference *agent, struct slot_map *parameters, const char *name,
                struct strview text)
{
    if (!text.data)
        return;
    struct slot_value value = slot_value_text(agent->view->arena, text);
    if (!slot_map_set(agent->view->arena, parameters, strview_of(name), &value))
        fail_memory(agent);
}

/* False: there is no back end in this mode, or the call failed for good. */
static bool call(struct reference *agent, const char *method, const struct slot_map *parameters,
                 const char *key, struct back_end_answer *ret_answer)
{
    struct back_end_call made = {.method = strview_of(method),
                                 .parameters = *parameters,
                                 .idempotency_key = strview_of(key)};
    *ret_answer = (struct back_end_answer){0};
    if (!agent->view->back_end || agent->status != STATUS_OK)
        return false;
    for (int i = 0; i < MOST_TRIES; i++) {
        agent->status =
            tool_desk_call(agent->view, &made, agent->prediction, ret_answer, agent->err);
        bool again = strview_is(ret_answer->error, "timeout") ||
                     strview_is(ret_answer->error, "unavailable");
        if (agent->status != STATUS_OK || !again)
            break;
    }
    return agent->status == STATUS_OK && !ret_answer->error.data;
}

static bool check_availability(struct reference *agent, struct back_end_answer *ret_answer)
{
    static const char *const names[] = {"service", "practitioner", "date",        "date_range",
                                        "time",    "name",         "current_date"};
    struct slot_map parameters = slot_map_empty();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add(agent, &parameters, names[i], held(agent, names[i]));
    return call(agent, "check_availability", &parameters, NULL, ret_answer);
}

static bool is_truly_asked(const struct turn_truth *truth, struct strview topic)
{
    for (size_t i = 0; i < truth->requests.count; i++)
        if (strview_equal(truth->requests.items[i], topic))
            return true;
    return false;
}

/* Questions that are not about the calendar. True: one was answered. */
static bool answer_questions(struct reference *agent)
{
    const struct back_end *end = agent->candidate->world->back_end;
    struct strview *asked =
        arena_array(agent->view->arena, end ? end->topic_count + 1 : 1, sizeof *asked);
    size_t count = 0;
    for (size_t i = 0; end && asked && i < end->topic_count; i++) {
        const struct back_end_topic *topic = &end->topics[i];
        bool is_asked = false;
        for (size_t j = 0; j < topic->words.count; j++)
            is_asked = is_asked || slot_filling_holds_phrase(agent->text, topic->words.items[j]);
        if (agent->view->truth)
            is_asked = is_truly_asked(agent->view->truth, topic->name);
        if (!is_asked)
            continue;
        asked[count++] = topic->name;
        struct slot_map parameters = slot_map_empty();
        struct back_end_answer answer;
        add(agent, &parameters, "topic", topic->name);
        add(agent, &parameters, "service", held(agent, "service"));
        if (agent->candidate->spec->ignore_questions ||
            !call(agent, "lookup", &parameters, NULL, &answer))
            continue;
        if (agent->reply->size)
            strbuf_add_char(agent->reply, ' ');
        strbuf_add_format(agent->reply, "About that: %.*s.", STRVIEW_ARG(answer.text));
    }
    if (!asked)
        fail_memory(agent);
    agent->prediction->requested_slots = (struct text_list){asked, asked ? count : 0};
    return count > 0;
}

/* ---- deciding ---- */

static void hand_over(struct reference *agent)
{
    say(agent, "I will put you through to a colleague.");
    agent->next = state_of_kind(agent, STATE_HANDOVER, "handover");
}

static void offer(struct reference *agent, const char *before)
{
    struct back_end_answer free;
    struct strview had = held(agent, "time");
    if (had.data)
        forget(agent, "time");
    if (!check_availability(agent, &free)) {
        hand_over(agent);
        return;
    }
    if (!free.times.count) { /* nothing on that day: the next one that has something */
        forget(agent, "date");
        if (!check_availability(agent, &free)) {
            hand_over(agent);
            return;
        }
    }
    say(agent, before);
    if (agent->reply->size)
        strbuf_add_char(agent->reply, ' ');
    reference_words_offer(&free, agent->reply);
    say(agent, "Which one suits you?");
    agent->next =
        state_of_kind(agent, STATE_COLLECT, held(agent, "date").data ? "collect_time" : "offer");
}

static void ask(struct reference *agent, struct strview slot)
{
    const struct state_spec *identify = task_spec_state(agent->task, strview_of("identify"));
    const struct state_spec *found = NULL;
    for (size_t i = 0; !found && i < agent->task->state_count; i++) {
        const struct state_spec *state = &agent->task->states[i];
        for (size_t j = 0; state->kind == STATE_COLLECT && j < state->asks.count; j++)
            if (strview_equal(state->asks.items[j], slot) && (!found || j == 0))
                found = state;
    }
    bool both = identify && !strview_is(agent->intent, "book") && strview_is(slot, "name") &&
                !held(agent, "current_date").data;
    if (both)
        found = identify;
    if (agent->reply->size)
        strbuf_add_char(agent->reply, ' ');
    reference_words_ask(slot, agent->reply);
    if (both)
        say(agent, "And which day is the appointment?");
    agent->next = found ? found : agent->now;
}

/* A day or a clock time, where the calendar wants one. */
static bool is_known(const struct reference *agent, struct strview name)
{
    int64_t unused;
    const struct slot *slot = slot_map_find(&agent->slots, name);
    if (!slot)
        return false;
    if (strview_is(name, "date") || strview_is(name, "current_date"))
        return slot->value.count && back_end_read_day(slot->value.texts[0], &unused);
    if (strview_is(name, "time"))
        return slot->value.count && back_end_read_minute(slot->value.texts[0], &unused);
    return slot->value.count || slot->value.kind == SLOT_VALUE_DONTCARE;
}

static struct slot_map parameters_of(struct reference *agent)
{
    static const char *const of_change[] = {"name", "current_date", "current_time",
                                            "date", "time",         "practitioner"};
    struct slot_map parameters = slot_map_empty();
    bool books = strview_is(agent->spec->tool, "book_appointment");
    size_t most = strview_is(agent->spec->tool, "cancel_appointment") ? 3 : 6;
    for (size_t i = 0; books && i < agent->slots.count; i++)
        if (agent->slots.slots[i].value.count &&
            !slot_map_set(agent->view->arena, &parameters, agent->slots.slots[i].name,
                          &agent->slots.slots[i].value))
            fail_memory(agent);
    for (size_t i = 0; !books && i < most; i++)
        add(agent, &parameters, of_change[i], held(agent, of_change[i]));
    return parameters;
}

/* The caller has agreed. */
static void act(struct reference *agent)
{
    struct back_end_answer answer;
    struct slot_map parameters = parameters_of(agent);
    char *key = arena_format(agent->view->arena, "turn-%zu", agent->view->turn);
    const char *tool = agent->spec->tool.data;
    bool done = !agent->view->back_end || call(agent, tool, &parameters, key, &answer);
    if (done && agent->candidate->spec->double_book) {
        struct back_end_answer second;
        (void)call(agent, tool, &parameters, NULL, &second);
    }
    if (done) {
        say(agent, "That is done. Is there anything else?");
        agent->next = state_of_kind(agent, STATE_COMPLETED, "complete");
    } else if (strview_is(answer.error, "slot_taken") || strview_is(answer.error, "closed") ||
               strview_is(answer.error, "in_past")) {
        offer(agent, "I am afraid that is not free.");
    } else if (strview_is(answer.error, "not_found")) {
        forget(agent, "current_date");
        forget(agent, "name");
        say(agent, "I cannot find that appointment.");
        ask(agent, strview_of("name"));
    } else {
        hand_over(agent);
    }
}

/* A time that was just named is looked up before anything else is asked. True: it is not free. */
static bool is_not_free(struct reference *agent)
{
    struct back_end_answer free;
    bool changed = is_new(agent, "time") || is_new(agent, "date") || is_new(agent, "practitioner");
    bool known = is_known(agent, strview_of("date")) && is_known(agent, strview_of("time"));
    bool can_ask = held(agent, "service").data || held(agent, "current_date").data;
    if (!changed || !known || !can_ask || strview_is(agent->intent, "cancel"))
        return false;
    return check_availability(agent, &free) && !free.is_free;
}

static void go_on(struct reference *agent)
{
    if (is_not_free(agent)) {
        offer(agent, "I am afraid that is not free.");
        return;
    }
    for (size_t i = 0; i < agent->spec->requires.count; i++) {
        struct strview name = agent->spec->
                                  requires
            .items[i];
        if (is_known(agent, name))
            continue;
        if (strview_is(name, "time") && is_new(agent, "date") && agent->view->back_end &&
            is_known(agent, strview_of("date")))
            offer(agent, "");
        else
            ask(agent, name);
        return;
    }
    if (agent->candidate->spec->skip_confirmation) {
        act(agent);
        return;
    }
    if (agent->reply->size)
        strbuf_add_char(agent->reply, ' ');
    reference_words_read_back(agent->intent, &agent->slots, agent->reply);
    agent->next = state_of_kind(agent, STATE_CONFIRM, "confirmation");
}

/* Nothing is to be booked: look an appointment up, take a message, answer, or ask what it is about.
 */
static void serve_without_tool(struct reference *agent, bool answered)
{
    struct slot_map parameters = slot_map_empty();
    struct back_end_answer answer;
    bool looks_up = strview_is(agent->intent, "lookup");
    bool takes_message = strview_is(agent->intent, "message");
    bool asks_free =
        slot_filling_holds_phrase(agent->text, strview_of("free")) && held(agent, "service").data;
    if (!answered && asks_free && check_availability(agent, &answer)) {
        reference_words_offer(&answer, agent->reply);
    } else if (!answered && (looks_up || takes_message)) {
        if (!held(agent, "name").data) {
            ask(agent, strview_of("name"));
            return;
        }
        add(agent, &parameters, "name", held(agent, "name"));
        add(agent, &parameters, "current_date", held(agent, "current_date"));
        if (call(agent, looks_up ? "lookup" : "leave_message", &parameters, NULL, &answer)) {
            if (looks_up)
                reference_words_offer(&answer, agent->reply);
            else
                say(agent, "I will pass that on.");
        } else if (agent->view->back_end) {
            say(agent, "I cannot find an appointment under that name.");
        }
    } else if (!answered && !agent->intent.data) {
        say(agent, "How can I help?");
        agent->next = state_of_kind(agent, STATE_OTHER, "clarify");
        return;
    }
    say(agent, "Is there anything else?");
    agent->next = state_of_kind(agent, STATE_OTHER, "answer");
}

static void decide(struct reference *agent)
{
    bool is_confirming = agent->now && agent->now->kind == STATE_CONFIRM;
    bool answered = answer_questions(agent);
    bool has_news = agent->prediction->output->extracted_slots.count > 0;
    if (strview_is(agent->intent, "handover"))
        hand_over(agent);
    else if (!agent->spec || !agent->spec->tool.data)
        serve_without_tool(agent, answered);
    else if (is_confirming && slot_filling_says_yes(agent->text) && !has_news)
        act(agent);
    else if (is_confirming && !has_news && !answered) {
        say(agent, "What should I change?");
        agent->next = agent->now;
    } else if (agent->now && agent->now->kind == STATE_COMPLETED &&
               !slot_filling_intent(agent->task, agent->text, (struct strview){0}).data &&
               !has_news) {
        say(agent, "Is there anything else?");
        agent->next = agent->now;
    } else
        go_on(agent);
}

static enum status begin(const struct candidate *candidate, const struct turn_view *view,
                         struct candidate_scratch *scratch, struct prediction *prediction,
                         struct candidate_call *ret_call, bool *ret_needs_call, struct error *err)
{
    (void)ret_call;
    *ret_needs_call = false;
    enum status status = slot_filling_run(candidate, view, scratch, prediction, err);
    if (status != STATUS_OK)
        return status;
    struct reference agent = {.candidate = candidate,
                              .view = view,
                              .task = candidate->world->task,
                              .prediction = prediction,
                              .reply = &scratch->text,
                              .text = view->conversation->turns[view->turn].user->text,
                              .now = candidate_state(candidate, view),
                              .err = err};
    strbuf_clear(agent.reply);
    break_value(&agent);
    if (view->truth && !slot_filling_take_truth(view, prediction))
        fail_memory(&agent);
    merge(&agent);
    take_refusal(&agent);
    take_party(&agent);
    agent.intent =
        view->truth && view->truth->intent.data ? view->truth->intent : find_intent(&agent);
    agent.spec = agent.intent.data ? task_spec_intent(agent.task, agent.intent) : NULL;
    begin_afresh(&agent);
    if (agent.status == STATUS_OK)
        decide(&agent);
    prediction->intent = agent.intent;
    prediction->output->response = arena_copy_view(view->arena, strbuf_view(agent.reply));
    prediction->output->next_state = agent.next ? agent.next->name : view->state;
    prediction->model->provider = strview_of("assay");
    prediction->model->name = strview_of("reference");
    if (agent.status == STATUS_OK && (agent.reply->failed || !prediction->output->response.data))
        fail_memory(&agent);
    return agent.status;
}

const struct candidate_kind reference_candidate_kind = {
    .name = "reference",
    .summary = "a small booking agent of rules that can act: for tests and as a yardstick",
    .begin = begin,
};
