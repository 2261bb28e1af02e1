#include "replay/tool_desk.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct arena *arena;
static struct turn_view view;
static struct prediction prediction;

/* The booking set's back end, on 2025-01-08. */
static void set_up(void)
{
    struct fault_list faults = {0};
    struct task_spec *task;
    struct back_end *end;
    arena = arena_create(1 << 16, 0);
    faults.arena = arena;
    cr_assert(eq(
        int,
        task_spec_load(ASSAY_SOURCE_DIR "/datasets/booking/task.yaml", arena, &faults, &task, NULL),
        STATUS_OK));
    cr_assert(eq(int,
                 back_end_load(ASSAY_SOURCE_DIR "/datasets/booking/backend.yaml", task, 1, arena,
                               &faults, &end, NULL),
                 STATUS_OK));
    struct back_end_session_options options = {.back_end = end, .arena = arena, .is_sound = true};
    cr_assert(back_end_read_day(strview_of("2025-01-08"), &options.today));
    view = (struct turn_view){.arena = arena, .back_end = back_end_session_create(&options)};
    record_init(&prediction_type, &prediction);
}

static void tear_down(void)
{
    arena_destroy(arena);
}

TestSuite(tool_desk, .init = set_up, .fini = tear_down);

static bool take(const char *text)
{
    json_t *calls = json_loads(text, JSON_DECODE_ANY, NULL);
    cr_assert(calls != NULL);
    bool taken = tool_desk_take(calls, &view, &prediction) == STATUS_OK;
    json_decref(calls);
    return taken;
}

static const struct tool_call *call_at(size_t index)
{
    return (const struct tool_call *)prediction.tool_calls.items + index;
}

static const char booking[] =
    "{\"method\": \"book_appointment\", \"idempotency_key\": \"k\", \"parameters\": {\"service\": "
    "\"checkup\", \"date\": \"2025-01-14\", \"time\": \"16:00\", \"name\": \"Ana Diaz\"}}";

Test(tool_desk, calls_are_carried_out_and_written_down_in_order)
{
    char text[1024];
    snprintf(text, sizeof text,
             "[{\"method\": \"lookup\", \"parameters\": {\"topic\": \"parking\"}}, "
             "{\"method\": \"teleport\"}]");
    cr_assert(take(text));
    cr_assert(eq(sz, prediction.tool_calls.count, 2));
    cr_expect(strview_is(call_at(0)->method, "lookup"));
    cr_expect(not(call_at(0)->error.data != NULL));
    cr_expect(memmem(call_at(0)->result.data, call_at(0)->result.size, "behind the house", 16) !=
              NULL);
    cr_expect(strview_is(call_at(1)->error, "unknown_method"));
}

Test(tool_desk, a_call_with_the_same_key_is_done_once)
{
    char text[1024];
    struct record_list before;
    snprintf(text, sizeof text, "[%s]", booking);
    cr_assert(take(text));
    before = back_end_session_bookings(view.back_end);
    cr_assert(take(text));
    cr_expect(eq(sz, back_end_session_bookings(view.back_end).count, before.count));
    cr_expect(eq(sz, prediction.tool_calls.count, 2), "both calls are in the record");
    cr_expect(strview_is(call_at(0)->idempotency_key, "k"));
    cr_expect(strview_equal(call_at(0)->result, call_at(1)->result));
}

Test(tool_desk, what_is_no_list_of_calls_is_malformed)
{
    static const char *const texts[] = {"{}", "[1]", "[{}]", "[{\"method\": 1}]",
                                        "[{\"method\": \"lookup\", \"parameters\": [1]}]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(not(take(texts[i])), "%s", texts[i]);
    cr_expect(eq(sz, prediction.tool_calls.count, 0));
}

Test(tool_desk, more_calls_than_a_turn_may_have_are_refused_whole)
{
    struct strbuf text = {0};
    for (size_t i = 0; i <= TOOL_DESK_MOST_CALLS_A_TURN; i++)
        strbuf_add_format(&text, "%s{\"method\": \"lookup\"}", i ? ", " : "[");
    strbuf_add_char(&text, ']');
    cr_expect(not(take(text.data)));
    cr_expect(eq(sz, prediction.tool_calls.count, 0));
    strbuf_done(&text);
}

Test(tool_desk, without_a_back_end_nothing_is_called)
{
    view.back_end = NULL;
    cr_expect(take("[{\"method\": \"lookup\"}]"));
    cr_expect(take("null"));
    cr_expect(eq(sz, prediction.tool_calls.count, 0));
}
