/* The same order gives the same bytes; memory that runs out gives an error and no leak. */
#include "aggregate/metric_catalogue.h"
#include "aggregate/stream_summary.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "fold_case.h"
#include "report/json_report.h"

#include <stdio.h>

/* A run of 60 conversations with everything in it. */
static void feed(struct fold_case *test)
{
    static const char *const turns[] = {"r w", "rr l", "s", "m r R", "W", "r"};
    static const double gaps[] = {310.5, 1200, 77, 4000.25};
    for (int64_t i = 0; i < 60; i++) {
        struct conversation_facts *facts = fold_case_facts(test, i);
        facts->response_gap_ms = (struct real_list){gaps + i % 3, 2};
        facts->duration_ms = 1000.0 / (double)(i + 1);
        if (i % 7 == 0)
            facts->gold_status = GOLD_NONE;
        fold_case_add_facts(test, facts);
        for (int64_t c = 0; c < 2; c++) {
            struct trial *trial = fold_case_trial(test, c, 0, turns[(i * (c + 1)) % 6]);
            struct turn_score *turn = fold_case_turn(trial, 0);
            ((struct slot_score *)turn->slots.items)->confidence = 1 / (double)(i + 1);
            if (i % 7 == 0)
                trial->score->outcome = TRIAL_NOT_SCORED;
            if (i == 9 && c)
                fold_case_fail(test, trial, ERROR_CLASS_INFRASTRUCTURE);
            fold_case_add(test, trial);
        }
    }
}

static void report(struct strbuf *out)
{
    struct fold_case test;
    fold_case_start(&test, 2);
    fold_case_open(&test);
    feed(&test);
    fold_case_finish(&test);
    json_report(out, test.summary, true);
    fold_case_end(&test);
}

Test(determinism, the_same_order_gives_the_same_bytes)
{
    struct strbuf first = {0}, second = {0};
    report(&first);
    report(&second);
    cr_assert(first.size > 1000 && !first.failed);
    cr_expect(strview_equal(strbuf_view(&first), strbuf_view(&second)));
    strbuf_done(&first);
    strbuf_done(&second);
}

static enum status small_run(const struct fold_case *test, struct trial *const *trials,
                             struct error *err)
{
    CLEANUP(run_fold_cleanup) struct run_fold *fold = NULL;
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(4096, 0);
    if (!arena)
        return error_no_memory(err);
    struct run_summary *summary;
    enum status status = run_fold_create(&test->pipeline, &fold, err);
    for (size_t i = 0; status == STATUS_OK && i < 2; i++) {
        struct conversation_facts facts = *test->facts;
        facts.conversation_id = trials[i]->conversation_id;
        status = run_fold_conversation(fold, &facts, err);
        if (status == STATUS_OK)
            status = run_fold_trial(fold, trials[i], err);
    }
    if (status != STATUS_OK)
        return status;
    struct input_fault fault = {"a", "b", "c"};
    struct run_fold_input input = {.faults = &fault, .fault_count = 1, .faults_total = 1};
    return run_fold_finish(fold, &input, arena, &summary, err);
}

Test(determinism, every_allocation_may_fail)
{
    static const double gaps[] = {310.5, 1200};
    struct fold_case test;
    struct trial *trials[2];
    struct gate_spec gate = {
        .metric = strview_of("success_rate"), .at_least = .5, .at_most = (double)NAN};
    fold_case_start(&test, 1);
    test.pipeline.gates = &gate;
    test.pipeline.gate_count = 1;
    test.facts = fold_case_facts(&test, 0);
    test.facts->response_gap_ms = (struct real_list){gaps, 2};
    for (size_t i = 0; i < 2; i++) {
        test.facts->conversation_id = strview_of(i ? "other" : "one");
        trials[i] = fold_case_trial(&test, 0, 0, "rw s");
        ((struct slot_score *)fold_case_turn(trials[i], 0)->slots.items)->confidence = .5;
    }
    int64_t nth = 1;
    for (;; nth++) {
        struct error err = {0};
        memory_fail_nth(nth);
        enum status status = small_run(&test, trials, &err);
        bool hit = memory_fault_was_hit();
        memory_fail_nth(0);
        if (!hit) {
            cr_expect(eq(int, status, STATUS_OK));
            break;
        }
        cr_assert(eq(int, status, STATUS_NO_MEMORY), "allocation %lld", (long long)nth);
    }
    cr_expect(nth > 20, "only %lld allocations were visited", (long long)nth);
    fold_case_end(&test);
}

