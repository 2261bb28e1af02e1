/* Against the official scorer's own output, which is kept outside this repository: skipped there.
 */
#include "base/file.h"
#include "score/sgd_score.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHARED ASSAY_SOURCE_DIR "/../shared/data/sgd"

static void score_is_official(const char *noise, const char *name, bool across_turn, bool exact)
{
    char predictions[512], official[512], output[] = "/tmp/sgd_official_test.XXXXXX";
    struct strbuf wanted = {0}, got = {0};
    struct error error = {0};
    int file = mkstemp(output);
    cr_assert(file >= 0);
    close(file);
    snprintf(predictions, sizeof predictions, SHARED "/official/predictions/%s", noise);
    snprintf(official, sizeof official, SHARED "/official/metrics/%s.%s.json", noise, name);
    for (int threads = 1; threads <= 8; threads *= 2) {
        struct sgd_score_options options = {.schema_path = SHARED "/train/schema.json",
                                            .train_schema_path = SHARED "/train/schema.json",
                                            .gold_dir = SHARED "/train",
                                            .predictions_dir = predictions,
                                            .joint_acc_across_turn = across_turn,
                                            .no_fuzzy_match = exact,
                                            .output_path = output,
                                            .threads = threads};
        strbuf_clear(&wanted);
        strbuf_clear(&got);
        cr_assert(eq(int, sgd_score_directories(&options, &error), STATUS_OK), "%s", error.what);
        cr_assert(eq(int, file_read(official, 1 << 20, &wanted, &error), STATUS_OK));
        cr_assert(eq(int, file_read(output, 1 << 20, &got, &error), STATUS_OK));
        cr_expect(eq(str, got.data, wanted.data), "%s %s, %d threads", noise, name, threads);
    }
    unlink(output);
    strbuf_done(&wanted);
    strbuf_done(&got);
}

static void score_all(const char *noise)
{
    if (!file_exists(SHARED "/official"))
        cr_skip_test("the folder shared/ with the official numbers is not there");
    score_is_official(noise, "default", false, false);
    score_is_official(noise, "across_turn", true, false);
    score_is_official(noise, "exact_across_turn", true, true);
}

Test(sgd_official, light_noise_has_the_official_bytes)
{
    score_all("l1");
}

Test(sgd_official, heavy_noise_has_the_official_bytes)
{
    score_all("l3");
}
