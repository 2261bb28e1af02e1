/* fail_point.c: see fail_point.h. Costs one getenv where a test asked for nothing. */
#include "worker/fail_point.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void fail_point(const char *name)
{
    static long passed;
    const char *wanted = getenv("ASSAY_FAIL_POINT");
    size_t size = wanted ? strcspn(wanted, ":") : 0;
    if (!size || strncmp(wanted, name, size) != 0 || name[size])
        return;
    long nth = wanted[size] ? strtol(wanted + size + 1, NULL, 10) : 1;
    if (++passed >= nth)
        raise(SIGKILL);
}
