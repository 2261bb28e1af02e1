/*
 * import_mapping.h: a mapping file (docs/IMPORT.md): how the lines of a foreign log become events.
 * Lives in the arena that is given; read-only once loaded. Thread: main loads, any reads.
 */
#ifndef ASSAY_INGEST_IMPORT_MAPPING_H
#define ASSAY_INGEST_IMPORT_MAPPING_H

#include "config/option_table.h"
#include "ingest/import_value.h"
#include "record/event.h"

struct import_field {
    const char *group; /* "tokens" of tokens.input, "slots" of slots.date; NULL: a field itself */
    const char *key;
    struct import_target target;
    struct import_value value;
};

struct import_condition {
    struct import_pointer pointer;
    struct option_texts any_of; /* the text of the value; none: it only has to be there (or not) */
    bool present;               /* without texts: true: there and not null */
};

struct import_rule {
    const struct yaml_node *place;
    int type; /* enum event_type */
    bool slots_change;
    struct import_value time;
    struct import_condition *conditions; /* all must hold */
    size_t condition_count;
    struct import_field *fields;
    size_t field_count;
};

struct import_mapping {
    struct strview name;
    struct import_pointer conversation; /* the id */
    struct import_pointer each;         /* absent: the line is the only element */
    struct strview time_zone;           /* of times without one */
    bool grouped;
    int64_t max_open;
    int outcome; /* enum outcome of a made ConversationEnded; 0: by the last state */
    struct import_rule *rules;
    size_t rule_count;
};

/* Everything wrong with the file goes to `faults`, with its place; the mapping may be used only
 * when there is nothing. */
enum status import_mapping_load(const char *path, struct arena *arena, struct fault_list *faults,
                                struct import_mapping *ret_mapping, struct error *err);

/* The option tables, for docs and `assay list`. */
extern const struct option import_mapping_options[], import_mapping_event_options[],
    import_mapping_value_options[];

#endif
