/*
 * provider_error.h: the code in a provider's error body, and whether it means "never again".
 *
 * A 429 is two things: wait and try again, or the money is gone. Only the code in the body tells
 * them apart. Bodies differ: {"error":{"code","type"}} (OpenAI and those like it; code may be a
 * number), {"error":"text"} (Ollama), {"type":"error","error":{"type"}} (Anthropic), the first
 * shape in an array (Gemini). Pure. Thread: any.
 */
#ifndef ASSAY_NET_PROVIDER_ERROR_H
#define ASSAY_NET_PROVIDER_ERROR_H

#include "net/call.h"

struct provider_error {
    char code[CALL_CODE_BYTES]; /* error.code, or error.type where the code is absent or a number;
                                   printable ASCII; "" when there is none */
    bool refused;               /* money, quota or credentials: no retry, the breaker opens */
};

/* Never fails: a body that is not JSON (an HTML page of a proxy) has no code. */
struct provider_error provider_error_read(int32_t http_status, struct strview body);

#endif
