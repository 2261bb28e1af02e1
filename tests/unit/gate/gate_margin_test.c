/* Gates against another candidate and against a blessed baseline, with the book of looks. */
#include "base/file.h"
#include "gate/baseline_looks.h"
#include "gate/gate_check.h"
#include "gate/gate_margin.h"
#include "unit/aggregate/fold_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 400 };

struct margin_case {
    struct fold_case fold;
    struct arena *arena;
    char dir[32];
    const char *baselines, *run;
};

static const char *path_of(struct margin_case *test, const char *name)
{
    const char *path = arena_format(test->arena, "%s/%s", test->dir, name);
    cr_assert(path != NULL);
    return path;
}

static void begin(struct margin_case *test)
{
    *test = (struct margin_case){.arena = arena_create(4096, 0), .dir = "/tmp/assay-gate-XXXXXX"};
    cr_assert(test->arena != NULL && mkdtemp(test->dir) != NULL);
}

static void end(struct margin_case *test)
{
    static const char *const names[] = {"baselines/production/outcomes.jsonl",
                                        "baselines/production/looks.jsonl",
                                        "baselines/production/baseline.json",
                                        "baselines/production",
                                        "baselines",
                                        "run/journal.log",
                                        "run",
                                        "."};
    for (size_t i = 0; i < sizeof names / sizeof *names - 1; i++)
        (void)remove(path_of(test, names[i]));
    (void)rmdir(test->dir);
    arena_destroy(test->arena);
}

static struct gate_spec margin_gate(double margin)
{
    return (struct gate_spec){.metric = strview_of("success_rate"),
                              .candidate = strview_of("first"),
                              .kind = GATE_NON_INFERIORITY,
                              .at_least = (double)NAN,
                              .at_most = (double)NAN,
                              .margin = margin,
                              .margin_share = (double)NAN,
                              .alpha = .05,
                              .min_n = 30,
                              .tuned_for = 5000};
}

/* The first candidate fails in the first `own` calls, the second in the first `other`. */
static void run(struct fold_case *test, struct gate_spec *gate, int64_t own, int64_t other)
{
    fold_case_start(test, 2);
    test->pipeline.gates = gate;
    test->pipeline.gate_count = gate ? 1 : 0;
    fold_case_open(test);
    for (int64_t i = 0; i < CALLS; i++) {
        struct conversation_facts *facts = fold_case_facts(test, i);
        facts->locale = strview_of(i % 2 ? "en-US" : "es-ES");
        fold_case_add_facts(test, facts);
        fold_case_add_letters(test, 0, i < own ? "w" : "r");
        fold_case_add_letters(test, 1, i < other ? "w" : "r");
    }
    fold_case_finish(test);
}

static void check(struct fold_case *test, const char *baselines)
{
    struct error err = {0};
    struct gate_context context = {.outcomes = run_fold_outcomes(test->fold),
                                   .baselines = baselines,
                                   .run_id = "run",
                                   .at = "now"};
    cr_assert(eq(int, gate_check_run(&test->pipeline, &context, test->summary, &err), STATUS_OK),
              "%s", err.what);
}

static enum verdict against_other(struct gate_spec gate, int64_t own, int64_t other)
{
    struct fold_case test;
    gate.against = strview_of("second");
    run(&test, &gate, own, other);
    check(&test, NULL);
    cr_assert(eq(sz, test.summary->gate_count, 1));
    cr_expect(eq(u64, test.summary->gates[0].look, 0));
    enum verdict verdict = test.summary->gates[0].verdict;
    fold_case_end(&test);
    return verdict;
}

Test(gate_margin, another_candidate_of_the_run_is_a_reference)
{
    struct gate_spec gate = margin_gate(.05);
    cr_expect(against_other(gate, 60, 20) == VERDICT_FAIL);
    cr_expect(against_other(gate, 20, 20) == VERDICT_PASS);
    cr_expect(against_other(gate, 40, 20) == VERDICT_INCONCLUSIVE);
    gate.kind = GATE_SUPERIORITY;
    gate.margin = 0;
    cr_expect(against_other(gate, 20, 60) == VERDICT_PASS);
    cr_expect(against_other(gate, 60, 20) == VERDICT_FAIL);
    cr_expect(against_other(gate, 20, 22) == VERDICT_INCONCLUSIVE);
}

