/*
 * sgd_gold.c: walks a dialogue and builds its gold. Keys come in any order, and the last of a
 * repeated one counts, so the places of values are noted first and read afterwards. The first fault
 * stops the work; `status` remembers it. Thread: one at a time per cursor. Memory: the caller's
 * arena.
 */
#include "ingest/sgd_gold.h"

#include "base/hash.h"

#include <stdlib.h>

static const uint32_t nowhere = UINT32_MAX;

/* A service of the dialogue. */
struct part {
    const struct sgd_schema_service *service;
    struct slot *slots; /* its state so far */
    size_t slot_count;
    struct strview intent;
    bool has_pending; /* a transactional call whose outcome is not known yet */
    struct gold_booking pending;
};

struct texts {
    struct strview *items;
    size_t count, capacity;
};

struct builder {
    struct sgd_json *json;
    const struct sgd_schema *schema;
    struct arena *arena;
    struct sgd_gold_counts *counts;
    struct error *err;
    enum status status;

    struct part *parts;
    size_t part_count, part_capacity;
    struct gold_turn *turns;
    size_t turn_count, turn_capacity;
    struct gold_booking *bookings;
    size_t booking_count, booking_capacity;
    struct texts requests; /* of the whole dialogue, each once */
    struct strview last_intent;

    /* of the turn at hand */
    struct texts requested;
    struct gold_span *spans;
    size_t span_count, span_capacity;
    struct strview first_intent, new_intent;
};

/* --- small things -------------------------------------------------------------------------- */

static bool is_sound(const struct builder *b)
{
    return b->status == STATUS_OK && b->json->fault == STATUS_OK;
}

static void fail(struct builder *b, uint32_t at, const char *what)
{
    if (is_sound(b))
        b->status = sgd_json_complain(b->json, at, b->err, "%s", what);
}

static void fail_memory(struct builder *b)
{
    if (b->status == STATUS_OK)
        b->status = error_no_memory(b->err);
}

/* Steps into an object or array, or fails. */
static bool enter(struct builder *b, enum sgd_json_kind kind, const char *what)
{
    if (is_sound(b) && sgd_json_peek(b->json) == kind) {
        sgd_json_enter(b->json);
        return true;
    }
    fail(b, sgd_json_tell(b->json), what);
    return false;
}

static struct strview read_text(struct builder *b, const char *what)
{
    uint32_t at = sgd_json_tell(b->json);
    struct strview text = sgd_json_read_text(b->json);
    if (strview_is_absent(text))
        fail(b, at, what);
    return text;
}

static void add_text(struct builder *b, struct texts *texts, struct strview text)
{
    if (arena_grow(b->arena, &texts->items, texts->count, &texts->capacity, sizeof *texts->items))
        texts->items[texts->count++] = text;
    else
        fail_memory(b);
}

/* A list that is there, if empty. */
static struct text_list list_of(const struct texts *texts)
{
    static const struct strview none[1];
    return (struct text_list){texts->count ? texts->items : none, texts->count};
}

static bool has_slot(const struct sgd_schema_service *service, struct strview name)
{
    for (size_t i = 0; i < service->slot_count; i++)
        if (strview_equal(service->slots[i].name, name))
            return true;
    return false;
}

/* The slot's name in gold (see the header). */
static struct strview gold_name(struct builder *b, const struct part *part, struct strview name)
{
    size_t holders = 0;
    for (size_t i = 0; i < b->part_count; i++)
        holders += has_slot(b->parts[i].service, name) ? 1 : 0;
    if (holders < 2)
        return name;
    char *full =
        arena_format(b->arena, "%.*s.%.*s", STRVIEW_ARG(part->service->name), STRVIEW_ARG(name));
    if (!full)
        fail_memory(b);
    return strview_of(full);
}

