#include "base/file.h"
#include "base/memory.h"
#include "codec/json_record.h"
#include "ingest/import_map.h"
#include "ingest/import_mapping.h"
#include "ingest/import_predictions.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXAMPLES ASSAY_SOURCE_DIR "/tests/examples/import/"

struct bench {
    char folder[64];
    char input[96], mapping[96], output[96];
    struct strbuf faults; /* "where: what" one a line; `where` without the folder */
    struct arena *arena;
    struct fault_list mapping_faults;
    struct import_counts counts;
    struct error err;
};

static void note(void *context, const struct error *fault)
{
    struct bench *bench = context;
    const char *slash = strrchr(bench->input, '/');
    const char *where = fault->where;
    size_t folder = (size_t)(slash - bench->input) + 1;
    if (strncmp(where, bench->input, folder) == 0)
        where += folder;
    strbuf_add_format(&bench->faults, "%s: %s\n", where, fault->what);
}

static void setup(struct bench *bench)
{
    *bench = (struct bench){.folder = "/tmp/assay_import_XXXXXX"};
    cr_assert(mkdtemp(bench->folder) != NULL);
    snprintf(bench->input, sizeof bench->input, "%s/in.jsonl", bench->folder);
    snprintf(bench->mapping, sizeof bench->mapping, "%s/map.yaml", bench->folder);
    snprintf(bench->output, sizeof bench->output, "%s/out.jsonl", bench->folder);
    bench->arena = arena_create(16384, 0);
    bench->mapping_faults = (struct fault_list){.arena = bench->arena};
}

static void done(struct bench *bench)
{
    unlink(bench->input);
    unlink(bench->mapping);
    unlink(bench->output);
    rmdir(bench->folder);
    strbuf_done(&bench->faults);
    arena_destroy(bench->arena);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    cr_assert(fputs(text, file) >= 0 && fclose(file) == 0);
}

static char *get(struct bench *bench, const char *path)
{
    struct strbuf text = {0};
    struct error err = {0};
    cr_assert(eq(int, file_read(path, 1 << 24, &text, &err), STATUS_OK), "%s", err.what);
    char *copy = arena_copy_text(bench->arena, text.data ? text.data : "");
    strbuf_done(&text);
    return copy;
}

static enum status run_files(struct bench *bench, const char *mapping, const char *input)
{
    if (input != bench->input)
        snprintf(bench->input, sizeof bench->input, "%s", input);
    struct import_map_options options = {.mapping = mapping,
                                         .input = input,
                                         .output = bench->output,
                                         .on_fault = note,
                                         .context = bench,
                                         .mapping_faults = &bench->mapping_faults};
    return import_map_run(&options, &bench->counts, &bench->err);
}

static enum status run(struct bench *bench, const char *mapping, const char *input)
{
    put(bench->mapping, mapping);
    put(bench->input, input);
    return run_files(bench, bench->mapping, bench->input);
}

/* Each line of the output is an event that assay reads without unknown keys. */
static void check_events(struct bench *bench, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        struct event event;
        struct json_unknown unknown = {0};
        struct error err = {0};
        cr_assert(eq(int,
                     json_record_decode_event((struct strview){text, size}, &event, bench->arena,
                                              &unknown, &err),
                     STATUS_OK),
                  "%s %s in %.*s", err.where, err.what, (int)size, text);
        cr_expect(eq(u64, unknown.count, 0));
        text += size + (text[size] == '\n');
    }
}

/* The three foreign layouts, and what must come out: set ASSAY_BLESS=1 to write it anew. */
static const struct {
    const char *name;
    struct import_counts counts;
    const char *faults;
} layouts[] = {
    {"chat_log",
     {.lines = 4, .conversations = 3, .events = 15, .repeated = 7, .made_ended = 3, .faults = 2},
     "chat_log.jsonl:3: /messages/0/at: 'soon' is not an ISO 8601 datetime: the date is "
     "not YYYY-MM-DD\n"
     "chat_log.jsonl:4: this is not JSON: '}' expected (column 102)\n"},
    {"call_centre",
     {.lines = 13, .conversations = 2, .events = 11, .faults = 2},
     "call_centre.jsonl:8: /conf: a number belongs here, not a text\n"
     "call_centre.jsonl:13: /call: the conversation's id is missing\n"},
    {"otel_genai",
     {.lines = 4,
      .conversations = 2,
      .events = 16,
      .skipped = 1,
      .repeated = 3,
      .made_ended = 2,
      .faults = 1},
     "otel_genai.jsonl:4: /resourceSpans/0/scopeSpans/0/spans/0/attributes/"
     "[key=gen_ai.output.messages]/value/stringValue/{json}/0/parts/[type=text]/content/{json}/"
     "response: the text here is not JSON\n"},
};

