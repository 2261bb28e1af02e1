#include "base/file.h"
#include "base/memory.h"
#include "config/task_spec.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static struct arena *arena;
static struct fault_list faults;
static char path[64];

static void begin(void)
{
    arena = arena_create(64 * 1024, 0);
    faults = (struct fault_list){0};
    snprintf(path, sizeof path, "/tmp/assay_task_XXXXXX");
    close(mkstemp(path));
}

static void end(void)
{
    arena_destroy(arena);
    unlink(path);
}

TestSuite(task_spec, .init = begin, .fini = end);

static struct task_spec *load(const char *text)
{
    struct task_spec *task = NULL;
    struct error err = {0};
    cr_assert(eq(int, file_write(path, strview_of(text), &err), STATUS_OK));
    cr_assert(eq(int, task_spec_load(path, arena, &faults, &task, &err), STATUS_OK), "%s",
              err.what);
    return task;
}

static char *printed(void)
{
    struct strbuf out = {0};
    fault_print(&faults, &out);
    char *text = arena_copy_text(arena, out.size ? out.data : "");
    strbuf_done(&out);
    return text;
}

static const char good[] =
    "name: booking\n"
    "time_zone: America/New_York\n"
    "week_start: sunday\n"
    "slots:\n"
    "  - {name: date, type: date, required: true}\n"
    "  - {name: reason, type: categorical, confirm_under: 0.5, values: [{value: checkup, synonyms: "
    "[check-up, physical]}, {value: cleaning}]}\n"
    "intents:\n"
    "  - {name: book, phrases: [book, make an appointment], requires: [date], tool: book_it}\n"
    "states:\n"
    "  - {name: ask_date, kind: collect, asks: [date]}\n"
    "  - {name: done, kind: completed}\n"
    "success: {own_state: bookings}\n";

Test(task_spec, a_task_is_read_with_its_defaults)
{
    struct task_spec *task = load(good);
    cr_assert(eq(sz, faults.count, 0), "%s", printed());
    cr_expect(strview_is(task->name, "booking"));
    cr_expect(strview_is(task->version, "1"));
    cr_expect(strview_is(task->locale, "en-US"));
    cr_expect(strview_is(task->phone_country, "US"));
    cr_expect(eq(int, task->week_start, 6));
    cr_expect(eq(dbl, task->dead_air_ms, 3000));
    cr_assert(eq(sz, task->slot_count, 2));
    cr_expect(task->slots[0].required);
    cr_expect(not(task->slots[1].required));
    cr_expect(isnan(task->slots[0].confirm_under));
    cr_expect(eq(dbl, task->slots[1].confirm_under, 0.5));
    cr_expect(eq(int, task->slots[1].compare, COMPARE_TYPED));
    cr_assert(eq(sz, task->slots[1].category_count, 2));
    cr_expect(strview_is(task->slots[1].categories[0].synonyms.items[1], "physical"));
    cr_expect(eq(sz, task->slots[1].categories[1].synonyms.count, 0));
    cr_expect(eq(int, task->success.teacher_forced, SUCCESS_ALL_TURNS_RIGHT));
    cr_expect(eq(int, task->success.own_state, SUCCESS_BOOKINGS));
    cr_expect(eq(int, task_spec_state(task, strview_of("done"))->kind, STATE_COMPLETED));
    cr_expect(strview_is(task_spec_intent(task, strview_of("book"))->tool, "book_it"));
    cr_expect(eq(int, task_spec_slot(task, strview_of("date"))->type, SLOT_TYPE_DATE));
    cr_expect(eq(ptr, (void *)(uintptr_t)task_spec_slot(task, strview_of("dat")), NULL));
    cr_expect(eq(ptr, (void *)(uintptr_t)task_spec_state(task, strview_of("")), NULL));
}

