/* cli_run.c: find, load, fold. Nothing is written and no gate is looked at. */
#include "cli/cli_run.h"

#include "cli/cli_pipeline.h"
#include "pipeline/run_report.h"

enum status cli_run_open(const char *runs, const char *name, struct arena *arena,
                         struct cli_run *ret_run, struct error *err)
{
    enum status status = run_folder_find(runs, name, arena, &ret_run->folder, err);
    if (status == STATUS_OK)
        status = run_manifest_read(ret_run->folder, arena, &ret_run->manifest, err);
    if (status == STATUS_OK)
        status = cli_pipeline_of_run(ret_run->folder, arena, &ret_run->pipeline, err);
    if (status != STATUS_OK)
        return status;
    struct run_report_request request = {.folder = ret_run->folder,
                                         .pipeline = ret_run->pipeline,
                                         .keep_folder = true,
                                         .without_gates = true};
    return run_report_summarise(&request, arena, &ret_run->summary, &ret_run->fold, err);
}

void cli_run_close(struct cli_run *run)
{
    run_fold_destroy(run->fold);
    run->fold = NULL;
}
