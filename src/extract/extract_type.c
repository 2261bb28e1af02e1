/* extract_type.c: the names of types, and back; pure tables, any thread. */
#include "extract/extractor.h"

const char *extract_type_name(enum extract_type type)
{
    static const char *const names[] = {
#define X(name, text) text,
        EXTRACT_TYPE_LIST(X)
#undef X
    };
    return type < EXTRACT_TYPE_COUNT ? names[type] : "unknown";
}

bool extract_type_of(struct strview name, enum extract_type *ret_type)
{
    for (enum extract_type type = EXTRACT_DATE; type < EXTRACT_CATEGORY; type++) {
        if (strview_is(name, extract_type_name(type))) {
            *ret_type = type;
            return true;
        }
    }
    return false;
}
