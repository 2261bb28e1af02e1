/*
 * simulated_user.c: the caller's side of a call as a small policy over the agent's acts. Stands
 * between two turns of a trial in mode simulated_user. Thread: one trial, one thread at a time.
 * Owner: the trial's arena.
 */
#include "simulate/simulated_user.h"

#include "base/hash.h"
#include "base/strbuf.h"
#include "simulate/caller_errand.h"
#include "simulate/caller_phrase.h"

#include <stdio.h>
#include <strings.h>

enum { MOST_SAID_AT_ONCE = 3, MOST_REQUESTS = 16 };

enum act {
    ACT_VOLUNTEERS,
    ACT_ANSWERS_TWO,
    ACT_ASKS_BESIDES,
    ACT_CORRECTS,
    ACT_ACCEPTS_OFFER,
    ACT_REFUSES_OFFER,
    ACT_CHANGES_MIND,
    ACT_NOTHING_WANTED,
    ACT_IS_MISHEARD,
    ACT_INTERRUPTS,
    ACT_COUNT,
};
const char *const simulated_user_acts[] = {"volunteers",
                                           "answers_two",
                                           "asks_besides",
                                           "corrects",
                                           "accepts_offer",
                                           "refuses_offer",
                                           "changes_mind",
                                           "nothing_wanted",
                                           "is_misheard",
                                           "interrupts",
                                           NULL};

struct simulated_user {
    struct simulated_user_options options;
    struct counter_rng rng; /* begun anew with each turn: what one turn drew moves no other */
    uint64_t index;
    struct caller_phrase phrase;
    struct caller_errands errands;
    size_t errand, turn, stalled;
    struct strview last_state;
    struct slot_map last_slots;
    size_t last_slot_count;
    size_t request;      /* the goal's requests asked so far */
    bool errand_is_done; /* the agent has said so */
    bool will_change_mind, lies;
    size_t hangs_up_at;              /* the turn; 0: it does not */
    struct strview decoy;            /* a time that was said and is to be taken back */
    size_t date_choice, time_choice; /* which of the goal's values it asks for now */
    bool told_time;
    bool did[ACT_COUNT];   /* this turn */
    struct slot_map meant; /* this turn */
    struct strview asked[MOST_REQUESTS];
    size_t asked_count;
    struct strview wants; /* another intent than the errand's, this turn */
    struct strview fault;
    struct strbuf text;
    bool no_memory;
};

static bool happens(struct simulated_user *user, double share)
{
    return counter_rng_unit(&user->rng) < share;
}

struct simulated_user *simulated_user_create(const struct simulated_user_options *options)
{
    struct simulated_user *user = arena_alloc(options->arena, sizeof *user);
    if (!user || !caller_errands_make(options->task, options->gold, options->arena, &user->errands))
        return NULL;
    struct strview id = options->gold->conversation_id;
    user->options = *options;
    user->index = hash_64(id.data, id.size) + (uint64_t)options->repeat;
    user->rng = counter_rng_start((uint64_t)options->seed,
                                  counter_rng_purpose("caller's character"), user->index);
    user->phrase = (struct caller_phrase){&user->rng, options->arena, options->today};
    user->will_change_mind = happens(user, options->profile->changes_mind);
    user->lies = happens(user, options->profile->lies);
    bool hangs_up = happens(user, options->profile->hangs_up);
    size_t when = 2 + (size_t)counter_rng_below(&user->rng, 3);
    user->hangs_up_at = hangs_up && !options->stays ? when : 0;
    return user;
}

struct strview simulated_user_fault(const struct simulated_user *user)
{
    return user->fault;
}

static const char *pick(struct simulated_user *user, const char *const *texts)
{
    return caller_phrase_pick(&user->phrase, texts);
}

#define PICK(user, ...) pick((user), (const char *const[]){__VA_ARGS__, NULL})

static void say(struct simulated_user *user, const char *text)
{
    if (user->text.size && user->text.data[user->text.size - 1] != ' ')
        strbuf_add_char(&user->text, ' ');
    strbuf_add_text(&user->text, text);
}

static const struct caller_errand *errand_of(const struct simulated_user *user)
{
    return &user->errands.items[user->errand];
}

