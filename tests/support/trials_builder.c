/*
 * trials_builder.c: see trials_builder.h. Conversations are written as tables of turns; a trial is
 * a conversation with one candidate's slots.
 */
#include "support/trials_builder.h"

#include "support/summary_builder.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_TURNS = 5, MOST_SLOTS = 4 };

struct slot_line {
    const char *slot;
    int verdict;
    const char *gold, *predicted;
    double confidence;
};

struct turn_line {
    const char *user, *agent, *state;
    struct slot_line slots[MOST_SLOTS];
    const char *error;
    const char *intent;
};

struct trial_line {
    const char *conversation, *reason, *tags[3];
    size_t candidate;
    int outcome;
    struct turn_line turns[MOST_TURNS];
};

static const struct trial_line lines[] = {
    {"conv-0017",
     "date is 2025-01-16, gold says 2025-01-23 at the last turn",
     {"correction", "relative-date"},
     1,
     TRIAL_WRONG_BOOKING,
     {{"hi i'd like to book a haircut for thursday",
       "Of course. At what time on Thursday?",
       "collect_date",
       {{"service", SLOT_RIGHT, "haircut", "haircut", .95},
        {"date", SLOT_RIGHT, "2025-01-16", "2025-01-16", .9}},
       NULL,
       "book"},
      {"uh no wait not this thursday the one after at half past two",
       "Thursday the 16th at 2:30 p.m. May I have your name?",
       "collect_time",
       {{"date", SLOT_WRONG_VALUE, "2025-01-23", "2025-01-16", .81},
        {"time", SLOT_WRONG_VALUE, "14:30", "14:00", .77}},
       NULL,
       "change"},
      {"it's ana díaz",
       "Thank you, Ana. Shall I book it?",
       "collect_name",
       {{"name", SLOT_RIGHT, "Ana Díaz", "Ana Díaz", .93}},
       NULL,
       NULL},
      {"two thirty i said",
       "Sorry: 2:30 p.m. It is booked.",
       "confirm",
       {{"time", SLOT_LATE, "14:30", "14:30", .88}},
       NULL,
       NULL}}},
    {"conv-0052",
     "two people: the second name is missing",
     {"two-people"},
     1,
     TRIAL_PARTIAL,
     {{"can you fit in me and my daughter for a cleaning tomorrow morning",
       "Tomorrow morning is possible. What are your names?",
       "collect_date",
       {{"service", SLOT_MISSING, "cleaning", NULL, NAN},
        {"date", SLOT_RIGHT, "2025-01-11", "2025-01-11", .95},
        {"time", SLOT_WRONG_VALUE, "morning", "10:00", .75}},
       NULL,
       "book"},
      {"marie and her name is lou dupont both",
       "Thank you.",
       "collect_name",
       {{"name", SLOT_WRONG_VALUE, "Marie Dupont", "Marie", .8},
        {"practitioner", SLOT_SPURIOUS, NULL, "Lou", .42}},
       NULL,
       NULL}}},
    {"conv-0103",
     "the answer of turn 1 was no JSON object",
     {"hand-over"},
     2,
     TRIAL_NO_BOOKING,
     {{"i need to speak to a person about my bill",
       "I can book appointments. For what day?",
       "greeting",
       {{"service", SLOT_SPURIOUS, NULL, "billing", .51}},
       NULL,
       "book"},
      {"no a person please",
       "",
       "collect_date",
       {{0}},
       "malformed answer: expected a JSON object, found prose",
       NULL}}},
    {"conv-0088",
     "phone has a digit too few",
     {"phone", "asr-error"},
     0,
     TRIAL_WRONG_BOOKING,
     {{"my number is oh six twelve thirty four double five seven eight",
       "Thank you: 06 12 34 57 8. Is that right?",
       "collect_phone",
       {{"phone", SLOT_WRONG_VALUE, "+33612345578", "+3361234578", .69}},
       NULL,
       "inform"},
      {"yes", "Your appointment is booked.", "confirm", {{0}}, NULL, "affirm"}}},
    {"conv-0131",
     "the caller left before a date was found",
     {"abandoned"},
     0,
     TRIAL_ABANDONED,
     {{"do you have anything next week",
       "For which service?",
       "collect_date",
       {{"date", SLOT_MISSING, "2025-01-13/2025-01-19", NULL, NAN}},
       NULL,
       "book"},
      {"never mind", "Goodbye.", "closing", {{0}}, NULL, "cancel"}}},
    {"conv-0149",
     "handed over, though gold expects a booking",
     {"hand-over", "interruption"},
     2,
     TRIAL_HANDED_OVER,
     {{"move my colour appointment from friday to any day you like",
       "One moment, I connect you.",
       "greeting",
       {{"service", SLOT_RIGHT, "colouring", "colouring", .97},
        {"date", SLOT_WRONG_VALUE, "dontcare", "2025-01-17", .63}},
       NULL,
       "reschedule"}}},
};

static struct strview view_of(const char *text)
{
    return strview_of(text);
}

static void *array_of(struct arena *arena, size_t count, size_t size)
{
    void *array = arena_array(arena, count ? count : 1, size);
    if (!array)
        abort();
    return array;
}

