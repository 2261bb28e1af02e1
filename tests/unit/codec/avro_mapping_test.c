#include "codec/avro_embedded.h"
#include "codec/avro_mapping.h"
#include "codec/binary_record.h"
#include "codec/json_record.h"
#include "record/event.h"
#include "record/gold.h"
#include "record/score_row.h"
#include "support/random_record.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

static const struct record_type *const published[] = {&event_envelope_type, &gold_conversation_type,
                                                      &prediction_type, &score_row_type,
                                                      &conversation_facts_type};
enum { PUBLISHED = sizeof published / sizeof *published };

static struct avro_mapping *mapping_of(const struct record_type *type, const char *ours,
                                       const char *writers)
{
    struct avro_mapping *mapping = NULL;
    struct error err = {0};
    struct strview own = ours ? strview_of(ours) : avro_embedded_schema_of(type);
    struct strview other = writers ? strview_of(writers) : avro_embedded_schema_of(type);
    enum status status = avro_mapping_create(type, own, other, &mapping, &err);
    cr_assert(eq(int, status, STATUS_OK), "%s", err.what);
    return mapping;
}

Test(avro_mapping, records_of_our_own_schema_come_back_equal)
{
    for (size_t i = 0; i < PUBLISHED; i++) {
        const struct record_type *type = published[i];
        CLEANUP(avro_mapping_cleanup) struct avro_mapping *mapping = mapping_of(type, NULL, NULL);
        for (uint64_t seed = 0; seed < 300; seed++) {
            CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
            struct random_source random = {seed, arena};
            void *made = arena_alloc(arena, type->size), *read = arena_alloc(arena, type->size);
            random_record_fill(&random, type, made);
            struct strbuf bytes = {0}, again = {0};
            struct error err = {0};
            cr_assert(eq(int, binary_record_encode(type, made, &bytes, &err), STATUS_OK));
            cr_assert(
                eq(int, avro_mapping_decode(mapping, strbuf_view(&bytes), read, arena, &err), 0),
                "%s: %s", err.where, err.what);
            cr_assert(eq(int, binary_record_encode(type, read, &again, &err), STATUS_OK));
            cr_assert(strview_equal(strbuf_view(&bytes), strbuf_view(&again)), "%s seed %llu",
                      type->name, (unsigned long long)seed);
            strbuf_done(&bytes);
            strbuf_done(&again);
        }
    }
}

/* Reads `bytes` by `writers` and gives the record as JSON. */
static const char *as_json(const struct record_type *type, const char *ours, const char *writers,
                           struct strview bytes, struct arena *arena)
{
    CLEANUP(avro_mapping_cleanup) struct avro_mapping *mapping = mapping_of(type, ours, writers);
    void *record = arena_alloc(arena, type->size);
    struct error err = {0};
    if (avro_mapping_decode(mapping, bytes, record, arena, &err) != STATUS_OK)
        return arena_format(arena, "%s: %s", err.where, err.what);
    struct strbuf out = {0};
    struct json_write writer = {.out = &out};
    if (type == &event_envelope_type)
        json_record_encode_event(record, &writer);
    else
        json_record_encode(type, record, &writer);
    const char *text = arena_copy_text(arena, out.data);
    strbuf_done(&out);
    return text;
}

#define BYTES(text)                                                                                \
    (struct strview)                                                                               \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

#define FIELDS(list) "{\"type\": \"record\", \"name\": \"Any\", \"fields\": [" list "]}"
#define OLD_FIELD(name, type) "{\"name\": \"" name "\", \"type\": " type "}"