Test(determinism, every_metric_of_the_catalogue_is_in_the_docs_and_found_by_its_name)
{
    CLEANUP(strbuf_done) struct strbuf docs = {0};
    FILE *file = fopen(ASSAY_SOURCE_DIR "/docs/METRICS.md", "rb");
    cr_assert(file != NULL);
    char piece[4096];
    for (size_t size; (size = fread(piece, 1, sizeof piece, file)) > 0;)
        strbuf_add(&docs, piece, size);
    fclose(file);
    for (const struct metric_entry *entry = metric_catalogue; entry->name; entry++) {
        char quoted[128];
        snprintf(quoted, sizeof quoted, "`%s`", entry->name);
        cr_expect(strstr(docs.data, quoted) != NULL, "%s is not in docs/METRICS.md", entry->name);
        cr_expect(metric_catalogue_find(strview_of(entry->name)) == entry, "%s", entry->name);
        bool has_section = false;
        for (size_t i = 0; metric_catalogue_sections[i].name; i++)
            has_section |= strcmp(metric_catalogue_sections[i].name, entry->section) == 0;
        cr_expect(has_section, "%s: section %s", entry->name, entry->section);
    }
}

Test(determinism, a_file_is_summed_up_without_gold)
{
    struct fold_case test;
    struct error err = {0};
    struct stream_summary *stream;
    struct run_summary *summary;
    fold_case_start(&test, 1);
    struct token_counts tokens = {100, 10, 0, 0};
    struct agent_turn agent = {.latency_ms = 250,
                               .cost_usd_nano = 3000000,
                               .tokens = &tokens,
                               .model = strview_of("small"),
                               .time_to_first_token_ms = (double)NAN};
    struct conversation_turn turns[] = {{.agent = &agent}, {.agent = NULL}};
    cr_assert(eq(int, stream_summary_create(&test.task, "calls.jsonl", &stream, &err), STATUS_OK));
    for (int64_t i = 0; i < 4; i++) {
        struct conversation conversation = {
            .turns = turns, .turn_count = 2, .outcome = i ? OUTCOME_COMPLETED : OUTCOME_ABANDONED};
        struct conversation_facts *facts = fold_case_facts(&test, i);
        facts->user_turns = 2;
        facts->reasks = 1;
        facts->outcome = conversation.outcome;
        cr_assert(eq(int, stream_summary_add(stream, &conversation, facts, &err), STATUS_OK));
    }
    cr_assert(eq(
        int, stream_summary_finish(stream, &(struct run_fold_input){0}, test.arena, &summary, &err),
        STATUS_OK));
    test.summary = summary;
    cr_expect(eq(dbl, fold_case_value(&test, "completion_rate", 0), .75));
    cr_expect(eq(dbl, fold_case_value(&test, "reasks_per_conversation", 0), 1));
    cr_expect(eq(dbl, fold_case_value(&test, "latency_p95_ms", 0), 250));
    cr_expect(epsilon_eq(dbl, fold_case_value(&test, "cost_per_conversation_usd", 0), .003, 1e-15));
    cr_expect(eq(dbl, fold_case_value(&test, "recorded_abandoned_share", 0), .25));
    cr_expect(fold_case_measure(&test, "success_rate", 0).undefined != NULL);
    cr_expect(eq(u64, summary->accounts.no_gold, 4));
    cr_expect(eq(u64, summary->candidates[0].calls, 4));
    cr_expect(strview_is(summary->candidates[0].model, "small"));
    stream_summary_destroy(stream);
    fold_case_end(&test);
}