static const struct slot_value *wish(const struct simulated_user *user, struct strview slot)
{
    const struct slot *found = slot_map_find(&errand_of(user)->slots, slot);
    return found && found->value.count ? &found->value : NULL;
}

/* The self-check: what is said is in the goal, or is a change of mind that is still to come. */
static void check_said(struct simulated_user *user, struct strview slot, struct strview value)
{
    const struct slot_value *goal = wish(user, slot);
    for (size_t i = 0; goal && i < goal->count; i++)
        if (strview_equal(goal->texts[i], value))
            return;
    if (strview_is(slot, "time") && user->decoy.data && strview_equal(user->decoy, value))
        return;
    if (!user->fault.data)
        user->fault = strview_of(arena_format(
            user->options.arena, "the caller said %.*s for %.*s, which its goal does not hold",
            STRVIEW_ARG(value), STRVIEW_ARG(slot)));
}

/* An hour off, in the middle of the day. */
static struct strview other_time(struct simulated_user *user, struct strview time)
{
    int64_t minute;
    if (!back_end_read_minute(time, &minute))
        return (struct strview){0};
    minute += minute >= 12 * 60 ? -60 : 60;
    return strview_of(
        arena_format(user->options.arena, "%02d:%02d", (int)(minute / 60), (int)(minute % 60)));
}

/* The value that is said now: the first choice, unless the caller has yet to change its mind. */
static struct strview value_to_say(struct simulated_user *user, struct strview slot)
{
    const struct slot_value *goal = wish(user, slot);
    size_t choice = strview_is(slot, "time")   ? user->time_choice
                    : strview_is(slot, "date") ? user->date_choice
                                               : 0;
    struct strview value =
        goal ? goal->texts[choice < goal->count ? choice : 0] : (struct strview){0};
    if (!strview_is(slot, "time") || !goal)
        return value;
    user->told_time = true;
    struct strview other = other_time(user, value);
    if (user->lies && other.data)
        return other;
    if (user->will_change_mind && other.data) {
        user->will_change_mind = false;
        user->decoy = other;
        return other;
    }
    return value;
}

/* What an agent that understands all would take down. */
static void mean(struct simulated_user *user, struct strview slot, struct slot_value value)
{
    if (!slot_map_set(user->options.arena, &user->meant, slot, &value))
        user->no_memory = true;
}

/* The slot's value in words; the empty text when the goal has none. */
static struct strview speak(struct simulated_user *user, struct strview slot)
{
    const struct slot_spec *spec = task_spec_slot(user->options.task, slot);
    struct strview value = value_to_say(user, slot);
    if (!spec || !value.data)
        return strview_of("");
    check_said(user, slot, value);
    mean(user, slot, slot_value_text(user->options.arena, value));
    struct strview words = caller_phrase_value(&user->phrase, spec, value);
    user->no_memory = user->no_memory || !words.data;
    return words.data ? words : strview_of("");
}

static void say_format(struct simulated_user *user, const char *before, struct strview words,
                       const char *after)
{
    if (user->text.size)
        strbuf_add_char(&user->text, ' ');
    strbuf_add_format(&user->text, "%s%.*s%s", before, STRVIEW_ARG(words), after);
}

/* "a checkup", "an eye test", "nails". */
static const char *article(struct strview words)
{
    if (words.size && words.data[words.size - 1] == 's')
        return "";
    return words.size && strchr("aeiou", words.data[0]) ? "an " : "a ";
}

static void say_thing(struct simulated_user *user, const char *before, struct strview words)
{
    if (*before)
        say(user, before);
    say_format(user, article(words), words, "");
}

