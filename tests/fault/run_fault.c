/*
 * run_fault.c: a whole small run (pipeline file to reports: rules, the recorded agent, a model from
 * a cassette) with one allocation failing: each of them. The run is made once; at each allocation
 * it forks, and in the child that one fails. There: a clean "memory ran out" and nothing else (or
 * the same report, by what can do without the memory), and not a byte that stays behind. For a
 * sample of allocations also: a resume comes to the same canonical report. A main of its own.
 *
 *     fault_run [FROM [TO]]      these allocations only, and no resumes
 */
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "integration_net/tiny_server.h"
#include "pipeline/run.h"
#include "pipeline/run_report.h"
#include "report/json_report.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAMPLE = 40, CALLS = 2 };

/* libavro 1.11.1 forgets the schema of a file's metadata when it finds no memory for the file's own
 * (file_read_header). */
enum { LIBAVRO_LEAK_BYTES = 408 };
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libavro\n";
}

static const char chat_answer[] =
    "{\"id\":\"1\",\"object\":\"chat.completion\",\"model\":\"stub-1\",\"choices\":[{\"index\":0,"
    "\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":"
    "\"{\\\"response\\\":\\\"Right.\\\",\\\"extracted_slots\\\":{\\\"service\\\":\\\"haircut\\\"},"
    "\\\"confidence\\\":0.9,\\\"next_state\\\":\\\"collect_date\\\"}\"}}],"
    "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20}}";

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

/* `model`: how the model is asked, or its cassette replayed. */
static void write_pipeline(const char *name, const char *model)
{
    char path[128], text[4096];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int size =
        snprintf(text, sizeof text,
                 "experiment: fault\n"
                 "source: {events: %s/tests/golden/shared/events.jsonl, gold: "
                 "%s/tests/golden/shared/gold.jsonl}\n"
                 "task: %s/tests/golden/shared/task.yaml\n"
                 "runs: %s/runs\n"
                 "candidates:\n"
                 "  - {name: rules, kind: rules}\n"
                 "  - {name: recorded, kind: recorded}\n"
                 "  - {name: model, kind: llm, model: stub/small, prompt: prompt, cassette: "
                 "%s/answers.jsonl, simulated: true, %s}\n"
                 "gates:\n"
                 "  - {metric: slot_f1_micro, at_least: 0.1, by_value: true}\n",
                 ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR, folder, folder, model);
    must((size_t)size < sizeof text, "the pipeline is too long", 0, &err);
    must(file_write(path, (struct strview){text, (size_t)size}, &err) == STATUS_OK, "setup", 0,
         &err);
}