static struct part *find_part(struct builder *b, struct strview service, uint32_t at)
{
    for (size_t i = 0; i < b->part_count; i++)
        if (strview_equal(b->parts[i].service->name, service))
            return &b->parts[i];
    fail(b, at, "a frame's service is not among the services of its dialogue");
    return NULL;
}

/* --- values -------------------------------------------------------------------------------- */

static struct slot_value value_of(const struct texts *texts)
{
    if (texts->count == 1 && strview_is(texts->items[0], SLOT_DONTCARE_TEXT))
        return (struct slot_value){.kind = SLOT_VALUE_DONTCARE};
    return (struct slot_value){.kind = texts->count == 1 ? SLOT_VALUE_TEXT : SLOT_VALUE_LIST,
                               .count = texts->count,
                               .texts = list_of(texts).items};
}

static struct slot_value read_alternatives(struct builder *b)
{
    struct texts texts = {0};
    if (enter(b, SGD_JSON_ARRAY, "the values of a slot are not a list"))
        while (is_sound(b) && sgd_json_next_element(b->json))
            add_text(b, &texts, read_text(b, "a slot's value is not a text"));
    b->counts->state_values += texts.count;
    return value_of(&texts);
}

/* A parameter of a service call: a text, or whatever JSON says. */
static struct slot_value read_parameter(struct builder *b)
{
    struct texts texts = {0};
    uint32_t at = sgd_json_tell(b->json);
    struct sgd_json_value value = sgd_json_read(b->json);
    if (value.kind == SGD_JSON_NULL)
        return (struct slot_value){.kind = SLOT_VALUE_NULL};
    if (value.kind == SGD_JSON_OBJECT || value.kind == SGD_JSON_ARRAY)
        fail(b, at, "a parameter of a service call is neither a text nor a number");
    add_text(b, &texts, value.text);
    struct slot_value result = value_of(&texts);
    if (value.kind != SGD_JSON_TEXT)
        result.kind = SLOT_VALUE_JSON;
    return result;
}

static bool add_slot(struct builder *b, struct slot_map *map, size_t *capacity, struct strview name,
                     struct slot_value value)
{
    for (size_t i = 0; i < map->count; i++) { /* a repeated key: the last one counts */
        if (!strview_equal(map->slots[i].name, name))
            continue;
        map->slots[i].value = value;
        return true;
    }
    if (!arena_grow(b->arena, &map->slots, map->count, capacity, sizeof *map->slots)) {
        fail_memory(b);
        return false;
    }
    map->slots[map->count++] = (struct slot){.name = name, .value = value};
    return true;
}

static struct slot_map finished_map(struct slot_map map)
{
    return map.count ? map : slot_map_empty();
}

/* --- user frames --------------------------------------------------------------------------- */

static void read_slot_values(struct builder *b, struct part *part)
{
    struct slot_map map = {0};
    size_t capacity = 0;
    struct strview key;
    if (!enter(b, SGD_JSON_OBJECT, "slot_values is not an object"))
        return;
    while (is_sound(b) && sgd_json_next_key(b->json, &key)) {
        struct strview name = gold_name(b, part, key);
        add_slot(b, &map, &capacity, name, read_alternatives(b));
    }
    part->slots = map.slots;
    part->slot_count = map.count;
    b->counts->state_slots += map.count;
}

static void read_requested(struct builder *b, const struct part *part)
{
    if (!enter(b, SGD_JSON_ARRAY, "requested_slots is not a list"))
        return;
    while (is_sound(b) && sgd_json_next_element(b->json)) {
        struct strview name = gold_name(b, part, read_text(b, "a requested slot is not a text"));
        bool is_known = false;
        for (size_t i = 0; i < b->requests.count && !is_known; i++)
            is_known = strview_equal(b->requests.items[i], name);
        add_text(b, &b->requested, name);
        if (!is_known)
            add_text(b, &b->requests, name);
        b->counts->requested_slots++;
    }
}

