#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "codec/json_record.h"
#include "ingest/sgd_import.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCHEMA                                                                                     \
    "[{\"service_name\": \"Dentists_1\", \"slots\": ["                                             \
    "{\"name\": \"city\", \"is_categorical\": false},"                                             \
    "{\"name\": \"date\", \"is_categorical\": false}], \"intents\": ["                             \
    "{\"name\": \"Find\", \"is_transactional\": false},"                                           \
    "{\"name\": \"Book\", \"is_transactional\": true}]},"                                          \
    "{\"service_name\": \"Taxis_1\", \"slots\": ["                                                 \
    "{\"name\": \"city\", \"is_categorical\": false},"                                             \
    "{\"name\": \"seats\", \"is_categorical\": true}], \"intents\": ["                             \
    "{\"name\": \"Order\", \"is_transactional\": true}]}]"
#define USER(text, frames)                                                                         \
    "{\"utterance\": \"" text "\", \"frames\": [" frames "], \"speaker\": \"USER\"}"
#define SYSTEM(service, call, act)                                                                 \
    "{\"speaker\": \"SYSTEM\", \"utterance\": \"ok\", \"frames\": [{\"actions\": [{\"act\": "      \
    "\"" act "\", \"slot\": \"\"}], \"service\": \"" service "\", \"slots\": []" call "}]}"
#define CALL(method, parameters)                                                                   \
    ", \"service_call\": {\"method\": \"" method "\", \"parameters\": {" parameters "}}"
#define FRAME(service, intent, requested, values, spans)                                           \
    "{\"service\": \"" service "\", \"slots\": [" spans "], \"state\": {\"active_intent\": "       \
    "\"" intent "\", \"requested_slots\": [" requested "], \"slot_values\": {" values "}}}"

static const char dialogue[] =
    "{\"dialogue_id\": \"7_1\", \"services\": [\"Dentists_1\", \"Taxis_1\"], \"turns\": [" /**/
    USER("\\ud83d\\ude00 in Rome, please",
         FRAME("Dentists_1", "Find", "\"date\"", "\"city\": [\"Rome\", \"Roma\"]",
               "{\"slot\": \"city\", \"start\": 5, \"exclusive_end\": 9}, {\"slot\": \"date\", "
               "\"copy_from\": \"x\", \"value\": \"y\"}")) ", "                           /**/
    SYSTEM("Dentists_1", CALL("Find", "\"city\": \"Rome\""), "OFFER") ", "                /**/
    USER("book it", FRAME("Dentists_1", "Book", "", "\"city\": [\"Rome\"]", "")) ", "     /**/
    SYSTEM("Dentists_1", CALL("Book", "\"date\": \"2019-03-01\""), "NOTIFY_FAILURE") ", " /**/
    SYSTEM("Dentists_1", CALL("Book", "\"date\": \"2019-03-02\", \"city\": \"Rome\""),
           "WAIT") ", " SYSTEM("Dentists_1", "", "NOTIFY_SUCCESS") ", "                 /**/
    USER("and a taxi", FRAME("Dentists_1", "Book", "", "\"city\": [\"Rome\"]", "") ", " /**/
         FRAME("Taxis_1", "Order", "\"city\"", "\"seats\": [\"dontcare\"]", "")) ", "   /**/
    USER("thanks", FRAME("Taxis_1", "NONE", "", "\"seats\": [\"2\"]", ""))              /**/
    "]}";

struct world {
    char root[64], schema[96], file[96], output[96];
};

static void write_text(const char *path, const char *text)
{
    struct error error = {0};
    cr_assert(eq(int, file_write(path, strview_of(text), &error), STATUS_OK), "%s", error.what);
}

static struct world world_create(const char *dialogues)
{
    struct world world = {.root = "/tmp/sgd_import_test.XXXXXX"};
    cr_assert(mkdtemp(world.root) != NULL);
    snprintf(world.schema, sizeof world.schema, "%s/schema.json", world.root);
    snprintf(world.file, sizeof world.file, "%s/dialogues_001.json", world.root);
    snprintf(world.output, sizeof world.output, "%s/gold.jsonl", world.root);
    write_text(world.schema, SCHEMA);
    write_text(world.file, dialogues);
    return world;
}

static void world_remove(struct world *world)
{
    unlink(world->schema);
    unlink(world->file);
    unlink(world->output);
    cr_expect(eq(int, rmdir(world->root), 0), "something was left behind in %s", world->root);
}

static enum status import_world(const struct world *world, struct sgd_gold_counts *counts,
                                struct error *error)
{
    const struct sgd_import_options options = {world->schema, world->root, world->output};
    return sgd_import(&options, counts, error);
}

static enum status import_text(const char *dialogues, struct strbuf *gold,
                               struct sgd_gold_counts *counts, struct error *error)
{
    struct world world = world_create(dialogues);
    enum status status = import_world(&world, counts, error);
    if (status == STATUS_OK)
        cr_assert(eq(int, file_read(world.output, 1 << 20, gold, error), STATUS_OK));
    else
        cr_expect(not(file_exists(world.output)));
    world_remove(&world);
    return status;
}

static char *list_of(const char *open, const char *first, const char *second, const char *close)
{
    static char text[2 * sizeof dialogue + 64];
    snprintf(text, sizeof text, "%s%s%s%s", open, first, second, close);
    return text;
}

