#include "ingest/gold_index.h"
#include "ingest/prediction_log.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64];

static void make(void)
{
    snprintf(path, sizeof path, "/tmp/assay_packed_XXXXXX");
    FILE *file = fdopen(mkstemp(path), "w");
    fputs("\x1f\x8b\x08 packed", file);
    fclose(file);
}

static void remove_path(void)
{
    unlink(path);
}

Test(gold_index, a_compressed_file_is_refused_with_what_to_do, .init = make, .fini = remove_path)
{
    struct gold_index *index = NULL;
    struct error err = {0};
    cr_assert(eq(int, gold_index_open(path, NULL, NULL, &index, &err), STATUS_DATA));
    cr_expect(ne(ptr, strstr(err.what, "compressed"), NULL));
}

Test(prediction_log, a_compressed_file_is_refused_with_what_to_do, .init = make,
     .fini = remove_path)
{
    struct prediction_log *log = NULL;
    struct error err = {0};
    cr_assert(eq(int, prediction_log_open(path, NULL, NULL, &log, &err), STATUS_DATA));
    cr_expect(ne(ptr, strstr(err.what, "compressed"), NULL));
}
