/*
 * task_builder.h: a task and its extraction engine from YAML text, for tests that need both.
 */
#ifndef ASSAY_TESTS_SUPPORT_TASK_BUILDER_H
#define ASSAY_TESTS_SUPPORT_TASK_BUILDER_H

#include "config/task_spec.h"
#include "extract/extractor.h"
#include "record/slot_value.h"

struct task_builder {
    struct arena *arena;
    struct task_spec *task;
    struct extractor *extractor;
    struct extract_scratch *extract;
    struct time_zone *zone; /* the task's */
};

/* Ends the test program with a message when the text is no task. */
void task_builder_init(struct task_builder *builder, const char *yaml);
void task_builder_done(struct task_builder *builder);

/* Wednesday 2025-01-15, 10:00 in New York. */
#define TASK_BUILDER_NOW_NS (INT64_C(1736953200) * INT64_C(1000000000))

/* "date=2025-01-15 time=14:00 service=dontcare name=" with blanks between; "a|b" is a list, "null"
 * null. In the builder's arena. */
struct slot_map task_builder_slots(struct task_builder *builder, const char *text);
/* The same text of a map, in its order. */
char *task_builder_text(struct task_builder *builder, const struct slot_map *map);

#endif
