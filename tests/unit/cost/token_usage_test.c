#include "cost/token_usage.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(token_usage, each_providers_shape_gives_disjoint_classes)
{
    static const struct {
        const char *name, *json;
        struct token_usage
            usage; /* is_known, is_doubtful, input, cached, write, output, reasoning */
    } rows[] = {
        {"openai chat",
         "{\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":200,\"total_tokens\":1200,"
         "\"prompt_tokens_details\":{\"cached_tokens\":400,\"cache_write_tokens\":100,"
         "\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":50}}}",
         {true, false, 500, 400, 100, 200, 50}},
        {"no details",
         "{\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}",
         {true, false, 12, 0, 0, 3, 0}},
        {"null details",
         "{\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3,\"prompt_tokens_details\":null,"
         "\"completion_tokens_details\":null}}",
         {true, false, 12, 0, 0, 3, 0}},
        {"openai responses",
         "{\"usage\":{\"input_tokens\":75,\"input_tokens_details\":{\"cached_tokens\":70},"
         "\"output_tokens\":9,\"output_tokens_details\":{\"reasoning_tokens\":4},"
         "\"total_tokens\":84}}",
         {true, false, 5, 70, 0, 9, 4}},
        {"anthropic",
         "{\"usage\":{\"input_tokens\":21,\"cache_creation_input_tokens\":188,"
         "\"cache_read_input_tokens\":1000,\"output_tokens\":9}}",
         {true, false, 21, 1000, 188, 9, 0}},
        {"ollama native",
         "{\"done\":true,\"prompt_eval_count\":13,\"eval_count\":8,\"eval_duration\":5}",
         {true, false, 13, 0, 0, 8, 0}},
        {"ollama without a prompt count",
         "{\"done\":true,\"eval_count\":8}",
         {true, false, 0, 0, 0, 8, 0}},
        {"groq",
         "{\"usage\":{\"queue_time\":0.1,\"prompt_tokens\":31,\"prompt_time\":0.002,"
         "\"completion_tokens\":7,\"total_time\":0.5,\"total_tokens\":38},\"x_groq\":{\"id\":\"x\"}"
         "}",
         {true, false, 31, 0, 0, 7, 0}},
        {"reasoning beside the output, as the total shows",
         "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":35,"
         "\"completion_tokens_details\":{\"reasoning_tokens\":20}}}",
         {true, false, 10, 0, 0, 25, 20}},
        {"more reasoning than output and no total",
         "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,"
         "\"completion_tokens_details\":{\"reasoning_tokens\":20}}}",
         {true, true, 10, 0, 0, 25, 20}},
        {"more cached than there was",
         "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5,"
         "\"prompt_tokens_details\":{\"cached_tokens\":40}}}",
         {true, true, 10, 40, 0, 5, 0}},
        {"a whole number with a point",
         "{\"usage\":{\"prompt_tokens\":10.0,\"completion_tokens\":5}}",
         {true, false, 10, 0, 0, 5, 0}},
        {"usage null", "{\"usage\":null}", {0}},
        {"usage empty", "{\"usage\":{}}", {0}},
        {"not an object", "[1,2]", {0}},
        {"prose", "I am sorry, but", {0}},
        {"nothing", "", {0}},
        {"negative and absurd",
         "{\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":9223372036854775807}}",
         {0}},
        {"texts", "{\"usage\":{\"prompt_tokens\":\"10\",\"completion_tokens\":\"5\"}}", {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct token_usage usage = token_usage_parse(strview_of(rows[i].json));
        const struct token_usage *want = &rows[i].usage;
        cr_expect(eq(int, usage.is_known, want->is_known), "%s", rows[i].name);
        cr_expect(eq(int, usage.is_doubtful, want->is_doubtful), "%s", rows[i].name);
        cr_expect(eq(i64, usage.input, want->input), "%s", rows[i].name);
        cr_expect(eq(i64, usage.cached_input, want->cached_input), "%s", rows[i].name);
        cr_expect(eq(i64, usage.cache_write, want->cache_write), "%s", rows[i].name);
        cr_expect(eq(i64, usage.output, want->output), "%s", rows[i].name);
        cr_expect(eq(i64, usage.reasoning, want->reasoning), "%s", rows[i].name);
    }
}

Test(token_usage, sums_and_record_counts_hold_every_token_once)
{
    struct token_usage one = {true, false, 500, 400, 100, 200, 50};
    struct token_usage sum = {0};
    token_usage_add(&sum, &one);
    token_usage_add(&sum, &one);
    struct token_counts counts = token_usage_counts(&sum);
    cr_expect(eq(i64, counts.input, 2000));
    cr_expect(eq(i64, counts.cached_input, 800));
    cr_expect(eq(i64, counts.output, 400));
    cr_expect(eq(i64, counts.reasoning, 100));
    struct token_usage back = token_usage_of_counts(&counts);
    cr_expect(eq(i64, back.input, 1200), "records do not tell a cache write apart");
    cr_expect(eq(i64, back.cached_input, 800));
    cr_expect(eq(i64, back.output, 400));
}
