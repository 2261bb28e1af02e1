/*
 * call_script.c: the dialogue. A plan per intent says which slots are needed in which order; the
 * caller may volunteer some at once; the agent asks for the first that it does not know, and may
 * misunderstand or miss a value. Gold follows the caller's words, the agent's slots follow the
 * agent.
 */
#include "call_script.h"

#include "base/civil_time.h"
#include "spoken.h"

#include <stdio.h>

#define BIT(slot) (1U << PHRASE_##slot)

struct opening {
    enum phrase_rule rule;
    unsigned slots; /* that the caller gives at once */
    uint32_t weight;
};

struct plan {
    const char *intent;
    const char *tool; /* NULL: nothing is booked */
    enum phrase_slot order[8];
    size_t order_count;
    struct opening openings[6];
    enum phrase_rule confirm, done;
    const char *expects_handover;
};

static const struct plan plans[] = {
    {"book",
     "book_appointment",
     {PHRASE_service, PHRASE_practitioner, PHRASE_date, PHRASE_time, PHRASE_name, PHRASE_phone},
     6,
     {{RULE_open_book, 0, 2},
      {RULE_open_service, BIT(service), 4},
      {RULE_open_service_date, BIT(service) | BIT(date), 4},
      {RULE_open_service_date_time, BIT(service) | BIT(date) | BIT(time), 2},
      {RULE_open_service_practitioner, BIT(service) | BIT(practitioner), 1},
      {RULE_open_service_name, BIT(service) | BIT(name), 1}},
     RULE_agent_confirm_book,
     RULE_agent_booked,
     "none"},
    {"reschedule",
     "reschedule_appointment",
     {PHRASE_name, PHRASE_current_date, PHRASE_date, PHRASE_time},
     4,
     {{RULE_open_reschedule, 0, 2},
      {RULE_open_reschedule_current, BIT(current_date), 2},
      {RULE_open_reschedule_both, BIT(current_date) | BIT(date), 1}},
     RULE_agent_confirm_reschedule,
     RULE_agent_moved,
     "none"},
    {"cancel",
     "cancel_appointment",
     {PHRASE_name, PHRASE_current_date},
     2,
     {{RULE_open_cancel, 0, 2},
      {RULE_open_cancel_current, BIT(current_date), 2},
      {RULE_open_cancel_name, BIT(name), 1}},
     RULE_agent_confirm_cancel,
     RULE_agent_cancelled,
     "none"},
    {"lookup",
     NULL,
     {PHRASE_name},
     1,
     {{RULE_open_lookup, 0, 1}, {RULE_open_lookup_name, BIT(name), 1}},
     RULE_COUNT,
     RULE_agent_found,
     "none"},
    {"ask",
     NULL,
     {PHRASE_service},
     1,
     {{RULE_open_ask_price, BIT(service), 1}},
     RULE_COUNT,
     RULE_agent_answered,
     "none"},
    {"handover",
     NULL,
     {0},
     0,
     {{RULE_open_handover, 0, 1}},
     RULE_COUNT,
     RULE_agent_transfer,
     "required"},
};

static const struct {
    enum phrase_rule ask, give, fix;
    const char *state;
} slot_rules[PHRASE_SLOT_COUNT] = {
    [PHRASE_service] = {RULE_agent_service, RULE_give_service, RULE_fix_service, "collect_service"},
    [PHRASE_practitioner] = {RULE_agent_practitioner, RULE_give_practitioner, RULE_fix_practitioner,
                             "collect_practitioner"},
    [PHRASE_date] = {RULE_agent_date, RULE_give_date, RULE_fix_date, "collect_date"},
    [PHRASE_time] = {RULE_agent_time, RULE_give_time, RULE_fix_time, "collect_time"},
    [PHRASE_name] = {RULE_agent_name, RULE_give_name, RULE_fix_name, "collect_name"},
    [PHRASE_phone] = {RULE_agent_phone, RULE_give_phone, RULE_fix_phone, "collect_phone"},
    [PHRASE_current_date] = {RULE_agent_current_date, RULE_give_current_date, RULE_fix_current_date,
                             "identify"},
};