/* One wish, as an answer to a question for it. */
static void say_slot(struct simulated_user *user, struct strview slot)
{
    struct strview words = speak(user, slot);
    const char *before = "", *after = "";
    if (strview_is(slot, "service")) {
        say_thing(user, PICK(user, "it's for", "i need", "i'd like"), words);
        return;
    }
    if (strview_is(slot, "date"))
        before = PICK(user, "", "on ", "how about ", "could i come ");
    else if (strview_is(slot, "time"))
        before = PICK(user, "", "at ", "maybe at ", "i'd like ");
    else if (strview_is(slot, "name"))
        before = PICK(user, "", "it's ", "my name is ", "the name is ");
    else if (strview_is(slot, "phone"))
        before = PICK(user, "", "it's ", "my number is ", "you can reach me on ");
    else if (strview_is(slot, "practitioner"))
        before = PICK(user, "", "with ", "i'd like to see ");
    else if (strview_is(slot, "current_date"))
        before = PICK(user, "", "it's on ", "the one on ", "i have it on ");
    else if (strview_is(slot, "current_time"))
        before = PICK(user, "", "at ", "it's at ");
    else if (strview_is(slot, "for_whom"))
        before = "it's for my ";
    if (strview_is(slot, "date") || strview_is(slot, "time"))
        after = PICK(user, "", " please", "");
    say_format(user, before, words, after);
}

/* What the goal leaves open. */
static void say_nothing_wanted(struct simulated_user *user, struct strview slot)
{
    user->did[ACT_NOTHING_WANTED] = true;
    mean(user, slot, (struct slot_value){.kind = SLOT_VALUE_DONTCARE});
    if (strview_is(slot, "phone") || strview_is(slot, "name"))
        say(user, PICK(user, "i'd rather not say", "do you really need that"));
    else if (strview_is(slot, "email"))
        say(user, PICK(user, "no thank you", "no email please"));
    else
        say(user, PICK(user, "i don't mind", "anything is fine", "whatever you have"));
}

static struct strview next_request(const struct simulated_user *user)
{
    const struct gold_goal *goal = user->options.gold->goal;
    return goal && user->request < goal->requests.count ? goal->requests.items[user->request]
                                                        : (struct strview){0};
}

static void ask_request(struct simulated_user *user)
{
    struct strview request = next_request(user);
    const struct back_end_topic *topic = back_end_topic_of(user->options.back_end, request);
    user->request++;
    if (user->asked_count < MOST_REQUESTS)
        user->asked[user->asked_count++] = request;
    if (topic && topic->questions.count)
        say(user,
            topic->questions.items[counter_rng_below(&user->rng, topic->questions.count)].data);
    else if (strview_is(request, "availability"))
        say(user, PICK(user, "what do you have free", "is there anything free"));
    else if (strview_is(request, "date") || strview_is(request, "time"))
        say(user, PICK(user, "when is my appointment", "what time is my appointment"));
    else
        say_format(user, "can you tell me the ", request, "");
}

/* A wish told at once, when the profile says so. */
static void open_with(struct simulated_user *user, const char *slot, const char *before)
{
    if (!wish(user, strview_of(slot)) || !happens(user, user->options.profile->volunteers))
        return;
    say_format(user, before, speak(user, strview_of(slot)), "");
    user->did[ACT_VOLUNTEERS] = true;
}

static void open_errand(struct simulated_user *user)
{
    const struct caller_errand *errand = errand_of(user);
    if (user->errand)
        say(user, PICK(user, "there is one more thing", "and another thing"));
    else
        say(user, PICK(user, "hi", "hello", "good morning", "yes hello"));
    if (strview_is(errand->intent, "book")) {
        say(user, PICK(user, "i'd like to book", "i need to book", "could i book"));
        if (wish(user, strview_of("service")))
            say_thing(user, "", speak(user, strview_of("service")));
        else
            say(user, "an appointment");
        open_with(user, "date", "on ");
        open_with(user, "time", "at ");
    } else if (strview_is(errand->intent, "reschedule")) {
        say(user, PICK(user, "i need to move my appointment", "can i reschedule my appointment",
                       "i'd like to change my appointment"));
    } else if (strview_is(errand->intent, "cancel")) {
        say(user, PICK(user, "i need to cancel my appointment", "please cancel my appointment",
                       "i have to cancel an appointment"));
    } else if (strview_is(errand->intent, "message")) {
        say(user, PICK(user, "can i leave a message", "could you pass on a message"));
    } else if (strview_is(errand->intent, "handover")) {
        say(user, PICK(user, "can i talk to a person please", "i want to speak to a person"));
    } else if (strview_is(errand->intent, "lookup")) {
        say(user, PICK(user, "can you check my appointment", "when is my appointment"));
    } else if (next_request(user).data) {
        ask_request(user);
        if (wish(user, strview_of("service")))
            say_thing(user, "for", speak(user, strview_of("service")));
        if (wish(user, strview_of("date")))
            say_format(user, "on ", speak(user, strview_of("date")), "");
    } else {
        say(user, PICK(user, "sorry wrong number", "oh never mind, wrong number"));
    }
}

