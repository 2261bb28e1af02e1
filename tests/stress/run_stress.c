/*
 * run_stress.c: whole small runs, pipeline file to reports, in process: every kind of candidate,
 * every replay mode, a scorer of one's own, far ends over HTTP and pipes. Each on 8 threads and on
 * 1; both must come to the same canonical report and the same predictions. For the thread
 * sanitizer; without it, a check that no report depends on threads.
 */
#include "base/file.h"
#include "base/memory.h"
#include "integration_net/tiny_server.h"
#include "pipeline/run.h"
#include "pipeline/run_report.h"
#include "report/json_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CALLS = 24, ROUNDS = 2 };

#define ANSWER                                                                                     \
    "{\"response\":\"Right.\",\"extracted_slots\":{\"service\":\"checkup\"},"                      \
    "\"confidence\":0.9,\"intent\":\"book\",\"next_state\":\"collect_date\"}"
#define QUOTED                                                                                     \
    "{\\\"response\\\":\\\"Right.\\\",\\\"extracted_slots\\\":{\\\"service\\\":\\\"checkup\\\"},"  \
    "\\\"requested_slots\\\":[],\\\"slot_confidence\\\":{},\\\"confidence\\\":0.9,"                \
    "\\\"intent\\\":\\\"book\\\",\\\"next_state\\\":\\\"collect_date\\\"}"
#define COMMAND "[sh, -c, 'while read l; do echo \"$ANSWER\"; done']"

static const char chat_answer[] =
    "{\"id\":\"1\",\"object\":\"chat.completion\",\"model\":\"stub-1\",\"choices\":[{\"index\":0,"
    "\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"" QUOTED "\"}}],"
    "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120}}";

static char folder[64];
static struct tiny_server server = {.answer = ANSWER, .chat_answer = chat_answer};

static void must(bool holds, const char *run, const char *what, const struct error *err)
{
    if (holds)
        return;
    fprintf(stderr, "run_stress: %s: %s (%s: %s: %s)\n", run, what, status_name(err->status),
            err->where, err->what);
    exit(1);
}

static void write_pipeline(const char *mode, const char *more)
{
    char path[128], text[8192];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/pipeline.yaml", folder);
    int size = snprintf(text, sizeof text,
                        "experiment: stress\n"
                        "source: {events: %s/datasets/booking/conversations.jsonl, gold: "
                        "%s/datasets/booking/gold.jsonl}\n"
                        "task: %s/datasets/booking/task.yaml\n"
                        "runs: %s/runs\n"
                        "mode: %s\n"
                        "%s",
                        ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR, folder, mode, more);
    must(size > 0 && (size_t)size < sizeof text, mode, "the pipeline is too long", &err);
    must(file_write(path, (struct strview){text, (size_t)size}, &err) == STATUS_OK, mode, "setup",
         &err);
}

static void read_report(const char *run_id, struct pipeline_spec *pipeline, struct arena *arena,
                        struct strbuf *out)
{
    char path[160];
    struct error err = {0};
    struct run_summary *summary;
    snprintf(path, sizeof path, "%s/runs/%s", folder, run_id);
    struct run_report_request request = {
        .folder = path, .pipeline = pipeline, .canonical = true, .keep_folder = true};
    must(run_report_summarise(&request, arena, &summary, NULL, &err) == STATUS_OK, run_id,
         "no summary", &err);
    json_report(out, summary, true);
}

/* predictions.jsonl without the run's id. */
static void read_predictions(const char *run_id, struct strbuf *out)
{
    char path[160], id[64];
    struct error err = {0};
    struct strbuf predictions = {0};
    snprintf(path, sizeof path, "%s/runs/%s/predictions.jsonl", folder, run_id);
    must(file_read(path, SIZE_MAX, &predictions, &err) == STATUS_OK, run_id, "no predictions",
         &err);
    size_t id_size = (size_t)snprintf(id, sizeof id, "\"trial\": \"%s/", run_id);
    for (size_t at = 0; at < predictions.size;) {
        const char *found = memmem(predictions.data + at, predictions.size - at, id, id_size);
        size_t end = found ? (size_t)(found - predictions.data) : predictions.size;
        strbuf_add(out, predictions.data + at, end - at);
        at = found ? end + id_size : end;
    }
    strbuf_done(&predictions);
}

