/*
 * sgd_score.c: loads, scores with a team of threads, writes. Dialogues are split among the threads,
 * and each writes the places of its own frames, so the order, and with it each bit of the result,
 * is that of one thread. Thread: main. Everything is freed before return.
 */
#include "score/sgd_score.h"

#include "base/file.h"
#include "base/memory.h"
#include "score/sgd_match.h"
#include "score/sgd_metrics.h"

#include <omp.h>

enum { FEW_FRAMES = 8192 };

struct scoring {
    const struct sgd_dataset *dataset;
    struct sgd_frame_scores scores;
    uint32_t *first; /* per dialogue: its first frame; one more for the end */
    bool exact;
    uint32_t first_failed; /* pair_count: none */
    enum status status;
    struct error error;
};

static void scoring_done(struct scoring *scoring)
{
    for (size_t i = 0; i < SGD_METRIC_COUNT; i++)
        memory_free(scoring->scores.columns[i]);
    memory_free(scoring->scores.services);
    memory_free(scoring->scores.turns);
    memory_free(scoring->first);
}

static int team_size(int threads)
{
    return threads > 0 ? threads : omp_get_max_threads();
}

static enum status make_room(struct scoring *scoring, struct error *err)
{
    const struct sgd_dataset *dataset = scoring->dataset;
    uint64_t count = 0;
    scoring->first = memory_alloc(((size_t)dataset->pair_count + 1) * sizeof *scoring->first);
    if (!scoring->first)
        return error_no_memory(err);
    for (uint32_t i = 0; i < dataset->pair_count; i++) {
        scoring->first[i] = (uint32_t)count;
        count += sgd_match_frame_count(&dataset->pairs[i]);
    }
    if (count >= UINT32_MAX / 2)
        return error_set(err, STATUS_LIMIT, "there are more than 2,147,483,647 frames");
    scoring->first[dataset->pair_count] = (uint32_t)count;
    bool is_whole = true;
    for (size_t i = 0; i < SGD_METRIC_COUNT; i++) {
        scoring->scores.columns[i] = memory_alloc(count * sizeof(double));
        is_whole &= scoring->scores.columns[i] != NULL;
    }
    scoring->scores.services = memory_alloc(count * sizeof *scoring->scores.services);
    scoring->scores.turns = memory_alloc(count * sizeof *scoring->scores.turns);
    if (!is_whole || !scoring->scores.services || !scoring->scores.turns)
        return error_no_memory(err);
    return STATUS_OK;
}

/* The first dialogue that failed, in order, is the one that is told. */
static void note_failure(struct scoring *scoring, uint32_t pair, enum status status,
                         const struct error *error)
{
#pragma omp critical(sgd_score_failure)
    if (pair < scoring->first_failed) {
        scoring->first_failed = pair;
        scoring->status = status;
        scoring->error = *error;
    }
}

static void score_pairs(struct scoring *scoring, int threads)
{
    const struct sgd_dataset *dataset = scoring->dataset;
    scoring->first_failed = dataset->pair_count;
#pragma omp parallel num_threads(threads)
    {
        struct sgd_matcher matcher = {.dataset = dataset, .exact = scoring->exact};
        struct error error = {0};
        enum status ready = sgd_match_init(&matcher, &error);
        if (ready != STATUS_OK) /* even if the other threads would do without this one */
            note_failure(scoring, 0, ready, &error);
#pragma omp for schedule(dynamic, 64)
        for (uint32_t i = 0; i < dataset->pair_count; i++) {
            if (ready != STATUS_OK)
                continue;
            enum status status = sgd_match_dialogue(&matcher, &dataset->pairs[i], &scoring->scores,
                                                    scoring->first[i], &error);
            if (status != STATUS_OK)
                note_failure(scoring, i, status, &error);
        }
        sgd_match_done(&matcher);
    }
}

static void fill_coverage(const struct sgd_dataset *dataset, uint64_t frame_count,
                          struct sgd_score_coverage *coverage)
{
    *coverage = (struct sgd_score_coverage){.gold_dialogues = dataset->gold_dialogue_count,
                                            .predicted_dialogues = dataset->pair_count,
                                            .scored_frames = frame_count};
    for (uint32_t i = 0; i < dataset->pair_count; i++) {
        const struct sgd_dialogue_pair *pair = &dataset->pairs[i];
        if (pair->gold->turn_count > pair->predicted->turn_count)
            coverage->missing_turns += pair->gold->turn_count - pair->predicted->turn_count;
    }
}

enum status sgd_score_dataset(const struct sgd_score_options *options,
                              const struct sgd_dataset *dataset,
                              const struct sgd_schema *train_schema, struct strbuf *out,
                              struct error *err)
{
    CLEANUP(scoring_done)
    struct scoring scoring = {.dataset = dataset, .exact = options->no_fuzzy_match};
    int threads = team_size(options->threads);
    enum status status = make_room(&scoring, err);
    if (status != STATUS_OK)
        return status;
    if (scoring.first[dataset->pair_count] < FEW_FRAMES)
        threads = 1; /* one thread is done before a team is awake */
    score_pairs(&scoring, threads);
    if (scoring.first_failed < dataset->pair_count) {
        if (err)
            *err = scoring.error;
        return scoring.status;
    }
    struct sgd_metrics_input input = {
        .schema = dataset->plan.schema,
        .train_schema = train_schema,
        .scores = &scoring.scores,
        .frame_count = scoring.first[dataset->pair_count],
        .joint_acc_across_turn = options->joint_acc_across_turn,
        .threads = threads,
    };
    if (!input.frame_count) {
        error_set(err, STATUS_DATA, "no user frame was scored");
        error_fix(err, "Look whether the predictions folder holds *.json files with dialogues.");
        return STATUS_DATA;
    }
    if (options->ret_coverage)
        fill_coverage(dataset, input.frame_count, options->ret_coverage);
    return sgd_metrics_write(&input, out, err);
}

static enum status score_loaded(const struct sgd_score_options *options, struct arena *arena,
                                struct strbuf *out, struct error *err)
{
    const struct sgd_dataset_paths paths = {options->gold_dir, options->predictions_dir};
    CLEANUP(sgd_dataset_cleanup) struct sgd_dataset *dataset = NULL;
    struct sgd_schema schema, train_schema = {0};
    enum status status = sgd_schema_read(options->schema_path, arena, &schema, err);
    if (status == STATUS_OK && options->train_schema_path)
        status = sgd_schema_read(options->train_schema_path, arena, &train_schema, err);
    if (status == STATUS_OK)
        status = sgd_dataset_create(&schema, &paths, team_size(options->threads), &dataset, err);
    if (status != STATUS_OK)
        return status;
    return sgd_score_dataset(options, dataset, options->train_schema_path ? &train_schema : NULL,
                             out, err);
}

enum status sgd_score_directories(const struct sgd_score_options *options, struct error *err)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create((size_t)64 * 1024, 0);
    struct strbuf out = {0};
    if (!arena)
        return error_no_memory(err);
    enum status status = score_loaded(options, arena, &out, err);
    if (status == STATUS_OK)
        status = file_write(options->output_path, strbuf_view(&out), err);
    strbuf_done(&out);
    return status;
}