static void take_intent(struct builder *b, struct part *part, struct strview intent)
{
    bool is_none = strview_is(intent, "NONE");
    if (!is_none && !strview_equal(intent, part->intent) && strview_is_absent(b->new_intent))
        b->new_intent = intent;
    if (strview_is_absent(b->first_intent) || (!is_none && strview_is(b->first_intent, "NONE")))
        b->first_intent = intent;
    part->intent = intent;
}

static void read_state(struct builder *b, struct part *part)
{
    uint32_t begin = sgd_json_tell(b->json);
    uint32_t intent_at = nowhere, requested_at = nowhere, values_at = nowhere;
    struct strview key;
    if (!enter(b, SGD_JSON_OBJECT, "a user frame has no state"))
        return;
    while (sgd_json_next_key(b->json, &key)) {
        if (strview_is(key, "active_intent"))
            intent_at = sgd_json_tell(b->json);
        else if (strview_is(key, "requested_slots"))
            requested_at = sgd_json_tell(b->json);
        else if (strview_is(key, "slot_values"))
            values_at = sgd_json_tell(b->json);
        sgd_json_skip(b->json);
    }
    if (intent_at == nowhere || requested_at == nowhere || values_at == nowhere) {
        fail(b, begin, "a state lacks active_intent, requested_slots or slot_values");
        return;
    }
    sgd_json_seek(b->json, intent_at);
    take_intent(b, part, read_text(b, "active_intent is not a text"));
    sgd_json_seek(b->json, requested_at);
    read_requested(b, part);
    sgd_json_seek(b->json, values_at);
    read_slot_values(b, part);
}

static bool read_place(struct builder *b, int64_t *ret_place)
{
    uint32_t at = sgd_json_tell(b->json);
    struct sgd_json_value value = sgd_json_read(b->json);
    if (value.kind == SGD_JSON_INTEGER && value.text.size <= 10) {
        *ret_place = strtoll(value.text.data, NULL, 10); /* a delimiter follows */
        return *ret_place >= 0;
    }
    fail(b, at, "a span's start or exclusive_end is not a small integer");
    return false;
}

static void read_span(struct builder *b, const struct part *part)
{
    struct gold_span span = {.start = -1, .end = -1};
    uint32_t begin = sgd_json_tell(b->json);
    struct strview key;
    if (!enter(b, SGD_JSON_OBJECT, "a span is not an object"))
        return;
    while (is_sound(b) && sgd_json_next_key(b->json, &key)) {
        if (strview_is(key, "slot"))
            span.slot = read_text(b, "a span's slot is not a text");
        else if (strview_is(key, "start"))
            read_place(b, &span.start);
        else if (strview_is(key, "exclusive_end"))
            read_place(b, &span.end);
        else
            sgd_json_skip(b->json);
    }
    if (!is_sound(b))
        return;
    if (strview_is_absent(span.slot)) {
        fail(b, begin, "a span has no slot");
        return;
    }
    if (span.start < 0 || span.end < 0) {
        b->counts->spans_without_place++;
        return;
    }
    span.slot = gold_name(b, part, span.slot);
    if (!arena_grow(b->arena, &b->spans, b->span_count, &b->span_capacity, sizeof *b->spans)) {
        fail_memory(b);
        return;
    }
    b->spans[b->span_count++] = span;
    b->counts->spans++;
}

/* --- system frames ------------------------------------------------------------------------- */

static void read_call(struct builder *b, struct part *part)
{
    struct slot_map map = {0};
    size_t capacity = 0;
    struct strview key, method = {NULL, 0};
    if (!enter(b, SGD_JSON_OBJECT, "a service_call is not an object"))
        return;
    while (is_sound(b) && sgd_json_next_key(b->json, &key)) {
        if (strview_is(key, "method")) {
            method = read_text(b, "the method of a service call is not a text");
        } else if (strview_is(key, "parameters")) {
            map = (struct slot_map){0};
            capacity = 0;
            if (!enter(b, SGD_JSON_OBJECT, "the parameters of a service call are not an object"))
                return;
            while (is_sound(b) && sgd_json_next_key(b->json, &key))
                add_slot(b, &map, &capacity, key, read_parameter(b));
        } else {
            sgd_json_skip(b->json);
        }
    }
    const struct sgd_schema_intent *intent = sgd_schema_intent(part->service, method);
    part->has_pending = intent && intent->is_transactional;
    part->pending = (struct gold_booking){method, finished_map(map)};
}

