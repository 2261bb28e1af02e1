#include "base/memory.h"
#include "pipeline/run.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct run_fault faults[2] = {{"events.jsonl:3", "this is not JSON", "Look at \"line 3\"."},
                                     {"gold.jsonl:9", "caf\xc3\xa9", ""}};

static struct run_accounts sample(void)
{
    struct run_accounts accounts = {.events_consumed = 100,
                                    .events_invalid = 2,
                                    .events_in_conversations = 90,
                                    .conversations = 10,
                                    .with_gold = 7,
                                    .no_gold = 2,
                                    .gold_mismatch = 1,
                                    .faults_total = 51,
                                    .faults = faults,
                                    .fault_count = 2,
                                    .complete = true};
    for (int i = 1; i < SKIP_REASON_COUNT; i++)
        accounts.skipped[i] = (uint64_t)i * 3;
    return accounts;
}

Test(run_accounts, what_is_written_is_read_again)
{
    struct run_accounts from = sample(), to;
    struct strbuf text = {0};
    struct error err = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    run_accounts_encode(&from, &text);
    cr_assert(eq(int, run_accounts_decode(strbuf_view(&text), arena, &to, &err), STATUS_OK), "%s",
              err.what);
    cr_expect(eq(u64, to.events_consumed, 100));
    cr_expect(eq(u64, to.events_invalid, 2));
    cr_expect(eq(u64, to.events_in_conversations, 90));
    cr_expect(eq(u64, to.conversations, 10));
    cr_expect(eq(u64, to.with_gold, 7));
    cr_expect(eq(u64, to.no_gold, 2));
    cr_expect(eq(u64, to.gold_mismatch, 1));
    cr_expect(eq(u64, to.faults_total, 51));
    cr_expect(to.complete);
    for (int i = 1; i < SKIP_REASON_COUNT; i++)
        cr_expect(eq(u64, to.skipped[i], (uint64_t)i * 3));
    cr_assert(eq(sz, to.fault_count, 2));
    cr_expect(eq(str, to.faults[0].where, "events.jsonl:3"));
    cr_expect(eq(str, to.faults[0].fix, "Look at \"line 3\"."));
    cr_expect(eq(str, to.faults[1].what, "caf\xc3\xa9"));
    strbuf_done(&text);
}

Test(run_accounts, empty_accounts_are_empty_again_and_what_is_no_json_is_told)
{
    struct run_accounts none = {0}, to;
    struct strbuf text = {0};
    struct error err = {0};
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    run_accounts_encode(&none, &text);
    cr_assert(eq(int, run_accounts_decode(strbuf_view(&text), arena, &to, &err), STATUS_OK));
    cr_expect(eq(sz, to.fault_count, 0));
    cr_expect(not(to.complete));
    cr_expect(eq(int, run_accounts_decode(strview_of("{\"complete\": tr"), arena, &to, &err),
                 STATUS_DATA));
    strbuf_done(&text);
}

Test(run_accounts, lost_memory_leaves_the_result_alone)
{
    struct run_accounts from = sample(), to = {.conversations = 77};
    struct strbuf text = {0};
    CLEANUP(arena_cleanup) struct arena *small = arena_create(16, 0);
    run_accounts_encode(&from, &text);
    memory_fail_nth(1);
    cr_expect(eq(int, run_accounts_decode(strbuf_view(&text), small, &to, NULL), STATUS_NO_MEMORY));
    memory_fail_nth(0);
    cr_expect(eq(u64, to.conversations, 77));
    strbuf_done(&text);
}

Test(offset_column, ordinals_may_come_in_any_order)
{
    struct offset_column column = {0};
    cr_expect(eq(u64, offset_column_get(&column, 0), 0));
    cr_assert(offset_column_set(&column, 5, 500));
    cr_assert(offset_column_set(&column, 1, 100));
    cr_assert(offset_column_set(&column, 1000, 9));
    cr_assert(offset_column_set(&column, 5, 501)); /* the last one counts */
    cr_expect(eq(sz, column.count, 1001));
    cr_expect(eq(u64, offset_column_get(&column, 5), 501));
    cr_expect(eq(u64, offset_column_get(&column, 1), 100));
    cr_expect(eq(u64, offset_column_get(&column, 1000), 9));
    cr_expect(eq(u64, offset_column_get(&column, 0), 0));
    cr_expect(eq(u64, offset_column_get(&column, 999), 0));
    cr_expect(eq(u64, offset_column_get(&column, 1001), 0));
    cr_expect(eq(u64, offset_column_get(&column, UINT64_MAX), 0));
    memory_fail_nth(1);
    cr_expect(not(offset_column_set(&column, 1 << 20, 1)));
    memory_fail_nth(0);
    cr_expect(eq(sz, column.count, 1001));
    memory_free(column.offsets);
}