Test(gate_margin, what_is_better_low_is_turned)
{
    struct gate_spec gate = margin_gate(50);
    gate.metric = strview_of("failed_per_1000");
    cr_expect(against_other(gate, 60, 20) == VERDICT_FAIL);
    cr_expect(against_other(gate, 20, 60) == VERDICT_PASS);
    gate.metric = strview_of("slot_error_rate");
    gate.margin = .05;
    cr_expect(against_other(gate, 60, 20) == VERDICT_FAIL);
    cr_expect(against_other(gate, 20, 60) == VERDICT_PASS);
    gate.margin = (double)NAN;
    gate.margin_share = .1;
    cr_expect(against_other(gate, 60, 20) == VERDICT_FAIL);
    cr_expect(against_other(gate, 20, 60) == VERDICT_PASS);
}

Test(gate_margin, the_worst_slice_decides_and_none_is_judged_under_its_minimum)
{
    struct gate_spec gate = margin_gate(.05);
    gate.slice = strview_of("locale");
    cr_expect(against_other(gate, 80, 20) == VERDICT_FAIL);
    cr_expect(against_other(gate, 20, 20) == VERDICT_PASS);
    gate.min_n = CALLS;
    cr_expect(against_other(gate, 80, 20) == VERDICT_INCONCLUSIVE);
    gate.slice = strview_of("weather");
    cr_expect(against_other(gate, 80, 20) == VERDICT_INCONCLUSIVE);
}

static void bless(struct margin_case *test)
{
    struct error err = {0};
    struct arena *arena = arena_create(4096, 0);
    struct outcome_table table;
    begin(test);
    test->baselines = path_of(test, "baselines");
    test->run = path_of(test, "run");
    char *journal = arena_format(arena, "%s/journal.log", test->run);
    cr_assert(file_make_folder(test->run, &err) == STATUS_OK);
    cr_assert(file_write(journal, strview_of("trials"), &err) == STATUS_OK);
    run(&test->fold, NULL, 20, 20);
    struct column_side side = {run_fold_outcomes(test->fold.fold), 1};
    cr_assert(outcome_table_make(side, arena, &table));
    struct baseline baseline = {.name = "production",
                                .run_id = "old",
                                .run_folder = test->run,
                                .candidate = "second",
                                .mode = "own_state",
                                .repeats = 1};
    cr_assert(baseline_folder_bless(test->baselines, &baseline, &table, &err) == STATUS_OK, "%s",
              err.what);
    fold_case_end(&test->fold);
    arena_destroy(arena);
}

static struct gate_summary against_baseline(struct margin_case *test, int64_t own)
{
    struct gate_spec gate = margin_gate(.05);
    gate.baseline = strview_of("production");
    run(&test->fold, &gate, own, 20);
    check(&test->fold, test->baselines);
    return test->fold.summary->gates[0];
}

Test(gate_margin, a_baseline_is_a_reference_and_looks_are_counted)
{
    struct margin_case test;
    bless(&test);
    static const int64_t failing[] = {20, 21, 20, 80, 22};
    static const uint64_t looks[] = {1, 2, 1, 3, 4};
    static const enum verdict verdicts[] = {VERDICT_PASS, VERDICT_PASS, VERDICT_PASS, VERDICT_FAIL,
                                            VERDICT_PASS};
    for (size_t i = 0; i < 5; i++) {
        struct gate_summary gate = against_baseline(&test, failing[i]);
        cr_expect(eq(u64, gate.look, looks[i]), "%zu", i);
        cr_expect(eq(int, gate.verdict, verdicts[i]), "%zu: %s", i, gate.reason);
        cr_expect(epsilon_eq(dbl, gate.alpha_spent, gate_decision_spent(.05, looks[i]), 1e-12));
        fold_case_end(&test.fold);
    }
    end(&test);
}

Test(gate_margin, a_changed_run_folder_or_outcome_leaves_the_gate_open_and_counts_no_look)
{
    static const char *const changed[] = {"run/journal.log", "baselines/production/outcomes.jsonl"};
    for (size_t i = 0; i < 2; i++) {
        struct margin_case test;
        struct error err = {0};
        bless(&test);
        cr_assert(file_write(path_of(&test, changed[i]), strview_of("[\"other\"]\n"), &err) ==
                  STATUS_OK);
        struct gate_summary gate = against_baseline(&test, 80);
        cr_expect(eq(int, gate.verdict, VERDICT_INCONCLUSIVE));
        cr_expect(strstr(gate.reason, "has changed") != NULL, "%s", gate.reason);
        cr_expect(eq(u64, gate.look, 0));
        fold_case_end(&test.fold);
        end(&test);
    }
}

