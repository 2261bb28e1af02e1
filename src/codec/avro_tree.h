/*
 * avro_tree.h: an Avro schema as a tree (a graph, where a named type stands twice), with what Avro
 * C 1.11 leaves out when it reads one: logical types, aliases and an enum's default. It is also the
 * reader for schemas that strangers send: of bounded size and depth, with names checked.
 *
 * Plain data in the tree's arena; read-only once it is there. Thread: any.
 */
#ifndef ASSAY_CODEC_AVRO_TREE_H
#define ASSAY_CODEC_AVRO_TREE_H

#include "base/arena.h"
#include "base/error.h"
#include "record/field.h"

enum avro_kind {
    AVRO_KIND_NULL,
    AVRO_KIND_BOOLEAN,
    AVRO_KIND_INT,
    AVRO_KIND_LONG,
    AVRO_KIND_FLOAT,
    AVRO_KIND_DOUBLE,
    AVRO_KIND_BYTES,
    AVRO_KIND_STRING, /* the primitives end here */
    AVRO_KIND_FIXED,
    AVRO_KIND_ENUM,
    AVRO_KIND_ARRAY,
    AVRO_KIND_MAP,
    AVRO_KIND_RECORD,
    AVRO_KIND_UNION,
};
extern const char *const avro_kind_names[];

struct avro_node;

/* A field of a record, or a branch of a union, or the item of an array or map. */
struct avro_part {
    struct strview name; /* fields only, as aliases */
    struct text_list aliases;
    const struct avro_node *node;
    bool has_default;
};

struct avro_node {
    enum avro_kind kind;
    struct strview name;         /* record, enum, fixed: without the namespace */
    struct strview full_name;    /* and with it */
    struct text_list aliases;    /* without namespaces */
    struct strview logical_type; /* absent: none */
    struct avro_part *parts;
    size_t part_count;
    struct text_list symbols; /* enum */
    int64_t default_symbol;   /* enum: index, or -1 */
    size_t fixed_bytes;
    size_t least_bytes; /* the fewest that a value takes; 0 for null and records of it */
};

struct avro_tree {
    struct arena *arena;
    const struct avro_node *root;
};

/* The caller owns the tree. STATUS_DATA names the type or field at fault. */
enum status avro_tree_parse(struct strview schema, struct avro_tree **ret_tree, struct error *err);
void avro_tree_destroy(struct avro_tree *tree);

/* The part with this name, or with this alias; NULL when there is none. */
const struct avro_part *avro_tree_part(const struct avro_node *node, struct strview name);
const struct avro_part *avro_tree_part_by_alias(const struct avro_node *node, struct strview alias);
/* The only branch that is not null of a union [null, T] or [T]; any other node itself. */
const struct avro_node *avro_tree_present(const struct avro_node *node);

DEFINE_CLEANUP(avro_tree_cleanup, struct avro_tree, avro_tree_destroy)

#endif
