/*
 * sgd_load_frame.c: values, lists and frames on their way from JSON into a file's arrays: the part
 * of sgd_load.c that knows the schema. Thread: one loader per thread. Owns nothing.
 */
#include "score/sgd_load_frame.h"

#include "base/memory.h"
#include "score/sgd_text.h"

#include <stdlib.h>

#define nowhere UINT32_MAX

/* --- values -------------------------------------------------------------------------------- */

static void add_number(struct sgd_loader *loader, uint32_t number)
{
    struct sgd_file *file = loader->file;
    if (memory_grow(&file->numbers, &file->number_capacity, (size_t)file->number_count + 1,
                    sizeof *file->numbers))
        file->numbers[file->number_count++] = number;
    else
        loader->no_memory = true;
}

uint32_t sgd_load_frame_intern(struct sgd_loader *loader, struct strview key)
{
    uint32_t number = sgd_values_intern(&loader->file->values, key);
    loader->no_memory |= number == SGD_VALUE_ABSENT;
    return number;
}

/* Appends the key of a value that is not text (sgd_values.h). */
static void add_other_key(struct strbuf *key, const struct sgd_json_value *value)
{
    strbuf_add_char(key, (char)SGD_VALUE_OTHER);
    strbuf_add_char(key, value->kind == SGD_JSON_NULL ? SGD_VALUE_NULL : SGD_VALUE_NUMBER);
    if (value->kind == SGD_JSON_TRUE)
        strbuf_add_text(key, "True");
    else if (value->kind == SGD_JSON_FALSE)
        strbuf_add_text(key, "False");
    else if (value->kind != SGD_JSON_NULL)
        sgd_text_number(value->text, value->kind == SGD_JSON_INTEGER, key);
}

static bool is_scalar(enum sgd_json_kind kind)
{
    return kind != SGD_JSON_OBJECT && kind != SGD_JSON_ARRAY && kind != SGD_JSON_NONE;
}

/* The number of the scalar that stands next; an object or array is skipped and FAULTY. */
uint32_t sgd_load_frame_value(struct sgd_loader *loader)
{
    struct sgd_json_value value = sgd_json_read(&loader->json);
    if (value.kind == SGD_JSON_TEXT)
        return sgd_load_frame_intern(loader, value.text);
    if (!is_scalar(value.kind)) {
        sgd_json_skip(&loader->json);
        return SGD_VALUE_FAULTY;
    }
    strbuf_clear(&loader->key);
    add_other_key(&loader->key, &value);
    loader->no_memory |= loader->key.failed;
    return loader->no_memory ? SGD_VALUE_FAULTY
                             : sgd_load_frame_intern(loader, strbuf_view(&loader->key));
}

/* The code point at *at as a view; Python takes a text for the list of its characters. */
static struct strview next_character(struct strview text, size_t *at)
{
    size_t first = *at;
    sgd_text_next(text, at);
    return (struct strview){text.data + first, *at - first};
}

/* Adds each value of a list to the file's numbers. False: it is not a list of scalars. */
bool sgd_load_frame_list(struct sgd_loader *loader, bool null_is_empty)
{
    struct sgd_json *json = &loader->json;
    enum sgd_json_kind kind = sgd_json_peek(json);
    if (kind == SGD_JSON_TEXT) {
        struct strview text = sgd_json_read(json).text;
        for (size_t at = 0; at < text.size;)
            add_number(loader, sgd_load_frame_intern(loader, next_character(text, &at)));
        return true;
    }
    if (kind != SGD_JSON_ARRAY) {
        sgd_json_skip(json);
        return kind == SGD_JSON_NULL && null_is_empty;
    }
    bool are_scalars = true;
    sgd_json_enter(json);
    while (sgd_json_next_element(json)) {
        uint32_t number = sgd_load_frame_value(loader);
        are_scalars &= number != SGD_VALUE_FAULTY;
        add_number(loader, number);
    }
    return are_scalars;
}

static void add_list_member(struct strbuf *key, struct strview text)
{
    uint32_t size = (uint32_t)text.size;
    strbuf_add(key, &size, sizeof size);
    strbuf_add_view(key, text);
}