/* The slots that the agent waits for: by its state, else by the words of its question. */
static size_t asked_slots(const struct simulated_user *user, const struct agent_move *agent,
                          struct strview ret_slots[MOST_SAID_AT_ONCE])
{
    static const char *const words[][2] = {
        {"name", "name"},        {"phone", "phone"},           {"number", "phone"},
        {"what day", "date"},    {"which day", "date"},        {"what date", "date"},
        {"when", "date"},        {"what time", "time"},        {"which time", "time"},
        {"which one", "time"},   {"email", "email"},           {"service", "service"},
        {"what for", "service"}, {"how can i help", "service"}};
    size_t count = 0;
    if (agent->state) {
        for (size_t i = 0; i < agent->state->asks.count && count < MOST_SAID_AT_ONCE; i++)
            ret_slots[count++] = agent->state->asks.items[i];
        return count;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words && count < 1; i++) {
        size_t size = strlen(words[i][0]);
        for (size_t at = 0; at + size <= agent->text.size && count < 1; at++)
            if (strncasecmp(agent->text.data + at, words[i][0], size) == 0)
                ret_slots[count++] = strview_of(words[i][1]);
    }
    (void)user;
    return count;
}

/* More than was asked, when the profile says so: a wish that the agent does not hold yet. */
static void volunteer(struct simulated_user *user, const struct agent_move *agent)
{
    static const char *const order[] = {"date", "time", "practitioner", "name", "phone"};
    if (!happens(user, user->options.profile->volunteers))
        return;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        struct strview slot = strview_of(order[i]);
        if (!wish(user, slot) || slot_map_find(&agent->slots, slot))
            continue;
        say(user, "and");
        say_slot(user, slot);
        user->did[ACT_VOLUNTEERS] = true;
        return;
    }
}

static void answer_asked(struct simulated_user *user, const struct agent_move *agent)
{
    struct strview slots[MOST_SAID_AT_ONCE];
    size_t count = asked_slots(user, agent, slots), told = 0;
    if (count == 0) {
        open_errand(user);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!wish(user, slots[i]))
            continue;
        if (told++)
            say(user, "and");
        say_slot(user, slots[i]);
    }
    user->did[ACT_ANSWERS_TWO] = told > 1;
    if (!told)
        say_nothing_wanted(user, slots[0]);
    else if (count == 1)
        volunteer(user, agent);
}

/* A read-back: right values are agreed to, wrong and missing ones are told. */
static void answer_confirmation(struct simulated_user *user, const struct agent_move *agent)
{
    const struct slot_map *wishes = &errand_of(user)->slots;
    size_t told = 0;
    for (size_t i = 0; i < wishes->count && told < MOST_SAID_AT_ONCE; i++) {
        struct strview name = wishes->slots[i].name;
        const struct slot_spec *spec = task_spec_slot(user->options.task, name);
        const struct slot *held = slot_map_find(&agent->slots, name);
        bool is_booked = spec && (spec->required || strview_is(name, "practitioner") ||
                                  strview_is(name, "email") || strview_is(name, "current_date") ||
                                  strview_is(name, "party_size"));
        if (!is_booked ||
            (held && caller_errand_agrees(spec, &wishes->slots[i].value, &held->value)))
            continue;
        if (!told)
            say(user, held ? PICK(user, "no,", "no that's wrong,", "not quite,") : "one thing,");
        else
            say(user, "and");
        told++;
        user->did[ACT_CORRECTS] = true;
        if (spec->type == SLOT_TYPE_NUMBER)
            say_format(user, "there are ", speak(user, name), " of us");
        else if (spec->type == SLOT_TYPE_NAME)
            say_format(user, "the name is ", speak(user, name), "");
        else
            say_slot(user, name);
    }
    if (!told)
        say(user, PICK(user, "yes that's right", "yes please", "yes perfect", "yes, correct"));
}