Test(avro_mapping, an_older_and_a_newer_writer_are_read)
{
    const struct {
        const char *name;
        const struct record_type *type;
        const char *writers;
        struct strview bytes;
        char *json;
    } rows[] = {
        {"fields in another order, unknown ones between them", &gold_span_type,
         FIELDS(OLD_FIELD("end", "\"long\"") "," OLD_FIELD(
             "note",
             "[\"null\", {\"type\": "
             "\"map\", \"values\": "
             "\"bytes\"}]") "," OLD_FIELD("slot", "\"string\"") "," OLD_FIELD("start", "\"long\"")),
         BYTES("\x08\x02\x02\x02k\x02v\x00\x04"
               "ab\x06"),
         "{\"slot\": \"ab\", \"start\": 3, \"end\": 4}"},
        {"int for long, bytes for string", &gold_span_type,
         FIELDS(OLD_FIELD("slot", "\"bytes\"") "," OLD_FIELD("start", "\"int\"") "," OLD_FIELD(
             "end", "[\"null\", \"int\"]")),
         BYTES("\x04xy\x01\x02\x02"), "{\"slot\": \"xy\", \"start\": -1, \"end\": 1}"},
        {"float, int and a union for double; a missing field is absent", &service_fact_type,
         FIELDS(OLD_FIELD("service", "\"string\"") "," OLD_FIELD("latency_ms",
                                                                 "[\"float\", \"int\", \"null\"]")),
         BYTES("\x06STT\x00\x00\x00\x20\x3f"), "{\"service\": \"STT\", \"latency_ms\": 0.625}"},
        {"the same with an int", &service_fact_type,
         FIELDS(OLD_FIELD("service", "\"string\"") "," OLD_FIELD("latency_ms",
                                                                 "[\"float\", \"int\", \"null\"]")),
         BYTES("\x06LLM\x02\x0a"), "{\"service\": \"LLM\", \"latency_ms\": 5}"},
        {"a plain type where ours is optional; an enum by its symbols", &slot_score_type,
         FIELDS(OLD_FIELD("slot", "\"string\"") "," OLD_FIELD(
             "verdict", "{\"type\": \"enum\", \"name\": \"V\", \"symbols\": [\"late\", "
                        "\"right\"]}") "," OLD_FIELD("flagged", "\"boolean\"")),
         BYTES("\x02s\x02\x01"), "{\"slot\": \"s\", \"verdict\": \"right\", \"flagged\": true}"},
        {"slots as a map of strings, with dontcare in words", &gold_booking_type,
         FIELDS(OLD_FIELD("method", "\"string\"") "," OLD_FIELD(
             "slots", "{\"type\": \"map\", \"values\": \"string\"}")),
         BYTES("\x02m\x04\x02"
               "a\x02x\x02"
               "b\x10"
               "dontcare\x00"),
         "{\"method\": \"m\", \"slots\": {\"a\": \"x\", \"b\": \"dontcare\"}}"},
        {"slots of numbers, booleans, nulls and lists", &gold_booking_type,
         FIELDS(OLD_FIELD("method", "\"string\"") "," OLD_FIELD(
             "slots", "{\"type\": \"map\", \"values\": [\"null\", \"boolean\", \"long\", "
                      "\"double\", {\"type\": \"array\", \"items\": \"string\"}]}")),
         BYTES("\x02m\x0a\x02"
               "a\x00\x02"
               "b\x02\x01\x02"
               "c\x04\x06\x02"
               "d\x06\x00\x00\x00\x00\x00\x00\xf8\x3f\x02"
               "e\x08\x02\x02x\x00\x00"),
         "{\"method\": \"m\", \"slots\": {\"a\": null, \"b\": true, \"c\": 3, \"d\": 1.5, "
         "\"e\": "
         "[\"x\"]}}"},
        {"money as a double is in USD", &prediction_type,
         FIELDS(OLD_FIELD("conversation_id", "\"string\"") "," OLD_FIELD(
             "metadata", "{\"type\": \"record\", \"name\": \"M\", \"fields\": [" OLD_FIELD(
                             "cost", "\"double\"") "]}")),
         BYTES("\x02"
               "c\x00\x00\x00\x00\x00\x00\xe0\x3f"),
         "{\"conversation_id\": \"c\", \"metadata\": {\"cost\": 0.5}}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
        /* our schema matters for aliases and enum defaults only: an empty record has none */
        const char *json = as_json(rows[i].type, FIELDS(""), rows[i].writers, rows[i].bytes, arena);
        cr_expect(eq(str, (char *)(uintptr_t)json, rows[i].json), "%s", rows[i].name);
    }
}

#define EVENT_WRITER(time, bodies)                                                                 \
    FIELDS(OLD_FIELD("conversation_id", "\"string\"") "," OLD_FIELD(                               \
        "sequence", "\"int\"") "," OLD_FIELD("time", time) "," OLD_FIELD("body", bodies))
#define OLD_TURN                                                                                   \
    "{\"type\": \"record\", \"name\": \"UserTurn\", \"fields\": [" OLD_FIELD("text",               \
                                                                             "\"string\"") "]}"

Test(avro_mapping, events_are_read_by_the_name_of_their_body_and_times_by_their_unit)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    const struct {
        char *time;
        struct strview bytes;
    } units[] = {
        {"{\"type\": \"long\", \"logicalType\": \"timestamp-millis\"}", BYTES("\x02"
                                                                              "c\x02\xd0\x0f\x02"
                                                                              "a")},
        {"\"long\"", BYTES("\x02"
                           "c\x02\x80\x89\x7a\x02"
                           "a")},
        {"{\"type\": \"long\", \"logicalType\": \"timestamp-nanos\"}",
         BYTES("\x02"
               "c\x02\x80\xa8\xd6\xb9\x07\x02"
               "a")},
        {"\"string\"", BYTES("\x02"
                             "c\x02\x32"
                             "1970-01-01T01:00:01+01:00\x02"
                             "a")},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct strbuf writers = {0};
        strbuf_add_format(&writers, EVENT_WRITER("%s", OLD_TURN), units[i].time);
        const char *json = as_json(&event_envelope_type, NULL, writers.data, units[i].bytes, arena);
        cr_expect(eq(str, (char *)(uintptr_t)json,
                     "{\"conversation_id\": \"c\", \"sequence\": 1, \"time\": "
                     "\"1970-01-01T00:00:01Z\", \"type\": \"UserTurn\", \"text\": \"a\"}"),
                  "row %zu", i);
        strbuf_done(&writers);
    }
    const char *bodies = EVENT_WRITER(
        "\"long\"",
        "[{\"type\": \"record\", \"name\": \"Weather\", \"fields\": []}, " OLD_TURN "]");
    const char *json = as_json(&event_envelope_type, NULL, bodies,
                               BYTES("\x02"
                                     "c\x02\x00\x02\x02"
                                     "b"),
                               arena);
    cr_expect(ne(ptr, strstr(json, "\"text\": \"b\""), NULL), "%s", json);
    json = as_json(&event_envelope_type, NULL, bodies,
                   BYTES("\x02"
                         "c\x02\x00\x00"),
                   arena);
    cr_expect(eq(str, (char *)(uintptr_t)json,
                 "byte 5: cannot read ConversationEvent.type: the branch 'Weather' is none that "
                 "this field can take"));
}

