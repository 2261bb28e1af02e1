/*
 * task_spec.c: the task file, by option tables. Cross references (states ask for known slots,
 * intents need known slots) are checked at the end, so that all faults come at once.
 */
#include "config/task_spec.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

const char *const slot_type_names[] = {"text",     "date",     "time",        "datetime",
                                       "interval", "duration", "name",        "phone",
                                       "email",    "number",   "categorical", NULL};
static const char *const compare_names[] = {"typed", "text", "exact", NULL};
static const char *const state_kind_names[] = {"other",     "collect",  "confirm",
                                               "completed", "handover", NULL};
static const char *const week_start_names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                               "friday", "saturday", "sunday",    NULL};
static const char *const success_names[] = {"all_turns_right", "goal_slots_right", "bookings",
                                            NULL};

#define AT(type, member) offsetof(struct type, member)

struct task_file {
    struct task_spec task;
    struct yaml_node *slots, *intents, *states, *success;
};

/* clang-format off */
static const struct option task_options[] = {
    {"name", OPTION_TEXT, NULL, AT(task_file, task.name), "the task's name", OPTION_MUST, NULL, 0, 0},
    {"version", OPTION_TEXT, "1", AT(task_file, task.version), "changes when the meaning of labels does", 0, NULL, 0, 0},
    {"description", OPTION_TEXT, NULL, AT(task_file, task.description), "for people", 0, NULL, 0, 0},
    {"locale", OPTION_TEXT, "en-US", AT(task_file, task.locale), "gives the order of day and month", 0, NULL, 0, 0},
    {"time_zone", OPTION_TEXT, "UTC", AT(task_file, task.time_zone), "IANA name; \"tomorrow\" is resolved in it", 0, NULL, 0, 0},
    {"week_start", OPTION_CHOICE, "monday", AT(task_file, task.week_start), "first day of \"next week\"", 0, week_start_names, 0, 0},
    {"phone_country", OPTION_TEXT, "US", AT(task_file, task.phone_country), "country of numbers without +", 0, NULL, 0, 0},
    {"dead_air_ms", OPTION_REAL, "3000", AT(task_file, task.dead_air_ms), "a longer silence of the agent is dead air", 0, NULL, 0, 600000},
    {"opening_hours", OPTION_NODE, NULL, AT(task_file, task.opening_hours), "by weekday, lists of \"09:00-18:00\"", 0, NULL, 0, 0},
    {"slots", OPTION_NODE, NULL, AT(task_file, slots), "a list of slots", OPTION_MUST, NULL, 0, 0},
    {"intents", OPTION_NODE, NULL, AT(task_file, intents), "a list of intents", 0, NULL, 0, 0},
    {"states", OPTION_NODE, NULL, AT(task_file, states), "a list of dialogue states", 0, NULL, 0, 0},
    {"success", OPTION_NODE, NULL, AT(task_file, success), "what counts as success, by replay mode", 0, NULL, 0, 0},
    {0}};

static const struct option slot_options[] = {
    {"name", OPTION_TEXT, NULL, AT(slot_spec, name), "the slot's name", OPTION_MUST, NULL, 0, 0},
    {"type", OPTION_CHOICE, "text", AT(slot_spec, type), "what kind of value it takes", OPTION_MUST, slot_type_names, 0, 0},
    {"required", OPTION_BOOL, "false", AT(slot_spec, required), "must be known before anything is booked", 0, NULL, 0, 0},
    {"compare", OPTION_CHOICE, "typed", AT(slot_spec, compare), "how a value is held against gold", 0, compare_names, 0, 0},
    {"confirm_under", OPTION_REAL, NULL, AT(slot_spec, confirm_under), "read back under this confidence", 0, NULL, 0, 1},
    {"model_under", OPTION_REAL, NULL, AT(slot_spec, model_under), "hybrid: the model is asked for it under this confidence of the rules", 0, NULL, 0, 1},
    {"description", OPTION_TEXT, NULL, AT(slot_spec, description), "for people and prompts", 0, NULL, 0, 0},
    {"values", OPTION_NODE, NULL, AT(slot_spec, values), "of a categorical slot: a list of {value, synonyms}", 0, NULL, 0, 0},
    {0}};

static const struct option category_options[] = {
    {"value", OPTION_TEXT, NULL, AT(slot_category, value), "the canonical value", OPTION_MUST, NULL, 0, 0},
    {"synonyms", OPTION_TEXTS, NULL, AT(slot_category, synonyms), "other ways to say it", 0, NULL, 0, 0},
    {0}};