/* Adds one scalar of a gold list to the list's key. False: it is none. */
static bool add_read_member(struct sgd_loader *loader)
{
    struct sgd_json_value value = sgd_json_read(&loader->json);
    if (value.kind == SGD_JSON_TEXT) {
        add_list_member(&loader->key, value.text);
        return true;
    }
    if (!is_scalar(value.kind)) {
        sgd_json_skip(&loader->json);
        return false;
    }
    struct strbuf other = {0};
    add_other_key(&other, &value);
    add_list_member(&loader->key, strbuf_view(&other));
    loader->no_memory |= other.failed;
    strbuf_done(&other);
    return true;
}

/* A slot's gold values: the number of the whole list. */
static uint32_t read_gold_values(struct sgd_loader *loader)
{
    struct sgd_json *json = &loader->json;
    enum sgd_json_kind kind = sgd_json_peek(json);
    bool are_scalars = true;
    strbuf_clear(&loader->key);
    strbuf_add_char(&loader->key, (char)SGD_VALUE_LIST);
    if (kind == SGD_JSON_TEXT) {
        struct strview text = sgd_json_read(json).text;
        for (size_t at = 0; at < text.size;)
            add_list_member(&loader->key, next_character(text, &at));
    } else if (kind == SGD_JSON_ARRAY) {
        sgd_json_enter(json);
        while (sgd_json_next_element(json))
            are_scalars &= add_read_member(loader);
    } else {
        sgd_json_skip(json);
        return SGD_VALUE_FAULTY;
    }
    loader->no_memory |= loader->key.failed;
    if (!are_scalars || loader->no_memory)
        return SGD_VALUE_FAULTY;
    return sgd_load_frame_intern(loader, strbuf_view(&loader->key));
}

/* A slot's predicted value: the first of its list; nobody looks at the others. */
static uint32_t read_predicted_value(struct sgd_loader *loader)
{
    struct sgd_json *json = &loader->json;
    enum sgd_json_kind kind = sgd_json_peek(json);
    if (kind == SGD_JSON_TEXT) {
        struct strview text = sgd_json_read(json).text;
        size_t at = 0;
        return text.size ? sgd_load_frame_intern(loader, next_character(text, &at))
                         : SGD_VALUE_EMPTY;
    }
    if (kind != SGD_JSON_ARRAY) {
        sgd_json_skip(json);
        return SGD_VALUE_FAULTY;
    }
    uint32_t first = SGD_VALUE_EMPTY;
    sgd_json_enter(json);
    while (sgd_json_next_element(json)) {
        if (first == SGD_VALUE_EMPTY)
            first = sgd_load_frame_value(loader);
        else
            sgd_json_skip(json);
    }
    return first;
}

/* --- frames -------------------------------------------------------------------------------- */

static struct sgd_frame *add_frame(struct sgd_loader *loader)
{
    struct sgd_file *file = loader->file;
    if (!memory_grow(&file->frames, &file->frame_capacity, (size_t)file->frame_count + 1,
                     sizeof *file->frames)) {
        loader->no_memory = true;
        return NULL;
    }
    struct sgd_frame *frame = &file->frames[file->frame_count++];
    *frame = (struct sgd_frame){.service = SGD_VALUE_ABSENT, .service_index = -1};
    return frame;
}

static void add_tag(struct sgd_loader *loader, uint64_t tag)
{
    struct sgd_file *file = loader->file;
    if (memory_grow(&file->tags, &file->tag_capacity, (size_t)file->tag_count + 1,
                    sizeof *file->tags))
        file->tags[file->tag_count++] = tag;
    else
        loader->no_memory = true;
}

