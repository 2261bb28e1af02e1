/*
 * sgd_load.c: reads dialogues for the official scorer. Of a key that comes twice the last counts,
 * and keys come in any order, so the places of an object's values are noted first and read
 * afterwards. Thread: one loader per thread. The file's arrays and table belong to the caller.
 */
#include "score/sgd_load.h"

#include "base/hash.h"
#include "base/memory.h"
#include "score/sgd_load_frame.h"

/* A file's tokens, and so the things counted here, are fewer than its bytes. */
#define nowhere UINT32_MAX
static const size_t limit_bytes = (size_t)2 * 1024 * 1024 * 1024;

const char *sgd_load_fault_text(enum sgd_fault fault)
{
    static const char *const texts[] = {
#define X(name, text) text,
        SGD_FAULT_LIST(X)
#undef X
    };
    return texts[fault];
}

void sgd_load_done(struct sgd_file *file)
{
    sgd_values_done(&file->values);
    memory_free(file->dialogues);
    memory_free(file->turns);
    memory_free(file->frames);
    memory_free(file->numbers);
    memory_free(file->tags);
    memory_free(file->id_hashes);
    *file = (struct sgd_file){0};
}

void sgd_load_loader_done(struct sgd_loader *loader)
{
    sgd_json_done(&loader->json);
    strbuf_done(&loader->key);
}

/* --- turns and dialogues ---------------------------------------------------------------------- */

static struct sgd_dialogue *add_dialogue(struct sgd_loader *loader)
{
    struct sgd_file *file = loader->file;
    if (!memory_grow(&file->dialogues, &file->dialogue_capacity, (size_t)file->dialogue_count + 1,
                     sizeof *file->dialogues)) {
        loader->no_memory = true;
        return NULL;
    }
    struct sgd_dialogue *dialogue = &file->dialogues[file->dialogue_count++];
    *dialogue = (struct sgd_dialogue){.turns_first = file->turn_count};
    return dialogue;
}

static struct sgd_turn *add_turn(struct sgd_loader *loader)
{
    struct sgd_file *file = loader->file;
    if (!memory_grow(&file->turns, &file->turn_capacity, (size_t)file->turn_count + 1,
                     sizeof *file->turns)) {
        loader->no_memory = true;
        return NULL;
    }
    struct sgd_turn *turn = &file->turns[file->turn_count++];
    *turn = (struct sgd_turn){.speaker = SGD_VALUE_ABSENT,
                              .utterance = SGD_VALUE_ABSENT,
                              .frames_first = file->frame_count};
    return turn;
}

static void read_frames(struct sgd_loader *loader, struct sgd_turn *turn, struct strview utterance)
{
    struct sgd_json *json = &loader->json;
    if (sgd_json_peek(json) != SGD_JSON_ARRAY) {
        turn->fault = SGD_FAULT_FRAMES;
        sgd_json_skip(json);
        return;
    }
    sgd_json_enter(json);
    while (!loader->no_memory && sgd_json_next_element(json))
        if (!sgd_load_frame(loader, utterance))
            turn->fault = SGD_FAULT_FRAMES;
    turn->frame_count = loader->file->frame_count - turn->frames_first;
}

/* Of the system's turns nobody compares more than the speaker. */
static void read_user_turn(struct sgd_loader *loader, struct sgd_turn *turn, uint32_t utterance_at,
                           uint32_t frames_at)
{
    struct sgd_json *json = &loader->json;
    struct strview utterance = {NULL, 0};
    if (utterance_at == nowhere) {
        turn->fault = SGD_FAULT_UTTERANCE;
        return;
    }
    sgd_json_seek(json, utterance_at);
    if (sgd_json_peek(json) == SGD_JSON_TEXT) {
        utterance = sgd_json_read(json).text;
        turn->utterance =
            utterance.data ? sgd_load_frame_intern(loader, utterance) : SGD_VALUE_FAULTY;
    } else {
        turn->utterance = sgd_load_frame_value(loader);
    }
    if (turn->utterance == SGD_VALUE_FAULTY)
        turn->fault = SGD_FAULT_UTTERANCE;
    if (frames_at == nowhere) {
        turn->fault = SGD_FAULT_FRAMES;
        return;
    }
    sgd_json_seek(json, frames_at);
    read_frames(loader, turn, utterance);
}

