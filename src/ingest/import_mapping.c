/*
 * import_mapping.c: reads and checks a mapping file: known events and fields, pointers that can be
 * followed, required fields that are mapped. All faults at once. Runs on main, once an import.
 */
#include "ingest/import_mapping.h"

static const char *const slots_are_names[] = {"all", "changes", NULL};

struct mapping_file {
    struct import_mapping mapping;
    struct strview conversation, each, outcome;
    struct yaml_node *time, *events;
};

struct event_section {
    int type, slots_are;
    struct yaml_node *when, *time, *fields;
};

struct value_section {
    struct strview pointer, minus, constant, fallback;
    int unit;
    int64_t step_ns;
    struct yaml_node *values;
};

#define AT(type, member) offsetof(struct type, member)
/* clang-format off */
const struct option import_mapping_options[] = {
    {"name", OPTION_TEXT, NULL, AT(mapping_file, mapping.name), "for people", 0, NULL, 0, 0},
    {"conversation", OPTION_TEXT, NULL, AT(mapping_file, conversation), "pointer to the conversation's id", OPTION_MUST, NULL, 0, 0},
    {"each", OPTION_TEXT, NULL, AT(mapping_file, each), "pointer with * to the parts of a line, e.g. /messages/*; default: the line itself", 0, NULL, 0, 0},
    {"time", OPTION_NODE, NULL, AT(mapping_file, time), "when it happened: for events without a 'time' of their own", 0, NULL, 0, 0},
    {"time_zone", OPTION_TEXT, NULL, AT(mapping_file, mapping.time_zone), "IANA zone of times that have none; also of the conversations", 0, NULL, 0, 0},
    {"grouped", OPTION_BOOL, "true", AT(mapping_file, mapping.grouped), "the lines of a conversation stand together; false: they are mixed with those of others", 0, NULL, 0, 0},
    {"max_open", OPTION_I64, "10000", AT(mapping_file, mapping.max_open), "with 'grouped: false': conversations held at once; over it the one silent for the longest is written", 0, NULL, 1, 10000000},
    {"outcome", OPTION_TEXT, NULL, AT(mapping_file, outcome), "of conversations whose end is not in the log; default: by the agent's last next_state", 0, NULL, 0, 0},
    {"events", OPTION_NODE, NULL, AT(mapping_file, events), "list of rules: {type, when, time, slots_are, fields}", OPTION_MUST, NULL, 0, 0},
    {0}};

const struct option import_mapping_event_options[] = {
    {"type", OPTION_CHOICE, "ConversationStarted", AT(event_section, type), "the event that is made", OPTION_MUST, event_type_names + 1, 0, 0},
    {"when", OPTION_NODE, NULL, AT(event_section, when), "{pointer: value, or list of values, or {present: true}}; all must hold", 0, NULL, 0, 0},
    {"time", OPTION_NODE, NULL, AT(event_section, time), "when it happened", 0, NULL, 0, 0},
    {"slots_are", OPTION_CHOICE, "all", AT(event_section, slots_are), "AgentTurn: 'changes' are merged into what was known before", 0, slots_are_names, 0, 0},
    {"fields", OPTION_NODE, NULL, AT(event_section, fields), "{field: pointer}, or {field: {pointer, constant, default, unit, minus, values}}", 0, NULL, 0, 0},
    {0}};

const struct option import_mapping_value_options[] = {
    {"pointer", OPTION_TEXT, NULL, AT(value_section, pointer), "where the value stands", 0, NULL, 0, 0},
    {"constant", OPTION_TEXT, NULL, AT(value_section, constant), "the value itself", 0, NULL, 0, 0},
    {"default", OPTION_TEXT, NULL, AT(value_section, fallback), "taken when the pointer gives nothing", 0, NULL, 0, 0},
    {"unit", OPTION_CHOICE, "none", AT(value_section, unit), "of a number that is a time or a duration", 0, import_unit_names, 0, 0},
    {"minus", OPTION_TEXT, NULL, AT(value_section, minus), "pointer to a number that is taken away: end minus start", 0, NULL, 0, 0},
    {"step", OPTION_DURATION, "0s", AT(value_section, step_ns), "times: added for each event that the conversation has already", 0, NULL, 0, 0},
    {"values", OPTION_NODE, NULL, AT(value_section, values), "{theirs: ours}: renames values", 0, NULL, 0, 0},
    {0}};
/* clang-format on */

static void read_pointer(struct strview text, bool with_each, const struct yaml_node *at,
                         struct fault_list *faults, struct import_pointer *ret_pointer)
{
    const char *fault = NULL;
    if (!text.data || (import_pointer_parse(text, faults->arena, ret_pointer, &fault) &&
                       (with_each || ret_pointer->each_count == 0)))
        return;
    if (fault)
        fault_add(faults, at, "See docs/IMPORT.md, \"Pointers\".", "%s: '%.*s'", fault,
                  STRVIEW_ARG(text));
    else
        fault_add(faults, at, "List the elements with 'each', and point from an element.",
                  "'*' has no place in '%.*s'", STRVIEW_ARG(text));
}

