/*
 * replay_modes.c: see replay_modes.h. Called by pipeline_spec.c at the end of loading. Thread:
 * main. Owner: the pipeline's arena.
 */
#include "config/replay_modes.h"

#include "base/file.h"

enum { MOST_MODES = 4 };

size_t replay_modes_count(const struct pipeline_spec *pipeline)
{
    return pipeline->by_mode ? pipeline->mode_count : 1;
}

const struct pipeline_spec *replay_modes_get(const struct pipeline_spec *pipeline, size_t index)
{
    return pipeline->by_mode ? &pipeline->by_mode[index] : pipeline;
}

size_t replay_modes_first(const struct pipeline_spec *pipeline, size_t index)
{
    size_t first = 0;
    for (size_t i = 0; pipeline->by_mode && i < index; i++)
        first += pipeline->by_mode[i].candidate_count;
    return first;
}

static bool is_live(int mode)
{
    return mode == MODE_FREE_RUNNING || mode == MODE_SIMULATED_USER;
}

static bool can_play(const struct candidate_spec *candidate, int mode)
{
    if (candidate->kind == CANDIDATE_RULES)
        return !is_live(mode);
    return candidate->kind != CANDIDATE_RECORDED || mode != MODE_SIMULATED_USER;
}

static int mode_of(struct strview name)
{
    for (int i = 0; replay_mode_names[i]; i++)
        if (strview_is(name, replay_mode_names[i]))
            return i;
    return -1;
}

/* The modes as numbers; 0 with a fault when they are not well written. */
static size_t read_modes(const struct pipeline_spec *pipeline, const struct yaml_node *root,
                         int ret_modes[MOST_MODES], struct fault_list *faults)
{
    const struct yaml_node *at = yaml_find(root, "modes");
    if (!pipeline->modes.count) {
        ret_modes[0] = pipeline->mode;
        return 1;
    }
    if (yaml_find(root, "mode"))
        fault_add(faults, yaml_find(root, "mode"), "Write one of them.",
                  "there are 'mode' and 'modes'");
    size_t count = 0;
    for (size_t i = 0; i < pipeline->modes.count; i++) {
        struct strview name = pipeline->modes.items[i];
        int mode = mode_of(name);
        bool again = false;
        for (size_t j = 0; j < count; j++)
            again = again || ret_modes[j] == mode;
        if (mode < 0)
            fault_add(faults, at, "`assay list keys` names them.", "there is no mode '%.*s'",
                      STRVIEW_ARG(name));
        else if (again)
            fault_add(faults, at, NULL, "mode '%.*s' is named twice", STRVIEW_ARG(name));
        else
            ret_modes[count++] = mode;
    }
    return count;
}

static void check_candidates(const struct pipeline_spec *pipeline, int mode, bool is_only,
                             const struct yaml_node *at, struct fault_list *faults)
{
    size_t playing = 0;
    for (size_t i = 0; i < pipeline->candidate_count; i++) {
        const struct candidate_spec *candidate = &pipeline->candidates[i];
        bool plays = can_play(candidate, mode);
        playing += plays;
        if (!plays && is_only)
            fault_add(faults, candidate->place, "Write 'kind: reference', or name your own agent.",
                      "a candidate of kind '%s' does not speak for itself, which mode '%s' needs",
                      candidate_type_names[candidate->kind], replay_mode_names[mode]);
    }
    if (!playing && !is_only && pipeline->candidate_count)
        fault_add(faults, at, "Add a candidate that speaks for itself, or leave the mode out.",
                  "no candidate can play mode '%s'", replay_mode_names[mode]);
}

void replay_modes_check(struct pipeline_spec *pipeline, const struct yaml_node *root,
                        bool must_exist, struct fault_list *faults)
{
    int modes[MOST_MODES];
    size_t count = read_modes(pipeline, root, modes, faults);
    const struct yaml_node *at = yaml_find(root, pipeline->modes.count ? "modes" : "mode");
    int live = -1;
    for (size_t i = 0; i < count; i++) {
        live = is_live(modes[i]) ? modes[i] : live;
        check_candidates(pipeline, modes[i], count == 1, at, faults);
        if (modes[i] == MODE_SIMULATED_USER && !pipeline->source.gold.data)
            fault_add(faults, at, "Add 'gold: FILE' to the source.",
                      "mode 'simulated_user' plays the goals of gold, and there is no gold");
    }
    if (count)
        pipeline->mode = modes[0];
    if (live < 0)
        pipeline->back_end_path = (struct strview){0};
    if (must_exist && pipeline->back_end_path.data && !file_exists(pipeline->back_end_path.data))
        fault_add(faults, at, "Name it: 'back_end: FILE'.",
                  "mode '%s' needs a back end, and there is no file '%s'", replay_mode_names[live],
                  pipeline->back_end_path.data);
}

/* The gates that hold in the mode, for candidates that play it. */
static void take_gates(const struct pipeline_spec *pipeline, struct pipeline_spec *own,
                       struct fault_list *faults)
{
    own->gates = arena_array(faults->arena, pipeline->gate_count + 1, sizeof *own->gates);
    own->gate_count = 0;
    for (size_t i = 0; own->gates && i < pipeline->gate_count; i++) {
        const struct gate_spec *gate = &pipeline->gates[i];
        bool plays = !gate->candidate.data;
        for (size_t c = 0; c < own->candidate_count; c++)
            plays = plays || strview_equal(gate->candidate, own->candidates[c].name);
        if (plays && (!gate->only_mode || gate->only_mode == own->mode + 1))
            own->gates[own->gate_count++] = *gate;
    }
}

void replay_modes_take_gates(struct pipeline_spec *pipeline, struct fault_list *faults)
{
    for (size_t m = 0; pipeline->by_mode && m < pipeline->mode_count; m++)
        take_gates(pipeline, &pipeline->by_mode[m], faults);
}

void replay_modes_expand(struct pipeline_spec *pipeline, struct fault_list *faults)
{
    size_t count = pipeline->modes.count, base = pipeline->candidate_count, filled = 0;
    for (size_t c = 0; c < base; c++)
        pipeline->candidates[c].same_as = c;
    if (count < 2)
        return;
    struct arena *arena = faults->arena;
    struct pipeline_spec *by_mode = arena_array(arena, count, sizeof *by_mode);
    struct candidate_spec *all = arena_array(arena, count * base, sizeof *all);
    size_t *first = arena_array(arena, base, sizeof *first);
    if (!by_mode || !all || !first) {
        fault_add_no_memory(faults);
        return;
    }
    for (size_t m = 0; m < count; m++) {
        struct pipeline_spec *own = &by_mode[m];
        *own = *pipeline;
        own->mode = mode_of(pipeline->modes.items[m]);
        own->candidates = arena_array(arena, base, sizeof *own->candidates);
        own->candidate_count = 0;
        for (size_t c = 0; own->candidates && c < base; c++) {
            struct candidate_spec candidate = pipeline->candidates[c];
            if (!can_play(&candidate, own->mode))
                continue;
            if (!first[c])
                first[c] = filled + 1;
            candidate.mode_index = m;
            candidate.same_as = first[c] - 1;
            own->candidates[own->candidate_count++] = candidate;
            candidate.name = strview_of(arena_format(arena, "%.*s@%s", STRVIEW_ARG(candidate.name),
                                                     replay_mode_names[own->mode]));
            all[filled++] = candidate;
        }
        take_gates(pipeline, own, faults);
    }
    pipeline->candidates = all;
    pipeline->candidate_count = filled;
    pipeline->by_mode = by_mode;
    pipeline->mode_count = count;
}
