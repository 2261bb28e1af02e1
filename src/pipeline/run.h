/*
 * run.h: one run from its pipeline file to its reports; new, or resumed. Thread: main.
 */
#ifndef ASSAY_PIPELINE_RUN_H
#define ASSAY_PIPELINE_RUN_H

#include "config/pipeline_spec.h"
#include "pipeline/session.h"

/* What a run over topics does instead of reading a file and of keeping its own journal. */
struct run_stream_hooks {
    /* Finds or makes the run's plan. *ret_created (in the arena): when the run began, ISO 8601. */
    enum status (*open)(void *context, const struct pipeline_spec *pipeline,
                        const struct run_manifest *manifest, const char *folder,
                        const char **ret_created, struct error *err);
    /* The stream for the session, and the session for the stream. */
    struct conversation_stream *(*begin)(void *context, struct session *session);
    /* The lane has ended: commits what is finished and writes the folder's journal.
     * *ret_complete: the whole run is done, by whomever. */
    enum status (*end)(void *context, struct session *session, bool *ret_complete,
                       struct error *err);
    void *context;
};

struct run_request {
    const char *pipeline_path;
    const struct pipeline_override *overrides;
    size_t override_count;
    const char *run_id;        /* NULL: from time and chance */
    const char *resume_folder; /* not NULL: go on with this run; pipeline and overrides are those of
                                  its manifest */
    const char *rescore_folder; /* not NULL: a new run from this one's answers, its pipeline with
                                   the overrides; nothing is called */
    bool resume_if_there;       /* `run --resume`: go on when the run id is there already */
    bool retry_errors;
    const struct run_stream_hooks *stream; /* NULL: this command reads no topics */
    const char *worker_slot;               /* not NULL: help in a run that somebody has planned */

    int64_t conversation_limit;
    int64_t max_cost_usd_nano; /* 0: the pipeline's */
    int threads;
    volatile sig_atomic_t *stop;
    void (*progress)(void *context, const struct run_progress *progress);
    void *progress_context;
};

struct run_result {
    const char *run_id, *folder; /* in the arena */
    bool is_incomplete;          /* a worker's, or a run over topics that was stopped */
    bool interrupted, stopped_by_budget;
    double wall_s;
    int64_t spent_usd_nano;
    uint64_t calls, answers_reused;
    int threads;
};

/*
 * Faults of pipeline and task go to `faults` (then STATUS_CONFIG, and nothing was begun). The
 * journal is complete when it returns STATUS_OK, also when the run was stopped.
 */
enum status run_execute(const struct run_request *request, struct arena *arena,
                        struct fault_list *faults, struct pipeline_spec **ret_pipeline,
                        struct run_result *ret_result, struct error *err);

/* Loads the pipeline of a run folder as it was run: the folder's copies of pipeline and task, with
 * the manifest's overrides. The originals, and all else that the pipeline names, may have changed
 * or be gone: see run_manifest_compare. */
enum status run_load_pipeline(const char *folder, struct arena *arena, struct fault_list *faults,
                              struct run_manifest **ret_manifest,
                              struct pipeline_spec **ret_pipeline, struct error *err);

/* Counters as the journal keeps them, and back. */
void run_accounts_encode(const struct run_accounts *accounts, struct strbuf *out);
enum status run_accounts_decode(struct strview payload, struct arena *arena,
                                struct run_accounts *ret_accounts, struct error *err);

#endif