static void read_turn(struct sgd_loader *loader)
{
    struct sgd_json *json = &loader->json;
    uint32_t utterance_at = nowhere, frames_at = nowhere;
    struct strview key;
    struct sgd_turn *turn = add_turn(loader);
    if (!turn)
        return;
    if (sgd_json_peek(json) != SGD_JSON_OBJECT) {
        turn->fault = SGD_FAULT_TURN;
        sgd_json_skip(json);
        return;
    }
    sgd_json_enter(json);
    while (sgd_json_next_key(json, &key)) {
        if (strview_is(key, "speaker")) {
            turn->speaker = sgd_load_frame_value(loader);
            continue;
        }
        if (strview_is(key, "utterance"))
            utterance_at = sgd_json_tell(json);
        else if (strview_is(key, "frames"))
            frames_at = sgd_json_tell(json);
        sgd_json_skip(json);
    }
    uint32_t end = sgd_json_tell(json);
    if (turn->speaker >= SGD_VALUE_FIRST_MARK)
        turn->fault = SGD_FAULT_SPEAKER;
    else if (turn->speaker == loader->plan->user && json->fault == STATUS_OK)
        read_user_turn(loader, turn, utterance_at, frames_at);
    sgd_json_seek(json, end);
}

/* Forgets the turns that the last dialogue has so far. */
static void drop_turns(struct sgd_file *file, const struct sgd_file *before)
{
    file->turn_count = before->turn_count;
    file->frame_count = before->frame_count;
    file->number_count = before->number_count;
    file->tag_count = before->tag_count;
}

static void read_turns(struct sgd_loader *loader, struct sgd_dialogue *dialogue)
{
    struct sgd_json *json = &loader->json;
    dialogue->fault = SGD_FAULT_NONE;
    if (sgd_json_peek(json) == SGD_JSON_ARRAY) {
        sgd_json_enter(json);
        while (!loader->no_memory && sgd_json_next_element(json))
            read_turn(loader);
    } else {
        dialogue->fault = SGD_FAULT_TURNS;
        sgd_json_skip(json);
    }
    dialogue->turn_count = loader->file->turn_count - dialogue->turns_first;
}

static bool is_wanted(const struct sgd_loader *loader, struct strview id)
{
    return !strview_is_absent(id) &&
           (!loader->wanted || sgd_values_find(loader->wanted, id) != SGD_VALUE_ABSENT);
}

struct dialogue_places {
    uint32_t begin, end;
    uint32_t services, turns, turns_read; /* nowhere: not there, not read yet */
};

/* The parts that the walk over the dialogue's keys noted but did not read. */
static void fill_dialogue(struct sgd_loader *loader, struct sgd_dialogue *dialogue,
                          const struct dialogue_places *places, const struct sgd_file *before)
{
    struct sgd_file *file = loader->file;
    if (places->turns == nowhere) {
        dialogue->fault = SGD_FAULT_TURNS;
    } else if (places->turns != places->turns_read) {
        drop_turns(file, before);
        sgd_json_seek(&loader->json, places->turns);
        read_turns(loader, dialogue);
    }
    dialogue->services_first = file->number_count;
    if (places->services == nowhere) {
        dialogue->fault = SGD_FAULT_SERVICES;
    } else {
        sgd_json_seek(&loader->json, places->services);
        if (!sgd_load_frame_list(loader, false))
            dialogue->fault = SGD_FAULT_SERVICES;
    }
    dialogue->service_count = file->number_count - dialogue->services_first;
    sgd_json_seek(&loader->json, places->end);
}

/* Steps through the keys: turns are read where the id is known to be wanted by then, everything
 * else is noted. */