Test(task_spec, all_faults_of_a_file_are_told_at_once)
{
    load("nam: booking\n"
         "time_zone: Mars/Olympus\n"
         "slots:\n"
         "  - {name: date, type: dat}\n"
         "  - {name: date, type: time}\n"
         "  - {type: text}\n"
         "  - {name: reason, type: categorical}\n"
         "intents:\n"
         "  - {name: book, requires: [daet]}\n"
         "states:\n"
         "  - {name: ask, asks: [date, tmie, resaon], kind: colect}\n"
         "success: {own_state: luck}\n");
    static const char *const wanted[] = {
        ":1:1: unknown key 'nam'. Did you mean 'name'?",
        ": key 'name' is missing.",
        ": time_zone 'Mars/Olympus' is not known. Write an IANA name such as America/New_York.",
        ":4:24: 'type' takes a value of kind one of a list, not 'dat'. Did you mean 'date'?",
        ":5:5: slot 'date' is there twice.",
        ":6:5: key 'name' is missing.",
        ": categorical slot 'reason' has no values. Add 'values:' with a list of {value, "
        "synonyms}.",
        ":9:5: there is no slot 'daet'. Did you mean 'date'?",
        ":11:5: there is no slot 'tmie'.",
        ":11:5: there is no slot 'resaon'. Did you mean 'reason'?",
        ":11:51: 'kind' takes a value of kind one of a list, not 'colect'. Did you mean 'collect'?",
        ":12:22: 'own_state' takes a value of kind one of a list, not 'luck'.",
    };
    char *text = printed();
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(strstr(text, wanted[i]) != NULL, "'%s' is not in\n%s", wanted[i], text);
    cr_expect(eq(sz, faults.count, sizeof wanted / sizeof *wanted), "%s", text);
}

Test(task_spec, opening_hours_are_checked_span_by_span)
{
    load("name: x\nslots: []\nopening_hours:\n  monday: ['09:00-12:00', '13:30-24:00']\n"
         "  tuesday: []\n  sunday:\n");
    cr_expect(eq(sz, faults.count, 0), "%s", printed());
    load("name: x\nslots: []\nopening_hours:\n  monday: [[09:00-18:00], 9 to 5, '18:00-09:00']\n"
         "  tuesday: 09:00-18:00\n  friday: ['09:00-18:60', '09:00-18:00x', {a: b}]\n");
    cr_expect(eq(sz, faults.count, 7), "%s", printed());
    cr_expect(strstr(printed(), ":4:27: '9 to 5' is no span of opening hours. Write a list") !=
                  NULL,
              "%s", printed());
    cr_expect(strstr(printed(), ":5:12: the opening hours of a day are a list.") != NULL);
    faults = (struct fault_list){0};
    load("name: x\nslots: []\nopening_hours: always\n");
    cr_expect(eq(sz, faults.count, 1));
}

Test(task_spec, sections_that_should_be_lists_are_told)
{
    load("name: x\nslots: {date: date}\nintents: none\n");
    cr_expect(strstr(printed(),
                     ":2:8: a list belongs here. Begin each entry with '- name: ...'.") != NULL,
              "%s", printed());
    cr_expect(strstr(printed(), ":3:10: a list belongs here.") != NULL);
    cr_expect(eq(sz, faults.count, 2));
}

Test(task_spec, a_file_that_is_no_yaml_gives_a_fault_and_a_missing_one_an_error)
{
    struct task_spec *task;
    struct error err = {0};
    load("name: [x\n");
    cr_expect(eq(sz, faults.count, 1));
    cr_expect(
        eq(int, task_spec_load("/nowhere/task.yaml", arena, &faults, &task, &err), STATUS_IO));
}

Test(task_spec, lost_memory_is_never_a_task_with_something_missing)
{
    struct error err = {0};
    cr_assert(eq(int, file_write(path, strview_of(good), &err), STATUS_OK));
    int64_t nth = 1;
    for (bool hit = true; hit; nth++) {
        CLEANUP(arena_cleanup) struct arena *small = arena_create(32, 0);
        struct fault_list list = {0};
        struct task_spec *task = NULL;
        memory_fail_nth(nth);
        enum status status = task_spec_load(path, small, &list, &task, &err);
        hit = memory_fault_was_hit();
        memory_fail_nth(0);
        bool whole = status == STATUS_OK && list.count == 0;
        if (whole)
            whole = task->slot_count == 2 && task->slots[1].category_count == 2 &&
                    task->slots[1].categories[0].synonyms.count == 2 && task->intent_count == 1 &&
                    task->intents[0].phrases.count == 2 && task->state_count == 2 &&
                    task->states[0].asks.count == 1;
        cr_expect(whole || status != STATUS_OK || list.count > 0, "request %ld", (long)nth);
    }
    cr_expect(gt(i64, nth, 40));
}
