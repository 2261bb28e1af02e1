/*
 * run_report.h: everything that is written from the journal: predictions.jsonl, scores.avro,
 * trials.csv and the reports. A pure function of the journal, pipeline and manifest, so it can be
 * written again (`assay report`). Thread: main.
 */
#ifndef ASSAY_PIPELINE_RUN_REPORT_H
#define ASSAY_PIPELINE_RUN_REPORT_H

#include "aggregate/run_fold.h"
#include "pipeline/run.h"

enum run_report_stdout {
    RUN_REPORT_STDOUT_NOTHING,
    RUN_REPORT_STDOUT_TABLE,
    RUN_REPORT_STDOUT_JSON
};

struct run_report_modes;
struct run_report_request {
    const char *folder;
    const struct pipeline_spec *pipeline;
    const struct run_result *result; /* of the run that has just ended; NULL: an old one */
    enum run_report_stdout to_stdout;
    bool canonical;     /* without the environment and times of live calls */
    bool keep_folder;   /* write nothing into the run folder, only `outputs` and stdout */
    bool without_gates; /* for readers of the numbers: no gate is checked, no look taken down */
    const struct run_report_modes *own_gates; /* not NULL: the pipeline has the gates of */
    const char *gates_file;                   /* this file, and so it was by its own */
    const char *
        *outputs; /* further files; the format by the ending: .json .html .md .xml .csv .jsonl */
    size_t output_count;
};

/* Writes everything. The status says how the run stands: OK, GATE_FAILED, INCONCLUSIVE,
 * INFRASTRUCTURE, BUDGET, INTERRUPTED. */
enum status run_report_write(const struct run_report_request *request, struct error *err);

/* Whether an output can be written, before a run is paid for. */
enum status run_report_check_output(const char *path, struct error *err);

/* A run's modes by themselves: one, or several of a run in several modes. */
enum { RUN_REPORT_MOST_MODES = 4 };
struct run_report_modes {
    struct run_summary *summaries[RUN_REPORT_MOST_MODES]; /* in the arena */
    struct run_fold *folds[RUN_REPORT_MOST_MODES];        /* owned: run_report_modes_done */
    size_t count;
};
enum status run_report_summarise_modes(const struct run_report_request *request,
                                       struct arena *arena, struct run_report_modes *ret_modes,
                                       struct error *err);
void run_report_modes_done(struct run_report_modes *modes);

/* Just the summary (of several modes, of the first), in `arena`. *ret_fold, when wanted, keeps the
 * outcomes by conversation: the caller destroys it. */
enum status run_report_summarise(const struct run_report_request *request, struct arena *arena,
                                 struct run_summary **ret_summary, struct run_fold **ret_fold,
                                 struct error *err);

#endif