static void read_actions(struct builder *b, struct part *part)
{
    struct strview key;
    if (!enter(b, SGD_JSON_ARRAY, "the actions of a frame are not a list"))
        return;
    while (is_sound(b) && sgd_json_next_element(b->json)) {
        struct strview act = {NULL, 0};
        if (!enter(b, SGD_JSON_OBJECT, "an action is not an object"))
            return;
        while (sgd_json_next_key(b->json, &key)) {
            if (strview_is(key, "act"))
                act = read_text(b, "an act is not a text");
            else
                sgd_json_skip(b->json);
        }
        bool is_success = strview_is(act, "NOTIFY_SUCCESS");
        if (!part->has_pending || (!is_success && !strview_is(act, "NOTIFY_FAILURE")))
            continue;
        part->has_pending = false;
        b->counts->bookings += is_success;
        b->counts->failed_calls += !is_success;
        if (!is_success)
            continue;
        if (arena_grow(b->arena, &b->bookings, b->booking_count, &b->booking_capacity,
                       sizeof *b->bookings))
            b->bookings[b->booking_count++] = part->pending;
        else
            fail_memory(b);
    }
}

/* --- turns --------------------------------------------------------------------------------- */

struct frame_places {
    uint32_t state, slots, call, actions;
};

static void fill_frame(struct builder *b, struct part *part, const struct frame_places *places,
                       bool is_user)
{
    struct sgd_json *json = b->json;
    if (is_user && places->state != nowhere) {
        sgd_json_seek(json, places->state);
        read_state(b, part);
    }
    if (is_user && places->slots != nowhere) {
        sgd_json_seek(json, places->slots);
        if (enter(b, SGD_JSON_ARRAY, "the spans of a frame are not a list"))
            while (is_sound(b) && sgd_json_next_element(json))
                read_span(b, part);
    }
    if (!is_user && places->call != nowhere) {
        sgd_json_seek(json, places->call);
        read_call(b, part);
    }
    if (!is_user && places->actions != nowhere) {
        sgd_json_seek(json, places->actions);
        read_actions(b, part);
    }
}

static void read_frame(struct builder *b, bool is_user)
{
    struct sgd_json *json = b->json;
    struct frame_places places = {nowhere, nowhere, nowhere, nowhere};
    uint32_t begin = sgd_json_tell(json);
    struct strview key, service = {NULL, 0};
    if (!enter(b, SGD_JSON_OBJECT, "a frame is not an object"))
        return;
    while (is_sound(b) && sgd_json_next_key(json, &key)) {
        if (strview_is(key, "service")) {
            service = read_text(b, "a frame's service is not a text");
            continue;
        }
        if (strview_is(key, "state"))
            places.state = sgd_json_tell(json);
        else if (strview_is(key, "slots"))
            places.slots = sgd_json_tell(json);
        else if (strview_is(key, "service_call"))
            places.call = sgd_json_tell(json);
        else if (strview_is(key, "actions"))
            places.actions = sgd_json_tell(json);
        sgd_json_skip(json);
    }
    uint32_t end = sgd_json_tell(json);
    struct part *part = is_sound(b) ? find_part(b, service, begin) : NULL;
    if (!part)
        return;
    if (is_user && places.state == nowhere)
        fail(b, begin, "a user frame has no state");
    fill_frame(b, part, &places, is_user);
    if (is_sound(b))
        sgd_json_seek(json, end);
}

