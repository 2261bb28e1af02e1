/*
 * run_fault.c: a whole small run (pipeline file to reports) with the n-th allocation failing, for
 * n = 1, 2, 3 and so on. Each time: a clean "memory ran out" and nothing else, no leak (under the
 * address sanitizer), and a run folder that a resume brings to the same canonical report. A main of
 * its own: one process sees every n. Beyond FIRST_ALL n grows in steps, to bound the time;
 * `fault_run 1 100000 1` leaves none out.
 *
 *     fault_run [FROM [TO [STEP]]]
 */
#include "base/file.h"
#include "base/memory.h"
#include "pipeline/run.h"
#include "pipeline/run_report.h"
#include "report/json_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_ALL = 60, STEP_SHARE = 30 };

static char folder[64];

static int failures;

/* Told and counted; the other allocations are visited all the same. */
static bool should(bool holds, const char *what, long long nth, const struct error *err)
{
    if (!holds)
        fprintf(stderr, "fault_run: allocation %lld: %s (%s: %s: %s)\n", nth, what,
                status_name(err->status), err->where, err->what);
    failures += !holds;
    return holds;
}

static void must(bool holds, const char *what, long long nth, const struct error *err)
{
    if (holds)
        return;
    fprintf(stderr, "fault_run: allocation %lld: %s (%s: %s)\n", nth, what,
            status_name(err->status), err->what);
    exit(1);
}

static void write_pipeline(void)
{
    char path[128], text[2048];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/pipeline.yaml", folder);
    int size = snprintf(text, sizeof text,
                        "experiment: fault\n"
                        "source: {events: %s/tests/golden/shared/events.jsonl, gold: "
                        "%s/tests/golden/shared/gold.jsonl}\n"
                        "task: %s/tests/golden/shared/task.yaml\n"
                        "runs: %s/runs\n"
                        "candidates:\n"
                        "  - {name: rules, kind: rules}\n"
                        "  - {name: recorded, kind: recorded}\n"
                        "gates:\n"
                        "  - {metric: slot_f1_micro, at_least: 0.1}\n",
                        ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR, folder);
    must(file_write(path, (struct strview){text, (size_t)size}, &err) == STATUS_OK, "setup", 0,
         &err);
}

/* One run with its reports; new, or resumed when its folder is there. */
static enum status run_once(const char *run_id, bool resume, struct error *err)
{
    char pipeline_path[128], run_folder[160];
    snprintf(pipeline_path, sizeof pipeline_path, "%s/pipeline.yaml", folder);
    snprintf(run_folder, sizeof run_folder, "%s/runs/%s", folder, run_id);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    if (!arena)
        return error_no_memory(err);
    struct run_request request = {.pipeline_path = pipeline_path,
                                  .run_id = run_id,
                                  .resume_folder = resume ? run_folder : NULL,
                                  .conversation_limit = 3,
                                  .threads = 1};
    struct fault_list faults = {.arena = arena};
    struct pipeline_spec *pipeline = NULL;
    struct run_result result = {0};
    enum status status = run_execute(&request, arena, &faults, &pipeline, &result, err);
    if (status != STATUS_OK)
        return status;
    struct run_report_request report = {
        .folder = result.folder, .pipeline = pipeline, .result = &result};
    return run_report_write(&report, err);
}

/* The canonical report.json of a run that is there. */
static enum status canonical(const char *run_id, struct strbuf *out, struct error *err)
{
    char run_folder[160];
    snprintf(run_folder, sizeof run_folder, "%s/runs/%s", folder, run_id);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    struct fault_list faults = {.arena = arena};
    struct run_manifest *manifest;
    struct pipeline_spec *pipeline;
    struct run_summary *summary;
    enum status status = run_load_pipeline(run_folder, arena, &faults, &manifest, &pipeline, err);
    if (status != STATUS_OK)
        return status;
    struct run_report_request request = {
        .folder = run_folder, .pipeline = pipeline, .canonical = true, .keep_folder = true};
    status = run_report_summarise(&request, arena, &summary, NULL, err);
    if (status == STATUS_OK)
        json_report(out, summary, true);
    return status;
}

static void remove_run(const char *run_id)
{
    char command[160];
    snprintf(command, sizeof command, "rm -rf '%s/runs/%s'", folder, run_id);
    must(system(command) == 0, "rm", 0, &(struct error){0});
}

/* False when the run had fewer than `nth` allocations. */
static bool visit(long long nth, const struct strbuf *expected)
{
    char manifest[160];
    struct error err = {0};
    struct strbuf found = {0};
    snprintf(manifest, sizeof manifest, "%s/runs/tried/manifest.json", folder);
    memory_fail_nth(nth);
    enum status status = run_once("tried", false, &err);
    bool hit = memory_fault_was_hit();
    memory_fail_nth(0);
    /* What can do without the memory may go on, when it comes to the same report. */
    bool fine = should(status == STATUS_OK || (hit && status == STATUS_NO_MEMORY),
                       "another status than 'memory ran out'", nth, &err);
    err = (struct error){0};
    fine = (status == STATUS_OK && fine) ||
           should(run_once("tried", file_exists(manifest), &err) == STATUS_OK,
                  "it cannot be resumed", nth, &err);
    fine = fine && should(canonical("tried", &found, &err) == STATUS_OK, "no report", nth, &err);
    (void)(fine && should(found.size == expected->size &&
                              memcmp(found.data, expected->data, found.size) == 0,
                          "another report", nth, &err));
    strbuf_done(&found);
    remove_run("tried");
    return hit;
}

int main(int argc, char **argv)
{
    long long from = argc > 1 ? atoll(argv[1]) : 1, to = argc > 2 ? atoll(argv[2]) : INT64_MAX;
    struct error err = {0};
    struct strbuf expected = {0};
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/assay-fault-XXXXXX", base ? base : "/tmp");
    must(mkdtemp(folder) != NULL, "no folder", 0, &err);
    write_pipeline();
    must(run_once("whole", false, &err) == STATUS_OK, "the undisturbed run", 0, &err);
    must(canonical("whole", &expected, &err) == STATUS_OK, "its report", 0, &err);
    long long visited = 0, nth = from, step = argc > 3 ? atoll(argv[3]) : 0;
    for (; nth <= to && visit(nth, &expected); visited++)
        nth += step ? step : nth < FIRST_ALL ? 1 : nth / STEP_SHARE;
    must(visited > 100 || argc > 1, "too few allocations to be true", nth, &err);
    printf("%lld of about %lld allocations failed, one at a time\n", visited, nth);
    strbuf_done(&expected);
    char command[80];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 && failures == 0 ? 0 : 1;
}