Test(avro_mapping, old_names_are_our_aliases)
{
    static const char ours[] =
        "{\"type\": \"record\", \"name\": \"GoldSpan\", \"fields\": ["
        "{\"name\": \"slot\", \"type\": \"string\", \"aliases\": [\"slot_name\"]},"
        "{\"name\": \"start\", \"type\": \"long\", \"aliases\": [\"begin\"]},"
        "{\"name\": \"end\", \"type\": \"long\"}]}";
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    const char *json = as_json(&gold_span_type, ours,
                               FIELDS(OLD_FIELD("begin", "\"long\"") "," OLD_FIELD(
                                   "slot_name", "\"string\"") "," OLD_FIELD("end", "\"long\"")),
                               BYTES("\x02\x02s\x04"), arena);
    cr_expect(eq(str, (char *)(uintptr_t)json, "{\"slot\": \"s\", \"start\": 1, \"end\": 2}"));
    /* a writer that has both means the new one */
    json = as_json(
        &gold_span_type, ours,
        FIELDS(OLD_FIELD("begin", "\"long\"") "," OLD_FIELD("slot", "\"string\"") "," OLD_FIELD(
            "start", "\"long\"") "," OLD_FIELD("end", "\"long\"")),
        BYTES("\x0e\x02s\x02\x04"), arena);
    cr_expect(eq(str, (char *)(uintptr_t)json, "{\"slot\": \"s\", \"start\": 1, \"end\": 2}"));

    static const char own_event[] =
        EVENT_WRITER("\"long\"", "[{\"type\": \"record\", \"name\": \"UserTurn\", \"aliases\": "
                                 "[\"CallerTurn\"], \"fields\": []}]");
    json = as_json(&event_envelope_type, own_event,
                   EVENT_WRITER("\"long\"",
                                "{\"type\": \"record\", \"name\": \"x.CallerTurn\", \"fields\": "
                                "[" OLD_FIELD("text", "\"string\"") "]}"),
                   BYTES("\x02"
                         "c\x02\x00\x02t"),
                   arena);
    cr_expect(ne(ptr, strstr(json, "\"type\": \"UserTurn\", \"text\": \"t\""), NULL), "%s", json);
}

