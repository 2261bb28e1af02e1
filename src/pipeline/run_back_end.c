/*
 * run_back_end.c: backend.yaml for the modes that need it. Called when a session is opened and when
 * inputs are checked. Thread: main. Owner: the arena that is given.
 */
#include "pipeline/run_back_end.h"

enum status run_back_end_open(const struct pipeline_spec *pipeline, struct arena *arena,
                              struct back_end **ret_back_end, struct error *err)
{
    *ret_back_end = NULL;
    if (!pipeline->back_end_path.data)
        return STATUS_OK;
    struct fault_list faults = {.arena = arena, .file = pipeline->back_end_path.data};
    struct back_end *made = NULL;
    enum status status = back_end_load(pipeline->back_end_path.data, pipeline->task, pipeline->seed,
                                       arena, &faults, &made, err);
    if (status != STATUS_OK)
        return status;
    if (faults.count) {
        const struct fault *first = &faults.items[0];
        error_set(err, STATUS_CONFIG, "%s", first->what);
        error_where(err, "%s:%zu:%zu", first->file, first->line, first->column);
        if (first->fix)
            error_fix(err, "%s", first->fix);
        return STATUS_CONFIG;
    }
    *ret_back_end = made;
    return STATUS_OK;
}
