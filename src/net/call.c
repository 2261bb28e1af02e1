/*
 * call.c: the names of what can come of a call, and the end of a result. Every room that reads
 * results uses these names in journals and reports, so they are never renamed. Thread: any.
 */
#include "net/call.h"

#include "base/memory.h"

static const struct {
    const char *name;
    const char *text;
} outcomes[] = {
#define X(name, report_name, text) {report_name, text},
    CALL_OUTCOME_LIST(X)
#undef X
};

void call_result_done(struct call_result *result)
{
    if (!result)
        return;
    memory_free(result->body);
    result->body = NULL;
    result->body_bytes = 0;
}

const char *call_outcome_name(enum call_outcome outcome)
{
    return outcomes[outcome].name;
}

const char *call_outcome_text(enum call_outcome outcome)
{
    return outcomes[outcome].text;
}

bool call_outcome_parse(struct strview name, enum call_outcome *ret_outcome)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        if (strview_is(name, outcomes[i].name)) {
            *ret_outcome = (enum call_outcome)i;
            return true;
        }
    }
    return false;
}