static void read_renamings(const struct yaml_node *map, struct fault_list *faults,
                           struct import_value *value)
{
    if (!map)
        return;
    if (map->kind != YAML_MAP) {
        fault_add(faults, map, "Write {theirs: ours}.", "'values' is a section with keys");
        return;
    }
    value->renamings = arena_array(faults->arena, map->count + 1, sizeof *value->renamings);
    for (size_t i = 0; value->renamings && i < map->count; i++) {
        if (map->pairs[i].value->kind != YAML_SCALAR)
            fault_add(faults, map->pairs[i].value, NULL, "a value belongs here");
        value->renamings[value->renaming_count++] = (struct import_renaming){
            .from = map->pairs[i].key->text, .to = map->pairs[i].value->text};
    }
}

/* A text is a pointer; a section says more. */
static void read_value(const struct yaml_node *node, struct fault_list *faults,
                       struct import_value *ret_value)
{
    struct import_value value = {0};
    if (node->kind == YAML_SCALAR) {
        read_pointer(node->text, false, node, faults, &value.pointer);
        *ret_value = value;
        return;
    }
    struct value_section section;
    option_table_apply(import_mapping_value_options, node, &section, faults);
    if (!section.pointer.data == !section.constant.data)
        fault_add(faults, node, "For example {pointer: /latency, unit: s} or {constant: en-US}.",
                  "either 'pointer' or 'constant' belongs here");
    value.constant = section.constant;
    value.fallback = section.fallback;
    value.unit = section.unit;
    value.step_ns = section.step_ns;
    read_pointer(section.pointer, false, node, faults, &value.pointer);
    read_pointer(section.minus, false, node, faults, &value.minus);
    read_renamings(section.values, faults, &value);
    *ret_value = value;
}

static void read_condition(const struct yaml_pair *pair, struct fault_list *faults,
                           struct import_condition *condition)
{
    read_pointer(pair->key->text, false, pair->key, faults, &condition->pointer);
    const struct yaml_node *value = pair->value;
    if (value->kind == YAML_MAP) {
        const struct yaml_node *present = yaml_find(value, "present");
        condition->present = present && strview_is(present->text, "true");
        if (value->count != 1 || !present ||
            (!condition->present && !strview_is(present->text, "false")))
            fault_add(faults, value, "Write {present: true} or {present: false}.",
                      "a condition is a value, a list of values, or 'present'");
        return;
    }
    size_t count = value->kind == YAML_LIST ? value->count : 1;
    struct strview *texts = arena_array(faults->arena, count + 1, sizeof *texts);
    for (size_t i = 0; texts && i < count; i++) {
        const struct yaml_node *item = value->kind == YAML_LIST ? value->pairs[i].value : value;
        if (item->kind != YAML_SCALAR)
            fault_add(faults, item, NULL, "a value belongs here");
        texts[i] = item->text;
    }
    condition->any_of = (struct option_texts){texts, texts ? count : 0};
}

static void read_conditions(const struct yaml_node *map, struct fault_list *faults,
                            struct import_rule *rule)
{
    if (!map)
        return;
    if (map->kind != YAML_MAP) {
        fault_add(faults, map, "Write {/role: user}.", "'when' is a section with keys");
        return;
    }
    rule->conditions = arena_array(faults->arena, map->count + 1, sizeof *rule->conditions);
    for (size_t i = 0; rule->conditions && i < map->count; i++)
        read_condition(&map->pairs[i], faults, &rule->conditions[rule->condition_count++]);
}

static void fault_no_field(const struct record_type *type, const struct yaml_node *key,
                           struct strview name, struct fault_list *faults)
{
    const char *nearest = record_nearest_field(type, name);
    const char *fix = nearest
                          ? arena_format(faults->arena, "Did you mean '%s'?", nearest)
                          : "src/record/event.h and docs/IMPORT.md have the fields of every event.";
    fault_add(faults, key, fix, "%s has no field '%.*s'", type->name, STRVIEW_ARG(name));
}

/* tokens.input, slots.date, slot_confidence.date, metadata.channel */
static bool find_part(const struct field *group, const struct record_type *type,
                      const struct yaml_node *key, struct strview part, struct fault_list *faults,
                      struct import_target *ret_target)
{
    switch ((int)group->kind) {
    case FIELD_SLOTS:
    case FIELD_JSON:
        *ret_target = (struct import_target){.kind = FIELD_JSON};
        return true;
    case FIELD_NUMBERS:
        *ret_target = (struct import_target){.kind = FIELD_REAL};
        return true;
    case FIELD_RECORD: {
        const struct field *field = record_field(group->type, part);
        if (!field) {
            fault_no_field(group->type, key, part, faults);
            return false;
        }
        *ret_target = (struct import_target){.kind = field->kind, .names = field->names};
        return true;
    }
    default:
        fault_add(faults, key, NULL, "field '%s' of %s has no parts", group->name, type->name);
        return false;
    }
}

