/*
 * drift_source.h: what is held against what by `assay drift`: a run, a file of events or a
 * prediction log, or the part of one that lies in a range of time. Read once, in bounded memory.
 *
 *   RUN | FILE | RUN@FROM..TO | FILE@FROM..TO      FROM and TO: ISO 8601, either may be missing; a
 *   time without a zone is UTC, a date its first instant; TO is exclusive. A conversation lies
 *   where it began.
 *
 * Thread: main.
 */
#ifndef ASSAY_PIPELINE_DRIFT_SOURCE_H
#define ASSAY_PIPELINE_DRIFT_SOURCE_H

#include "compare/drift_fold.h"
#include "config/pipeline_spec.h"

struct drift_source_request {
    const char *text;
    const char *runs;             /* folder of the run folders */
    const struct task_spec *task; /* for files; NULL: none. A run has its own */
    const char *candidate;        /* of a run or of a log; NULL: all, or the first */
    struct fault_list *faults;    /* of a run's pipeline */
};

enum { DRIFT_NO_SUBJECT = -1 };

struct drift_source {
    const char *text;                     /* as asked for */
    const char *kind;                     /* "run", "events", "predictions" */
    const struct pipeline_spec *pipeline; /* of a run */
    const struct task_spec *task;         /* MAY be NULL */
    struct drift_fold *fold;
    int calls;                       /* subject of the recorded calls; DRIFT_NO_SUBJECT */
    int first_answers;               /* the candidates' subjects, from here on; DRIFT_NO_SUBJECT */
    uint64_t conversations, outside; /* outside: of the range of time, or of another candidate */
    uint64_t faults;                 /* lines that could not be read */
    const char *first_fault;
};

enum status drift_source_read(const struct drift_source_request *request, struct arena *arena,
                              struct drift_source *ret_source, struct error *err);
void drift_source_done(struct drift_source *source);

/* What can be compared: the recorded calls where both sides have them, candidates by name; a file's
 * agent against `candidate`, the recorded candidate or the only one of a run. */
enum status drift_source_pairs(const struct drift_source *reference,
                               const struct drift_source *current, const char *candidate,
                               struct drift_pair ret_pairs[DRIFT_FOLD_SUBJECTS], size_t *ret_count,
                               struct error *err);

/* The drift from one run to another by the rule's defaults, for the experiment's report. NULL in
 * *ret_result: they have nothing in common. */
enum status drift_source_compare_runs(const char *runs, const char *reference_id,
                                      const char *current_id, struct arena *arena,
                                      struct drift_result **ret_result, struct error *err);

#endif