Test(sgd_import, a_dialogue_becomes_gold)
{
    struct strbuf text = {0};
    struct sgd_gold_counts counts = {0};
    struct error error = {0};
    struct arena *arena = arena_create(4096, 0);
    struct gold_conversation gold;
    struct json_unknown unknown = {0};
    char hash[SHA256_HEX_SIZE];
    cr_assert(
        eq(int, import_text(list_of("[", dialogue, "", "]"), &text, &counts, &error), STATUS_OK),
        "%s: %s", error.where, error.what);
    cr_assert(eq(int,
                 json_record_decode(&gold_conversation_type, strbuf_view(&text), &gold, arena,
                                    &unknown, &error),
                 STATUS_OK),
              "%s", error.what);
    cr_expect(eq(u64, unknown.count, 0));
    cr_expect(strview_is(gold.conversation_id, "7_1"));
    cr_assert(eq(sz, gold.turns.count, 4));
    const struct gold_turn *turns = gold.turns.items;
    sha256_hex("\U0001f600 in Rome, please", strlen("\U0001f600 in Rome, please"), hash);
    cr_expect(strview_is(turns[0].text_sha256, hash));
    cr_assert(eq(sz, turns[0].spans.count, 1));
    const struct gold_span *span = turns[0].spans.items;
    cr_expect(strview_is(span->slot, "Dentists_1.city"), "two services have a city");
    cr_expect(eq(i64, span->start, 5));
    cr_expect(eq(i64, span->end, 9));
    cr_expect(strview_is(turns[0].requested_slots.items[0], "date"), "one service has a date");
    const struct slot *city = slot_map_find(&turns[0].state, strview_of("Dentists_1.city"));
    cr_assert(city != NULL);
    cr_expect(eq(sz, city->value.count, 2));
    cr_expect(strview_is(city->value.texts[1], "Roma"));
    cr_expect(strview_is(turns[2].intent, "Order"), "the intent that is new");
    cr_expect(strview_is(turns[3].intent, "NONE"));
    cr_expect(eq(int, slot_map_find(&turns[2].state, strview_of("seats"))->value.kind,
                 SLOT_VALUE_DONTCARE));
    cr_expect(slot_map_find(&turns[3].state, strview_of("Dentists_1.city")) != NULL,
              "the state of a service without a frame stays");
    const struct gold_booking_set *set = gold.expected_bookings.items;
    cr_assert(eq(sz, set->bookings.count, 1));
    const struct gold_booking *booking = set->bookings.items;
    cr_expect(strview_is(booking->method, "Book"));
    cr_expect(
        strview_is(slot_value_first(&slot_map_find(&booking->slots, strview_of("date"))->value),
                   "2019-03-02"));
    cr_expect(strview_is(gold.goal->intent, "Order"));
    cr_expect(eq(u64, counts.failed_calls, 1));
    cr_expect(eq(u64, counts.spans_without_place, 1));
    arena_destroy(arena);
    strbuf_done(&text);
}

Test(sgd_import, objects_by_id_are_read_like_lists)
{
    struct strbuf list = {0}, object = {0};
    struct error error = {0};
    cr_assert(
        eq(int, import_text(list_of("[", dialogue, "", "]"), &list, NULL, &error), STATUS_OK));
    cr_assert(eq(int, import_text(list_of("{\"7_1\": ", dialogue, "", "}"), &object, NULL, &error),
                 STATUS_OK));
    cr_expect(eq(str, list.data, object.data));
    strbuf_done(&list);
    strbuf_done(&object);
}

Test(sgd_import, faults_are_named_and_leave_no_output)
{
    static const struct {
        const char *dialogues, *what;
    } rows[] = {
        {"[{\"services\": [], \"turns\": []}]",
         "a dialogue lacks its dialogue_id, services or turns"},
        {"[{\"dialogue_id\": \"1\", \"services\": [\"Gone_1\"], \"turns\": []}]",
         "the schema has no such service"},
        {"[{\"dialogue_id\": \"1\", \"services\": [], \"turns\": [{}]}]",
         "a turn lacks its speaker, utterance or frames"},
        {"[{\"dialogue_id\": \"1\", \"services\": [], \"turns\": []",
         "the file ends within a value: is it cut?"},
        {"[{\"dialogue_id\": \"1\", \"services\": [\"Taxis_1\"], \"turns\": [" USER(
             "x", FRAME("Taxis_1", "NONE", "", "\"seats\": \"2\"", "")) "]}]",
         "the values of a slot are not a list"},
        {"3", "the file is neither a list nor an object"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = {0};
        cr_expect(eq(int, import_text(rows[i].dialogues, NULL, NULL, &error), STATUS_DATA));
        cr_expect(eq(str, error.what, (char *)rows[i].what));
        cr_expect(strstr(error.where, "dialogues_001.json:1:") != NULL, "%s", error.where);
    }
}

Test(sgd_import, an_id_that_stands_twice_is_named)
{
    struct error error = {0};
    static char twice[2 * sizeof dialogue + 8];
    snprintf(twice, sizeof twice, "[%s, %s]", dialogue, dialogue);
    cr_expect(eq(int, import_text(twice, NULL, NULL, &error), STATUS_DATA));
    cr_expect(eq(str, error.what, "dialogue '7_1' stands twice"));
}

Test(sgd_import, every_failed_allocation_is_a_clean_error)
{
    struct world world = world_create(list_of("[", dialogue, "", "]"));
    for (int64_t nth = 1;; nth++) {
        struct error error = {0};
        memory_fail_nth(nth);
        enum status status = import_world(&world, NULL, &error);
        bool was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        if (!was_hit) {
            cr_expect(eq(int, status, STATUS_OK));
            cr_expect(nth > 10);
            break;
        }
        cr_assert(eq(int, status, STATUS_NO_MEMORY), "allocation %lld: %s", (long long)nth,
                  error.what);
    }
    world_remove(&world);
}
