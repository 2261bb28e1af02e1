/*
 * back_end.c: reading backend.yaml, and what the calendar says before anybody has called. First in
 * the room's flow: sessions and the simulated user stand on it. Thread: main loads; the rest is
 * pure. Owner: the arena of the load.
 */
#include "simulate/back_end.h"

#include "base/civil_time.h"
#include "base/counter_rng.h"
#include "base/hash.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

static const char *const fault_names[] = {"error", "timeout", "lost", "double", NULL};

struct back_end_file {
    struct back_end end;
    struct yaml_node *opening_hours, *services, *topics, *faults, *taken, *appointments;
    struct option_texts closed_days;
};

struct dated_row { /* taken, appointments */
    struct strview name, service, practitioner, date, time;
};

#define AT(type, member) offsetof(struct type, member)

/* clang-format off */
static const struct option back_end_options[] = {
    {"opening_hours", OPTION_NODE, NULL, AT(back_end_file, opening_hours), "by weekday; default: the task's", 0, NULL, 0, 0},
    {"closed_days", OPTION_TEXTS, NULL, AT(back_end_file, closed_days), "dates on which nobody works", 0, NULL, 0, 0},
    {"step_minutes", OPTION_I64, "20", AT(back_end_file, end.step_minutes), "times are offered on this grid", 0, NULL, 5, 240},
    {"most_offered", OPTION_I64, "4", AT(back_end_file, end.most_offered), "times in one answer", 0, NULL, 1, 16},
    {"taken_share", OPTION_REAL, "0", AT(back_end_file, end.taken_share), "of the times of a practitioner, by seeded rule", 0, NULL, 0, 0.95},
    {"services", OPTION_NODE, NULL, AT(back_end_file, services), "what is offered, and by whom", OPTION_MUST, NULL, 0, 0},
    {"topics", OPTION_NODE, NULL, AT(back_end_file, topics), "what callers ask besides", 0, NULL, 0, 0},
    {"faults", OPTION_NODE, NULL, AT(back_end_file, faults), "calls that fail", 0, NULL, 0, 0},
    {"taken", OPTION_NODE, NULL, AT(back_end_file, taken), "times that are gone", 0, NULL, 0, 0},
    {"appointments", OPTION_NODE, NULL, AT(back_end_file, appointments), "that exist beforehand", 0, NULL, 0, 0},
    {0}};

static const struct option service_options[] = {
    {"name", OPTION_TEXT, NULL, AT(back_end_service, name), "a value of the slot service", OPTION_MUST, NULL, 0, 0},
    {"minutes", OPTION_I64, "30", AT(back_end_service, minutes), "how long it takes", 0, NULL, 5, 480},
    {"price", OPTION_TEXT, NULL, AT(back_end_service, price), "in words", 0, NULL, 0, 0},
    {"practitioners", OPTION_TEXTS, NULL, AT(back_end_service, practitioners), "who offers it", OPTION_MUST, NULL, 0, 0},
    {0}};

static const struct option topic_options[] = {
    {"name", OPTION_TEXT, NULL, AT(back_end_topic, name), "as in gold's requests", OPTION_MUST, NULL, 0, 0},
    {"questions", OPTION_TEXTS, NULL, AT(back_end_topic, questions), "as a simulated caller asks", 0, NULL, 0, 0},
    {"words", OPTION_TEXTS, NULL, AT(back_end_topic, words), "by which a question is known", 0, NULL, 0, 0},
    {"text", OPTION_TEXT, NULL, AT(back_end_topic, text), "the answer", OPTION_MUST, NULL, 0, 0},
    {0}};

static const struct option fault_options[] = {
    {"method", OPTION_TEXT, "*", AT(back_end_fault, method), "which calls", 0, NULL, 0, 0},
    {"kind", OPTION_CHOICE, "error", AT(back_end_fault, kind), "what happens", 0, fault_names, 0, 0},
    {"share", OPTION_REAL, "0", AT(back_end_fault, share), "of the calls, by seeded rule", OPTION_MUST, NULL, 0, 1},
    {0}};

static const struct option row_options[] = {
    {"name", OPTION_TEXT, NULL, AT(dated_row, name), "whose", 0, NULL, 0, 0},
    {"service", OPTION_TEXT, NULL, AT(dated_row, service), "what", 0, NULL, 0, 0},
    {"practitioner", OPTION_TEXT, NULL, AT(dated_row, practitioner), "with whom", 0, NULL, 0, 0},
    {"date", OPTION_TEXT, NULL, AT(dated_row, date), "2025-01-14", OPTION_MUST, NULL, 0, 0},
    {"time", OPTION_TEXT, NULL, AT(dated_row, time), "14:30", OPTION_MUST, NULL, 0, 0},
    {0}};