static void check_counts(const char *name, const struct import_counts *counts,
                         const struct import_counts *wanted)
{
    cr_expect(eq(u64, counts->lines, wanted->lines), "%s", name);
    cr_expect(eq(u64, counts->conversations, wanted->conversations), "%s", name);
    cr_expect(eq(u64, counts->events, wanted->events), "%s", name);
    cr_expect(eq(u64, counts->skipped, wanted->skipped), "%s", name);
    cr_expect(eq(u64, counts->repeated, wanted->repeated), "%s", name);
    cr_expect(eq(u64, counts->made_started, wanted->made_started), "%s", name);
    cr_expect(eq(u64, counts->made_ended, wanted->made_ended), "%s", name);
    cr_expect(eq(u64, counts->faults, wanted->faults), "%s", name);
}

Test(import_map, three_foreign_layouts_become_the_events_that_stand_beside_them)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        struct bench bench;
        setup(&bench);
        char *mapping = arena_format(bench.arena, EXAMPLES "%s.yaml", layouts[i].name);
        char *input = arena_format(bench.arena, EXAMPLES "%s.jsonl", layouts[i].name);
        char *golden = arena_format(bench.arena, EXAMPLES "expected/%s.jsonl", layouts[i].name);
        cr_assert(eq(int, run_files(&bench, mapping, input), STATUS_OK), "%s: %s", bench.err.where,
                  bench.err.what);
        char *events = get(&bench, bench.output);
        check_events(&bench, events);
        if (getenv("ASSAY_BLESS"))
            put(golden, events);
        cr_expect(eq(str, events, get(&bench, golden)), "%s", layouts[i].name);
        check_counts(layouts[i].name, &bench.counts, &layouts[i].counts);
        cr_expect(eq(str, bench.faults.data, (char *)(uintptr_t)layouts[i].faults), "%s",
                  layouts[i].name);
        bench.input[0] = bench.mapping[0] = '\0'; /* the examples stay */
        done(&bench);
    }
}

#define CHAT                                                                                       \
    "conversation: /c\ntime: {pointer: /t, unit: s}\nevents:\n"                                    \
    "  - {type: UserTurn, when: {/who: user}, fields: {text: /text}}\n"                            \
    "  - {type: AgentTurn, when: {/who: bot}, fields: {text: /text, next_state: /next}}\n"

Test(import_map, events_get_numbers_in_the_order_of_time_and_then_of_lines)
{
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int,
                 run(&bench, CHAT,
                     "{\"c\": 1, \"t\": 9, \"who\": \"user\", \"text\": \"third\"}\n"
                     "{\"c\": 1, \"t\": 5, \"who\": \"user\", \"text\": \"first\"}\n"
                     "{\"c\": 1, \"t\": 5, \"who\": \"bot\", \"text\": \"second\"}\n"),
                 STATUS_OK),
              "%s", bench.err.what);
    cr_expect(
        eq(str, get(&bench, bench.output),
           "{\"conversation_id\": \"1\", \"sequence\": 0, \"time\": \"1970-01-01T00:00:05Z\", "
           "\"type\": \"ConversationStarted\"}\n"
           "{\"conversation_id\": \"1\", \"sequence\": 1, \"time\": \"1970-01-01T00:00:05Z\", "
           "\"type\": \"UserTurn\", \"text\": \"first\"}\n"
           "{\"conversation_id\": \"1\", \"sequence\": 2, \"time\": \"1970-01-01T00:00:05Z\", "
           "\"type\": \"AgentTurn\", \"text\": \"second\"}\n"
           "{\"conversation_id\": \"1\", \"sequence\": 3, \"time\": \"1970-01-01T00:00:09Z\", "
           "\"type\": \"UserTurn\", \"text\": \"third\"}\n"
           "{\"conversation_id\": \"1\", \"sequence\": 4, \"time\": \"1970-01-01T00:00:09Z\", "
           "\"type\": \"ConversationEnded\", \"outcome\": \"abandoned\", "
           "\"reason\": \"not in the imported log\"}\n"));
    done(&bench);
}