/* What one side knows. */
struct knowledge {
    unsigned known; /* BIT of each slot */
    unsigned dontcare;
    enum phrase_slot order[PHRASE_SLOT_COUNT]; /* as learnt */
    size_t count;
    struct spoken_value values[PHRASE_SLOT_COUNT];
    double confidence[PHRASE_SLOT_COUNT];
};

struct call {
    struct recorder *recorder;
    struct draw draw;
    struct spoken_place place;
    const struct plan *plan;
    struct knowledge wants; /* what the caller has in mind */
    struct knowledge said;  /* gold's state */
    struct knowledge agent;
    unsigned needed;
    unsigned noise_per_mille;
    const char *state;
    unsigned corrections, asides;
    bool hung_up;
};

static void learn(struct knowledge *knowledge, const struct spoken_value *value, bool dontcare,
                  double confidence)
{
    enum phrase_slot slot = value->slot;
    if (!(knowledge->known & 1U << slot))
        knowledge->order[knowledge->count++] = slot;
    knowledge->known |= 1U << slot;
    knowledge->dontcare &= ~(1U << slot);
    knowledge->dontcare |= (unsigned)dontcare << slot;
    knowledge->values[slot] = *value;
    knowledge->confidence[slot] = confidence;
}

static struct slot_map slots_of(struct call *call, const struct knowledge *knowledge)
{
    struct arena *arena = call->recorder->arena;
    struct slot *slots = arena_array(arena, knowledge->count + 1, sizeof *slots);
    struct strview *texts = arena_array(arena, knowledge->count + 1, sizeof *texts);
    for (size_t i = 0; i < knowledge->count; i++) {
        enum phrase_slot slot = knowledge->order[i];
        slots[i].name = strview_of(phrase_slot_names[slot]);
        if (knowledge->dontcare & 1U << slot) {
            slots[i].value = (struct slot_value){.kind = SLOT_VALUE_DONTCARE};
            continue;
        }
        texts[i] = arena_copy_view(arena, strview_of(knowledge->values[slot].text));
        slots[i].value = (struct slot_value){SLOT_VALUE_TEXT, 1, &texts[i]};
    }
    return (struct slot_map){slots, knowledge->count};
}

static void agent_says(struct call *call, const char *text, const char *next_state, bool first)
{
    struct named_number confidence[PHRASE_SLOT_COUNT];
    for (size_t i = 0; i < call->agent.count; i++)
        confidence[i] = (struct named_number){strview_of(phrase_slot_names[call->agent.order[i]]),
                                              call->agent.confidence[call->agent.order[i]]};
    struct number_map confidences = {confidence, call->agent.count};
    struct slot_map slots = slots_of(call, &call->agent);
    recorder_agent(call->recorder,
                   &(struct recorder_answer){.text = text,
                                             .state = call->state,
                                             .next_state = next_state,
                                             .intent = first ? NULL : call->plan->intent,
                                             .slots = &slots,
                                             .confidence = &confidences});
    call->state = next_state;
}

/* `first` and then `second`, each from the grammar, with the agent's values in it. */
static void agent_speaks(struct call *call, enum phrase_rule first, enum phrase_rule second,
                         const char *next_state)
{
    char formal[PHRASE_SLOT_COUNT][SPOKEN_BYTES];
    const char *words[PHRASE_SLOT_COUNT] = {0};
    struct phrase phrase;
    char text[1100];
    size_t size = 0;
    for (int slot = 0; slot < PHRASE_old; slot++) {
        const struct knowledge *from = call->agent.known & 1U << slot ? &call->agent : &call->wants;
        spoken_formal(&from->values[slot], formal[slot]);
        words[slot] = formal[slot];
    }
    const enum phrase_rule rules[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        if (rules[i] == RULE_COUNT)
            continue;
        phrase_say(&call->draw, rules[i], words, 0, &phrase);
        memcpy(text + size, phrase.said, phrase.said_size);
        size += phrase.said_size;
    }
    text[size] = '\0';
    agent_says(call, text, next_state, call->recorder->turn_count == 0);
}

