/*
 * avro_mapping.c: makes the plan: which value of the writer goes to which field of ours, and how.
 * What can be known from the schemas is checked here, once; avro_mapping_read.c then follows the
 * plan for every record.
 */
#include "base/memory.h"
#include "codec/avro_mapping_private.h"
#include "record/event.h"

struct planner {
    struct arena *arena;
    struct error *err;
    enum status status; /* of the first failure that is not a misfit */
};

static bool plan_value(struct planner *planner, const struct field *field,
                       const struct avro_node *writers, const struct avro_node *ours,
                       struct avro_step *step);
static bool plan_record(struct planner *planner, const struct record_type *type,
                        const struct avro_node *writers, const struct avro_node *ours,
                        struct avro_step *step);

static void *take(struct planner *planner, size_t count, size_t size)
{
    void *memory = arena_array(planner->arena, count + 1, size);
    if (!memory)
        planner->status = arena_limit_was_hit(planner->arena)
                              ? error_set(planner->err, STATUS_LIMIT, "the schema is too large")
                              : error_no_memory(planner->err);
    return memory;
}

static bool is_text(const struct avro_node *node)
{
    return node->kind == AVRO_KIND_STRING || node->kind == AVRO_KIND_BYTES;
}

static bool is_number(const struct avro_node *node)
{
    return node->kind >= AVRO_KIND_INT && node->kind <= AVRO_KIND_DOUBLE;
}

static bool is_whole(const struct avro_node *node)
{
    return node->kind == AVRO_KIND_INT || node->kind == AVRO_KIND_LONG;
}

/* A local time has no zone, so it is no time. */
static bool is_time(const struct avro_node *node)
{
    return is_text(node) ||
           (node->kind == AVRO_KIND_LONG &&
            (!node->logical_type.data || strview_starts_with(node->logical_type, "timestamp-")));
}

static bool is_list_of_texts(const struct avro_node *node)
{
    return node->kind == AVRO_KIND_ARRAY && is_text(node->parts[0].node);
}

/* What a slot's value may be. */
static bool is_slot_value(const struct avro_node *node)
{
    if (node->kind == AVRO_KIND_UNION) {
        for (size_t i = 0; i < node->part_count; i++)
            if (!is_slot_value(node->parts[i].node))
                return false;
        return true;
    }
    if (node->kind == AVRO_KIND_RECORD) /* SlotJson */
        return node->part_count == 1 && is_text(node->parts[0].node);
    return node->kind <= AVRO_KIND_STRING || node->kind == AVRO_KIND_ENUM || is_list_of_texts(node);
}

static bool plan_enum(struct planner *planner, const struct avro_node *writers,
                      const struct avro_node *ours, struct avro_step *step)
{
    if (is_text(writers))
        return true;
    if (writers->kind != AVRO_KIND_ENUM)
        return false;
    step->symbols = take(planner, writers->symbols.count, sizeof *step->symbols);
    if (!step->symbols)
        return false;
    bool has_default = ours && ours->kind == AVRO_KIND_ENUM && ours->default_symbol >= 0;
    for (size_t i = 0; i < writers->symbols.count; i++) {
        step->symbols[i] = -1;
        for (int value = 1; step->field->names[value]; value++)
            if (strview_is(writers->symbols.items[i], step->field->names[value]))
                step->symbols[i] = value;
        if (step->symbols[i] < 0 && has_default)
            step->symbols[i] = (int)ours->default_symbol; /* symbol 0 is absent */
    }
    return true;
}

static bool plan_records(struct planner *planner, const struct avro_node *writers,
                         const struct avro_node *ours, struct avro_step *step)
{
    if (writers->kind != AVRO_KIND_ARRAY || writers->parts[0].node->kind != AVRO_KIND_RECORD)
        return false;
    step->action = AVRO_RECORDS;
    step->type = step->field->type;
    step->parts = take(planner, 1, sizeof *step->parts);
    step->part_count = 1;
    return step->parts &&
           plan_record(planner, step->type, writers->parts[0].node,
                       ours && ours->kind == AVRO_KIND_ARRAY ? ours->parts[0].node : NULL,
                       step->parts);
}