Test(import_map, a_conversation_that_comes_again_is_late_unless_lines_are_said_to_be_mixed)
{
    char *mixed = "{\"c\": \"a\", \"t\": 1, \"who\": \"user\", \"text\": \"x\"}\n"
                  "{\"c\": \"b\", \"t\": 2, \"who\": \"user\", \"text\": \"y\"}\n"
                  "{\"c\": \"a\", \"t\": 3, \"who\": \"user\", \"text\": \"z\"}\n";
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int, run(&bench, CHAT, mixed), STATUS_OK));
    cr_expect(eq(str, bench.faults.data,
                 "in.jsonl:3: the conversation was written already: this line is late\n"));
    cr_expect(eq(u64, bench.counts.conversations, 2));
    strbuf_clear(&bench.faults);
    cr_assert(eq(int, run(&bench, "grouped: false\n" CHAT, mixed), STATUS_OK));
    cr_expect(eq(sz, bench.faults.size, 0));
    cr_expect(eq(u64, bench.counts.events, 7));
    cr_assert(eq(int, run(&bench, "grouped: false\nmax_open: 1\n" CHAT, mixed), STATUS_OK));
    cr_expect(eq(u64, bench.counts.faults, 1), "the bound holds");
    done(&bench);
}

Test(import_map, the_conversation_that_is_silent_for_the_longest_is_written_first)
{
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int,
                 run(&bench, "grouped: false\nmax_open: 2\n" CHAT,
                     "{\"c\": \"a\", \"t\": 1, \"who\": \"user\", \"text\": \"\"}\n"
                     "{\"c\": \"b\", \"t\": 1, \"who\": \"user\", \"text\": \"\"}\n"
                     "{\"c\": \"a\", \"t\": 2, \"who\": \"user\", \"text\": \"\"}\n"
                     "{\"c\": \"d\", \"t\": 1, \"who\": \"user\", \"text\": \"\"}\n"
                     "{\"c\": \"a\", \"t\": 3, \"who\": \"user\", \"text\": \"\"}\n"
                     "{\"c\": \"b\", \"t\": 2, \"who\": \"user\", \"text\": \"\"}\n"),
                 STATUS_OK));
    cr_expect(eq(u64, bench.counts.faults, 1), "only b is late");
    char *text = get(&bench, bench.output);
    cr_expect(strncmp(text, "{\"conversation_id\": \"b\"", 23) == 0);
    cr_expect(eq(u64, bench.counts.events, 11));
    done(&bench);
}