static void read_keys(struct sgd_loader *loader, struct sgd_dialogue *dialogue,
                      const struct sgd_file *before, struct dialogue_places *places,
                      struct sgd_json_value *id)
{
    struct sgd_json *json = &loader->json;
    bool holds_id = id->kind == SGD_JSON_NONE;
    struct strview key;
    sgd_json_enter(json);
    while (sgd_json_next_key(json, &key)) {
        if (holds_id && strview_is(key, "dialogue_id")) {
            id->kind = sgd_json_peek(json);
            id->text = sgd_json_read_text(json);
        } else if (strview_is(key, "turns")) {
            places->turns = sgd_json_tell(json);
            if (!is_wanted(loader, id->text)) {
                sgd_json_skip(json);
                continue;
            }
            drop_turns(loader->file, before);
            read_turns(loader, dialogue);
            places->turns_read = places->turns;
        } else {
            if (strview_is(key, "services"))
                places->services = sgd_json_tell(json);
            sgd_json_skip(json);
        }
    }
    places->end = sgd_json_tell(json);
}

/* Every gold dialogue is counted, wanted or not. */
static void note_id(struct sgd_loader *loader, struct strview id)
{
    struct sgd_file *file = loader->file;
    if (!loader->is_gold)
        return;
    if (memory_grow(&file->id_hashes, &file->id_capacity, (size_t)file->id_count + 1,
                    sizeof *file->id_hashes))
        file->id_hashes[file->id_count++] = hash_64(id.data, id.size);
    else
        loader->no_memory = true;
}

/* A dialogue of an object by id may be anything, as long as nobody looks. */
static void read_no_dialogue(struct sgd_loader *loader, struct strview id)
{
    sgd_json_skip(&loader->json);
    note_id(loader, id);
    struct sgd_dialogue *dialogue = is_wanted(loader, id) ? add_dialogue(loader) : NULL;
    if (!dialogue)
        return;
    dialogue->fault = SGD_FAULT_DIALOGUE;
    dialogue->id = sgd_load_frame_intern(loader, id);
}

static enum status complain(struct sgd_loader *loader, uint32_t at, const char *what,
                            struct error *err)
{
    sgd_json_complain(&loader->json, at, err, "%s", what);
    error_fix(err, "A folder of dialogues may hold nothing else in its *.json files.");
    return STATUS_DATA;
}

/* `key` is absent where the dialogue itself holds its id. */
static enum status read_dialogue(struct sgd_loader *loader, struct strview key, struct error *err)
{
    struct sgd_json *json = &loader->json;
    struct sgd_file before = *loader->file;
    struct dialogue_places places = {sgd_json_tell(json), 0, nowhere, nowhere, nowhere};
    struct sgd_json_value id = {strview_is_absent(key) ? SGD_JSON_NONE : SGD_JSON_TEXT, key};
    enum sgd_json_kind kind = sgd_json_peek(json);
    if (kind != SGD_JSON_OBJECT && !strview_is_absent(key)) {
        read_no_dialogue(loader, key);
        return STATUS_OK;
    }
    if (kind != SGD_JSON_OBJECT && json->fault == STATUS_OK)
        return complain(loader, places.begin, "a dialogue is not an object", err);
    struct sgd_dialogue *dialogue = add_dialogue(loader);
    if (!dialogue)
        return STATUS_OK;
    read_keys(loader, dialogue, &before, &places, &id);
    if (json->fault != STATUS_OK || loader->no_memory)
        return STATUS_OK;
    bool is_other_kind = id.kind != SGD_JSON_NONE && id.kind != SGD_JSON_TEXT;
    if (strview_is_absent(id.text) &&
        !(is_other_kind && loader->is_gold)) /* gold's is not wanted */
        return complain(
            loader, places.begin,
            is_other_kind ? "a dialogue_id is not a text" : "a dialogue has no dialogue_id", err);
    if (!is_other_kind)
        note_id(loader, id.text);
    if (!is_wanted(loader, id.text)) {
        drop_turns(loader->file, &before);
        loader->file->dialogue_count = before.dialogue_count;
        return STATUS_OK;
    }
    dialogue->id = sgd_load_frame_intern(loader, id.text);
    fill_dialogue(loader, dialogue, &places, &before);
    return STATUS_OK;
}

