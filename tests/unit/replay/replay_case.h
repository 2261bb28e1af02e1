/*
 * replay_case.h: a small task, a candidate of any kind and a conversation, for the tests of replay.
 */
#ifndef ASSAY_TESTS_UNIT_REPLAY_REPLAY_CASE_H
#define ASSAY_TESTS_UNIT_REPLAY_REPLAY_CASE_H

#include "replay/candidate.h"
#include "support/task_builder.h"

#include <math.h>

static const char replay_case_task[] =
    "name: t\ntime_zone: America/New_York\n"
    "opening_hours: {monday: ['09:00-18:00']}\n"
    "slots:\n"
    "  - {name: date, type: date, required: true}\n"
    "  - {name: time, type: time, required: true, confirm_under: 0.99}\n"
    "  - {name: birth_date, type: date}\n"
    "  - {name: time_window, type: interval}\n"
    "  - {name: day_range, type: interval}\n"
    "  - {name: party, type: number}\n"
    "  - {name: phone, type: phone}\n"
    "  - {name: reminder, type: categorical, values: [{value: 'yes', synonyms: [yeah, sure]}, "
    "{value: 'no', synonyms: [nope]}]}\n"
    "  - {name: service, type: categorical, values: [{value: dental_cleaning, synonyms: "
    "[cleaning]}, {value: checkup}]}\n"
    "intents:\n"
    "  - {name: book, phrases: [book, make an appointment], requires: [date, time], tool: "
    "book_it}\n"
    "  - {name: cancel, phrases: [cancel, cancel my appointment, make an appointment go away]}\n"
    "  - {name: handover, phrases: [a person]}\n"
    "states:\n"
    "  - {name: ask_date, kind: collect, asks: [date]}\n"
    "  - {name: ask_time, kind: collect, asks: [time]}\n"
    "  - {name: ask_when, kind: collect, asks: [date, time]}\n"
    "  - {name: ask_birth, kind: collect, asks: [birth_date]}\n"
    "  - {name: ask_party, kind: collect, asks: [party]}\n"
    "  - {name: ask_reminder, kind: collect, asks: [reminder]}\n"
    "  - {name: confirm, kind: confirm}\n"
    "  - {name: done, kind: completed}\n"
    "  - {name: person, kind: handover}\n";

struct replay_case {
    struct task_builder builder;
    struct pipeline_spec pipeline;
    struct candidate_spec spec;
    struct candidate_world world;
    struct candidate candidate;
    struct candidate_scratch scratch;
    struct user_turn user;
    struct conversation_turn turn;
    struct conversation conversation;
    struct turn_view view;
};

static inline void replay_case_init(struct replay_case *at)
{
    *at = (struct replay_case){.pipeline = {.mode = MODE_OWN_STATE}};
    task_builder_init(&at->builder, replay_case_task);
    at->world = (struct candidate_world){
        .pipeline = &at->pipeline, .task = at->builder.task, .extractor = at->builder.extractor};
    at->spec = (struct candidate_spec){.name = strview_of("x"),
                                       .model_name = strview_of("m"),
                                       .provider_name = strview_of("p"),
                                       .seed = INT64_MIN,
                                       .max_tokens = 100,
                                       .confirm_under = 0,
                                       .model_under = 0.8};
    at->candidate = (struct candidate){.spec = &at->spec, .world = &at->world};
    at->scratch.extract = at->builder.extract;
    record_init(&user_turn_type, &at->user);
    at->turn = (struct conversation_turn){.user = &at->user, .user_time_ns = TASK_BUILDER_NOW_NS};
    at->conversation =
        (struct conversation){.id = strview_of("c1"), .turns = &at->turn, .turn_count = 1};
    at->view = (struct turn_view){.conversation = &at->conversation,
                                  .state = strview_of(""),
                                  .slots = slot_map_empty(),
                                  .zone = at->builder.zone,
                                  .locale = strview_of("en-US"),
                                  .arena = at->builder.arena,
                                  .request_arena = at->builder.arena};
}

static inline void replay_case_done(struct replay_case *at)
{
    strbuf_done(&at->scratch.text);
    task_builder_done(&at->builder);
}

/* What the caller says, in which state, with which slots known. */
static inline void replay_case_say(struct replay_case *at, const char *state, const char *known,
                                   const char *text)
{
    at->user.text = strview_of(text);
    at->view.state = strview_of(state);
    at->view.slots = task_builder_slots(&at->builder, known);
}

#endif