static void read_field(const struct yaml_pair *pair, const struct record_type *type,
                       struct fault_list *faults, struct import_rule *rule)
{
    struct strview name = pair->key->text;
    const char *dot = memchr(name.data, '.', name.size);
    struct strview head = dot ? (struct strview){name.data, (size_t)(dot - name.data)} : name;
    struct import_field made = {0};
    const struct field *field = record_field(type, head);
    if (!field) {
        fault_no_field(type, pair->key, head, faults);
        return;
    }
    made.key = field->name;
    made.target = (struct import_target){.kind = field->kind, .names = field->names};
    if (dot) {
        struct strview part = {dot + 1, name.size - head.size - 1};
        made.group = field->name;
        made.key = arena_copy_view(faults->arena, part).data;
        if (!made.key || !find_part(field, type, pair->key, part, faults, &made.target))
            return;
    }
    read_value(pair->value, faults, &made.value);
    rule->fields[rule->field_count++] = made;
}

static void read_fields(const struct yaml_node *map, struct fault_list *faults,
                        struct import_rule *rule)
{
    const struct record_type *type = event_body_type(rule->type);
    if (map && map->kind != YAML_MAP) {
        fault_add(faults, map, "Write {text: /content}.", "'fields' is a section with keys");
        return;
    }
    size_t count = map ? map->count : 0;
    rule->fields = arena_array(faults->arena, count + 1, sizeof *rule->fields);
    for (size_t i = 0; rule->fields && i < count; i++)
        read_field(&map->pairs[i], type, faults, rule);
    for (const struct field *field = type->fields; field->name; field++)
        if (field->need == FIELD_REQUIRED && !yaml_find(map, field->name))
            fault_add(faults, rule->place, "Add it to 'fields'.", "a %s needs the field '%s'",
                      type->name, field->name);
}

static void read_rule(const struct yaml_node *node, const struct yaml_node *common_time,
                      struct fault_list *faults, struct import_rule *rule)
{
    struct event_section section;
    size_t faults_before = faults->count;
    option_table_apply(import_mapping_event_options, node, &section, faults);
    rule->place = node;
    rule->type = section.type + 1;
    if (faults->count > faults_before)
        return; /* without a type nothing further can be said */
    rule->slots_change = section.slots_are == 1;
    const struct yaml_node *time = section.time ? section.time : common_time;
    if (time)
        read_value(time, faults, &rule->time);
    else
        fault_add(faults, node, "Add 'time: /timestamp' here or at the top.",
                  "the event has no 'time'");
    read_conditions(section.when, faults, rule);
    read_fields(section.fields, faults, rule);
}

static void read_outcome(const struct yaml_node *root, struct strview text,
                         struct fault_list *faults, struct import_mapping *mapping)
{
    for (int i = 1; text.data && outcome_names[i]; i++)
        if (strview_is(text, outcome_names[i]))
            mapping->outcome = i;
    if (text.data && !mapping->outcome)
        fault_add(faults, yaml_find(root, "outcome"),
                  fault_did_you_mean(faults, text, outcome_names + 1), "there is no outcome '%.*s'",
                  STRVIEW_ARG(text));
}

enum status import_mapping_load(const char *path, struct arena *arena, struct fault_list *faults,
                                struct import_mapping *ret_mapping, struct error *err)
{
    struct yaml_node *root;
    enum status status = yaml_tree_read(path, arena, faults, &root, err);
    if (status != STATUS_OK || !root)
        return status;
    struct mapping_file *file = arena_alloc(arena, sizeof *file);
    if (!file)
        return error_no_memory(err);
    struct import_mapping *mapping = &file->mapping;
    option_table_apply(import_mapping_options, root, file, faults);
    read_pointer(file->conversation, false, yaml_find(root, "conversation"), faults,
                 &mapping->conversation);
    read_pointer(file->each, true, yaml_find(root, "each"), faults, &mapping->each);
    read_outcome(root, file->outcome, faults, mapping);
    if (file->events && (file->events->kind != YAML_LIST || !file->events->count)) {
        fault_add(faults, file->events, "Begin each rule with '- type: UserTurn'.",
                  "a list of rules belongs here");
        return STATUS_OK;
    }
    size_t count = file->events ? file->events->count : 0;
    mapping->rules = arena_array(arena, count + 1, sizeof *mapping->rules);
    for (size_t i = 0; mapping->rules && i < count; i++)
        read_rule(file->events->pairs[i].value, file->time, faults,
                  &mapping->rules[mapping->rule_count++]);
    *ret_mapping = *mapping;
    return mapping->rules ? STATUS_OK : error_no_memory(err);
}