Test(import_map, all_faults_of_a_mapping_are_told_with_their_place)
{
    struct bench bench;
    setup(&bench);
    cr_assert(
        eq(int,
           run(&bench,
               "conversation: id\n"
               "grupped: true\n"
               "each: /messages/*\n"
               "events:\n"
               "  - {type: UserTurn, time: /t, fields: {txt: /text, tokens.input: /n}}\n"
               "  - {type: AgentTurn, fields: {text: /a/*/b, tokens.inptu: /n}}\n"
               "  - {type: Spoken, time: /t}\n"
               "  - {type: ServiceCall, time: {unit: ms}, fields: {service: {constant: STT}}}\n",
               "{}\n"),
           STATUS_CONFIG));
    struct strbuf text = {0};
    fault_print(&bench.mapping_faults, &text);
    static char *const wanted[] = {
        ":1:15: a pointer begins with '/' (or 'line:/'): 'id'",
        ":2:1: unknown key 'grupped'. Did you mean 'grouped'?",
        ":5:41: UserTurn has no field 'txt'. Did you mean 'text'?",
        ":5:53: UserTurn has no field 'tokens'",
        ":5:5: a UserTurn needs the field 'text'",
        ":6:5: the event has no 'time'",
        ":6:38: '*' has no place in '/a/*/b'",
        ":6:46: TokenCounts has no field 'inptu'. Did you mean 'input'?",
        ":7:12: 'type' takes a value of kind one of a list, not 'Spoken'",
        ":8:31: either 'pointer' or 'constant' belongs here"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(strstr(text.data, wanted[i]) != NULL, "%s is not in\n%s", wanted[i], text.data);
    cr_expect(eq(sz, bench.mapping_faults.count, sizeof wanted / sizeof *wanted));
    cr_expect(access(bench.output, F_OK) != 0, "nothing is written");
    strbuf_done(&text);
    done(&bench);
}

Test(import_map, times_come_as_iso_text_or_as_a_number_with_a_unit)
{
    static const struct {
        char *time, *line, *wanted;
    } rows[] = {
        {"/t", "\"2025-01-10T10:30:00+01:00\"", "2025-01-10T09:30:00Z"},
        {"/t", "\"2025-01-10 10:30:00\"", "2025-01-10T15:30:00Z"},
        {"{pointer: /t, unit: s}", "1736501400.25", "2025-01-10T09:30:00.250Z"},
        {"{pointer: /t, unit: ms}", "1736501400250", "2025-01-10T09:30:00.250Z"},
        {"{pointer: /t, unit: us}", "\"1736501400250001\"", "2025-01-10T09:30:00.250001Z"},
        {"{pointer: /t, unit: ns}", "\"1736501400250001999\"", "2025-01-10T09:30:00.250001Z"},
        {"{pointer: /u, default: \"2025-01-10T00:00:00Z\"}", "0", "2025-01-10T00:00:00Z"},
        {"{constant: \"2025-01-10T00:00:00Z\", step: 2s}", "0", "2025-01-10T00:00:00Z"},
        {"/t", "1736501400", NULL},
        {"/t", "\"soon\"", NULL},
        {"{pointer: /t, unit: s}", "1e30", NULL},
        {"/t", "null", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench bench;
        setup(&bench);
        char *mapping = arena_format(bench.arena,
                                     "conversation: /c\ntime_zone: America/New_York\nevents:\n"
                                     "  - {type: UserTurn, time: %s, fields: {text: /c}}\n",
                                     rows[i].time);
        char *line = arena_format(bench.arena, "{\"c\": \"x\", \"t\": %s}\n", rows[i].line);
        cr_assert(eq(int, run(&bench, mapping, line), STATUS_OK), "%s", rows[i].line);
        char *text = get(&bench, bench.output);
        char *wanted = arena_format(bench.arena, "\"time\": \"%s\", \"type\": \"UserTurn\"",
                                    rows[i].wanted ? rows[i].wanted : "");
        cr_expect(rows[i].wanted ? strstr(text, wanted) != NULL : bench.counts.faults == 1,
                  "%s gave %s", rows[i].line, text);
        done(&bench);
    }
}

Test(import_map, a_step_spreads_the_turns_of_a_log_that_has_one_time)
{
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int,
                 run(&bench,
                     "conversation: line:/c\neach: /m/*\n"
                     "time: {pointer: \"line:/t\", step: 10s}\n"
                     "events: [{type: UserTurn, fields: {text: \"\"}}]\n",
                     "{\"c\": \"x\", \"t\": \"2025-01-10T00:00:00Z\", \"m\": [\"a\", \"b\"]}\n"),
                 STATUS_OK),
              "%s", bench.err.what);
    char *text = get(&bench, bench.output);
    cr_expect(strstr(text, "00:00:00Z\", \"type\": \"UserTurn\", \"text\": \"a\"") != NULL);
    cr_expect(strstr(text, "00:00:10Z\", \"type\": \"UserTurn\", \"text\": \"b\"") != NULL);
    done(&bench);
}