static bool plan_union(struct planner *planner, const struct field *field,
                       const struct avro_node *writers, const struct avro_node *ours,
                       struct avro_step *step)
{
    bool fits = false;
    step->action = AVRO_UNION;
    step->part_count = writers->part_count;
    step->parts = take(planner, step->part_count, sizeof *step->parts);
    for (size_t i = 0; step->parts && i < step->part_count; i++) {
        const struct avro_node *branch = writers->parts[i].node;
        if (branch->kind == AVRO_KIND_NULL && field->need == FIELD_OPTIONAL)
            step->parts[i] = (struct avro_step){.action = AVRO_ABSENT, .node = branch};
        else if (plan_value(planner, field, branch, ours, &step->parts[i]))
            fits = true;
        else
            step->parts[i] =
                (struct avro_step){.action = AVRO_MISFIT, .node = branch, .field = field};
    }
    return fits;
}

/* False: the writer's type cannot give our field, or planner->status says what went wrong. */
static bool plan_value(struct planner *planner, const struct field *field,
                       const struct avro_node *writers, const struct avro_node *ours,
                       struct avro_step *step)
{
    *step = (struct avro_step){.action = AVRO_READ, .node = writers, .field = field};
    if (writers->kind == AVRO_KIND_UNION)
        return plan_union(planner, field, writers, ours, step);
    switch (field->kind) {
    case FIELD_BOOL:
        return writers->kind == AVRO_KIND_BOOLEAN;
    case FIELD_I64:
        return is_whole(writers);
    case FIELD_USD:
    case FIELD_REAL:
    case FIELD_NUMBER:
        return is_number(writers);
    case FIELD_TIME:
        return is_time(writers);
    case FIELD_TEXT:
    case FIELD_JSON:
        return is_text(writers);
    case FIELD_ENUM:
        return plan_enum(planner, writers, ours, step);
    case FIELD_TEXTS:
        return is_list_of_texts(writers);
    case FIELD_REALS:
        return writers->kind == AVRO_KIND_ARRAY && is_number(writers->parts[0].node);
    case FIELD_NUMBERS:
        return writers->kind == AVRO_KIND_MAP && is_number(writers->parts[0].node);
    case FIELD_SLOTS:
        return writers->kind == AVRO_KIND_MAP && is_slot_value(writers->parts[0].node);
    case FIELD_RECORD:
        return writers->kind == AVRO_KIND_RECORD &&
               plan_record(planner, field->type, writers, ours, step);
    case FIELD_RECORDS:
        return plan_records(planner, writers, ours, step);
    }
    return false;
}

/* Which body of an event a record of the writer is: by its name, or by an alias in our schema. */
static int event_type_of(const struct avro_node *record, const struct avro_node *ours)
{
    for (int type = 1; event_type_names[type]; type++) {
        if (strview_is(record->name, event_type_names[type]))
            return type;
        for (size_t i = 0; ours && i < ours->part_count; i++) {
            const struct avro_node *branch = ours->parts[i].node;
            for (size_t j = 0; j < branch->aliases.count; j++)
                if (strview_is(branch->name, event_type_names[type]) &&
                    strview_equal(branch->aliases.items[j], record->name))
                    return type;
        }
    }
    return EVENT_ABSENT;
}

static const struct avro_node *branch_of(const struct avro_node *ours, const char *name)
{
    for (size_t i = 0; ours && i < ours->part_count; i++)
        if (strview_is(ours->parts[i].node->name, name))
            return ours->parts[i].node;
    return NULL;
}

static bool plan_body(struct planner *planner, const struct field *field,
                      const struct avro_node *writers, const struct avro_node *ours,
                      struct avro_step *step)
{
    *step = (struct avro_step){.action = AVRO_BODY, .node = writers, .field = field};
    if (writers->kind == AVRO_KIND_UNION) {
        bool fits = false;
        step->action = AVRO_UNION;
        step->part_count = writers->part_count;
        step->parts = take(planner, step->part_count, sizeof *step->parts);
        for (size_t i = 0; step->parts && i < step->part_count; i++) {
            if (plan_body(planner, field, writers->parts[i].node, ours, &step->parts[i]))
                fits = true;
            else
                step->parts[i].action = AVRO_MISFIT;
        }
        return fits;
    }
    step->event_type = event_type_of(writers, ours);
    step->type = event_body_type(step->event_type);
    if (writers->kind != AVRO_KIND_RECORD || !step->type)
        return false;
    step->part_count = 1;
    step->parts = take(planner, 1, sizeof *step->parts);
    return step->parts &&
           plan_record(planner, step->type, writers,
                       branch_of(ours, event_type_names[step->event_type]), step->parts);
}

static bool misfit(struct planner *planner, const struct record_type *type,
                   const struct avro_part *part)
{
    if (planner->status == STATUS_OK)
        planner->status =
            error_set(planner->err, STATUS_DATA,
                      "the writer's field '%.*s' is of a type (%s) that %s cannot take",
                      STRVIEW_ARG(part->name), avro_kind_names[avro_tree_present(part->node)->kind],
                      type->name);
    return false;
}