/* How the agent takes what it heard: right, not at all, or wrong. */
static void agent_hears(struct call *call, unsigned slots, uint32_t care)
{
    for (int slot = 0; slot < PHRASE_old; slot++) {
        if (!(slots & 1U << slot))
            continue;
        struct spoken_value value = call->said.values[slot];
        bool dontcare = call->said.dontcare >> slot & 1;
        uint32_t luck = draw_below(&call->draw, 1000 * care);
        double confidence = draw_between(&call->draw, 86, 98) * 0.01;
        if (luck < 30 && !dontcare)
            continue; /* it missed the value and will ask again */
        if (luck >= 30 && luck < 75 && !dontcare) {
            spoken_mistake(&call->draw, &call->place, &call->said.values[slot], &value);
            confidence = draw_between(&call->draw, 45, 92) * 0.01;
        }
        learn(&call->agent, &value, dontcare, confidence);
    }
}

struct saying {
    enum phrase_rule rule;
    unsigned slots;          /* whose values are said */
    bool dontcare;           /* ... instead of a value */
    enum phrase_slot before; /* <old>: another value of this slot, taken back at once */
    const char *asks;        /* a thing that the caller wants to be told, or NULL */
    bool read_back;          /* a careful agent confirms what it heard here */
};

static void caller_says(struct call *call, const struct saying *saying, uint32_t care)
{
    char spoken[PHRASE_SLOT_COUNT][SPOKEN_BYTES];
    const char *words[PHRASE_SLOT_COUNT] = {0};
    struct phrase phrase;
    struct arena *arena = call->recorder->arena;
    for (int slot = 0; slot < PHRASE_old; slot++) {
        if (!(saying->slots & 1U << slot))
            continue;
        const struct spoken_value *value = &call->wants.values[slot];
        learn(&call->said, value, saying->dontcare, 1);
        spoken_words(&call->draw, &call->place, value, spoken[slot]);
        words[slot] = spoken[slot];
    }
    struct spoken_value old;
    spoken_mistake(&call->draw, &call->place, &call->wants.values[saying->before], &old);
    spoken_words(&call->draw, &call->place, &old, spoken[PHRASE_old]);
    words[PHRASE_old] = spoken[PHRASE_old];
    phrase_say(&call->draw, saying->rule, words, call->noise_per_mille, &phrase);
    if (call->place.written && phrase.heard[0] >= 'a' && phrase.heard[0] <= 'z')
        phrase.heard[0] = phrase.said[0] = (char)(phrase.heard[0] - 'a' + 'A');

    struct gold_turn turn;
    record_init(&gold_turn_type, &turn);
    struct strview *asked = arena_array(arena, 1, sizeof *asked);
    *asked = strview_of(saying->asks);
    turn.intent = strview_of(call->plan->intent);
    turn.requested_slots = (struct text_list){asked, saying->asks ? 1 : 0};
    turn.state = slots_of(call, &call->said);
    turn.needs_confirmation = saying->read_back;
    recorder_user(call->recorder, &phrase, &turn, call->place.written);
    agent_hears(call, saying->slots, care);
    call->hung_up = draw_chance(&call->draw, 6) && call->recorder->turn_count > 1;
}

static void draw_wants(struct call *call)
{
    static const enum phrase_slot slots[] = {PHRASE_service,     PHRASE_practitioner, PHRASE_date,
                                             PHRASE_time,        PHRASE_name,         PHRASE_phone,
                                             PHRASE_current_date};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        struct spoken_value value;
        spoken_draw(&call->draw, slots[i], &call->place, &value);
        learn(&call->wants, &value, false, 1);
    }
    call->needed = 0;
    for (size_t i = 0; i < call->plan->order_count; i++)
        call->needed |= 1U << call->plan->order[i];
    if (!draw_chance(&call->draw, 300))
        call->needed &= ~BIT(practitioner);
}

