/*
 * task_extractor.c: the task's categories and opening hours, in the extractor's terms.
 */
#include "pipeline/task_extractor.h"

#include <stdio.h>

static const char **copy_names(struct arena *arena, const struct option_texts *texts)
{
    const char **names = arena_array(arena, texts->count + 1, sizeof *names);
    for (size_t i = 0; names && i < texts->count; i++)
        names[i] = texts->items[i].data;
    return names;
}

/* "09:00-18:00" by weekday; of the whole week the earliest opening and the latest closing. */
static void opening_minutes(const struct task_spec *task, struct extractor_options *options)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    const struct yaml_node *hours = task->opening_hours;
    for (size_t i = 0; hours && hours->kind == YAML_MAP && i < hours->count; i++) {
        const struct yaml_node *spans = hours->pairs[i].value;
        struct extract_hours own = {0};
        for (size_t j = 0; spans->kind == YAML_LIST && j < spans->count; j++) {
            int h1, m1, h2, m2;
            if (sscanf(spans->pairs[j].value->text.data, "%d:%d-%d:%d", &h1, &m1, &h2, &m2) != 4)
                continue;
            int opens = h1 * 60 + m1, closes = h2 * 60 + m2;
            if (!own.closes_minute || opens < own.opens_minute)
                own.opens_minute = opens;
            if (closes > own.closes_minute)
                own.closes_minute = closes;
        }
        for (size_t day = 0; day < 7; day++) {
            if (strview_is(hours->pairs[i].key->text, days[day]))
                options->day_hours[day] = own;
        }
        if (own.closes_minute &&
            (!options->opens_minute || own.opens_minute < options->opens_minute))
            options->opens_minute = own.opens_minute;
        if (own.closes_minute > options->closes_minute)
            options->closes_minute = own.closes_minute;
    }
}

enum status task_extractor_create(const struct task_spec *task, struct arena *arena,
                                  struct extractor **ret_extractor, struct error *err)
{
    return task_extractor_create_with(task, NULL, arena, ret_extractor, err);
}

enum status task_extractor_create_with(const struct task_spec *task,
                                       const struct extract_calibration *calibration,
                                       struct arena *arena, struct extractor **ret_extractor,
                                       struct error *err)
{
    struct extract_category *categories =
        arena_array(arena, task->slot_count + 1, sizeof *categories);
    size_t count = 0;
    for (size_t i = 0; categories && i < task->slot_count; i++) {
        const struct slot_spec *slot = &task->slots[i];
        if (slot->type != SLOT_TYPE_CATEGORICAL)
            continue;
        struct extract_category_value *values =
            arena_array(arena, slot->category_count + 1, sizeof *values);
        for (size_t j = 0; values && j < slot->category_count; j++)
            values[j] = (struct extract_category_value){
                slot->categories[j].value.data, copy_names(arena, &slot->categories[j].synonyms)};
        categories[count++] =
            (struct extract_category){slot->name.data, values, slot->category_count};
    }
    struct extractor_options options = {.default_locale = task->locale.data,
                                        .calibration = calibration,
                                        .categories = categories,
                                        .category_count = count};
    options.week_starts = task->week_start == 6 ? 7 : 1; /* weeks start on Sunday or on Monday */
    opening_minutes(task, &options);
    return categories ? extractor_create(&options, ret_extractor, err) : error_no_memory(err);
}
