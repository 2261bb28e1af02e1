#include "base/file.h"
#include "config/pipeline_spec.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <unistd.h>

/* Loads a pipeline of the given text, which lies in datasets/booking so that its task is found
 * there. */
static struct pipeline_spec *load(const char *text, struct arena *arena, struct strbuf *faults_text)
{
    char path[] = ASSAY_SOURCE_DIR "/datasets/booking/.pipeline_XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert(ge(int, descriptor, 0));
    cr_assert(eq(sz, (size_t)write(descriptor, text, strlen(text)), strlen(text)));
    close(descriptor);
    struct fault_list faults = {0};
    struct pipeline_spec *spec = NULL;
    struct error err = {0};
    enum status status = pipeline_spec_load(path, NULL, 0, arena, &faults, &spec, &err);
    unlink(path);
    cr_assert(eq(int, status, STATUS_OK), "%s", err.what);
    fault_print(&faults, faults_text);
    return spec;
}

Test(pipeline_spec, a_small_pipeline_is_read_with_its_defaults)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
    struct strbuf faults = {0};
    struct pipeline_spec *spec =
        load("experiment: e\n"
             "source: {events: conversations.jsonl, gold: gold.jsonl}\n"
             "task: task.yaml\n"
             "candidates:\n"
             "  - {name: rules, kind: rules}\n"
             "  - {name: mini, kind: llm, model: openai/gpt-4o-mini, prompt: .}\n",
             arena, &faults);
    cr_assert(eq(sz, faults.size, 0), "%s", faults.data);
    cr_expect(eq(sz, spec->candidate_count, 2));
    cr_expect(strview_is(spec->candidates[1].provider_name, "openai"));
    cr_expect(strview_is(spec->candidates[1].model_name, "gpt-4o-mini"));
    cr_expect(eq(i64, spec->candidates[1].timeout_ns, 60000000000));
    cr_expect(eq(int, spec->mode, MODE_OWN_STATE));
    cr_expect(gt(sz, spec->task->slot_count, 4));
    strbuf_done(&faults);
}

Test(pipeline_spec, all_faults_come_at_once_with_line_column_and_the_nearest_key)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
    struct strbuf faults = {0};
    load("experiment: e\n"
         "source: {events: nowhere.jsonl}\n"
         "task: task.yaml\n"
         "repeets: 3\n"
         "repeats: many\n"
         "candidates:\n"
         "  - {name: a, kind: rulez}\n"
         "  - {name: a, kind: llm, temperature: 7, timeout: 10}\n"
         "gates:\n"
         "  - {metric: slot_f1_micro, candidate: b}\n",
         arena, &faults);
    static const char *const wanted[] = {
        ":2:18: there is no file",
        ":4:1: unknown key 'repeets'. Did you mean 'repeats'?",
        ":5:10: 'repeats' takes a value of kind whole number, not 'many'",
        ":7:21: 'kind' takes",
        "Did you mean 'rules'?",
        "there are two candidates named 'a'",
        "'temperature' must lie between 0 and 2, but is 7",
        "'timeout' takes a value of kind duration, not '10'",
        "needs the key 'model'",
        "needs the key 'prompt'",
        "the gate has no threshold",
        "there is no candidate 'b'"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        cr_expect(ne(ptr, (void *)strstr(faults.data, wanted[i]), NULL), "%s not in:\n%s",
                  wanted[i], faults.data);
    strbuf_done(&faults);
}

Test(pipeline_spec, text_that_is_not_yaml_is_a_fault_with_its_place)
{
    static const char *const texts[] = {"experiment: [a\n", "a: *b\n", "", "\tx: 1\n",
                                        "a: {b: {c: 1}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
        struct strbuf faults = {0};
        load(texts[i], arena, &faults);
        cr_expect(gt(sz, faults.size, 0), "row %zu", i);
        strbuf_done(&faults);
    }
}