Test(import_map, slots_that_are_changes_become_the_state_and_null_removes)
{
    struct bench bench;
    setup(&bench);
    char *mapping = "conversation: /c\ntime: {pointer: /t, unit: s}\nevents:\n"
                    "  - {type: AgentTurn, slots_are: changes, fields: {text: /c, slots: /s}}\n";
    cr_assert(eq(int,
                 run(&bench, mapping,
                     "{\"c\": \"x\", \"t\": 1, \"s\": {\"a\": \"1\", \"b\": \"2\"}}\n"
                     "{\"c\": \"x\", \"t\": 2, \"s\": {\"b\": null, \"d\": \"dontcare\"}}\n"
                     "{\"c\": \"x\", \"t\": 3}\n"),
                 STATUS_OK));
    char *text = get(&bench, bench.output);
    cr_expect(strstr(text, "\"slots\": {\"a\": \"1\", \"b\": \"2\"}}\n") != NULL, "%s", text);
    char *second = strstr(text, "\"slots\": {\"a\": \"1\", \"d\": \"dontcare\"}}\n");
    cr_assert(second != NULL, "%s", text);
    cr_expect(strstr(second + 1, "\"slots\": {\"a\": \"1\", \"d\": \"dontcare\"}}\n") != NULL,
              "a turn that changes nothing keeps the state: %s", text);
    done(&bench);
}

Test(import_map, a_line_that_is_wrong_is_told_and_the_next_one_is_read)
{
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int,
                 run(&bench, CHAT,
                     "{\"c\": 1, \"t\": 1, \"who\": \"user\"}\n"
                     "{\"c\": 1, \"t\": 1, \"who\": \"user\", \"text\": [1]}\n"
                     "[1, 2]\n"
                     "\n"
                     "{\"c\": 1, \"t\": 1, \"who\": \"nobody\"}\n"
                     "{\"c\": {}, \"t\": 1, \"who\": \"user\", \"text\": \"x\"}\n"
                     "{\"c\": 1, \"t\": 1, \"who\": \"user\", \"text\": \"\xff\"}\n"
                     "{\"c\": 1, \"t\": 1, \"who\": \"user\", \"text\": \"good\"}\n"),
                 STATUS_OK));
    cr_expect(strstr(bench.faults.data,
                     "in.jsonl:1: /text: a UserTurn needs 'text', but nothing is here\n") != NULL);
    cr_expect(strstr(bench.faults.data, "in.jsonl:2: /text: a text belongs here, not a list\n") !=
              NULL);
    cr_expect(strstr(bench.faults.data, "in.jsonl:6: /c: the conversation's id is missing\n") !=
              NULL);
    cr_expect(strstr(bench.faults.data, "in.jsonl:7") != NULL);
    cr_expect(eq(u64, bench.counts.faults, 4), "%s", bench.faults.data);
    cr_expect(eq(u64, bench.counts.skipped, 2));
    cr_expect(eq(u64, bench.counts.lines, 7));
    cr_expect(eq(u64, bench.counts.events, 3));
    done(&bench);
}

Test(import_map, an_empty_log_gives_an_empty_file)
{
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int, run(&bench, CHAT, ""), STATUS_OK));
    cr_expect(eq(str, get(&bench, bench.output), ""));
    cr_expect(eq(u64, bench.counts.conversations, 0));
    done(&bench);
}

Test(import_map, when_memory_runs_out_it_says_so_and_leaves_no_file)
{
    for (int64_t nth = 1; nth < 2000; nth++) {
        struct bench bench;
        setup(&bench);
        put(bench.mapping, CHAT);
        put(bench.input, "{\"c\": \"a\", \"t\": 1, \"who\": \"user\", \"text\": \"x\"}\n"
                         "{\"c\": \"b\", \"t\": 1, \"who\": \"bot\", \"text\": \"y\"}\n");
        memory_fail_nth(nth);
        enum status status = run_files(&bench, bench.mapping, bench.input);
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        if (hit) {
            cr_expect(status != STATUS_OK, "request %lld", (long long)nth);
            cr_expect(access(bench.output, F_OK) != 0, "request %lld", (long long)nth);
        }
        char *fresh = arena_format(bench.arena, "%s.new", bench.output);
        cr_expect(access(fresh, F_OK) != 0, "request %lld", (long long)nth);
        done(&bench);
        if (!hit)
            return;
    }
    cr_fatal("the run never ended without a failure");
}