static const struct opening *draw_opening(struct call *call)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < 6; i++)
        sum += call->plan->openings[i].weight;
    uint32_t at = draw_below(&call->draw, sum);
    const struct opening *opening = call->plan->openings;
    while (at >= opening->weight)
        at -= (opening++)->weight;
    return opening;
}

/* Something else before the answer; the agent tells and asks again. */
static void ask_aside(struct call *call, enum phrase_rule ask, const char *next_state)
{
    static const struct {
        enum phrase_rule ask, answer;
        const char *what;
    } asides[] = {{RULE_ask_price, RULE_agent_price, "price"},
                  {RULE_ask_address, RULE_agent_address, "address"},
                  {RULE_ask_parking, RULE_agent_parking, "parking"}};
    uint32_t which = draw_below(&call->draw, 3);
    call->asides |= 1U << which;
    caller_says(call, &(struct saying){.rule = asides[which].ask, .asks = asides[which].what}, 1);
    if (!call->hung_up)
        agent_speaks(call, asides[which].answer, ask, next_state);
}

/* The caller's answer to the question for `slot`, sometimes with more than was asked. */
static void answer(struct call *call, enum phrase_slot slot)
{
    struct saying saying = {.rule = slot_rules[slot].give,
                            .slots = 1U << slot,
                            .before = slot,
                            .read_back = slot == PHRASE_phone};
    unsigned open = call->needed & ~call->said.known;
    bool corrects = draw_chance(&call->draw, 80);
    if (slot == PHRASE_practitioner && !(call->said.known & BIT(practitioner)) &&
        draw_chance(&call->draw, 450)) {
        saying.rule = RULE_any_practitioner;
        saying.dontcare = true;
    } else if (slot == PHRASE_date && corrects) {
        saying.rule = RULE_correct_date;
    } else if (slot == PHRASE_time && corrects) {
        saying.rule = RULE_correct_time;
    } else if (slot == PHRASE_date && open & BIT(time) && draw_chance(&call->draw, 250)) {
        saying.rule = RULE_give_date_time;
        saying.slots |= BIT(time);
    } else if (slot == PHRASE_name && open & BIT(phone) && draw_chance(&call->draw, 200)) {
        saying.rule = RULE_give_name_phone;
        saying.slots |= BIT(phone);
    }
    if (saying.rule == RULE_correct_date || saying.rule == RULE_correct_time) {
        call->corrections++;
        saying.read_back = true;
    }
    caller_says(call, &saying, 1);
}

static void check_availability(struct call *call)
{
    char parameters[200];
    snprintf(parameters, sizeof parameters, "{\"date\":\"%s\"}",
             call->agent.values[PHRASE_date].text);
    recorder_tool(call->recorder, "check_availability",
                  arena_copy_view(call->recorder->arena, strview_of(parameters)),
                  "[\"09:30\",\"11:00\",\"14:30\"]");
}

/* Until the agent has every slot that it needs. False: the call ended early. */
static bool collect(struct call *call)
{
    bool looked = false;
    unsigned asked = 0;
    for (;;) {
        enum phrase_slot slot = PHRASE_old;
        for (size_t i = 0; i < call->plan->order_count && slot == PHRASE_old; i++)
            if (call->needed & ~call->agent.known & 1U << call->plan->order[i])
                slot = call->plan->order[i];
        if (call->hung_up || slot == PHRASE_old)
            return !call->hung_up;
        if (call->recorder->turn_count > RECORDER_TURNS_MAX - 10)
            return false;
        if (!looked && call->agent.known & BIT(date) && call->plan->tool) {
            check_availability(call);
            looked = true;
        }
        bool is_new = strcmp(call->plan->intent, "book") == 0;
        enum phrase_rule ask =
            slot == PHRASE_name && !is_new ? RULE_agent_identify : slot_rules[slot].ask;
        const char *state = is_new                                       ? slot_rules[slot].state
                            : slot == PHRASE_date || slot == PHRASE_time ? "offer"
                                                                         : "identify";
        agent_speaks(call, asked & 1U << slot ? RULE_agent_again : RULE_COUNT, ask, state);
        asked |= 1U << slot;
        if (is_new && draw_chance(&call->draw, 30)) {
            ask_aside(call, ask, state);
            if (call->hung_up)
                return false;
        }
        answer(call, slot);
    }
}

