#include "net/provider_error.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>

Test(provider_error, each_providers_body_gives_its_code_and_whether_it_refuses)
{
    static const struct {
        int32_t status;
        const char *body;
        char *code;
        bool refused;
    } rows[] = {
        {429,
         "{\"error\":{\"message\":\"m\",\"type\":\"requests\",\"param\":null,"
         "\"code\":\"rate_limit_exceeded\"}}",
         "rate_limit_exceeded", false},
        {429, "{\"error\":{\"type\":\"insufficient_quota\",\"code\":null}}", "insufficient_quota",
         true},
        {429, "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\"}}",
         "insufficient_quota", true},
        {429, "{\"error\":{\"code\":\"project_spend_limit_exceeded\"}}",
         "project_spend_limit_exceeded", true},
        {429, "{\"error\":{\"type\":\"throttling_error\",\"code\":\"429\"}}", "throttling_error",
         false},
        {400, "{\"error\":{\"code\":400,\"message\":\"x\",\"type\":\"invalid_request_error\"}}",
         "invalid_request_error", false},
        {400,
         "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
         "\"message\":\"Your credit balance is too low to access the API\"}}",
         "invalid_request_error", true},
        {404, "{\"error\":\"model not found\"}", "", false},
        {401, "{\"error\":{\"code\":\"invalid_api_key\"}}", "invalid_api_key", true},
        {402, "", "", true},
        {403, "<html>no</html>", "", true},
        {403, "{\"error\":{\"code\":\"content_policy_violation\"}}", "content_policy_violation",
         false},
        {429, "[{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}]", "", false},
        {503, "<html>busy</html>", "", false},
        {500, "{\"error\":", "", false},
        {500, "{\"error\":{\"code\":[1],\"type\":{}}}", "", false},
        {529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}", "overloaded_error",
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct provider_error error = provider_error_read(rows[i].status, strview_of(rows[i].body));
        cr_expect(eq(str, error.code, rows[i].code), "%s", rows[i].body);
        cr_expect(eq(int, error.refused, rows[i].refused), "%s", rows[i].body);
    }
}

Test(provider_error, a_code_is_cut_and_cleaned_for_the_terminal)
{
    char body[300];
    char code[200];
    memset(code, 'x', sizeof code);
    code[199] = '\0';
    snprintf(body, sizeof body, "{\"error\":{\"code\":\"\\u001b[2J%s\"}}", code);
    struct provider_error error = provider_error_read(500, strview_of(body));
    cr_expect(eq(sz, strlen(error.code), CALL_CODE_BYTES - 1));
    cr_expect(eq(chr, error.code[0], '?'));
}