Test(gate_margin, an_unknown_baseline_leaves_the_gate_open)
{
    struct margin_case test;
    begin(&test);
    test.baselines = path_of(&test, "none");
    struct gate_summary gate = against_baseline(&test, 20);
    cr_expect(eq(int, gate.verdict, VERDICT_INCONCLUSIVE));
    cr_expect(strstr(gate.reason, "there is no baseline 'production'") != NULL, "%s", gate.reason);
    fold_case_end(&test.fold);
    end(&test);
}

Test(gate_margin, fresh_conversations_add_up_over_looks)
{
    struct margin_case test;
    bless(&test);
    double widths[3];
    for (int64_t i = 0; i < 3; i++) {
        struct gate_spec gate = margin_gate(.05);
        gate.baseline = strview_of("production");
        gate.against = strview_of("second");
        gate.conversations = GATE_FRESH_CONVERSATIONS;
        run(&test.fold, &gate, 20 + i, 20);
        check(&test.fold, test.baselines);
        struct gate_summary made = test.fold.summary->gates[0];
        cr_expect(eq(u64, made.measure.n, (uint64_t)(CALLS * (i + 1))));
        cr_expect(eq(u64, made.look, (uint64_t)i + 1));
        widths[i] = made.measure.high - made.measure.low;
        fold_case_end(&test.fold);
    }
    cr_expect(widths[1] < widths[0] && widths[2] < widths[1]);
    end(&test);
}

enum { PROCESSES = 4, LOOKS_EACH = 12 };

static void look_often(const char *own, int process)
{
    for (int i = 0; i < LOOKS_EACH; i++) {
        struct look look = {.candidate = "first"};
        uint64_t number;
        snprintf(look.outcomes_sha256, sizeof look.outcomes_sha256, "%d-%d", process, i);
        if (baseline_looks_take(own, &look, NULL, &number, NULL) != STATUS_OK || number == 0)
            _exit(1);
    }
    _exit(0);
}

Test(gate_margin, processes_at_once_get_a_look_each)
{
    struct margin_case test;
    struct error err = {0};
    bless(&test);
    const char *own = path_of(&test, "baselines/production");
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++)
        if ((children[i] = fork()) == 0)
            look_often(own, i);
    for (int i = 0; i < PROCESSES; i++) {
        int how = 1;
        cr_assert(waitpid(children[i], &how, 0) == children[i] && how == 0);
    }
    uint64_t looks = 0, number = 0;
    cr_assert(baseline_looks_count(own, &looks, &err) == STATUS_OK);
    cr_expect(eq(u64, looks, PROCESSES * LOOKS_EACH));
    struct look another = {.candidate = "first", .outcomes_sha256 = "new"};
    cr_assert(baseline_looks_take(own, &another, NULL, &number, &err) == STATUS_OK);
    cr_expect(eq(u64, number, PROCESSES * LOOKS_EACH + 1));
    end(&test);
}

Test(gate_margin, outcomes_read_back_are_those_that_were_written)
{
    struct fold_case test;
    struct outcome_table table, again;
    struct strbuf text = {0}, other = {0};
    struct error err = {0};
    run(&test, NULL, 33, 20);
    struct column_side side = {run_fold_outcomes(test.fold), 0};
    cr_assert(outcome_table_make(side, test.arena, &table));
    outcome_table_print(&table, &text);
    cr_assert(outcome_table_parse(strbuf_view(&text), test.arena, &again, &err) == STATUS_OK, "%s",
              err.what);
    outcome_table_print(&again, &other);
    cr_expect(eq(str, text.data, other.data));
    cr_expect(eq(sz, again.count, CALLS));
    for (size_t cut = 1; cut < 4000; cut += 7) {
        struct strview torn = {text.data, text.size - cut};
        (void)outcome_table_parse(torn, test.arena, &again, &err); /* says no, or reads less */
    }
    strbuf_done(&text);
    strbuf_done(&other);
    fold_case_end(&test);
}
