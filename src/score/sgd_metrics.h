/*
 * sgd_metrics.h: from the scores of frames to the official scorer's output: the mean of each metric
 * in each collection (all services, one service, one domain, services seen in training or not), as
 * the JSON text that the official program writes.
 */
#ifndef ASSAY_SCORE_SGD_METRICS_H
#define ASSAY_SCORE_SGD_METRICS_H

#include "base/strbuf.h"
#include "score/sgd_match.h"

struct sgd_metrics_input {
    const struct sgd_schema *schema;
    const struct sgd_schema *train_schema; /* NULL: no seen and unseen services */
    const struct sgd_frame_scores *scores;
    uint32_t frame_count; /* > 0 */
    bool joint_acc_across_turn;
    int threads;
};

/* Appends {collection: {metric: mean}}, sorted, indented by two. Thread: main, which starts a team;
 * the result does not depend on its size. */
enum status sgd_metrics_write(const struct sgd_metrics_input *input, struct strbuf *out,
                              struct error *err);

#endif