Test(avro_mapping, an_unknown_symbol_is_our_default_or_an_error_with_its_name)
{
    static const char writers[] = FIELDS(
        OLD_FIELD("outcome", "{\"type\": \"enum\", \"name\": \"O\", \"symbols\": [\"completed\", "
                             "\"teleported\"]}"));
    static const char no_default[] = FIELDS(
        OLD_FIELD("outcome", "{\"type\": \"enum\", \"name\": \"O\", \"symbols\": [\"unknown\", "
                             "\"completed\"]}"));
    static const char with_default[] = FIELDS(
        OLD_FIELD("outcome", "{\"type\": \"enum\", \"name\": \"O\", \"symbols\": [\"unknown\", "
                             "\"completed\"], \"default\": \"unknown\"}"));
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    const char *json =
        as_json(&conversation_ended_type, with_default, writers, BYTES("\x00"), arena);
    cr_expect(eq(str, (char *)(uintptr_t)json, "{\"outcome\": \"completed\"}"));
    json = as_json(&conversation_ended_type, with_default, writers, BYTES("\x02"), arena);
    cr_expect(eq(str, (char *)(uintptr_t)json, "{}"));
    json = as_json(&conversation_ended_type, no_default, writers, BYTES("\x02"), arena);
    cr_expect(eq(str, (char *)(uintptr_t)json,
                 "byte 1: cannot read ConversationEnded.outcome: the symbol 'teleported' is "
                 "unknown"));
}