/* The slots of every service so far, in the order of the dialogue's services. */
static struct slot_map whole_state(struct builder *b)
{
    size_t count = 0;
    for (size_t i = 0; i < b->part_count; i++)
        count += b->parts[i].slot_count;
    struct slot_map map = {.slots = arena_array(b->arena, count + 1, sizeof *map.slots)};
    if (!map.slots) {
        fail_memory(b);
        return map;
    }
    for (size_t i = 0; i < b->part_count; i++)
        for (size_t s = 0; s < b->parts[i].slot_count; s++)
            map.slots[map.count++] = b->parts[i].slots[s];
    return map;
}

static void add_turn(struct builder *b, struct strview utterance)
{
    static struct gold_span no_spans[1];
    char *hash = arena_alloc(b->arena, SHA256_HEX_SIZE);
    if (!hash ||
        !arena_grow(b->arena, &b->turns, b->turn_count, &b->turn_capacity, sizeof *b->turns)) {
        fail_memory(b);
        return;
    }
    struct gold_turn *turn = &b->turns[b->turn_count];
    record_init(&gold_turn_type, turn);
    sha256_hex(utterance.data, utterance.size, hash);
    turn->turn = (int64_t)b->turn_count++;
    turn->text_sha256 = strview_of(hash);
    turn->intent = strview_is_absent(b->new_intent) ? b->first_intent : b->new_intent;
    turn->requested_slots = list_of(&b->requested);
    turn->state = whole_state(b);
    turn->spans = (struct record_list){b->span_count ? b->spans : no_spans, b->span_count};
    if (!strview_is_absent(turn->intent) && !strview_is(turn->intent, "NONE"))
        b->last_intent = turn->intent;
    b->counts->user_turns++;
}

static void read_turn(struct builder *b)
{
    struct sgd_json *json = b->json;
    uint32_t begin = sgd_json_tell(json), frames_at = nowhere;
    struct strview key, speaker = {NULL, 0}, utterance = {NULL, 0};
    if (!enter(b, SGD_JSON_OBJECT, "a turn is not an object"))
        return;
    while (is_sound(b) && sgd_json_next_key(json, &key)) {
        if (strview_is(key, "speaker")) {
            speaker = read_text(b, "a turn's speaker is not a text");
        } else if (strview_is(key, "utterance")) {
            utterance = read_text(b, "a turn's utterance is not a text");
        } else {
            if (strview_is(key, "frames"))
                frames_at = sgd_json_tell(json);
            sgd_json_skip(json);
        }
    }
    uint32_t end = sgd_json_tell(json);
    if (strview_is_absent(speaker) || strview_is_absent(utterance) || frames_at == nowhere) {
        fail(b, begin, "a turn lacks its speaker, utterance or frames");
        return;
    }
    bool is_user = strview_is(speaker, "USER");
    b->requested = (struct texts){0};
    b->spans = NULL;
    b->span_count = b->span_capacity = 0;
    b->first_intent = b->new_intent = (struct strview){NULL, 0};
    sgd_json_seek(json, frames_at);
    if (enter(b, SGD_JSON_ARRAY, "the frames of a turn are not a list"))
        while (is_sound(b) && sgd_json_next_element(json))
            read_frame(b, is_user);
    if (!is_sound(b))
        return;
    if (is_user)
        add_turn(b, utterance);
    sgd_json_seek(json, end);
}

/* --- the dialogue -------------------------------------------------------------------------- */

static void read_services(struct builder *b)
{
    if (!enter(b, SGD_JSON_ARRAY, "the services of a dialogue are not a list"))
        return;
    while (is_sound(b) && sgd_json_next_element(b->json)) {
        uint32_t at = sgd_json_tell(b->json);
        struct strview name = read_text(b, "a service is not a text");
        const struct sgd_schema_service *service = sgd_schema_find(b->schema, name);
        if (!service || service->fault) {
            fail(b, at, service ? service->fault : "the schema has no such service");
            return;
        }
        bool is_known = false;
        for (size_t i = 0; i < b->part_count && !is_known; i++)
            is_known = b->parts[i].service == service;
        if (is_known)
            continue;
        if (arena_grow(b->arena, &b->parts, b->part_count, &b->part_capacity, sizeof *b->parts))
            b->parts[b->part_count++] = (struct part){.service = service};
        else
            fail_memory(b);
    }
}

