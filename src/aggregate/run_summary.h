/*
 * run_summary.h: what a run came to, as plain data: the only thing that report/ reads. Made by
 * aggregate/ from the journal; a pure function of it, apart from `environment`. Texts and arrays
 * live in the summary's arena. Thread: read-only once made.
 */
#ifndef ASSAY_AGGREGATE_RUN_SUMMARY_H
#define ASSAY_AGGREGATE_RUN_SUMMARY_H

#include "aggregate/figure_summary.h"
#include "aggregate/run_note.h"
#include "aggregate/trial_summary.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/strview.h"
#include "record/trial.h"

#include <stdbool.h>
#include <stdint.h>

/* A number with its error bar. Undefined is a value with a reason, never a number that looks sure.
 */
struct measure {
    double value;          /* NaN when undefined */
    double low, high;      /* 95 % interval; NaN: none is given */
    uint64_t n;            /* units it rests on */
    const char *unit_of_n; /* "conversations", "turns", "slots", "calls" */
    const char *undefined; /* why there is no value, or NULL */
};

enum metric_unit { UNIT_RATIO, UNIT_COUNT, UNIT_MS, UNIT_USD, UNIT_TOKENS, UNIT_PER_1000 };
enum metric_direction { HIGHER_IS_BETTER, LOWER_IS_BETTER, NO_DIRECTION };

/* One metric over all candidates. */
struct metric_row {
    const char *name;  /* "slot_f1_micro": in report.json, gates and docs/METRICS.md */
    const char *title; /* "Slot F1 (micro)" */
    enum metric_unit unit;
    enum metric_direction direction;
    const char *convention; /* "95 % interval: Wilson on conversations"; NULL: a plain count */
    struct measure *by_candidate; /* candidates of them */
    struct measure *difference;   /* to the first candidate, paired by conversation; NULL: none. [0]
                                     is undefined */
    bool *
        measured_live; /* true: a time of this run's live calls, left out of the canonical report */
};

struct metric_section {
    const char
        *name; /* "headline", "slots", "calibration", "dialogue", "models", "services", "cost" */
    const char *title;
    const char *note; /* a line below the title, or NULL */
    struct metric_row *rows;
    size_t count;
};

/* One slot with one candidate. */
struct slot_summary {
    uint64_t right, wrong_value, missing, spurious, late;
    struct measure precision, recall, f1;
};

struct slot_row {
    struct strview slot;
    struct slot_summary *by_candidate;
};

/* Equal-width bins of slot confidence, right-closed. */
struct reliability_bin {
    double low, high;
    uint64_t n;
    double mean_confidence, accuracy;
};

struct candidate_summary {
    struct strview name;
    struct strview kind; /* rules, recorded, llm, hybrid, endpoint, command */
    struct strview provider, model, prompt_version;
    struct strview parameters; /* for people: "temperature 0, max tokens 300"; absent: none */
    bool simulated;            /* a stub model answered: the report says so on its face */
    uint64_t trials, scored, infrastructure_errors, malformed, not_run, no_gold;
    uint64_t left_out;              /* of its share, or ended early: not asked for */
    struct text_list served_models; /* model names that came back, distinct, sorted */
    uint64_t calls, attempts;
    struct token_counts tokens;
    int64_t cost_usd_nano;
    bool cost_known; /* false: some model has no price */
    struct reliability_bin *bins;
    size_t bin_count;
    uint64_t latency[LATENCY_BINS];            /* of answered calls */
    uint64_t outcomes[TRIAL_OUTCOME_LAST + 1]; /* by enum trial_outcome */
    uint64_t causes[CAUSE_COUNT];              /* first causes of failures */
    uint64_t simulator_faults;
    int64_t cause_calls, cause_cost_usd_nano; /* of the replays that found them */
};

/* Some of its scored repeats succeeded, and some did not. */
struct flaky_conversation {
    struct strview conversation_id;
    size_t candidate;
    uint64_t successes, trials;
};

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE };

struct gate_summary {
    const char *name; /* as written in the pipeline */
    const char *metric;
    struct strview candidate;
    const char *rule; /* "at least 0.9" */
    struct measure measure;
    bool measured_live; /* on times of this run's calls: not in the canonical report */
    enum verdict verdict;
    const char *reason;        /* a sentence */
    struct strview against;    /* baseline or candidate: `measure` is the difference to it, at this
                                  look's level; absent: a threshold */
    double alpha, alpha_spent; /* of all looks; by looks 1 to this one */
    uint64_t look;             /* from 1; 0: not counted */
    size_t line;               /* in the pipeline file; 0: not known */
};

/* Something that was not right with the input: told with its place. */
struct input_fault {
    const char *where, *what, *fix;
};

/* consumed = assembled into conversations + invalid + sum of skipped; conversations x candidates x
 * repeats = scored + no gold + errors + not run + the simulator's faults */
struct accounts {
    uint64_t events_consumed, events_in_conversations, events_invalid;
    struct named_count {
        const char *reason;
        uint64_t count;
    } *skipped;
    size_t skipped_count;
    uint64_t conversations, with_gold, no_gold, gold_mismatch;
    uint64_t trials, trials_scored, trials_no_gold, trials_infrastructure_error, trials_not_run;
    uint64_t trials_simulator_fault, trials_left_out;
    struct input_fault *faults; /* the first 50 */
    size_t fault_count;
    uint64_t faults_total;
};

/* What the person who decides sees first, for one candidate. */
struct decision_row {
    size_t candidate;
    struct measure failed_per_1000; /* what failed is named by failed_title */
    struct measure cost_per_success_usd;
    struct measure response_gap_p95_ms;
    bool response_gap_live; /* it holds times of this run's calls: not in the canonical report */
    struct measure monthly_cost_usd;
    struct measure failed_change, cost_change, gap_change; /* to the first candidate */
};

struct decision {
    const char *sentence;      /* the verdict in words */
    const char *failed_title;  /* "Failed bookings per 1,000 calls", or what the mode can claim */
    const char *success_means; /* the mode's definition of success */
    int64_t monthly_calls;     /* the volume that monthly cost is for */
    struct decision_row *rows; /* one a candidate */
    enum verdict verdict;
    bool has_gates;
};

/* What may differ between two runs of the same inputs; left out of the canonical report. */
struct run_environment {
    struct strview run_id, started, finished, assay_version, git_state, host;
    double wall_s;
    int64_t threads;
    int64_t peak_memory_bytes;
    double events_per_s, trials_per_s;
};

struct run_summary {
    struct arena *arena;
    struct strview experiment, pipeline, task, mode, profile, source;
    int64_t repeats;
    struct strview pipeline_sha256, source_sha256, gold_sha256, task_sha256;
    bool partial;               /* stopped before the end: the budget, Ctrl-C */
    const char *partial_reason; /* or NULL */
    bool any_simulated;
    bool too_many_errors; /* of the infrastructure, for some candidate: there is no verdict */
    struct decision decision;
    struct candidate_summary *candidates;
    size_t candidate_count;
    struct metric_section *sections;
    size_t section_count;
    struct slot_row *slots;
    size_t slot_count;
    struct slot_confusion *confusions; /* in the task's order */
    size_t confusion_count;
    struct trial_summary *worst; /* at most 200 over all candidates */
    size_t worst_count;
    struct trial_summary *spoilt; /* by the simulated caller: the first of them */
    size_t spoilt_count;
    uint64_t failed_total;
    struct flaky_conversation *flaky; /* nearest to half of their repeats first, at most 50 */
    size_t flaky_count;
    uint64_t flaky_total; /* over all candidates */
    struct gate_summary *gates;
    size_t gate_count;
    struct run_note *notes;
    size_t note_count;
    struct accounts accounts;
    struct run_environment environment;
};

double candidate_summary_error_share(const struct candidate_summary *candidate);
/* The row of a metric, or NULL when no section has it. */
const struct metric_row *run_summary_row(const struct run_summary *summary, const char *metric);
/* What the run's exit status says of gates and errors: INFRASTRUCTURE, GATE_FAILED, INCONCLUSIVE or
 * OK, the first that holds. */
enum status run_summary_status(const struct run_summary *summary);

#endif