static void run_once(const char *run_id, int threads, bool is_live, struct strbuf *out)
{
    char path[128];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/pipeline.yaml", folder);
    struct arena *arena = arena_create(64 * 1024, 0);
    struct run_request request = {
        .pipeline_path = path, .run_id = run_id, .conversation_limit = CALLS, .threads = threads};
    struct fault_list faults = {.arena = arena};
    struct pipeline_spec *pipeline = NULL;
    struct run_result result = {0};
    enum status status = run_execute(&request, arena, &faults, &pipeline, &result, &err);
    if (faults.count)
        fprintf(stderr, "%zu: %s\n", faults.items[0].line, faults.items[0].what);
    must(status == STATUS_OK, run_id, "the run", &err);
    struct run_report_request report = {
        .folder = result.folder, .pipeline = pipeline, .result = &result};
    (void)run_report_write(&report,
                           &err); /* its status is a verdict: a cassette may lack answers */
    must(!err.what[0], run_id, "its reports", &err);
    read_report(run_id, pipeline, arena, out);
    if (!is_live) /* measured times stand there */
        read_predictions(run_id, out);
    arena_destroy(arena);
}

static void check(const char *name, const char *mode, bool is_live, const char *more)
{
    struct strbuf texts[2] = {0};
    char id[64];
    write_pipeline(mode, more);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 2; i++) {
            snprintf(id, sizeof id, "%s-%d-%d", name, round, i ? 1 : 8);
            strbuf_clear(&texts[i]);
            run_once(id, i ? 1 : 8, is_live, &texts[i]);
        }
        bool same = texts[0].size == texts[1].size &&
                    memcmp(texts[0].data, texts[1].data, texts[0].size) == 0;
        must(same, name, "8 threads and 1 give different results", &(struct error){0});
    }
    printf("%s: %zu bytes alike\n", name, texts[0].size);
    strbuf_done(&texts[0]);
    strbuf_done(&texts[1]);
}

static void check_on_recorded_words(void)
{
    char more[4096];
    snprintf(
        more, sizeof more,
        "max_in_flight: 32\n"
        "candidates:\n"
        "  - {name: rules, kind: rules}\n"
        "  - {name: recorded, kind: recorded}\n"
        "  - {name: model, kind: llm, model: stub/small, prompt: %s/pipelines/prompts/v2.0, "
        "cassette: %s/pipelines/cassettes/quickstart_model.jsonl, simulated: true}\n"
        "  - {name: hybrid, kind: hybrid, model: stub/small, prompt: %s/pipelines/prompts/v2.0, "
        "cassette: %s/pipelines/cassettes/quickstart_hybrid.jsonl, simulated: true}\n"
        "scorers:\n"
        "  - {name: one, command: [sh, -c, 'while read l; do echo "
        "\"{\\\"metrics\\\":{\\\"one\\\":1}}\"; done'], processes: 2}\n",
        ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR, ASSAY_SOURCE_DIR);
    check("own", "own_state", false, more);
    check("forced", "teacher_forced", false, more);
}

/* A model and agents that are really asked. */
static void check_on_far_ends(void)
{
    char more[4096], agents[1024];
    snprintf(agents, sizeof agents,
             "  - {name: endpoint, kind: endpoint, url: \"http://127.0.0.1:%u/agent\", "
             "max_in_flight: 5}\n"
             "  - {name: command, kind: command, command: " COMMAND
             ", processes: 3, max_in_flight: 3}\n",
             server.port);
    snprintf(
        more, sizeof more,
        "candidates:\n"
        "  - {name: model, kind: llm, model: stub/small, prompt: %s/pipelines/prompts/v2.0, "
        "base_url: \"http://127.0.0.1:%u/v1\", simulated: true}\n"
        "  - {name: hybrid, kind: hybrid, model: stub/small, prompt: %s/pipelines/prompts/v2.0, "
        "base_url: \"http://127.0.0.1:%u/v1\", simulated: true}\n%s",
        ASSAY_SOURCE_DIR, server.port, ASSAY_SOURCE_DIR, server.port, agents);
    check("live", "own_state", true, more);
    snprintf(more, sizeof more,
             "candidates:\n"
             "  - {name: recorded, kind: recorded}\n"
             "  - {name: reference, kind: reference}\n%s",
             agents);
    check("free", "free_running", true, more);
}

static void check_on_simulated_callers(void)
{
    check("simulated", "simulated_user", false,
          "user: {misheard: 0.05, volunteers: 0.3, changes_mind: 0.5, interrupts: 0.1}\n"
          "repeats: 2\n"
          "candidates:\n"
          "  - {name: reference, kind: reference}\n"
          "  - {name: hasty, kind: reference, skip_confirmation: true}\n"
          "  - {name: twice, kind: reference, double_book: true}\n"
          "  - {name: broken, kind: reference, break_slot: time}\n"
          "  - {name: deaf, kind: reference, ignore_questions: true}\n");
}

int main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/assay-stress-XXXXXX", base ? base : "/tmp");
    must(mkdtemp(folder) != NULL, "setup", "no folder", &(struct error){0});
    setenv("ANSWER", ANSWER, 1);
    tiny_server_start(&server, 0);
    check_on_recorded_words();
    check_on_far_ends();
    check_on_simulated_callers();
    tiny_server_stop(&server);
    char command[80];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}