static void finish_gold(struct builder *b, struct strview id, struct gold_conversation *gold)
{
    static struct gold_turn no_turns[1];
    static struct gold_booking no_bookings[1];
    struct gold_booking_set *set = arena_alloc(b->arena, sizeof *set);
    struct texts services = {0};
    for (size_t i = 0; i < b->part_count; i++)
        add_text(b, &services, b->parts[i].service->name);
    record_init(&gold_conversation_type, gold);
    gold->conversation_id = id;
    gold->dataset = strview_of("sgd");
    gold->tags = list_of(&services);
    gold->turns = (struct record_list){b->turn_count ? b->turns : no_turns, b->turn_count};
    gold->goal = arena_alloc(b->arena, sizeof *gold->goal);
    gold->handover = HANDOVER_NONE;
    if (!set || !gold->goal) {
        fail_memory(b);
        return;
    }
    record_init(&gold_goal_type, gold->goal);
    gold->goal->intent = b->last_intent;
    gold->goal->slots = whole_state(b);
    gold->goal->requests = list_of(&b->requests);
    set->bookings =
        (struct record_list){b->booking_count ? b->bookings : no_bookings, b->booking_count};
    gold->expected_bookings = (struct record_list){set, 1};
}

static void read_dialogue(struct builder *b, struct strview id, struct gold_conversation *gold)
{
    struct sgd_json *json = b->json;
    uint32_t begin = sgd_json_tell(json), services_at = nowhere, turns_at = nowhere;
    bool holds_id = strview_is_absent(id);
    struct strview key;
    if (!enter(b, SGD_JSON_OBJECT, "a dialogue is not an object"))
        return;
    while (is_sound(b) && sgd_json_next_key(json, &key)) {
        if (holds_id && strview_is(key, "dialogue_id")) {
            id = read_text(b, "a dialogue_id is not a text");
            continue;
        }
        if (strview_is(key, "services"))
            services_at = sgd_json_tell(json);
        else if (strview_is(key, "turns"))
            turns_at = sgd_json_tell(json);
        sgd_json_skip(json);
    }
    uint32_t end = sgd_json_tell(json);
    if (strview_is_absent(id) || services_at == nowhere || turns_at == nowhere) {
        fail(b, begin, "a dialogue lacks its dialogue_id, services or turns");
        return;
    }
    sgd_json_seek(json, services_at);
    read_services(b);
    sgd_json_seek(json, turns_at);
    if (enter(b, SGD_JSON_ARRAY, "the turns of a dialogue are not a list"))
        while (is_sound(b) && sgd_json_next_element(json))
            read_turn(b);
    if (!is_sound(b))
        return;
    sgd_json_seek(json, end);
    finish_gold(b, id, gold);
    b->counts->dialogues++;
}

enum status sgd_gold_read(const struct sgd_gold_source *source, struct strview id,
                          struct gold_conversation *ret_gold, struct error *err)
{
    struct sgd_gold_counts counts = *source->counts;
    struct gold_conversation gold;
    struct builder builder = {.json = source->json,
                              .schema = source->schema,
                              .arena = source->arena,
                              .counts = &counts,
                              .err = err};
    read_dialogue(&builder, id, &gold);
    if (builder.status != STATUS_OK)
        return builder.status;
    if (source->json->fault != STATUS_OK)
        return sgd_json_finish(source->json, err);
    *source->counts = counts;
    *ret_gold = gold;
    return STATUS_OK;
}
