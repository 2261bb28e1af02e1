/*
 * The development corpus of datasets/extraction/: accuracy for each class must not fall below what
 * was reached; every case that fails is printed. A case is right when its slots and values are
 * exactly the expected ones (names without regard to case), nothing extra.
 */
#include "extract/extract_lines.h"
#include "extract/extractor.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <jansson.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct class_score {
    const char *name;
    double floor;
    size_t right, count;
};

static bool same_value(json_t *a, json_t *b)
{
    if (json_is_string(a) && json_is_string(b))
        return strcasecmp(json_string_value(a), json_string_value(b)) == 0;
    return json_equal(a, b);
}

static bool same_slots(json_t *expected, json_t *actual)
{
    size_t count = json_array_size(expected);
    bool used[64] = {false};
    if (count != json_array_size(actual) || count > 64)
        return false;
    for (size_t i = 0; i < count; i++) {
        json_t *want = json_array_get(expected, i);
        bool found = false;
        for (size_t k = 0; k < count && !found; k++) {
            json_t *have = json_array_get(actual, k);
            found = !used[k] &&
                    json_equal(json_object_get(want, "slot"), json_object_get(have, "slot")) &&
                    same_value(json_object_get(want, "value"), json_object_get(have, "value"));
            used[k] = used[k] || found;
        }
        if (!found)
            return false;
    }
    return true;
}

static void run_file(const char *path, struct class_score *classes, size_t class_count)
{
    struct extractor *extractor = NULL;
    cr_assert(eq(int, extractor_create(NULL, &extractor, NULL), STATUS_OK));
    struct extract_lines *lines = extract_lines_create(extractor);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "cannot read %s", path);
    static char line[65536];
    struct strbuf out = {0};
    while (fgets(line, sizeof line, file)) {
        bool valid;
        strbuf_clear(&out);
        extract_lines_run(lines, (struct strview){line, strlen(line)}, &out, &valid, NULL);
        json_t *want = json_loads(line, 0, NULL), *have = json_loads(out.data, 0, NULL);
        cr_assert(want && have && valid, "%s", line);
        const char *class = json_string_value(json_object_get(want, "class"));
        bool right = same_slots(json_object_get(want, "expected"), json_object_get(have, "slots"));
        bool known = false;
        for (size_t i = 0; i < class_count; i++) {
            if (strcmp(classes[i].name, class) != 0)
                continue;
            classes[i].count++;
            classes[i].right += right;
            known = true;
        }
        cr_expect(known, "class %s has no floor", class);
        if (!right)
            printf("wrong: %s       %s", line, out.data);
        json_decref(want);
        json_decref(have);
    }
    fclose(file);
    strbuf_done(&out);
    extract_lines_destroy(lines);
    extractor_destroy(extractor);
    for (size_t i = 0; i < class_count; i++) {
        double accuracy = (double)classes[i].right / (double)classes[i].count;
        cr_expect(classes[i].count > 0 && accuracy >= classes[i].floor, "%s: %.3f of %zu, not %.3f",
                  classes[i].name, accuracy, classes[i].count, classes[i].floor);
    }
}

Test(corpus, every_class_of_the_development_part_holds_its_accuracy)
{
    struct class_score classes[] = {
        {.name = "written", .floor = 0.99},     {.name = "spoken", .floor = 0.99},
        {.name = "corrections", .floor = 0.98}, {.name = "negation", .floor = 0.98},
        {.name = "ranges", .floor = 0.98},      {.name = "names", .floor = 0.98},
        {.name = "contacts", .floor = 0.98},    {.name = "no_slot", .floor = 0.99},
        {.name = "answers", .floor = 0.98},     {.name = "durations", .floor = 0.98}};
    run_file(ASSAY_SOURCE_DIR "/datasets/extraction/dev.jsonl", classes,
             sizeof classes / sizeof *classes);
}

Test(corpus, every_class_of_the_held_back_part_holds_its_accuracy)
{
    struct class_score classes[] = {
        {.name = "written", .floor = 0.95},     {.name = "spoken", .floor = 0.95},
        {.name = "corrections", .floor = 0.90}, {.name = "negation", .floor = 0.90},
        {.name = "ranges", .floor = 0.90},      {.name = "names", .floor = 0.95},
        {.name = "contacts", .floor = 0.95},    {.name = "no_slot", .floor = 0.97},
        {.name = "durations", .floor = 0.90}};
    run_file(ASSAY_SOURCE_DIR "/datasets/extraction/heldback.jsonl", classes,
             sizeof classes / sizeof *classes);
}
