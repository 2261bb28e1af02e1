#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "score/sgd_match.h"
#include "score/sgd_score.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SCHEMA                                                                                     \
    "[{\"service_name\": \"Dentists_1\", \"slots\": ["                                             \
    "{\"name\": \"city\", \"is_categorical\": false},"                                             \
    "{\"name\": \"cosmetic\", \"is_categorical\": true}]}]"
#define DIALOGUE(id, values)                                                                       \
    "{\"dialogue_id\": \"" id "\", \"services\": [\"Dentists_1\"], \"turns\": [{"                  \
    "\"speaker\": \"USER\", \"utterance\": \"hi\", \"frames\": [{\"service\": \"Dentists_1\","     \
    "\"slots\": [], \"state\": {\"active_intent\": \"Find\", \"requested_slots\": [],"             \
    "\"slot_values\": {" values "}}}]}]}"

struct world {
    char root[64];
    char schema[96], gold[96], predictions[96], gold_file[128], prediction_file[128], output[96];
};

static void write_text(const char *path, const char *text)
{
    struct error error = {0};
    cr_assert(eq(int, file_write(path, strview_of(text), &error), STATUS_OK), "%s", error.what);
}

static struct world world_create(const char *gold, const char *predictions)
{
    struct world world = {.root = "/tmp/sgd_score_test.XXXXXX"};
    struct error error = {0};
    cr_assert(mkdtemp(world.root) != NULL);
    snprintf(world.schema, sizeof world.schema, "%s/schema.json", world.root);
    snprintf(world.gold, sizeof world.gold, "%s/gold", world.root);
    snprintf(world.predictions, sizeof world.predictions, "%s/predictions", world.root);
    snprintf(world.gold_file, sizeof world.gold_file, "%s/dialogues_1.json", world.gold);
    snprintf(world.prediction_file, sizeof world.prediction_file, "%s/a.json", world.predictions);
    snprintf(world.output, sizeof world.output, "%s/metrics.json", world.root);
    cr_assert(eq(int, file_make_folder(world.gold, &error), STATUS_OK));
    cr_assert(eq(int, file_make_folder(world.predictions, &error), STATUS_OK));
    write_text(world.schema, SCHEMA);
    write_text(world.gold_file, gold);
    write_text(world.prediction_file, predictions);
    return world;
}

static void world_remove(struct world *world)
{
    unlink(world->output);
    unlink(world->schema);
    unlink(world->gold_file);
    unlink(world->prediction_file);
    rmdir(world->gold);
    rmdir(world->predictions);
    rmdir(world->root);
}

static enum status score_world(const struct world *world, struct error *error)
{
    struct sgd_score_options options = {.schema_path = world->schema,
                                        .gold_dir = world->gold,
                                        .predictions_dir = world->predictions,
                                        .output_path = world->output,
                                        .threads = 2};
    return sgd_score_directories(&options, error);
}

static enum status score_texts(const char *gold, const char *predictions, struct strbuf *metrics,
                               struct error *error)
{
    struct world world = world_create(gold, predictions);
    enum status status = score_world(&world, error);
    if (status == STATUS_OK)
        cr_assert(eq(int, file_read(world.output, 1 << 20, metrics, error), STATUS_OK));
    else
        cr_expect(not(file_exists(world.output)));
    world_remove(&world);
    return status;
}

Test(sgd_score, metrics_are_written_as_the_official_program_writes_them)
{
    struct strbuf metrics = {0};
    struct error error = {0};
    const char *section = "    \"active_intent_accuracy\": 1.0,\n"
                          "    \"average_cat_accuracy\": 0.0,\n"
                          "    \"average_goal_accuracy\": 0.125,\n"
                          "    \"average_noncat_accuracy\": 0.25,\n"
                          "    \"joint_cat_accuracy\": 0.0,\n"
                          "    \"joint_goal_accuracy\": 0.0,\n"
                          "    \"joint_noncat_accuracy\": 0.25,\n"
                          "    \"requested_slots_f1\": 1.0,\n"
                          "    \"requested_slots_precision\": 1.0,\n"
                          "    \"requested_slots_recall\": 1.0,\n"
                          "    \"slot_tagging_f1\": 1.0,\n"
                          "    \"slot_tagging_precision\": 1.0,\n"
                          "    \"slot_tagging_recall\": 1.0\n"
                          "  }";
    char wanted[4096];
    snprintf(wanted, sizeof wanted,
             "{\n  \"#ALL_SERVICES\": {\n%s,\n  \"Dentists\": {\n%s,\n  \"Dentists_1\": {\n%s\n}",
             section, section, section);
    enum status status = score_texts(
        "[" DIALOGUE("1", "\"city\": [\"tide\"], \"cosmetic\": [\"True\"]") "]",
        "[" DIALOGUE("1", "\"city\": [\"diet\"], \"cosmetic\": [\"False\"]") "]", &metrics, &error);
    cr_assert(eq(int, status, STATUS_OK), "%s", error.what);
    cr_expect(eq(str, metrics.data, wanted));
    strbuf_done(&metrics);
}