/* One run with its reports; new, or resumed when its folder is there. */
static enum status run_as(const char *pipeline_name, const char *run_id, bool resume,
                          struct error *err)
{
    char pipeline_path[128], run_folder[160];
    snprintf(pipeline_path, sizeof pipeline_path, "%s/%s", folder, pipeline_name);
    snprintf(run_folder, sizeof run_folder, "%s/runs/%s", folder, run_id);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    if (!arena)
        return error_no_memory(err);
    struct run_request request = {.pipeline_path = pipeline_path,
                                  .run_id = run_id,
                                  .resume_folder = resume ? run_folder : NULL,
                                  .conversation_limit = CALLS,
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

static enum status run_once(const char *run_id, bool resume, struct error *err)
{
    return run_as("pipeline.yaml", run_id, resume, err);
}

/* Asks a server for the answers, in a process of its own: this one has one thread. */
static void record_cassette(void)
{
    char path[128], how[128];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/prompt", folder);
    must(mkdir(path, 0700) == 0, "no prompt folder", 0, &err);
    snprintf(path, sizeof path, "%s/prompt/default.txt", folder);
    must(file_write(path, strview_of("{{state}} {{slots}}\n{{user_text}}\n"), &err) == STATUS_OK,
         "setup", 0, &err);
    pid_t pid = fork();
    if (pid == 0) {
        struct tiny_server server = {.chat_answer = chat_answer};
        tiny_server_start(&server, 0);
        snprintf(how, sizeof how, "cassette_mode: record, base_url: 'http://127.0.0.1:%u/v1'",
                 server.port);
        write_pipeline("record.yaml", how);
        must(run_as("record.yaml", "recorded", false, &err) == STATUS_OK, "no cassette", 0, &err);
        _exit(0);
    }
    int wait_status = 1;
    must(waitpid(pid, &wait_status, 0) == pid && wait_status == 0, "no cassette", 0, &err);
    write_pipeline("pipeline.yaml", "cassette_mode: replay");
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

/* Of the heap, by whomever; known under the address sanitizer only. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t bytes_in_use(void)
{
    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : 0;
}

/* ---- every allocation: the run forks at each ---- */

static struct {
    long long nth, from, to;
    bool is_child; /* in which the nth allocation fails */
} tour;

/* Children work in this run's folder. What one of them adds or takes away (a run that fails at its
 * beginning leaves nothing) is put right by second names of the same files; what it writes into
 * them this run writes again. */
static uint64_t names_in(const char *path)
{
    uint64_t sum = 0;
    DIR *entries = opendir(path);
    for (const struct dirent *entry; entries && (entry = readdir(entries));)
        sum += hash_64(entry->d_name, strlen(entry->d_name));
    if (entries)
        closedir(entries);
    return sum;
}

/* 0: there is no folder. */
static uint64_t look_at_names(void)
{
    char path[96];
    snprintf(path, sizeof path, "%s/runs/tour", folder);
    uint64_t sum = names_in(path);
    snprintf(path, sizeof path, "%s/runs/tour/inputs", folder);
    return sum * 31 + names_in(path);
}

static void copy_names(const char *from, const char *to)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s/%s'; ! [ -e '%s/%s' ] || cp -al '%s/%s' '%s/%s'",
             folder, to, folder, from, folder, from, folder, to);
    must(system(command) == 0, command, tour.nth, &(struct error){0});
}

static bool fails_here(void)
{
    static uint64_t kept;
    if (++tour.nth < tour.from || tour.nth > tour.to)
        return false;
    uint64_t before = look_at_names();
    if (before != kept)
        copy_names("runs/tour", "kept");
    kept = before;
    pid_t pid = fork();
    if (pid == 0) {
        tour.is_child = true;
        memory_ask_each(NULL);
        return true;
    }
    int wait_status = 1;
    must(pid > 0 && waitpid(pid, &wait_status, 0) == pid, "no fork", tour.nth, &(struct error){0});
    if (WIFSIGNALED(wait_status))
        fprintf(stderr, "fault_run: allocation %lld: signal %d\n", tour.nth, WTERMSIG(wait_status));
    failures += wait_status != 0;
    if (look_at_names() != before)
        copy_names("kept", "runs/tour");
    return false;
}

/* What the child says of its run. */
static int judge(enum status status, size_t before, const struct strbuf *expected,
                 const struct error *err)
{
    struct strbuf found = {0};
    struct error ignored = {0};
    size_t after = bytes_in_use();
    bool is_of_libavro = status == STATUS_NO_MEMORY && after - before == LIBAVRO_LEAK_BYTES;
    should(after == before || is_of_libavro, "memory stays behind", tour.nth, err);
    if (after != before && !is_of_libavro)
        fprintf(stderr, "fault_run: %lld bytes\n", (long long)after - (long long)before);
    if (should(status == STATUS_OK || status == STATUS_NO_MEMORY,
               "another status than 'memory ran out'", tour.nth, err) &&
        status == STATUS_OK)
        should(canonical("tour", &found, &ignored) == STATUS_OK && found.size == expected->size &&
                   memcmp(found.data, expected->data, found.size) == 0,
               "another report", tour.nth, err);
    return failures != 0;
}

static void visit_all(long long from, long long to, const struct strbuf *expected)
{
    struct error err = {0};
    tour.from = from;
    tour.to = to;
    fflush(NULL); /* a child must not write it once more */
    size_t before = bytes_in_use();
    memory_ask_each(fails_here);
    enum status status = run_once("tour", false, &err);
    memory_ask_each(NULL);
    if (tour.is_child) {
        failures = 0;
        _exit(judge(status, before, expected, &err));
    }
    must(status == STATUS_OK, "the run itself", 0, &err);
    should(bytes_in_use() == before, "memory stays behind without a fault", 0, &err);
    must(tour.nth > 1000, "too few allocations to be true", tour.nth, &err);
}

/* ---- a sample: what was begun can be resumed ---- */

static void visit(long long nth, const struct strbuf *expected)
{
    char manifest[160];
    struct error err = {0};
    struct strbuf found = {0};
    snprintf(manifest, sizeof manifest, "%s/runs/tried/manifest.json", folder);
    memory_fail_nth(nth);
    enum status status = run_once("tried", false, &err);
    must(memory_fault_was_hit(), "it was not reached", nth, &err);
    memory_fail_nth(0);
    err = (struct error){0};
    bool fine =
        status == STATUS_OK || should(run_once("tried", file_exists(manifest), &err) == STATUS_OK,
                                      "it cannot be resumed", nth, &err);
    fine = fine && should(canonical("tried", &found, &err) == STATUS_OK, "no report", nth, &err);
    (void)(fine && should(found.size == expected->size &&
                              memcmp(found.data, expected->data, found.size) == 0,
                          "another report after a resume", nth, &err));
    strbuf_done(&found);
    remove_run("tried");
}

int main(int argc, char **argv)
{
    long long from = argc > 1 ? atoll(argv[1]) : 1, to = argc > 2 ? atoll(argv[2]) : INT64_MAX;
    struct error err = {0};
    struct strbuf expected = {0};
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/assay-fault-XXXXXX", base ? base : "/tmp");
    must(mkdtemp(folder) != NULL, "no folder", 0, &err);
    record_cassette();
    must(run_once("whole", false, &err) == STATUS_OK, "the undisturbed run", 0, &err);
    must(canonical("whole", &expected, &err) == STATUS_OK, "its report", 0, &err);
    visit_all(from, to, &expected);
    printf("%lld allocations, each failed once\n", tour.nth);
    for (long long i = 0; i < SAMPLE && argc == 1; i++)
        visit(1 + i * i * (tour.nth - 1) / ((SAMPLE - 1) * (SAMPLE - 1)), &expected);
    strbuf_done(&expected);
    char command[80];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 && failures == 0 ? 0 : 1;
}
