/*
 * gate_file.c: see gate_file.h. The gates live in the faults' arena, as the pipeline does. Called
 * by `assay report`. Thread: main.
 */
#include "config/gate_file.h"

#include "config/replay_modes.h"

/* As gates name candidates: without their mode; ends with NULL. */
static const char *const *candidate_names(const struct pipeline_spec *pipeline, struct arena *arena)
{
    size_t count = 0, filled = 0;
    for (size_t m = 0; m < replay_modes_count(pipeline); m++)
        count += replay_modes_get(pipeline, m)->candidate_count;
    const char **names = arena_array(arena, count + 1, sizeof *names);
    for (size_t m = 0; names && m < replay_modes_count(pipeline); m++) {
        const struct pipeline_spec *own = replay_modes_get(pipeline, m);
        for (size_t c = 0; c < own->candidate_count; c++)
            names[filled++] = own->candidates[c].name.data;
    }
    return names;
}

enum status gate_file_take(const char *path, struct pipeline_spec *pipeline,
                           struct fault_list *faults, struct error *err)
{
    struct yaml_node *root;
    enum status status = yaml_tree_read(path, faults->arena, faults, &root, err);
    if (status != STATUS_OK || !root)
        return status;
    const struct yaml_node *list = yaml_find(root, "gates");
    if (!list) {
        fault_add(faults, root, "Write 'gates:' with a list of gates.", "the file has no gates");
        return STATUS_OK;
    }
    size_t count;
    struct gate_spec *gates =
        option_table_read_list(gate_spec_options, sizeof *gates, list, &count, faults);
    const char *const *names = candidate_names(pipeline, faults->arena);
    if (!names)
        return error_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        gates[i].place = list->pairs[i].value;
        gate_spec_check(&gates[i], names, faults);
    }
    pipeline->gates = gates;
    pipeline->gate_count = count;
    replay_modes_take_gates(pipeline, faults);
    return STATUS_OK;
}