static enum status run_log(struct bench *bench, const char *log, const char *zone,
                           const char *candidate)
{
    put(bench->input, log);
    struct import_predictions_options options = {.input = bench->input,
                                                 .output = bench->output,
                                                 .time_zone = zone,
                                                 .candidate = candidate,
                                                 .on_fault = note,
                                                 .context = bench};
    return import_predictions_run(&options, &bench->counts, &bench->err);
}

Test(import_predictions, a_log_becomes_the_events_that_stand_beside_it)
{
    struct bench bench;
    setup(&bench);
    char *log = get(&bench, EXAMPLES "prediction_log.jsonl");
    cr_assert(eq(int, run_log(&bench, log, "America/New_York", NULL), STATUS_OK), "%s",
              bench.err.what);
    char *events = get(&bench, bench.output);
    check_events(&bench, events);
    if (getenv("ASSAY_BLESS"))
        put(EXAMPLES "expected/prediction_log.jsonl", events);
    cr_expect(eq(str, events, get(&bench, EXAMPLES "expected/prediction_log.jsonl")));
    cr_expect(strncmp(bench.faults.data, "in.jsonl:4: /timestamp: ", 24) == 0, "%s",
              bench.faults.data);
    cr_expect(eq(u64, bench.counts.faults, 1));
    cr_expect(eq(u64, bench.counts.conversations, 2));
    done(&bench);
}

#define LINE(rest)                                                                                 \
    "{\"conversation_id\": \"c\", \"timestamp\": \"2025-01-10T10:30:00\", \"input\": "             \
    "{\"user_text\": \"u\"}, \"output\": {\"response\": \"r\"}" rest "}\n"

Test(import_predictions, a_time_without_a_zone_is_a_fault_unless_the_zone_is_said)
{
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int, run_log(&bench, LINE(""), NULL, NULL), STATUS_OK));
    cr_expect(eq(str, bench.faults.data, "in.jsonl:1: /timestamp: the timestamp has no zone\n"));
    cr_assert(eq(int, run_log(&bench, LINE(""), "Asia/Kolkata", NULL), STATUS_OK));
    cr_expect(strstr(get(&bench, bench.output), "2025-01-10T05:00:00Z") != NULL);
    cr_expect(eq(int, run_log(&bench, LINE(""), "Nowhere/City", NULL), STATUS_DATA));
    done(&bench);
}

Test(import_predictions, lines_of_another_candidate_and_later_repeats_are_left_out)
{
    char *log = LINE(", \"candidate\": \"x\", \"repeat\": 0")
        LINE(", \"candidate\": \"x\", \"repeat\": 1") LINE(", \"candidate\": \"y\"");
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int, run_log(&bench, log, "UTC", NULL), STATUS_OK));
    cr_expect(eq(str, bench.faults.data,
                 "in.jsonl:3: /candidate: the line is of candidate 'y', but the log began with "
                 "'x'\n"));
    cr_expect(eq(u64, bench.counts.events, 4));
    cr_expect(eq(u64, bench.counts.skipped, 1));
    strbuf_clear(&bench.faults);
    cr_assert(eq(int, run_log(&bench, log, "UTC", "y"), STATUS_OK));
    cr_expect(eq(sz, bench.faults.size, 0));
    cr_expect(eq(u64, bench.counts.skipped, 2));
    cr_expect(eq(u64, bench.counts.events, 4));
    done(&bench);
}

Test(import_predictions, a_call_that_failed_is_a_service_error_and_no_answer)
{
    struct bench bench;
    setup(&bench);
    cr_assert(eq(int,
                 run_log(&bench,
                         LINE(", \"error\": {\"error_class\": \"infrastructure\", \"what\": "
                              "\"time-out\"}"),
                         "UTC", NULL),
                 STATUS_OK));
    char *text = get(&bench, bench.output);
    cr_expect(
        strstr(text, "\"type\": \"ServiceCall\", \"service\": \"LLM\", \"error\": \"time-out\"") !=
            NULL,
        "%s %s", text, bench.faults.data);
    cr_expect(strstr(text, "AgentTurn") == NULL);
    done(&bench);
}
