/*
 * yaml_tree.h: a YAML file as a tree whose nodes know their line and column, and the list of faults
 * found in it.
 *
 * Bounded: 4 MiB, 64 levels, no aliases (they can blow a small file up), a key once per mapping,
 * one document a file. Trees live in the arena that is given and are read-only afterwards. Thread:
 * main.
 */
#ifndef ASSAY_CONFIG_YAML_TREE_H
#define ASSAY_CONFIG_YAML_TREE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    size_t line, column;     /* from 1; 0: set on the command line */
    struct strview text;     /* SCALAR; NUL-terminated */
    bool quoted;             /* SCALAR: '12' and "12" are texts, never numbers */
    struct yaml_pair *pairs; /* MAP: keys and values; LIST: values, keys NULL */
    size_t count;
};

struct yaml_pair {
    struct yaml_node *key;
    struct yaml_node *value;
};

struct fault {
    const char *file;
    size_t line, column;
    const char *what; /* one lower-case line */
    const char *fix;  /* a sentence, or NULL */
};

/* All faults of a set of files, so that they can be told at once. */
struct fault_list {
    struct arena *arena;
    const char *file; /* of the tree that is being read */
    struct fault *items;
    size_t count, capacity;
};

/* Parses the file. Syntax errors become a fault, and the root NULL. `err` only for what is not the
 * file's text (IO, memory). */
enum status yaml_tree_read(const char *path, struct arena *arena, struct fault_list *faults,
                           struct yaml_node **ret_root, struct error *err);
enum status yaml_tree_parse(const char *path, struct strview text, struct arena *arena,
                            struct fault_list *faults, struct yaml_node **ret_root,
                            struct error *err);

/* The value of a key, or NULL. `map` may be NULL or no map. */
struct yaml_node *yaml_find(const struct yaml_node *map, const char *key);
/* The node's own key in its map, for faults that concern the key; NULL when there is none. */
const struct yaml_node *yaml_find_key(const struct yaml_node *map, const char *key);
/* Sets the scalar at a dotted path ("candidates.0.temperature"), making maps on the way. */
enum status yaml_set(struct yaml_node *root, const char *path, const char *value,
                     struct arena *arena, struct error *err);

void fault_add(struct fault_list *faults, const struct yaml_node *at, const char *fix,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Takes no memory: a list that lost a fault, or a file of which a part was lost, is never without
 * faults. */
void fault_add_no_memory(struct fault_list *faults);
/* "file:line:column: what. Fix." one a line, in file order. */
void fault_print(const struct fault_list *faults, struct strbuf *out);
/* "Did you mean 'x'?" for the nearest of `names` (ends with NULL), else NULL. In the faults' arena.
 */
const char *fault_did_you_mean(struct fault_list *faults, struct strview text,
                               const char *const *names);

#endif