static bool agent_is_right_about(const struct call *call, enum phrase_slot slot)
{
    return strcmp(call->agent.values[slot].text, call->said.values[slot].text) == 0;
}

/* The agent reads back; the caller agrees, puts one thing right, or changes their mind. */
static bool confirm(struct call *call)
{
    bool changed = false;
    for (int round = 0; round < 4; round++) {
        agent_speaks(call, RULE_COUNT, call->plan->confirm, "confirmation");
        struct saying saying = {.rule = RULE_yes};
        for (int slot = 0; slot < PHRASE_old; slot++)
            if (call->needed & 1U << slot && !agent_is_right_about(call, (enum phrase_slot)slot) &&
                draw_chance(&call->draw, 600))
                saying = (struct saying){
                    .rule = slot_rules[slot].fix, .slots = 1U << slot, .read_back = true};
        if (saying.rule == RULE_yes && !changed && call->needed & BIT(time) &&
            draw_chance(&call->draw, 70)) {
            changed = true;
            enum phrase_slot slot = draw_chance(&call->draw, 600) ? PHRASE_time : PHRASE_date;
            struct spoken_value value;
            spoken_mistake(&call->draw, &call->place, &call->wants.values[slot], &value);
            learn(&call->wants, &value, false, 1);
            saying =
                (struct saying){.rule = slot == PHRASE_time ? RULE_change_time : RULE_change_date,
                                .slots = 1U << slot,
                                .read_back = true};
            call->corrections++;
        }
        caller_says(call, &saying, 3);
        if (call->hung_up || saying.rule == RULE_yes)
            return !call->hung_up;
    }
    return true;
}

static void book(struct call *call)
{
    struct strbuf parameters = {0};
    struct json_write writer = {.out = &parameters};
    json_write_begin_object(&writer);
    for (size_t i = 0; i < call->agent.count; i++)
        if (!(call->agent.dontcare & 1U << call->agent.order[i]))
            json_write_key_text(&writer, phrase_slot_names[call->agent.order[i]],
                                strview_of(call->agent.values[call->agent.order[i]].text));
    json_write_end_object(&writer);
    recorder_tool(call->recorder, call->plan->tool, strbuf_view(&parameters), "{\"ok\":true}");
    strbuf_done(&parameters);
}

/* What should have come out: what the caller said and wanted, whatever the agent made of it. */
static void write_gold(struct call *call, bool reached_confirmation)
{
    struct gold_conversation gold;
    struct gold_goal goal;
    struct gold_booking booking;
    struct strview tags[4], requests[4];
    size_t tag_count = 0, request_count = 0;
    record_init(&gold_conversation_type, &gold);
    record_init(&gold_goal_type, &goal);
    static const char *const asides[] = {"price", "address", "parking"};
    if (call->corrections)
        tags[tag_count++] = strview_of("correction");
    if (call->noise_per_mille)
        tags[tag_count++] = strview_of("asr_noise");
    if (call->place.written)
        tags[tag_count++] = strview_of("chat");
    for (size_t i = 0; i < 3; i++)
        if (call->asides & 1U << i)
            requests[request_count++] = strview_of(asides[i]);
    goal.intent = strview_of(call->plan->intent);
    goal.slots = slots_of(call, &call->said);
    goal.requests = (struct text_list){requests, request_count};
    booking = (struct gold_booking){strview_of(call->plan->tool), goal.slots};
    struct gold_booking_set set = {{&booking, call->plan->tool && reached_confirmation ? 1 : 0}};
    gold.dataset = strview_of("load");
    gold.split = call->corrections || call->noise_per_mille ? SPLIT_CHALLENGE : SPLIT_RANDOM;
    gold.tags = (struct text_list){tags, tag_count};
    gold.goal = &goal;
    gold.expected_bookings = (struct record_list){&set, 1};
    gold.handover = call->plan->expects_handover[0] == 'r' ? HANDOVER_REQUIRED : HANDOVER_NONE;
    recorder_gold(call->recorder, &gold);
}