/* The field of ours that a field of the writer is read into; NULL: it is skipped. */
static const struct field *field_of(const struct record_type *type, const struct avro_node *writers,
                                    const struct avro_node *ours, const struct avro_part *part)
{
    const struct field *field = record_field(type, part->name);
    if (field || !ours)
        return field;
    const struct avro_part *own = avro_tree_part_by_alias(ours, part->name);
    if (!own || avro_tree_part(writers, own->name))
        return NULL; /* the new name is there too, and counts */
    return record_field(type, own->name);
}

static bool is_body(const struct record_type *type, const struct field *field)
{
    return type == &event_envelope_type && field->kind == FIELD_ENUM;
}

static bool is_covered(const struct record_type *type, const struct field *field,
                       const struct avro_step *step)
{
    for (size_t i = 0; i < step->part_count; i++)
        if (step->parts[i].field == field && step->parts[i].action != AVRO_SKIP)
            return true;
    return field->need == FIELD_OPTIONAL && !is_body(type, field);
}

static bool plan_record(struct planner *planner, const struct record_type *type,
                        const struct avro_node *writers, const struct avro_node *ours,
                        struct avro_step *step)
{
    if (ours && ours->kind != AVRO_KIND_RECORD)
        ours = NULL;
    step->action = AVRO_RECORD;
    step->node = writers;
    step->type = type;
    step->part_count = writers->part_count;
    step->parts = take(planner, step->part_count, sizeof *step->parts);
    if (!step->parts)
        return false;
    for (size_t i = 0; i < writers->part_count; i++) {
        const struct avro_part *part = &writers->parts[i];
        const struct field *field = field_of(type, writers, ours, part);
        const struct avro_part *own = ours ? avro_tree_part(ours, part->name) : NULL;
        if (ours && !own)
            own = avro_tree_part_by_alias(ours, part->name);
        bool fits = true;
        step->parts[i] = (struct avro_step){.action = AVRO_SKIP, .node = part->node};
        if (type == &event_envelope_type && strview_is(part->name, "body"))
            fits = plan_body(planner, record_field(type, strview_of("type")), part->node,
                             own ? own->node : NULL, &step->parts[i]);
        else if (field && !is_body(type, field))
            fits = plan_value(planner, field, part->node, own ? avro_tree_present(own->node) : NULL,
                              &step->parts[i]);
        if (!fits)
            return misfit(planner, type, part);
    }
    for (const struct field *field = type->fields; field->name; field++) {
        if (is_covered(type, field, step))
            continue;
        planner->status =
            error_set(planner->err, STATUS_DATA, "the writer's schema lacks '%s', which %s needs",
                      is_body(type, field) ? "body" : field->name, type->name);
        return false;
    }
    return true;
}

enum status avro_mapping_create(const struct record_type *type, struct strview ours,
                                struct strview writers, struct avro_mapping **ret_mapping,
                                struct error *err)
{
    CLEANUP(avro_tree_cleanup) struct avro_tree *own_tree = NULL;
    CLEANUP(avro_tree_cleanup) struct avro_tree *tree = NULL;
    enum status status = ours.data ? avro_tree_parse(ours, &own_tree, err) : STATUS_OK;
    if (status == STATUS_OK)
        status = avro_tree_parse(writers, &tree, err);
    if (status != STATUS_OK)
        return status;
    if (tree->root->kind != AVRO_KIND_RECORD)
        return error_set(err, STATUS_DATA, "the writer's schema is a %s, not a record",
                         avro_kind_names[tree->root->kind]);
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(8 * 1024, 64 << 20);
    struct avro_mapping *mapping = arena ? arena_alloc(arena, sizeof *mapping) : NULL;
    if (!mapping)
        return error_no_memory(err);
    struct planner planner = {.arena = arena, .err = err};
    if (!plan_record(&planner, type, tree->root, own_tree ? own_tree->root : NULL, &mapping->root))
        return planner.status;
    if (planner.status != STATUS_OK)
        return planner.status;
    mapping->type = type;
    mapping->arena = TAKE(arena);
    mapping->writers = TAKE(tree);
    *ret_mapping = mapping;
    return STATUS_OK;
}

void avro_mapping_destroy(struct avro_mapping *mapping)
{
    if (!mapping)
        return;
    avro_tree_destroy(mapping->writers);
    arena_destroy(mapping->arena);
}
