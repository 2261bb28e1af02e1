/*
 * task_builder.c: writes the text to a temporary file, since tasks are read from files.
 */
#include "support/task_builder.h"

#include "base/file.h"
#include "pipeline/task_extractor.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void must(bool held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "task_builder: %s\n", what);
    abort();
}

void task_builder_init(struct task_builder *builder, const char *yaml)
{
    char path[] = "/tmp/assay_task_XXXXXX";
    struct error err = {0};
    struct fault_list faults = {0};
    *builder = (struct task_builder){.arena = arena_create(1 << 16, 0)};
    int descriptor = mkstemp(path);
    must(descriptor >= 0 && builder->arena, "no temporary file");
    close(descriptor);
    must(file_write(path, strview_of(yaml), &err) == STATUS_OK, err.what);
    must(task_spec_load(path, builder->arena, &faults, &builder->task, &err) == STATUS_OK,
         err.what);
    unlink(path);
    must(faults.count == 0, faults.count ? faults.items[0].what : "");
    must(task_extractor_create(builder->task, builder->arena, &builder->extractor, &err) ==
             STATUS_OK,
         err.what);
    must(time_zone_load(builder->task->time_zone, &builder->zone, &err) == STATUS_OK, err.what);
    builder->extract = extract_scratch_create();
    must(builder->extract, "no scratch");
}

void task_builder_done(struct task_builder *builder)
{
    extract_scratch_destroy(builder->extract);
    extractor_destroy(builder->extractor);
    time_zone_destroy(builder->zone);
    arena_destroy(builder->arena);
}

static struct slot_value list_of(struct arena *arena, struct strview text)
{
    struct strview *items = arena_array(arena, text.size + 1, sizeof *items);
    size_t count = 0;
    while (text.data) {
        const char *bar = memchr(text.data, '|', text.size);
        size_t size = bar ? (size_t)(bar - text.data) : text.size;
        items[count++] = (struct strview){text.data, size};
        text = bar ? (struct strview){bar + 1, text.size - size - 1} : (struct strview){0};
    }
    return (struct slot_value){.kind = SLOT_VALUE_LIST, .count = count, .texts = items};
}

struct slot_map task_builder_slots(struct task_builder *builder, const char *text)
{
    struct slot_map map = slot_map_empty();
    while (*text) {
        size_t size = strcspn(text, " "), name = strcspn(text, "=");
        must(name < size, text);
        struct strview value_text = {text + name + 1, size - name - 1};
        struct slot_value value = {.kind = SLOT_VALUE_NULL};
        if (memchr(value_text.data, '|', value_text.size))
            value = list_of(builder->arena, value_text);
        else if (!strview_is(value_text, "null"))
            value = slot_value_text(builder->arena, value_text);
        must(slot_map_set(builder->arena, &map, (struct strview){text, name}, &value), "no memory");
        text += size + (text[size] == ' ');
    }
    return map;
}

char *task_builder_text(struct task_builder *builder, const struct slot_map *map)
{
    char *text = arena_format(builder->arena, "%s", "");
    for (size_t i = 0; i < map->count; i++) {
        const struct slot_value *value = &map->slots[i].value;
        text = arena_format(builder->arena, "%s%s%.*s=", text, i ? " " : "",
                            STRVIEW_ARG(map->slots[i].name));
        if (value->kind == SLOT_VALUE_NULL || value->kind == SLOT_VALUE_DONTCARE)
            text = arena_format(builder->arena, "%s%s", text,
                                value->kind == SLOT_VALUE_NULL ? "null" : SLOT_DONTCARE_TEXT);
        for (size_t j = 0; j < value->count; j++)
            text = arena_format(builder->arena, "%s%s%.*s", text, j ? "|" : "",
                                STRVIEW_ARG(value->texts[j]));
    }
    must(text, "no memory");
    return text;
}
