/*
 * pipeline_spec.h: what is to be run (pipelines/quickstart.yaml): source, task, candidates, mode,
 * gates, reports. Paths are taken from the folder of the pipeline file. Read-only after loading;
 * lives in the arena that is given. Thread: main loads, any reads.
 */
#ifndef ASSAY_CONFIG_PIPELINE_SPEC_H
#define ASSAY_CONFIG_PIPELINE_SPEC_H

#include "config/candidate_spec.h"
#include "config/gate_spec.h"
#include "config/kafka_spec.h"
#include "config/task_spec.h"
#include "config/user_spec.h"

enum replay_mode { MODE_TEACHER_FORCED, MODE_OWN_STATE, MODE_FREE_RUNNING, MODE_SIMULATED_USER };
extern const char *const replay_mode_names[];

struct scorer_spec {
    const struct yaml_node *place;
    struct strview name;
    struct option_texts command;
    int64_t processes;
    int64_t timeout_ns;
};

/* Only conversations whose value of the key is one of these: ingest/conversation_filter. */
struct source_filter {
    struct strview key;
    struct option_texts values;
};

struct source_spec {
    struct strview events;           /* JSON Lines or Avro; of a topic: "kafka:TOPIC" */
    struct strview gold;             /* absent: no gold */
    struct kafka_source_spec *kafka; /* NULL: a file */
    struct yaml_node *filter;
    struct source_filter *filters; /* all must hold */
    size_t filter_count;
};

struct report_spec {
    int64_t monthly_calls; /* the volume that monthly cost is told for */
    int64_t worst;         /* conversations shown in full */
};

struct pipeline_spec {
    const char *path;
    struct strview experiment, description;
    struct source_spec source;
    struct strview task_path, prices_path;
    struct strview runs_path;      /* folder of the run folders */
    struct strview baselines_path; /* of the blessed runs; absent: `baselines` beside the runs */
    struct task_spec *task;
    int mode; /* enum replay_mode; of a run in several modes the first */
    struct option_texts modes;
    struct pipeline_spec *by_mode; /* NULL: one mode; else replay_modes.h */
    size_t mode_count;
    int64_t repeats;
    int64_t seed;
    int profile; /* 0: assay */
    struct candidate_spec *candidates;
    size_t candidate_count;
    struct scorer_spec *scorers;
    size_t scorer_count;
    struct gate_spec *gates;
    size_t gate_count;
    struct report_spec report;
    bool stop_when_decided;       /* a candidate that is clearly worse or better ends early */
    bool use_cassettes;           /* false: every candidate asks live */
    int64_t max_cost_usd_nano;    /* 0: none */
    double max_error_share;       /* over this share of infrastructure errors there is no verdict */
    int64_t max_in_flight;        /* trials at once */
    struct strview back_end_path; /* free_running, simulated_user; default: beside the task */
    struct user_spec user;
    int first_cause;                   /* enum first_cause_setting */
    struct kafka_property_spec *kafka; /* nested names are joined by dots */
    size_t kafka_count;
};

/* Whose failed trials are replayed: nobody's, of candidates that cost nothing, everybody's. */
enum first_cause_setting { FIRST_CAUSE_OFF, FIRST_CAUSE_AUTO, FIRST_CAUSE_ON };

struct pipeline_override {
    const char *path, *value; /* --set candidates.0.temperature=0.2 */
};

/* Copies that a run kept (NULL: none) are read instead of the originals, whose paths stand in the
 * spec as ever; nothing that the pipeline names needs to be there any more. */
struct pipeline_request {
    const char *path, *pipeline_copy, *task_copy;
    const struct pipeline_override *overrides;
    size_t override_count;
};

/*
 * Reads the pipeline and its task. Every fault of both goes to `faults`; the spec may be used only
 * when there is none. Overrides are applied to the tree before it is read.
 */
enum status pipeline_spec_load(const char *path, const struct pipeline_override *overrides,
                               size_t override_count, struct arena *arena,
                               struct fault_list *faults, struct pipeline_spec **ret_spec,
                               struct error *err);

enum status pipeline_spec_load_as(const struct pipeline_request *request, struct arena *arena,
                                  struct fault_list *faults, struct pipeline_spec **ret,
                                  struct error *err);

/* The option tables, for `assay list`. */
extern const struct option pipeline_spec_options[], pipeline_spec_candidate_options[],
    pipeline_spec_scorer_options[];

#endif
