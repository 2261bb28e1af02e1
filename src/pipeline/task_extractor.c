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

/* "09:00-18:00" of any day: the earliest opening and the latest closing. */
static void opening_minutes(const struct task_spec *task, struct extractor_options *options)
{
    const struct yaml_node *hours = task->opening_hours;
    for (size_t i = 0; hours && hours->kind == YAML_MAP && i < hours->count; i++) {
        const struct yaml_node *spans = hours->pairs[i].value;
        for (size_t j = 0; spans->kind == YAML_LIST && j < spans->count; j++) {
            int h1, m1, h2, m2;
            if (sscanf(spans->pairs[j].value->text.data, "%d:%d-%d:%d", &h1, &m1, &h2, &m2) != 4)
                continue;
            int opens = h1 * 60 + m1, closes = h2 * 60 + m2;
            if (!options->opens_minute || opens < options->opens_minute)
                options->opens_minute = opens;
            if (closes > options->closes_minute)
                options->closes_minute = closes;
        }
    }
}

enum status task_extractor_create(const struct task_spec *task, struct arena *arena,
                                  struct extractor **ret_extractor, struct error *err)
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
    struct extractor_options options = {
        .default_locale = task->locale.data, .categories = categories, .category_count = count};
    opening_minutes(task, &options);
    return categories ? extractor_create(&options, ret_extractor, err) : error_no_memory(err);
}