static void read_slot_values(struct sgd_loader *loader, struct sgd_frame *frame,
                             const struct sgd_schema_service *service)
{
    struct sgd_json *json = &loader->json;
    const uint32_t *names =
        loader->plan->slot_names + loader->plan->slots_first[frame->service_index];
    struct strview key;
    if (sgd_json_peek(json) != SGD_JSON_OBJECT) {
        uint32_t first = sgd_json_tell(json);
        bool is_list = sgd_json_peek(json) == SGD_JSON_ARRAY;
        sgd_json_skip(json);
        bool is_empty_list = is_list && sgd_json_tell(json) - first == 2;
        if (service->slot_count && !is_empty_list) /* else nobody looks, or finds nothing */
            frame->state_fault = SGD_FAULT_SLOT_VALUES;
        return;
    }
    sgd_json_enter(json);
    while (sgd_json_next_key(json, &key)) {
        uint32_t name = sgd_values_find(&loader->file->values, key);
        size_t place = 0;
        while (place < service->slot_count && names[place] != name)
            place++;
        if (place == service->slot_count) { /* the schema's slots alone are compared */
            sgd_json_skip(json);
            continue;
        }
        uint32_t value = loader->is_gold ? read_gold_values(loader) : read_predicted_value(loader);
        for (; place < service->slot_count; place++) /* a name may stand twice in the schema */
            if (names[place] == name)
                loader->file->numbers[frame->slots_first + place] = value;
    }
}

static void read_state(struct sgd_loader *loader, struct sgd_frame *frame,
                       const struct sgd_schema_service *service)
{
    struct sgd_json *json = &loader->json;
    uint32_t intent_at = nowhere, requested_at = nowhere, values_at = nowhere;
    struct strview key;
    frame->state_fault = SGD_FAULT_STATE;
    if (sgd_json_peek(json) != SGD_JSON_OBJECT) {
        sgd_json_skip(json);
        return;
    }
    sgd_json_enter(json);
    while (sgd_json_next_key(json, &key)) {
        if (strview_is(key, "active_intent"))
            intent_at = sgd_json_tell(json);
        else if (strview_is(key, "requested_slots"))
            requested_at = sgd_json_tell(json);
        else if (strview_is(key, "slot_values"))
            values_at = sgd_json_tell(json);
        sgd_json_skip(json);
    }
    uint32_t end = sgd_json_tell(json);
    if (intent_at == nowhere || requested_at == nowhere || values_at == nowhere)
        return;
    frame->state_fault = SGD_FAULT_NONE;
    sgd_json_seek(json, intent_at);
    frame->intent = sgd_load_frame_value(loader);
    if (frame->intent == SGD_VALUE_FAULTY)
        frame->state_fault = SGD_FAULT_STATE;
    sgd_json_seek(json, requested_at);
    frame->requested_first = loader->file->number_count;
    if (!sgd_load_frame_list(loader, true))
        frame->state_fault = SGD_FAULT_REQUESTED;
    frame->requested_count = loader->file->number_count - frame->requested_first;
    frame->slots_first = loader->file->number_count;
    for (size_t i = 0; i < service->slot_count; i++)
        add_number(loader, SGD_VALUE_ABSENT);
    sgd_json_seek(json, values_at);
    if (!loader->no_memory)
        read_slot_values(loader, frame, service);
    sgd_json_seek(json, end);
}

/* A place of a slice: an integer, true and false as 1 and 0, or null for `none`. */
static bool read_place(struct sgd_json *json, int64_t none, int64_t *ret_place)
{
    struct sgd_json_value value = sgd_json_read(json);
    const int64_t far = INT64_MAX / 4;
    char digits[20];
    switch (value.kind) {
    case SGD_JSON_NULL:
        *ret_place = none;
        return true;
    case SGD_JSON_TRUE:
    case SGD_JSON_FALSE:
        *ret_place = value.kind == SGD_JSON_TRUE;
        return true;
    case SGD_JSON_INTEGER:
        if (value.text.size >= sizeof digits - 1) { /* far beyond any text */
            *ret_place = value.text.data[0] == '-' ? -far : far;
            return true;
        }
        memcpy(digits, value.text.data, value.text.size);
        digits[value.text.size] = '\0';
        *ret_place = strtoll(digits, NULL, 10);
        return true;
    case SGD_JSON_OBJECT:
    case SGD_JSON_ARRAY:
        sgd_json_skip(json);
        return false;
    case SGD_JSON_NONE:
    case SGD_JSON_TEXT:
    case SGD_JSON_REAL:
        break;
    }
    return false;
}

static bool is_noncategorical(const struct sgd_load_plan *plan, int32_t service_index,
                              uint32_t name)
{
    const struct sgd_schema_service *service = &plan->schema->services[service_index];
    const uint32_t *names = plan->slot_names + plan->slots_first[service_index];
    for (size_t i = 0; i < service->slot_count; i++)
        if (names[i] == name && !service->slots[i].is_categorical)
            return true;
    return false;
}

