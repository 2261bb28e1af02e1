/*
 * sgd_load.h: a file of dialogues (gold or predicted) as numbers, ready to be scored: values are
 * interned, spans are cut from their utterance, and a state has one place for each slot of its
 * service. The official scorer fails only at what it looks at, so what is missing or of a wrong
 * kind is not an error here: it is kept as a fault of its dialogue, turn or frame.
 *
 * Numbers are those of the file's own table until sgd_dataset.h links the files.
 * Thread: one loader and one file per thread; the plan is shared and read-only.
 */
#ifndef ASSAY_SCORE_SGD_LOAD_H
#define ASSAY_SCORE_SGD_LOAD_H

#include "base/error.h"
#include "base/strbuf.h"
#include "codec/sgd_json.h"
#include "codec/sgd_schema.h"
#include "score/sgd_values.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define SGD_FAULT_LIST(X)                                                                    \
    X(NONE,        "nothing is wrong")                                                       \
    X(DIALOGUE,    "the dialogue is not an object")                                          \
    X(SERVICES,    "the dialogue has no list of services")                                   \
    X(TURNS,       "the dialogue has no list of turns")                                      \
    X(TURN,        "the turn is not an object")                                              \
    X(SPEAKER,     "the turn has no speaker")                                                \
    X(UTTERANCE,   "the turn has no utterance")                                              \
    X(FRAMES,      "the turn has no list of frames, each with its service")                  \
    X(STATE,       "a frame has no state with active_intent, requested_slots and slot_values") \
    X(REQUESTED,   "requested_slots is not a list of texts")                                 \
    X(SLOT_VALUES, "slot_values is not an object")                                           \
    X(TAGS,        "slots is not a list of spans with slot, start and exclusive_end")
/* clang-format on */

enum sgd_fault {
#define X(name, text) SGD_FAULT_##name,
    SGD_FAULT_LIST(X)
#undef X
};

const char *sgd_load_fault_text(enum sgd_fault fault);

struct sgd_frame {
    uint32_t service;      /* its name */
    int32_t service_index; /* in the schema; -1: unknown, and nothing below is filled */
    uint32_t intent;
    uint32_t requested_first, requested_count; /* in `numbers` */
    uint32_t tags_first, tags_count;           /* in `tags`; slots without categories only */
    uint32_t slots_first; /* in `numbers`: one for each slot of the service. Gold: a list of values,
                             after linking its place in sgd_dataset.lists. Predicted: the first
                             value. Or one of the marks of sgd_values.h */
    uint8_t state_fault;  /* enum sgd_fault */
    uint8_t tags_fault;
    bool has_tags; /* the key `slots` is there */
};

struct sgd_turn {
    uint32_t speaker;
    uint32_t utterance;                 /* of the user */
    uint32_t frames_first, frame_count; /* of the user */
    uint8_t fault;
};

struct sgd_dialogue {
    uint32_t id;
    uint32_t services_first, service_count; /* in `numbers` */
    uint32_t turns_first, turn_count;
    uint8_t fault;
};

/* slot << 32 | the words of its span */
#define SGD_TAG(slot, words) ((uint64_t)(slot) << 32 | (words))

struct sgd_file {
    struct sgd_values values;
    struct sgd_dialogue *dialogues;
    struct sgd_turn *turns;
    struct sgd_frame *frames;
    uint32_t *numbers;
    uint64_t *tags;
    uint32_t dialogue_count, turn_count, frame_count, number_count, tag_count;
    size_t dialogue_capacity, turn_capacity, frame_capacity, number_capacity, tag_capacity;
    uint64_t *id_hashes; /* gold: of every dialogue of the file, loaded or not */
    uint32_t id_count;
    size_t id_capacity;
};

void sgd_load_done(struct sgd_file *file);

/* The schema with the numbers that its names have in every file's table. */
struct sgd_load_plan {
    const struct sgd_schema *schema;
    uint32_t user;              /* of the text USER */
    uint32_t *slot_names;       /* all services behind one another */
    uint32_t *slots_first;      /* per service, in slot_names */
    int32_t *service_of_number; /* -1: no service */
    uint32_t name_count;        /* numbers below belong to the schema */
};

enum status sgd_load_plan_init(struct sgd_load_plan *plan, const struct sgd_schema *schema,
                               struct error *err);
void sgd_load_plan_done(struct sgd_load_plan *plan);
/* A table that holds the schema's names and nothing else. False: memory ran out. */
bool sgd_load_plan_values(const struct sgd_load_plan *plan, struct sgd_values *ret_values);

/* What is kept from file to file. Start from {0}. */
struct sgd_loader {
    const struct sgd_load_plan *plan;
    bool is_gold;
    const struct sgd_values *wanted; /* ids to load; NULL: all */
    struct sgd_json json;
    struct strbuf key;
    struct sgd_file *file;
    bool no_memory;
};

void sgd_load_loader_done(struct sgd_loader *loader);
/* `file` is {0}; on failure the caller still calls sgd_load_done. */
enum status sgd_load_file(struct sgd_loader *loader, const char *path, struct sgd_file *file,
                          struct error *err);

#endif