static bool has_stalled(struct simulated_user *user, const struct agent_move *agent)
{
    struct strview state = agent->state ? agent->state->name : agent->text;
    bool same = user->turn > 1 && strview_equal(state, user->last_state) &&
                slot_map_equal(&agent->slots, &user->last_slots);
    user->stalled = same ? user->stalled + 1 : 0;
    user->last_state = state;
    user->last_slots = agent->slots;
    return user->stalled >= (size_t)user->options.profile->patience;
}

/* What is left when the agent takes the errand as done. */
static bool go_on_after_errand(struct simulated_user *user)
{
    if (next_request(user).data) {
        ask_request(user);
        if (task_spec_intent(user->options.task, strview_of("ask")))
            user->wants = strview_of("ask"); /* and nothing more done */
        return true;
    }
    if (user->errand + 1 >= user->errands.count)
        return false;
    user->errand++;
    user->errand_is_done = user->told_time = false;
    user->date_choice = user->time_choice = 0;
    open_errand(user);
    return true;
}

/* The goal has no answer to what is asked: who cannot go on asks for a person, or leaves. */
static bool is_stuck(const struct simulated_user *user, const struct agent_move *agent)
{
    struct strview slots[MOST_SAID_AT_ONCE];
    size_t count = asked_slots(user, agent, slots);
    for (size_t i = 0; i < count; i++)
        if (wish(user, slots[i]))
            return false;
    const struct slot_spec *spec = count ? task_spec_slot(user->options.task, slots[0]) : NULL;
    return spec && spec->required;
}

static bool wants_person(const struct simulated_user *user, const struct agent_move *agent)
{
    bool confirms = agent->state && agent->state->kind == STATE_CONFIRM;
    return user->options.gold->handover == HANDOVER_REQUIRED && (confirms || is_stuck(user, agent));
}

/* What the caller does about an agent that has not finished. */
static const char *go_on(struct simulated_user *user, const struct agent_move *agent)
{
    bool confirms = agent->state && agent->state->kind == STATE_CONFIRM;
    bool breaks_off = errand_of(user)->breaks_off;
    if (wants_person(user, agent)) {
        say(user, PICK(user, "i'd like to talk to a person", "can i speak to a person please"));
        user->wants = strview_of("handover");
        return NULL;
    }
    if (breaks_off && next_request(user).data) {
        ask_request(user);
        return NULL;
    }
    if (breaks_off && (confirms || is_stuck(user, agent)))
        return "left";
    if (confirms)
        answer_confirmation(user, agent);
    else
        answer_asked(user, agent);
    if (next_request(user).data && happens(user, user->options.profile->asks_besides)) {
        user->did[ACT_ASKS_BESIDES] = true;
        say(user, "and");
        ask_request(user);
    }
    return NULL;
}

static size_t place_in(const struct slot_value *goal, struct strview text)
{
    size_t at = 0;
    while (at < goal->count && !strview_equal(goal->texts[at], text))
        at++;
    return at;
}

/* Free times that the agent names: one that the goal holds is taken. A wish that was said and is
 * not among them is given up for the next best one, when there is one. */
static void weigh_offer(struct simulated_user *user, const struct agent_move *agent)
{
    const struct slot_value *date = wish(user, strview_of("date"));
    const struct slot_value *time = wish(user, strview_of("time"));
    if (!agent->offered_times.count || !date || !time ||
        slot_map_find(&agent->slots, strview_of("time")))
        return;
    size_t on = place_in(date, agent->offered_date);
    for (size_t i = 0; on < date->count && i < agent->offered_times.count; i++) {
        size_t at = place_in(time, agent->offered_times.items[i]);
        if (at == time->count)
            continue;
        user->date_choice = on;
        user->time_choice = at;
        user->did[ACT_ACCEPTS_OFFER] = true;
        return;
    }
    user->did[ACT_REFUSES_OFFER] = true;
    if (user->told_time && !user->decoy.data && user->time_choice + 1 < time->count)
        user->time_choice++;
    else if (user->told_time && !user->decoy.data && user->date_choice + 1 < date->count)
        user->date_choice++;
}