static void fill_turn(struct arena *arena, struct turn_summary *turn, const struct turn_line *line)
{
    *turn = (struct turn_summary){.user_text = view_of(line->user),
                                  .response = view_of(line->agent),
                                  .state = view_of(line->state),
                                  .error = view_of(line->error),
                                  .intent = view_of(line->intent),
                                  .intent_right = FIELD_ABSENT_BOOL,
                                  .is_scored = true,
                                  .joint_goal = !line->error};
    if (line->intent)
        turn->intent_right = strcmp(line->intent, "change") != 0;
    turn->slots = array_of(arena, MOST_SLOTS, sizeof *turn->slots);
    for (; turn->slot_count < MOST_SLOTS && line->slots[turn->slot_count].slot;
         turn->slot_count++) {
        const struct slot_line *slot = &line->slots[turn->slot_count];
        turn->slots[turn->slot_count] =
            (struct slot_score){view_of(slot->slot),      slot->verdict,    view_of(slot->gold),
                                view_of(slot->predicted), slot->confidence, slot->confidence < .7};
        if (slot->verdict != SLOT_RIGHT && slot->verdict != SLOT_LATE)
            turn->joint_goal = false;
    }
}

static void fill_trial(struct arena *arena, struct trial_summary *trial,
                       const struct trial_line *line)
{
    *trial = (struct trial_summary){.conversation_id = view_of(line->conversation),
                                    .candidate = line->candidate,
                                    .outcome = line->outcome,
                                    .reason = view_of(line->reason)};
    struct strview *tags = array_of(arena, 3, sizeof *tags);
    size_t tag_count = 0;
    for (; tag_count < 3 && line->tags[tag_count]; tag_count++)
        tags[tag_count] = view_of(line->tags[tag_count]);
    trial->tags = (struct text_list){tags, tag_count};
    trial->turns = array_of(arena, MOST_TURNS, sizeof *trial->turns);
    for (; trial->turn_count < MOST_TURNS && line->turns[trial->turn_count].user;
         trial->turn_count++) {
        struct turn_summary *turn = &trial->turns[trial->turn_count];
        fill_turn(arena, turn, &line->turns[trial->turn_count]);
        turn->turn = (int64_t)trial->turn_count;
        if (trial->turn_count) /* an error of an earlier turn stays in the state */
            turn->joint_goal = turn->joint_goal && turn[-1].joint_goal;
        for (size_t i = 0; i < turn->slot_count; i++)
            trial->slot_faults += turn->slots[i].verdict != SLOT_RIGHT;
    }
}

void trials_builder_worst(struct arena *arena, struct run_summary *summary)
{
    size_t count = sizeof lines / sizeof *lines;
    summary->worst = array_of(arena, count, sizeof *summary->worst);
    summary->worst_count = count;
    for (size_t i = 0; i < count; i++)
        fill_trial(arena, &summary->worst[i], &lines[i]);
}

struct trial *summary_builder_trial(struct arena *arena, size_t index)
{
    const struct trial_line *line = &lines[index];
    struct trial_summary shown;
    fill_trial(arena, &shown, line);
    struct trial *trial = array_of(arena, 1, sizeof *trial);
    struct prediction *predictions = array_of(arena, shown.turn_count, sizeof *predictions);
    struct turn_score *turns = array_of(arena, shown.turn_count, sizeof *turns);
    for (size_t i = 0; i < shown.turn_count; i++) {
        struct prediction *prediction = &predictions[i];
        record_init(&prediction_type, prediction);
        struct prediction_metadata *metadata = array_of(arena, 1, sizeof *metadata);
        struct token_counts *tokens = array_of(arena, 1, sizeof *tokens);
        *tokens = (struct token_counts){120, 45, 0, 0};
        *metadata = (struct prediction_metadata){450, tokens, 1250000};
        prediction->metadata = metadata;
        prediction->turn = (int64_t)i;
        prediction->attempts = 1;
        record_init(&turn_score_type, &turns[i]);
        turns[i].turn = (int64_t)i;
        turns[i].slots = (struct record_list){shown.turns[i].slots, shown.turns[i].slot_count};
        turns[i].joint_goal = shown.turns[i].joint_goal;
        turns[i].intent_right = shown.turns[i].intent_right;
        turns[i].scored = 1;
    }
    record_init(&trial_type, trial);
    trial->ordinal = (int64_t)index;
    trial->id = strview_of(arena_format(arena, "%s/%zu/0", line->conversation, line->candidate));
    trial->conversation_id = shown.conversation_id;
    trial->candidate = (int64_t)line->candidate;
    trial->repeat = 0;
    trial->predictions = (struct record_list){predictions, shown.turn_count};
    trial->score = array_of(arena, 1, sizeof *trial->score);
    record_init(&trial_score_type, trial->score);
    trial->score->turns = (struct record_list){turns, shown.turn_count};
    trial->score->outcome = line->outcome;
    trial->score->success = 0;
    trial->score->completed = line->outcome == TRIAL_WRONG_BOOKING;
    trial->score->goal_slots_right = 0;
    trial->score->reasks = 1;
    trial->score->reason = shown.reason;
    return trial;
}

struct conversation_facts *summary_builder_facts(struct arena *arena, size_t index)
{
    struct trial_summary shown;
    fill_trial(arena, &shown, &lines[index]);
    struct conversation_facts *facts = array_of(arena, 1, sizeof *facts);
    record_init(&conversation_facts_type, facts);
    facts->ordinal = (int64_t)index;
    facts->conversation_id = shown.conversation_id;
    facts->locale = strview_of("en-US");
    facts->split = index % 2 ? SPLIT_CHALLENGE : SPLIT_RANDOM;
    facts->tags = shown.tags;
    facts->gold_status = GOLD_JOINED;
    facts->outcome = OUTCOME_COMPLETED;
    facts->user_turns = (int64_t)shown.turn_count;
    return facts;
}