static enum status read_root(struct sgd_loader *loader, struct error *err)
{
    struct sgd_json *json = &loader->json;
    const struct strview absent = {NULL, 0};
    enum status status = STATUS_OK;
    struct strview id;
    switch (sgd_json_peek(json)) {
    case SGD_JSON_ARRAY:
        sgd_json_enter(json);
        while (status == STATUS_OK && !loader->no_memory && sgd_json_next_element(json))
            status = read_dialogue(loader, absent, err);
        return status;
    case SGD_JSON_OBJECT:
        sgd_json_enter(json);
        while (status == STATUS_OK && !loader->no_memory && sgd_json_next_key(json, &id))
            status = read_dialogue(loader, id, err);
        return status;
    case SGD_JSON_NONE:
    case SGD_JSON_TEXT:
    case SGD_JSON_INTEGER:
    case SGD_JSON_REAL:
    case SGD_JSON_TRUE:
    case SGD_JSON_FALSE:
    case SGD_JSON_NULL:
        break;
    }
    sgd_json_skip(json); /* neither list nor object: the official scorer takes nothing from it */
    return STATUS_OK;
}

enum status sgd_load_file(struct sgd_loader *loader, const char *path, struct sgd_file *file,
                          struct error *err)
{
    loader->file = file;
    loader->no_memory = !sgd_load_plan_values(loader->plan, &file->values);
    if (loader->no_memory)
        return error_no_memory(err);
    enum status status = sgd_json_open(&loader->json, path, limit_bytes, err);
    if (status == STATUS_OK)
        status = read_root(loader, err);
    if (loader->no_memory)
        return error_no_memory(err);
    return status == STATUS_OK ? sgd_json_finish(&loader->json, err) : status;
}

/* --- the plan ------------------------------------------------------------------------------ */

bool sgd_load_plan_values(const struct sgd_load_plan *plan, struct sgd_values *ret_values)
{
    const struct sgd_schema *schema = plan->schema;
    if (!sgd_values_init(ret_values))
        return false;
    bool is_whole = sgd_values_intern(ret_values, strview_of("USER")) != SGD_VALUE_ABSENT;
    for (size_t i = 0; i < schema->service_count; i++) {
        const struct sgd_schema_service *service = &schema->services[i];
        is_whole &= sgd_values_intern(ret_values, service->name) != SGD_VALUE_ABSENT;
        for (size_t s = 0; !service->fault && s < service->slot_count; s++)
            is_whole &= sgd_values_intern(ret_values, service->slots[s].name) != SGD_VALUE_ABSENT;
    }
    return is_whole;
}

void sgd_load_plan_done(struct sgd_load_plan *plan)
{
    memory_free(plan->slot_names);
    memory_free(plan->slots_first);
    memory_free(plan->service_of_number);
    *plan = (struct sgd_load_plan){0};
}

static bool fill_plan(struct sgd_load_plan *plan, const struct sgd_values *values)
{
    const struct sgd_schema *schema = plan->schema;
    size_t slot_count = 0;
    for (size_t i = 0; i < schema->service_count; i++)
        slot_count += schema->services[i].fault ? 0 : schema->services[i].slot_count;
    plan->name_count = values->count;
    plan->slot_names = memory_alloc(slot_count * sizeof *plan->slot_names);
    plan->slots_first = memory_alloc(schema->service_count * sizeof *plan->slots_first);
    plan->service_of_number = memory_alloc(values->count * sizeof *plan->service_of_number);
    if (!plan->slot_names || !plan->slots_first || !plan->service_of_number)
        return false;
    for (uint32_t i = 0; i < values->count; i++)
        plan->service_of_number[i] = -1;
    plan->user = sgd_values_find(values, strview_of("USER"));
    uint32_t at = 0;
    for (size_t i = 0; i < schema->service_count; i++) {
        const struct sgd_schema_service *service = &schema->services[i];
        plan->service_of_number[sgd_values_find(values, service->name)] = (int32_t)i;
        plan->slots_first[i] = at;
        for (size_t s = 0; !service->fault && s < service->slot_count; s++)
            plan->slot_names[at++] = sgd_values_find(values, service->slots[s].name);
    }
    return true;
}

enum status sgd_load_plan_init(struct sgd_load_plan *plan, const struct sgd_schema *schema,
                               struct error *err)
{
    struct sgd_values values = {0};
    *plan = (struct sgd_load_plan){.schema = schema};
    bool is_whole = sgd_load_plan_values(plan, &values) && fill_plan(plan, &values);
    sgd_values_done(&values);
    if (is_whole)
        return STATUS_OK;
    sgd_load_plan_done(plan);
    return error_no_memory(err);
}