static const char *react(struct simulated_user *user, const struct agent_move *agent)
{
    int kind = agent->state ? agent->state->kind : STATE_OTHER;
    const struct intent_spec *intent =
        task_spec_intent(user->options.task, errand_of(user)->intent);
    struct strview slots[MOST_SAID_AT_ONCE];
    bool asks_nothing = asked_slots(user, agent, slots) == 0 && kind != STATE_CONFIRM;
    bool asks_only = !intent || !intent->tool.data;
    user->errand_is_done = user->errand_is_done || kind == STATE_COMPLETED;
    if (kind == STATE_HANDOVER)
        return "handed_over";
    if (user->hangs_up_at && user->turn > user->hangs_up_at && !user->errand_is_done)
        return "hung_up";
    if (has_stalled(user, agent))
        return "gave_up";
    weigh_offer(user, agent);
    if (user->decoy.data) {
        user->did[ACT_CHANGES_MIND] = true;
        user->decoy = (struct strview){0};
        say(user, PICK(user, "actually make it", "no wait,", "sorry, rather"));
        say_format(user, "", speak(user, strview_of("time")), " instead");
        return NULL;
    }
    if (kind == STATE_COMPLETED || (asks_nothing && (asks_only || user->errand_is_done)))
        return go_on_after_errand(user) ? NULL : "completed";
    return go_on(user, agent);
}

/* Draws and notes of one turn. */
static void begin_turn(struct simulated_user *user)
{
    uint64_t index = user->index + (uint64_t)user->turn * UINT64_C(0x9E3779B97F4A7C15);
    user->rng = counter_rng_start((uint64_t)user->options.seed,
                                  counter_rng_purpose("simulated user"), index);
    strbuf_clear(&user->text);
    memset(user->did, 0, sizeof user->did);
    user->meant = slot_map_empty();
    user->asked_count = 0;
    user->wants = (struct strview){0};
}

/* Recognition draws from a stream of its own: other words change nothing else. */
static struct strview hear(const struct simulated_user *user, struct strview said)
{
    uint64_t index = user->index + (uint64_t)user->turn * UINT64_C(0x9E3779B97F4A7C15);
    struct counter_rng rng =
        counter_rng_start((uint64_t)user->options.seed, counter_rng_purpose("recognition"), index);
    struct caller_phrase phrase = {&rng, user->options.arena, user->options.today};
    return caller_phrase_mishear(&phrase, said, user->options.profile->misheard);
}

static void tell_truth(struct simulated_user *user, struct user_move *move)
{
    struct strview *acts = arena_array(user->options.arena, ACT_COUNT, sizeof *acts);
    struct strview *asked = arena_array(user->options.arena, MOST_REQUESTS, sizeof *asked);
    size_t count = 0;
    if (!acts || !asked) {
        user->no_memory = true;
        return;
    }
    for (int i = 0; i < ACT_COUNT; i++)
        if (user->did[i])
            acts[count++] = strview_of(simulated_user_acts[i]);
    memcpy(asked, user->asked, user->asked_count * sizeof *asked);
    move->acts = (struct text_list){acts, count};
    move->asked = (struct text_list){asked, user->asked_count};
    move->meant = user->meant;
    move->intent = user->wants.data ? user->wants : errand_of(user)->intent;
}

enum status simulated_user_answer(struct simulated_user *user, const struct agent_move *agent,
                                  struct user_move *ret_move, struct error *err)
{
    const struct user_spec *profile = user->options.profile;
    struct user_move move = {0};
    begin_turn(user);
    if (user->turn++ == 0)
        open_errand(user);
    else if (user->turn > (size_t)profile->max_turns)
        move.ended = "gave_up";
    else
        move.ended = react(user, agent);
    move.ends = move.ended != NULL;
    if (!move.ends) {
        move.interrupts = happens(user, profile->interrupts);
        move.said = arena_copy_view(user->options.arena, strbuf_view(&user->text));
        move.heard = move.said.data ? hear(user, move.said) : move.said;
        user->did[ACT_INTERRUPTS] = move.interrupts;
        user->did[ACT_IS_MISHEARD] = !strview_equal(move.said, move.heard);
        tell_truth(user, &move);
    }
    bool failed = user->no_memory || user->text.failed ||
                  (!move.ends && (!move.said.data || !move.heard.data));
    strbuf_done(&user->text);
    if (failed)
        return error_no_memory(err);
    *ret_move = move;
    return STATUS_OK;
}