static const struct option intent_options[] = {
    {"name", OPTION_TEXT, NULL, AT(intent_spec, name), "the intent's name", OPTION_MUST, NULL, 0, 0},
    {"description", OPTION_TEXT, NULL, AT(intent_spec, description), "for people and prompts", 0, NULL, 0, 0},
    {"phrases", OPTION_TEXTS, NULL, AT(intent_spec, phrases), "words that tell it, for the rules candidate", 0, NULL, 0, 0},
    {"requires", OPTION_TEXTS, NULL, AT(intent_spec, requires), "slots needed before the tool is called", 0, NULL, 0, 0},
    {"tool", OPTION_TEXT, NULL, AT(intent_spec, tool), "the back end's method", 0, NULL, 0, 0},
    {0}};

static const struct option state_options[] = {
    {"name", OPTION_TEXT, NULL, AT(state_spec, name), "the state's name", OPTION_MUST, NULL, 0, 0},
    {"description", OPTION_TEXT, NULL, AT(state_spec, description), "for people and prompts", 0, NULL, 0, 0},
    {"asks", OPTION_TEXTS, NULL, AT(state_spec, asks), "slots that the agent asks for here", 0, NULL, 0, 0},
    {"kind", OPTION_CHOICE, "other", AT(state_spec, kind), "what the state means for the task", 0, state_kind_names, 0, 0},
    {0}};

static const struct option success_options[] = {
    {"teacher_forced", OPTION_CHOICE, "all_turns_right", AT(success_spec, teacher_forced), NULL, 0, success_names, 0, 0},
    {"own_state", OPTION_CHOICE, "goal_slots_right", AT(success_spec, own_state), NULL, 0, success_names, 0, 0},
    {"free_running", OPTION_CHOICE, "bookings", AT(success_spec, free_running), NULL, 0, success_names, 0, 0},
    {"simulated_user", OPTION_CHOICE, "bookings", AT(success_spec, simulated_user), NULL, 0, success_names, 0, 0},
    {0}};
/* clang-format on */

static void read_categories(struct slot_spec *slot, struct fault_list *faults)
{
    if (slot->type == SLOT_TYPE_CATEGORICAL && !slot->values) {
        fault_add(faults, NULL, "Add 'values:' with a list of {value, synonyms}.",
                  "categorical slot '%.*s' has no values", STRVIEW_ARG(slot->name));
        return;
    }
    slot->categories = option_table_read_list(category_options, sizeof *slot->categories,
                                              slot->values, &slot->category_count, faults);
}

static void check_slot_names(const struct task_spec *task, const struct option_texts *names,
                             const struct yaml_node *place, struct fault_list *faults)
{
    const char **known = arena_array(faults->arena, task->slot_count + 1, sizeof *known);
    if (!known)
        fault_add_no_memory(faults);
    for (size_t i = 0; known && i < task->slot_count; i++)
        known[i] = task->slots[i].name.data ? task->slots[i].name.data : "";
    for (size_t i = 0; known && i < names->count; i++)
        if (!task_spec_slot(task, names->items[i]))
            fault_add(faults, place, fault_did_you_mean(faults, names->items[i], known),
                      "there is no slot '%.*s'", STRVIEW_ARG(names->items[i]));
}

/* Later readers take it that every entry is a text of this form. */
static void check_opening_hours(const struct yaml_node *hours, struct fault_list *faults)
{
    static const char fix[] = "Write a list of spans such as [\"09:00-18:00\"] for each weekday.";
    if (hours && hours->kind != YAML_MAP)
        fault_add(faults, hours, fix, "'opening_hours' is not a map by weekday");
    for (size_t i = 0; hours && hours->kind == YAML_MAP && i < hours->count; i++) {
        const struct yaml_node *spans = hours->pairs[i].value;
        if (spans->kind == YAML_MAP || spans->text.size > 0) /* "sunday:" is closed */
            fault_add(faults, spans, fix, "the opening hours of a day are a list");
        for (size_t j = 0; spans->kind == YAML_LIST && j < spans->count; j++) {
            const struct yaml_node *span = spans->pairs[j].value;
            int h1, m1, h2, m2, end = 0;
            bool read = span->kind == YAML_SCALAR &&
                        sscanf(span->text.data, "%2d:%2d-%2d:%2d%n", &h1, &m1, &h2, &m2, &end) == 4;
            if (!read || (size_t)end != span->text.size || h1 < 0 || m1 < 0 || m1 > 59 || m2 < 0 ||
                m2 > 59 || h2 > 24 || h1 * 60 + m1 >= h2 * 60 + m2)
                fault_add(faults, span, fix, "'%.*s' is no span of opening hours",
                          STRVIEW_ARG(span->text));
        }
    }
}

