/*
 * drift_fold.h: conversations into drift profiles: which signals there are, and what of them may be
 * shown. Slot values of free text never leave this file: a categorical slot's value is shown when
 * the task lists it, of every other kind only its form is ("2 words", "+ and 11 digits").
 *
 *   drift_fold_create, drift_fold_subject for each; per conversation drift_fold_begin, then
 *   drift_fold_calls and drift_fold_answers for the subjects that have something.
 *
 * Subjects of one fold see the same conversations, so their windows agree. Thread: one at a time.
 */
#ifndef ASSAY_COMPARE_DRIFT_FOLD_H
#define ASSAY_COMPARE_DRIFT_FOLD_H

#include "compare/drift_answers.h"
#include "config/task_spec.h"
#include "drift/drift_compare.h"

enum { DRIFT_FOLD_SUBJECTS = 66, DRIFT_FOLD_MODELS = 16 };

/* The recorded calls themselves, whatever candidate is tried. */
#define DRIFT_FOLD_CALLS "recorded calls"

struct drift_subject {
    char *name;
    struct drift_profile *profile;
    char *models[DRIFT_FOLD_MODELS]; /* as they were met, sorted: "openai/gpt-4o-mini, prompt v2" */
    size_t model_count;
};

struct drift_fold;

/* `task` MAY be NULL, and outlives the fold. NULL: memory ran out. */
struct drift_fold *drift_fold_create(const struct task_spec *task);
void drift_fold_destroy(struct drift_fold *fold);

/* False: memory ran out, or there are too many. Before the first conversation. */
bool drift_fold_subject(struct drift_fold *fold, struct strview name, size_t *ret_subject);
/* All false: memory ran out. */
bool drift_fold_begin(struct drift_fold *fold, int64_t start_ns);
bool drift_fold_calls(struct drift_fold *fold, size_t subject,
                      const struct conversation_facts *facts);
bool drift_fold_answers(struct drift_fold *fold, size_t subject,
                        const struct drift_answers *answers);

size_t drift_fold_subject_count(const struct drift_fold *fold);
const struct drift_subject *drift_fold_get(const struct drift_fold *fold, size_t subject);

DEFINE_CLEANUP(drift_fold_cleanup, struct drift_fold, drift_fold_destroy)

#endif
