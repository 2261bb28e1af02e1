#include "cli/cli_pipeline.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

Test(cli_pipeline, no_fault_prints_nothing)
{
    struct fault_list faults = {0};
    cli_pipeline_print_faults(&faults); /* found by the undefined behaviour sanitizer */
}

Test(cli_pipeline, a_line_that_is_too_long_is_no_variable_cut_short)
{
    char path[] = "/tmp/cli_pipeline_test.XXXXXX";
    int descriptor = mkstemp(path);
    FILE *file = fdopen(descriptor, "w");
    fputs("FIXB_SHORT=1\nFIXB_LONG=", file);
    for (int i = 0; i < 70000; i++)
        fputc('x', file);
    fclose(file);
    struct error err = {0};
    cr_expect(eq(int, cli_pipeline_env_file(path, &err), STATUS_CONFIG));
    unlink(path);
    cr_expect(eq(ptr, getenv("FIXB_LONG"), NULL));
    cr_expect(ne(ptr, strstr(err.where, ":2"), NULL));
}