/* clang-format on */

static void *read_rows(const struct option *table, size_t size, const struct yaml_node *list,
                       size_t *ret_count, struct fault_list *faults)
{
    *ret_count = 0;
    if (list && list->kind != YAML_LIST) {
        fault_add(faults, list, "Begin each entry with '- '.", "a list belongs here");
        return NULL;
    }
    size_t count = list ? list->count : 0;
    char *rows = arena_array(faults->arena, count + 1, size);
    for (size_t i = 0; rows && i < count; i++)
        option_table_apply(table, list->pairs[i].value, rows + i * size, faults);
    *ret_count = rows ? count : 0;
    return rows;
}

bool back_end_read_day(struct strview text, int64_t *ret_day)
{
    struct civil_parsed parsed;
    if (text.size != 10 || civil_time_parse(text, &parsed, NULL) != STATUS_OK)
        return false;
    *ret_day = civil_time_day_of_ns(parsed.local_ns);
    return true;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool back_end_read_minute(struct strview text, int64_t *ret_minute)
{
    const char *t = text.data;
    if (text.size != 5 || !is_digit(t[0]) || !is_digit(t[1]) || t[2] != ':' || !is_digit(t[3]) ||
        !is_digit(t[4]))
        return false;
    int64_t hour = (t[0] - '0') * 10 + t[1] - '0', minute = (t[3] - '0') * 10 + t[4] - '0';
    if (hour > 23 || minute > 59)
        return false;
    *ret_minute = hour * 60 + minute;
    return true;
}

static bool read_when(const struct dated_row *row, const struct yaml_node *at, int64_t *ret_day,
                      int64_t *ret_minute, struct fault_list *faults)
{
    if (!row->date.data || !row->time.data)
        return false;
    if (back_end_read_day(row->date, ret_day) && back_end_read_minute(row->time, ret_minute))
        return true;
    fault_add(faults, at, "Write date: \"2025-01-14\", time: \"14:30\", in quotes.",
              "this is no date and time");
    return false;
}

static void read_taken(struct back_end_file *file, struct fault_list *faults)
{
    size_t count;
    struct dated_row *rows = read_rows(row_options, sizeof *rows, file->taken, &count, faults);
    file->end.taken = arena_array(faults->arena, count + 1, sizeof *file->end.taken);
    for (size_t i = 0; rows && file->end.taken && i < count; i++) {
        struct back_end_taken *taken = &file->end.taken[file->end.taken_count];
        taken->practitioner = rows[i].practitioner;
        file->end.taken_count +=
            read_when(&rows[i], file->taken->pairs[i].value, &taken->day, &taken->minute, faults);
    }
}

static void read_appointments(struct back_end_file *file, struct fault_list *faults)
{
    size_t count;
    const struct yaml_node *list = file->appointments;
    struct dated_row *rows = read_rows(row_options, sizeof *rows, list, &count, faults);
    file->end.appointments = arena_array(faults->arena, count + 1, sizeof *file->end.appointments);
    for (size_t i = 0; rows && file->end.appointments && i < count; i++) {
        struct back_end_appointment *made = &file->end.appointments[file->end.appointment_count];
        *made = (struct back_end_appointment){
            .name = rows[i].name, .service = rows[i].service, .practitioner = rows[i].practitioner};
        const struct back_end_service *service = back_end_service_of(&file->end, made->service);
        if (!made->name.data || !service) {
            fault_add(faults, list->pairs[i].value, NULL,
                      "an appointment needs a name and a service of the list");
            continue;
        }
        if (!made->practitioner.data && service->practitioners.count)
            made->practitioner = service->practitioners.items[0];
        file->end.appointment_count +=
            read_when(&rows[i], list->pairs[i].value, &made->day, &made->minute, faults);
    }
}

static void read_hours(struct back_end *end, const struct yaml_node *hours,
                       struct fault_list *faults)
{
    static const char *const names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
    for (size_t day = 0; day < 7; day++) {
        const struct yaml_node *spans = yaml_find(hours, names[day]);
        if (spans)
            end->hours[day] = (struct back_end_hours){0};
        for (size_t i = 0; spans && spans->kind == YAML_LIST && i < spans->count; i++) {
            int h1, m1, h2, m2;
            const struct yaml_node *span = spans->pairs[i].value;
            if (span->kind != YAML_SCALAR ||
                sscanf(span->text.data, "%d:%d-%d:%d", &h1, &m1, &h2, &m2) != 4) {
                fault_add(faults, span, "Write \"09:00-18:00\".", "these are no opening hours");
                continue;
            }
            if (end->hours[day].closes_minute == 0)
                end->hours[day].opens_minute = h1 * 60 + m1;
            end->hours[day].closes_minute = h2 * 60 + m2;
        }
    }
}

static void read_closed_days(struct back_end_file *file, const struct yaml_node *root,
                             struct fault_list *faults)
{
    struct back_end *end = &file->end;
    end->closed_days =
        arena_array(faults->arena, file->closed_days.count + 1, sizeof *end->closed_days);
    for (size_t i = 0; end->closed_days && i < file->closed_days.count; i++) {
        if (back_end_read_day(file->closed_days.items[i], &end->closed_days[end->closed_day_count]))
            end->closed_day_count++;
        else
            fault_add(faults, yaml_find(root, "closed_days"), "Write \"2025-12-25\".",
                      "'%.*s' is no date", STRVIEW_ARG(file->closed_days.items[i]));
    }
}

enum status back_end_load(const char *path, const struct task_spec *task, int64_t seed,
                          struct arena *arena, struct fault_list *faults,
                          struct back_end **ret_back_end, struct error *err)
{
    struct yaml_node *root = NULL;
    const char *outer = faults->file;
    enum status status = yaml_tree_read(path, arena, faults, &root, err);
    struct back_end_file *file = arena_alloc(arena, sizeof *file);
    if (status == STATUS_OK && !file)
        status = error_no_memory(err);
    if (status == STATUS_OK) {
        struct back_end *end = &file->end;
        option_table_apply(back_end_options, root, file, faults);
        end->task = task;
        end->seed = seed;
        read_hours(end, task->opening_hours, faults);
        read_hours(end, file->opening_hours, faults);
        read_closed_days(file, root, faults);
        end->services = read_rows(service_options, sizeof *end->services, file->services,
                                  &end->service_count, faults);
        end->topics =
            read_rows(topic_options, sizeof *end->topics, file->topics, &end->topic_count, faults);
        end->faults =
            read_rows(fault_options, sizeof *end->faults, file->faults, &end->fault_count, faults);
        read_taken(file, faults);
        read_appointments(file, faults);
        *ret_back_end = end;
    }
    faults->file = outer;
    return status;
}

struct strview back_end_category(const struct back_end *back_end, const char *slot,
                                 struct strview text)
{
    const struct slot_spec *spec = task_spec_slot(back_end->task, strview_of(slot));
    for (size_t i = 0; spec && i < spec->category_count; i++) {
        const struct slot_category *category = &spec->categories[i];
        bool same = category->value.size == text.size &&
                    strncasecmp(category->value.data, text.data, text.size) == 0;
        for (size_t j = 0; !same && j < category->synonyms.count; j++)
            same = category->synonyms.items[j].size == text.size &&
                   strncasecmp(category->synonyms.items[j].data, text.data, text.size) == 0;
        if (same)
            return category->value;
    }
    return text;
}

const struct back_end_service *back_end_service_of(const struct back_end *back_end,
                                                   struct strview name)
{
    if (!name.data)
        return NULL;
    struct strview value = back_end_category(back_end, "service", name);
    for (size_t i = 0; i < back_end->service_count; i++)
        if (strview_equal(back_end->services[i].name, value))
            return &back_end->services[i];
    return NULL;
}

const struct back_end_topic *back_end_topic_of(const struct back_end *back_end, struct strview name)
{
    for (size_t i = 0; i < back_end->topic_count; i++)
        if (strview_equal(back_end->topics[i].name, name))
            return &back_end->topics[i];
    return NULL;
}

bool back_end_is_open(const struct back_end *back_end, int64_t day, int64_t minute)
{
    for (size_t i = 0; i < back_end->closed_day_count; i++)
        if (back_end->closed_days[i] == day)
            return false;
    const struct back_end_hours *hours = &back_end->hours[civil_time_weekday(day) - 1];
    return minute >= hours->opens_minute && minute < hours->closes_minute;
}

bool back_end_is_listed(const struct back_end *back_end, struct strview practitioner, int64_t day,
                        int64_t minute)
{
    for (size_t i = 0; i < back_end->taken_count; i++) {
        const struct back_end_taken *taken = &back_end->taken[i];
        if (taken->day == day && taken->minute == minute &&
            (!taken->practitioner.data || strview_equal(taken->practitioner, practitioner)))
            return true;
    }
    return false;
}

bool back_end_is_ruled_out(const struct back_end *back_end, struct strview practitioner,
                           int64_t day, int64_t minute)
{
    uint64_t index = hash_64(practitioner.data, practitioner.size) ^
                     (uint64_t)(day * 1440 + minute) * UINT64_C(0x9E3779B97F4A7C15);
    struct counter_rng rng =
        counter_rng_start((uint64_t)back_end->seed, counter_rng_purpose("back end: taken"), index);
    return counter_rng_unit(&rng) < back_end->taken_share;
}