/* One span. False: it cannot be read. */
static bool read_tag(struct sgd_loader *loader, const struct sgd_frame *frame,
                     struct strview utterance)
{
    struct sgd_json *json = &loader->json;
    bool has_slot = false, has_first = false, has_last = false;
    int64_t first = 0, last = 0;
    uint32_t slot = SGD_VALUE_ABSENT;
    struct strview key;
    if (sgd_json_peek(json) != SGD_JSON_OBJECT) {
        sgd_json_skip(json);
        return false;
    }
    sgd_json_enter(json);
    while (sgd_json_next_key(json, &key)) {
        if (strview_is(key, "slot")) {
            has_slot = true;
            slot = sgd_load_frame_value(loader);
        } else if (strview_is(key, "start")) {
            has_first = read_place(json, 0, &first);
        } else if (strview_is(key, "exclusive_end")) {
            has_last = read_place(json, INT64_MAX / 4, &last);
        } else {
            sgd_json_skip(json);
        }
    }
    if (!has_slot)
        return false;
    if (!is_noncategorical(loader->plan, frame->service_index, slot))
        return true;
    if (!has_first || !has_last || strview_is_absent(utterance))
        return false;
    add_tag(loader,
            SGD_TAG(slot, sgd_load_frame_intern(loader, sgd_text_slice(utterance, first, last))));
    return true;
}

static void read_tags(struct sgd_loader *loader, struct sgd_frame *frame, struct strview utterance)
{
    struct sgd_json *json = &loader->json;
    frame->has_tags = true;
    frame->tags_first = loader->file->tag_count;
    if (sgd_json_peek(json) != SGD_JSON_ARRAY) {
        frame->tags_fault = SGD_FAULT_TAGS;
        sgd_json_skip(json);
        return;
    }
    sgd_json_enter(json);
    while (sgd_json_next_element(json))
        if (!read_tag(loader, frame, utterance))
            frame->tags_fault = SGD_FAULT_TAGS;
    frame->tags_count = loader->file->tag_count - frame->tags_first;
}

/* What the scorer wants of a frame, once its service is known. */
static void fill_frame(struct sgd_loader *loader, struct sgd_frame *frame, uint32_t state_at,
                       uint32_t tags_at, struct strview utterance)
{
    const struct sgd_load_plan *plan = loader->plan;
    if (frame->service < plan->name_count)
        frame->service_index = plan->service_of_number[frame->service];
    if (frame->service_index < 0)
        return;
    const struct sgd_schema_service *service = &plan->schema->services[frame->service_index];
    frame->state_fault = SGD_FAULT_STATE;
    if (service->fault) /* scoring it will say so */
        return;
    if (state_at != nowhere) {
        sgd_json_seek(&loader->json, state_at);
        read_state(loader, frame, service);
    }
    if (tags_at != nowhere) {
        sgd_json_seek(&loader->json, tags_at);
        read_tags(loader, frame, utterance);
    }
}

/* False: it has no service, or a service that no dictionary could hold. */
bool sgd_load_frame(struct sgd_loader *loader, struct strview utterance)
{
    struct sgd_json *json = &loader->json;
    uint32_t state_at = nowhere, tags_at = nowhere;
    struct strview key;
    if (sgd_json_peek(json) != SGD_JSON_OBJECT) {
        sgd_json_skip(json);
        return false;
    }
    struct sgd_frame *frame = add_frame(loader);
    if (!frame)
        return false;
    sgd_json_enter(json);
    while (sgd_json_next_key(json, &key)) {
        if (strview_is(key, "service")) {
            frame->service = sgd_load_frame_value(loader);
            continue;
        }
        if (strview_is(key, "state"))
            state_at = sgd_json_tell(json);
        else if (strview_is(key, "slots"))
            tags_at = sgd_json_tell(json);
        sgd_json_skip(json);
    }
    uint32_t end = sgd_json_tell(json);
    if (json->fault == STATUS_OK)
        fill_frame(loader, frame, state_at, tags_at, utterance);
    sgd_json_seek(json, end);
    return frame->service < SGD_VALUE_FIRST_MARK;
}
