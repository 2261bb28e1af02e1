#include "config/replay_modes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A pipeline of datasets/booking with these modes and candidates. NULL: it has faults, told in
 * `faults`. */
static struct pipeline_spec *load(const char *modes, const char *rest, struct arena *arena,
                                  struct strbuf *faults_text)
{
    char path[] = ASSAY_SOURCE_DIR "/datasets/booking/.pipeline_XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert(ge(int, descriptor, 0));
    dprintf(descriptor,
            "experiment: e\nsource: {events: conversations.jsonl, gold: gold.jsonl}\n"
            "task: task.yaml\n%s\ncandidates:\n  - {name: rules, kind: rules}\n"
            "  - {name: agent, kind: reference}\n  - {name: tape, kind: recorded}\n%s",
            modes, rest);
    close(descriptor);
    struct fault_list faults = {0};
    struct pipeline_spec *spec = NULL;
    struct error err = {0};
    enum status status = pipeline_spec_load(path, NULL, 0, arena, &faults, &spec, &err);
    unlink(path);
    cr_assert(eq(int, status, STATUS_OK), "%s", err.what);
    fault_print(&faults, faults_text);
    return faults.count ? NULL : spec;
}

Test(replay_modes, one_mode_is_the_pipeline_itself)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
    CLEANUP(strbuf_done) struct strbuf faults = {0};
    struct pipeline_spec *spec = load("modes: [teacher_forced]", "", arena, &faults);
    cr_assert(spec != NULL, "%s", faults.data);
    cr_expect(eq(sz, replay_modes_count(spec), 1));
    cr_expect(replay_modes_get(spec, 0) == spec);
    cr_expect(eq(int, spec->mode, MODE_TEACHER_FORCED));
    cr_expect(strview_is(spec->candidates[1].name, "agent"));
}

Test(replay_modes, each_mode_has_the_candidates_that_can_play_it_and_its_gates)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
    CLEANUP(strbuf_done) struct strbuf faults = {0};
    struct pipeline_spec *spec =
        load("modes: [own_state, free_running, simulated_user]",
             "gates:\n  - {metric: success_rate, at_least: 0.5}\n"
             "  - {metric: success_rate, at_least: 0.6, candidate: rules}\n"
             "  - {metric: success_rate, at_least: 0.7, mode: free_running}\n",
             arena, &faults);
    static const size_t candidates[] = {3, 2, 1}, gates[] = {2, 2, 1};
    cr_assert(spec != NULL, "%s", faults.data);
    cr_assert(eq(sz, replay_modes_count(spec), 3));
    size_t first = 0;
    for (size_t i = 0; i < 3; i++) {
        const struct pipeline_spec *own = replay_modes_get(spec, i);
        cr_expect(eq(sz, own->candidate_count, candidates[i]));
        cr_expect(eq(sz, own->gate_count, gates[i]));
        cr_expect(eq(sz, replay_modes_first(spec, i), first));
        first += candidates[i];
    }
    cr_expect(eq(sz, spec->candidate_count, first));
    cr_expect(strview_is(spec->candidates[5].name, "agent@simulated_user"));
    cr_expect(strview_is(replay_modes_get(spec, 2)->candidates[0].name, "agent"));
    cr_expect(eq(sz, spec->candidates[5].same_as, 1));
    cr_expect(eq(sz, spec->candidates[5].mode_index, 2));
    cr_expect(spec->back_end_path.data != NULL);
}

Test(replay_modes, faults_name_what_cannot_be)
{
    static const struct {
        const char *modes, *what;
    } rows[] = {
        {"modes: [own_stat, free_running]", "there is no mode 'own_stat'"},
        {"modes: [own_state, own_state]", "mode 'own_state' is named twice"},
        {"mode: own_state\nmodes: [own_state, free_running]", "there are 'mode' and 'modes'"},
        {"modes: [simulated_user]", "does not speak for itself"},
        {"modes: [own_state, free_running]\nback_end: nowhere.yaml", "needs a back end"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
        CLEANUP(strbuf_done) struct strbuf faults = {0};
        cr_expect(load(rows[i].modes, "", arena, &faults) == NULL, "%s", rows[i].modes);
        cr_expect(faults.data && strstr(faults.data, rows[i].what), "%s: %s", rows[i].what,
                  faults.data);
    }
}