Test(avro_mapping, a_schema_that_cannot_give_the_record_is_refused_at_once)
{
    const struct {
        const struct record_type *type;
        char *writers, *what;
    } rows[] = {
        {&gold_span_type,
         FIELDS(OLD_FIELD("slot", "\"string\"") "," OLD_FIELD("start", "\"long\"")),
         "the writer's schema lacks 'end', which GoldSpan needs"},
        {&gold_span_type, FIELDS(OLD_FIELD("slot", "\"long\"")),
         "the writer's field 'slot' is of a type (long) that GoldSpan cannot take"},
        {&gold_span_type, FIELDS(OLD_FIELD("start", "\"double\"")),
         "the writer's field 'start' is of a type (double) that GoldSpan cannot take"},
        {&event_envelope_type,
         FIELDS(OLD_FIELD("time",
                          "{\"type\": \"long\", \"logicalType\": \"local-timestamp-micros\"}")),
         "the writer's field 'time' is of a type (long) that ConversationEvent cannot take"},
        {&event_envelope_type,
         FIELDS(OLD_FIELD("conversation_id", "\"string\"") "," OLD_FIELD(
             "sequence", "\"long\"") "," OLD_FIELD("time", "\"long\"")),
         "the writer's schema lacks 'body', which ConversationEvent needs"},
        {&event_envelope_type,
         EVENT_WRITER("\"long\"", "{\"type\": \"record\", \"name\": \"Weather\", \"fields\": []}"),
         "the writer's field 'body' is of a type (record) that ConversationEvent cannot take"},
        {&gold_span_type, "[\"null\"]", "the writer's schema is a union, not a record"},
        {&gold_turn_type,
         FIELDS(OLD_FIELD("spans", "{\"type\": \"array\", \"items\": {\"type\": \"record\", "
                                   "\"name\": \"S\", \"fields\": []}}")),
         "the writer's schema lacks 'slot', which GoldSpan needs"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct avro_mapping *mapping = NULL;
        struct error err = {0};
        enum status status = avro_mapping_create(rows[i].type, strview_of(FIELDS("")),
                                                 strview_of(rows[i].writers), &mapping, &err);
        cr_expect(eq(int, status, STATUS_DATA), "row %zu", i);
        cr_expect(eq(str, err.what, rows[i].what), "row %zu", i);
    }
}

Test(avro_mapping, hostile_schemas_and_bytes_cost_little)
{
    const struct {
        const char *name;
        char *writers;
        struct strview bytes;
        char *what;
    } rows[] = {
        {"a list of nulls without end is no work",
         FIELDS(OLD_FIELD("x", "{\"type\": \"array\", \"items\": \"null\"}")),
         BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00"), "{}"},
        {"a map is skipped name by name",
         FIELDS(OLD_FIELD("x", "{\"type\": \"map\", \"values\": \"null\"}")),
         BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02"
               "a"),
         "byte 12: cannot read TokenCounts.(unknown): the bytes end inside a number"},
        {"a type that holds itself",
         FIELDS(OLD_FIELD("x", "[\"null\", {\"type\": \"record\", \"name\": \"L\", \"fields\": "
                               "[{\"name\": \"next\", \"type\": [\"null\", \"L\"]}]}]")),
         BYTES("\x02\x02\x02\x00"), "{}"},
        {"a type that holds itself, deeply",
         FIELDS(OLD_FIELD("x", "[\"null\", {\"type\": \"record\", \"name\": \"L\", \"fields\": "
                               "[{\"name\": \"next\", \"type\": [\"null\", \"L\"]}]}]")),
         BYTES("\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02"
               "\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02"),
         "byte 33: cannot read TokenCounts.(unknown): values are nested too deeply"},
        {"a text longer than the bytes", FIELDS(OLD_FIELD("x", "\"bytes\"")),
         BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
         "byte 10: cannot read TokenCounts.(unknown): a text is longer than the bytes that are "
         "left"},
        {"bytes behind the record", FIELDS(OLD_FIELD("input", "\"long\"")), BYTES("\x02\x00"),
         "byte 1: 1 bytes follow behind the TokenCounts"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
        const char *json =
            as_json(&token_counts_type, FIELDS(""), rows[i].writers, rows[i].bytes, arena);
        cr_expect(eq(str, (char *)(uintptr_t)json, rows[i].what), "%s", rows[i].name);
    }
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    const char *json =
        as_json(&conversation_ended_type, FIELDS(""),
                FIELDS(OLD_FIELD("outcome", "\"string\"") "," OLD_FIELD("reason", "\"bytes\"")),
                BYTES("\x0a"
                      "error\x02\xff"),
                arena);
    cr_expect(eq(str, (char *)(uintptr_t)json,
                 "byte 8: cannot read ConversationEnded.reason: a text is not UTF-8"));
}

Test(avro_mapping, values_without_bytes_are_bounded_by_a_budget)
{
    struct strbuf writers = {0};
    strbuf_add_text(&writers, "{\"type\": \"record\", \"name\": \"T\", \"fields\": [{\"name\": "
                              "\"x\", \"type\": {\"type\": \"array\", \"items\": {\"type\": "
                              "\"record\", \"name\": \"W\", \"fields\": [{\"name\": \"i\", "
                              "\"type\": \"int\"}");
    for (int i = 0; i < 200; i++)
        strbuf_add_format(&writers, ", {\"name\": \"n%d\", \"type\": \"null\"}", i);
    strbuf_add_text(&writers, "]}}}]}");
    CLEANUP(avro_mapping_cleanup)
    struct avro_mapping *mapping = mapping_of(&token_counts_type, FIELDS(""), writers.data);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    struct token_counts counts;
    struct error err = {0};
    char few[] = {20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    cr_expect(
        eq(int,
           avro_mapping_decode(mapping, (struct strview){few, sizeof few}, &counts, arena, &err),
           STATUS_OK),
        "%s", err.what);
    char many[2 + 100 + 1] = {(char)0xc8, 0x01}; /* a hundred */
    cr_expect(
        eq(int,
           avro_mapping_decode(mapping, (struct strview){many, sizeof many}, &counts, arena, &err),
           STATUS_DATA));
    cr_expect(eq(str, err.what,
                 "cannot read TokenCounts.(unknown): there are too many values without bytes"));
    strbuf_done(&writers);
}