Test(sgd_score, a_predicted_dialogue_that_gold_lacks_is_named)
{
    struct error error = {0};
    enum status status =
        score_texts("[" DIALOGUE("1", "") "]", "[" DIALOGUE("2_ü", "") "]", NULL, &error);
    cr_expect(eq(int, status_exit_code(status), 1));
    cr_expect(eq(str, error.what, "predicted dialogue '2_ü' is not in gold"));
}

Test(sgd_score, coverage_tells_what_was_left_out)
{
    struct world world =
        world_create("[" DIALOGUE("1", "") ", " DIALOGUE("2", "") ", " DIALOGUE("2", "") "]",
                     "[" DIALOGUE("2", "") "]");
    struct sgd_score_coverage coverage = {0};
    struct error error = {0};
    struct sgd_score_options options = {.schema_path = world.schema,
                                        .gold_dir = world.gold,
                                        .predictions_dir = world.predictions,
                                        .output_path = world.output,
                                        .ret_coverage = &coverage};
    cr_assert(eq(int, sgd_score_directories(&options, &error), STATUS_OK), "%s", error.what);
    cr_expect(eq(u64, coverage.gold_dialogues, 2));
    cr_expect(eq(u64, coverage.predicted_dialogues, 1));
    cr_expect(eq(u64, coverage.scored_frames, 1));
    cr_expect(eq(u64, coverage.missing_turns, 0));
    world_remove(&world);
}

Test(sgd_score, a_fault_names_its_dialogue_and_turn)
{
    struct error error = {0};
    enum status status = score_texts("[" DIALOGUE("1", "\"city\": [\"x\"]") "]",
                                     "[" DIALOGUE("1", "\"city\": []") "]", NULL, &error);
    cr_expect(eq(int, status, STATUS_DATA));
    cr_expect(eq(str, error.where, "dialogue 1: turn 0"));
}

Test(sgd_score, a_missing_folder_is_an_error)
{
    struct error error = {0};
    struct sgd_score_options options = {.schema_path = "/nowhere/schema.json",
                                        .gold_dir = "/nowhere",
                                        .predictions_dir = "/nowhere",
                                        .output_path = "/nowhere/metrics.json"};
    cr_expect(eq(int, sgd_score_directories(&options, &error), STATUS_IO));
    cr_expect(eq(str, error.where, "/nowhere/schema.json"));
}

Test(sgd_score, means_add_in_numpys_order)
{
    /* numpy.mean([0.1] * n) for n in 7, 8, 9, 128, 129, 1000 */
    static const struct {
        size_t count;
        double mean;
    } rows[] = {{7, 0.09999999999999999},
                {8, 0.1},
                {9, 0.1},
                {128, 0.10000000000000002},
                {129, 0.09999999999999999},
                {1000, 0.10000000000000002}};
    double values[1000];
    for (size_t i = 0; i < 1000; i++)
        values[i] = 0.1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect(eq(dbl, sgd_match_mean(values, rows[i].count), rows[i].mean), "%zu: %.17g",
                  rows[i].count, sgd_match_mean(values, rows[i].count));
}

Test(sgd_score, every_failed_allocation_is_a_clean_error)
{
    struct world world =
        world_create("[" DIALOGUE("1", "\"city\": [\"a b\", \"c\"], \"cosmetic\": [true]") "]",
                     "[" DIALOGUE("1", "\"city\": [\"ba\"], \"cosmetic\": [\"\\u0031\"]") "]");
    for (int64_t nth = 1;; nth++) {
        struct error error = {0};
        memory_fail_nth(nth);
        enum status status = score_world(&world, &error);
        bool was_hit = memory_fault_was_hit();
        memory_fail_nth(0);
        if (!was_hit) {
            cr_expect(eq(int, status, STATUS_OK));
            cr_expect(nth > 50, "only %lld allocations", (long long)nth);
            break;
        }
        cr_assert(eq(int, status, STATUS_NO_MEMORY), "allocation %lld: %s", (long long)nth,
                  error.what);
    }
    world_remove(&world);
}