static const struct yaml_node *entry(const struct yaml_node *list, size_t i)
{
    return list && list->kind == YAML_LIST && i < list->count ? list->pairs[i].value : NULL;
}

static enum status check_references(const struct task_file *file, struct fault_list *faults,
                                    struct error *err)
{
    const struct task_spec *task = &file->task;
    for (size_t i = 0; i < task->intent_count; i++)
        check_slot_names(task, &task->intents[i].requires, entry(file->intents, i), faults);
    for (size_t i = 0; i < task->state_count; i++)
        check_slot_names(task, &task->states[i].asks, entry(file->states, i), faults);
    for (size_t i = 0; i < task->slot_count; i++)
        for (size_t j = 0; j < i; j++)
            if (strview_equal(task->slots[i].name, task->slots[j].name))
                fault_add(faults, entry(file->slots, i), NULL, "slot '%.*s' is there twice",
                          STRVIEW_ARG(task->slots[i].name));
    struct time_zone *zone = NULL;
    struct error zone_error = {0};
    enum status status = time_zone_load(task->time_zone, &zone, &zone_error);
    if (status == STATUS_NO_MEMORY)
        return error_no_memory(err);
    if (status != STATUS_OK)
        fault_add(faults, NULL, "Write an IANA name such as America/New_York.",
                  "time_zone '%.*s' is not known", STRVIEW_ARG(task->time_zone));
    time_zone_destroy(zone);
    return STATUS_OK;
}

enum status task_spec_load(const char *path, struct arena *arena, struct fault_list *faults,
                           struct task_spec **ret_task, struct error *err)
{
    struct yaml_node *root;
    enum status status = yaml_tree_read(path, arena, faults, &root, err);
    if (status != STATUS_OK)
        return status;
    struct task_file *file = arena_alloc(arena, sizeof *file);
    if (!file)
        return error_no_memory(err);
    *ret_task = &file->task;
    if (!root)
        return STATUS_OK; /* the syntax error is among the faults */
    option_table_apply(task_options, root, file, faults);
    struct task_spec *task = &file->task;
    task->path = faults->file;
    task->slots = option_table_read_list(slot_options, sizeof *task->slots, file->slots,
                                         &task->slot_count, faults);
    for (size_t i = 0; i < task->slot_count; i++)
        read_categories(&task->slots[i], faults);
    task->intents = option_table_read_list(intent_options, sizeof *task->intents, file->intents,
                                           &task->intent_count, faults);
    task->states = option_table_read_list(state_options, sizeof *task->states, file->states,
                                          &task->state_count, faults);
    option_table_apply(success_options, file->success, &task->success, faults);
    check_opening_hours(task->opening_hours, faults);
    return check_references(file, faults, err);
}

const struct slot_spec *task_spec_slot(const struct task_spec *task, struct strview name)
{
    for (size_t i = 0; i < task->slot_count; i++)
        if (strview_equal(task->slots[i].name, name))
            return &task->slots[i];
    return NULL;
}

static bool is_same_word(struct strview a, struct strview b)
{
    return a.data && b.data && a.size == b.size && strncasecmp(a.data, b.data, a.size) == 0;
}

size_t task_spec_category(const struct slot_spec *slot, struct strview value)
{
    for (size_t i = 0; i < slot->category_count; i++) {
        const struct slot_category *category = &slot->categories[i];
        bool is_it = is_same_word(category->value, value);
        for (size_t s = 0; !is_it && s < category->synonyms.count; s++)
            is_it = is_same_word(category->synonyms.items[s], value);
        if (is_it)
            return i;
    }
    return SIZE_MAX;
}

const struct state_spec *task_spec_state(const struct task_spec *task, struct strview name)
{
    for (size_t i = 0; i < task->state_count; i++)
        if (strview_equal(task->states[i].name, name))
            return &task->states[i];
    return NULL;
}

const struct intent_spec *task_spec_intent(const struct task_spec *task, struct strview name)
{
    for (size_t i = 0; i < task->intent_count; i++)
        if (strview_equal(task->intents[i].name, name))
            return &task->intents[i];
    return NULL;
}
