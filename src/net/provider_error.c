/*
 * provider_error.c: reads the error body of an answer that is not a success. Called by
 * http_transfer.c. Network thread; pure.
 */
#include "net/provider_error.h"

#include "base/cleanup.h"

#include <jansson.h>

#include <stdio.h>

#define LONGEST_BODY 65536

/* In error.code or error.type. */
static const char *const refusing_codes[] = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "account_deactivated",
    "invalid_api_key",
    "authentication_error",
    "permission_error",
};

/* With these a 403 is about the one request, not about the key. */
static const char *const request_codes[] = {
    "content_filter",
    "content_policy_violation",
    "moderation_blocked",
};

DEFINE_CLEANUP(json_cleanup, json_t, json_decref)

static bool is_one_of(const char *code, const char *const *codes, size_t count)
{
    for (size_t i = 0; code && i < count; i++) {
        if (strcmp(code, codes[i]) == 0)
            return true;
    }
    return false;
}

static bool refuses(const char *code)
{
    return is_one_of(code, refusing_codes, sizeof refusing_codes / sizeof *refusing_codes);
}

static void copy_code(char ret_code[CALL_CODE_BYTES], const char *code)
{
    snprintf(ret_code, CALL_CODE_BYTES, "%s", code ? code : "");
    for (char *at = ret_code; *at; at++) {
        if (*at < ' ' || *at > '~')
            *at = '?';
    }
}

static bool is_number_text(const char *text)
{
    return text && text[0] && text[strspn(text, "0123456789")] == '\0';
}

struct provider_error provider_error_read(int32_t http_status, struct strview body)
{
    struct provider_error result = {.refused = http_status >= 401 && http_status <= 403};
    if (body.size == 0 || body.size > LONGEST_BODY)
        return result;
    CLEANUP(json_cleanup)
    json_t *root = json_loadb(body.data, body.size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *object = json_is_array(root) ? json_array_get(root, 0) : root;
    const json_t *error = json_object_get(object, "error");
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *type = json_string_value(json_object_get(error, "type"));
    const char *message = json_string_value(json_object_get(error, "message"));
    if (!code || is_number_text(code))
        copy_code(result.code, type ? type : code);
    else
        copy_code(result.code, code);
    /* Anthropic says it with a 400 and no code of its own. */
    bool is_out_of_credit =
        http_status == 400 && message && strstr(message, "credit balance is too low");
    if (is_one_of(code, request_codes, sizeof request_codes / sizeof *request_codes))
        result.refused = false;
    else if (refuses(code) || refuses(type) || is_out_of_credit)
        result.refused = true;
    return result;
}
