/*
 * random_record.h: records filled at random by their field table, for tests that hold for every
 * record. Each field is absent, empty, small or odd with some probability; nothing is made that
 * JSON cannot say (a slot's text "dontcare", not finite numbers, money beyond 2^53 nano-dollars).
 */
#ifndef ASSAY_TESTS_SUPPORT_RANDOM_RECORD_H
#define ASSAY_TESTS_SUPPORT_RANDOM_RECORD_H

#include "base/arena.h"
#include "record/event.h"
#include "record/field.h"
#include "record/slot_value.h"

struct random_source {
    uint64_t state;
    struct arena *arena;
};

static inline uint64_t random_bits(struct random_source *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline size_t random_below(struct random_source *random, size_t limit)
{
    return (size_t)(random_bits(random) % limit);
}

static inline struct strview random_text(struct random_source *random)
{
    static const char *const pieces[] = {"a",    "next Tuesday", "\xc3\xa9", "\xf0\x9f\x8d\x95",
                                         "\"",   "\\",           "\n",       "{}",
                                         "\x7f", "null",         "0",        " "};
    char text[128] = "";
    size_t size = 0;
    for (size_t count = random_below(random, 6); count; count--) {
        const char *piece = pieces[random_below(random, sizeof pieces / sizeof *pieces)];
        memcpy(text + size, piece, strlen(piece));
        size += strlen(piece);
    }
    return arena_copy_view(random->arena, (struct strview){text, size});
}

static inline int64_t random_i64(struct random_source *random)
{
    int64_t value = (int64_t)random_bits(random) >> random_below(random, 64);
    return value == FIELD_ABSENT_I64 ? 0 : value;
}

static inline double random_double(struct random_source *random)
{
    static const double odd[] = {0.0, 1.0, -0.5, 1e300, 4.9e-324, 450, 0.1};
    if (random_below(random, 2))
        return odd[random_below(random, sizeof odd / sizeof *odd)];
    return (double)random_i64(random) / 65536.0;
}

/* A name that differs from all others of its map by the number at its end. */
static inline struct strview random_name(struct random_source *random, size_t number)
{
    struct strview text = random_text(random);
    return strview_of(arena_format(random->arena, "%.*s_%zu", (int)text.size, text.data, number));
}

static inline struct slot_value random_slot_value(struct random_source *random)
{
    static const char *const json[] = {"3", "true", "{\"from\":\"x\"}", "[1,\"x\"]", "2.5"};
    struct slot_value value = {.kind = (enum slot_value_kind)random_below(random, 5)};
    if (value.kind == SLOT_VALUE_NULL || value.kind == SLOT_VALUE_DONTCARE)
        return value;
    value.count = value.kind == SLOT_VALUE_LIST ? random_below(random, 4) : 1;
    struct strview *texts = arena_array(random->arena, value.count + 1, sizeof *texts);
    for (size_t i = 0; i < value.count; i++)
        texts[i] = random_text(random);
    if (value.kind == SLOT_VALUE_JSON)
        texts[0] = strview_of(json[random_below(random, sizeof json / sizeof *json)]);
    value.texts = texts;
    return value;
}

static inline void random_record_fill(struct random_source *random, const struct record_type *type,
                                      void *record);

static inline void random_list(struct random_source *random, const struct field *field, void *at)
{
    size_t count = random_below(random, 3) ? random_below(random, 4) : 0;
    if (field->kind == FIELD_TEXTS) {
        struct strview *items = arena_array(random->arena, count + 1, sizeof *items);
        for (size_t i = 0; i < count; i++)
            items[i] = random_text(random);
        *(struct text_list *)at = (struct text_list){items, count};
    } else if (field->kind == FIELD_REALS) {
        double *items = arena_array(random->arena, count + 1, sizeof *items);
        for (size_t i = 0; i < count; i++)
            items[i] = random_double(random);
        *(struct real_list *)at = (struct real_list){items, count};
    } else if (field->kind == FIELD_SLOTS) {
        struct slot *slots = arena_array(random->arena, count + 1, sizeof *slots);
        for (size_t i = 0; i < count; i++)
            slots[i] = (struct slot){random_name(random, i), random_slot_value(random)};
        *(struct slot_map *)at = (struct slot_map){slots, count};
    } else if (field->kind == FIELD_NUMBERS) {
        struct named_number *items = arena_array(random->arena, count + 1, sizeof *items);
        for (size_t i = 0; i < count; i++)
            items[i] = (struct named_number){random_name(random, i), random_double(random)};
        *(struct number_map *)at = (struct number_map){items, count};
    } else { /* FIELD_RECORDS */
        char *items = arena_array(random->arena, count + 1, field->type->size);
        for (size_t i = 0; i < count; i++)
            random_record_fill(random, field->type, items + i * field->type->size);
        *(struct record_list *)at = (struct record_list){items, count};
    }
}

static inline void random_value(struct random_source *random, const struct field *field, void *at)
{
    static const char *const json[] = {"{}", "[]", "{\"a\":[1,null,\"b\"]}", "\"x\"", "null"};
    int symbols = 1;
    switch (field->kind) {
    case FIELD_BOOL:
        *(int8_t *)at = (int8_t)random_below(random, 2);
        break;
    case FIELD_I64:
        *(int64_t *)at = random_i64(random);
        break;
    case FIELD_USD:
        *(int64_t *)at = random_i64(random) >> 12;
        break;
    case FIELD_TIME: /* years 1950 to 2100 or so */
        *(int64_t *)at = (random_i64(random) >> 1) / 1000 * 1000;
        break;
    case FIELD_REAL:
    case FIELD_NUMBER:
        *(double *)at = random_double(random);
        break;
    case FIELD_TEXT:
        *(struct strview *)at = random_text(random);
        break;
    case FIELD_JSON:
        *(struct strview *)at = strview_of(json[random_below(random, sizeof json / sizeof *json)]);
        break;
    case FIELD_ENUM:
        while (field->names[symbols])
            symbols++;
        *(int *)at = 1 + (int)random_below(random, (size_t)symbols - 1);
        break;
    case FIELD_RECORD:
        *(void **)at = arena_alloc(random->arena, field->type->size);
        random_record_fill(random, field->type, *(void **)at);
        break;
    case FIELD_TEXTS:
    case FIELD_REALS:
    case FIELD_SLOTS:
    case FIELD_NUMBERS:
    case FIELD_RECORDS:
        random_list(random, field, at);
        break;
    }
}

/* An event (event_envelope_type) gets a body too. */
static inline void random_record_fill(struct random_source *random, const struct record_type *type,
                                      void *record)
{
    record_init(type, record);
    for (const struct field *field = type->fields; field->name; field++)
        if (field->need == FIELD_REQUIRED || random_below(random, 3))
            random_value(random, field, (char *)record + field->offset);
    if (type == &event_envelope_type) {
        struct event *event = record;
        const struct record_type *body = event_body_type(event->type);
        event->sequence &= INT64_MAX; /* they start at 0 */
        event->body = arena_alloc(random->arena, body->size);
        random_record_fill(random, body, event->body);
    }
}

#endif