static const struct plan *draw_plan(struct draw *draw)
{
    static const uint32_t upto[] = {760, 870, 930, 955, 980, 1000}; /* in the order of `plans` */
    uint32_t at = draw_below(draw, 1000);
    size_t which = 0;
    while (at >= upto[which])
        which++;
    return &plans[which];
}

/* Calls come every twenty seconds of a working day from 9:00 to 17:00, from 2025-01-06 on. */
static int64_t start_of(const struct time_zone *zone, uint64_t index, struct draw *draw,
                        int64_t *ret_today_days)
{
    enum { CALLS_PER_DAY = 8 * 60 * 3 };
    int64_t day = (int64_t)(index / CALLS_PER_DAY);
    *ret_today_days = civil_time_days(2025, 1, 6) + day / 5 * 7 + day % 5;
    int64_t ms = (int64_t)(index % CALLS_PER_DAY) * 20000 + draw_between(draw, 0, 19999);
    int64_t local_ns =
        *ret_today_days * CIVIL_TIME_NS_PER_DAY + 9 * 3600 * CIVIL_TIME_NS_PER_S + ms * 1000000;
    return time_zone_utc_ns(zone, local_ns, TIME_ZONE_COMPATIBLE, NULL);
}

static void finish(struct call *call, bool collected, bool confirmed)
{
    struct recorder *recorder = call->recorder;
    if (!confirmed) {
        recorder_end(recorder, call->hung_up ? OUTCOME_ABANDONED : OUTCOME_HANDED_OVER,
                     call->hung_up ? "caller hung up" : "too many turns");
    } else {
        bool is_handover = call->plan->done == RULE_agent_transfer;
        if (call->plan->tool)
            book(call);
        agent_speaks(call, RULE_COUNT, call->plan->done, is_handover ? "handover" : "complete");
        if (!is_handover && draw_chance(&call->draw, 400)) {
            caller_says(call, &(struct saying){.rule = RULE_thanks}, 1);
            call->hung_up = false;
        }
        recorder_end(recorder, is_handover ? OUTCOME_HANDED_OVER : OUTCOME_COMPLETED, NULL);
        if (call->plan->tool && draw_chance(&call->draw, 200))
            recorder_feedback(recorder, draw_chance(&call->draw, 930));
    }
    write_gold(call, collected);
}

void call_script_run(struct recorder *recorder, const struct call_script_zones *zones,
                     uint64_t seed, uint64_t index)
{
    struct call call = {.recorder = recorder, .draw = draw_start(seed, index), .state = "greeting"};
    arena_reset(recorder->arena);
    recorder->draw = &call.draw;
    call.place.british = draw_chance(&call.draw, 120);
    call.place.written = draw_chance(&call.draw, 150);
    if (!call.place.written && draw_chance(&call.draw, 200))
        call.noise_per_mille = 60;
    int64_t start_ns = start_of(call.place.british ? zones->london : zones->new_york, index,
                                &call.draw, &call.place.today_days);
    call.plan = draw_plan(&call.draw);
    draw_wants(&call);
    recorder_start(
        recorder, &(struct recorder_call){index, start_ns, call.place.british, call.place.written});

    const struct opening *opening = draw_opening(&call);
    agent_speaks(&call, RULE_COUNT, RULE_agent_greet, "greeting");
    call.needed |= opening->slots;
    caller_says(&call,
                &(struct saying){.rule = opening->rule,
                                 .slots = opening->slots,
                                 .asks = opening->rule == RULE_open_ask_price ? "price" : NULL},
                1);
    bool collected = collect(&call);
    bool confirmed = collected && (!call.plan->tool || confirm(&call));
    finish(&call, collected, confirmed);
}
