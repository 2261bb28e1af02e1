/* extract_grain.c: the names of grains; a pure table, any thread. */
#include "extract/extractor.h"

const char *extract_grain_name(enum extract_grain grain)
{
    static const char *const names[] = {
#define X(name, text) text,
        EXTRACT_GRAIN_LIST(X)
#undef X
    };
    return (size_t)grain < sizeof names / sizeof *names ? names[grain] : "unknown";
}
