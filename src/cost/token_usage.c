/*
 * token_usage.c: makes disjoint classes of what a provider reports. Replay calls it for each model
 * answer; the classes go to price_table.c and into the records. Pure.
 */
#include "cost/token_usage.h"

#include "base/cleanup.h"

#include <jansson.h>

#include <math.h>

static int64_t told(int64_t count)
{
    return count > 0 && count <= TOKEN_USAGE_MAX ? count : 0;
}

static bool is_told(int64_t count)
{
    return count >= 0 && count <= TOKEN_USAGE_MAX;
}

/* Takes the cache classes out of an input that includes them. */
static void split_input(struct token_usage *usage, const struct token_report *report)
{
    usage->cached_input = told(report->cached_input);
    usage->cache_write = told(report->cache_write);
    usage->input = told(report->input);
    if (report->cache_is_outside)
        return;
    int64_t inside = usage->cached_input + usage->cache_write;
    if (inside <= usage->input) {
        usage->input -= inside;
    } else { /* more cached than there was: then it was counted outside after all */
        usage->is_doubtful = true;
    }
}

static void split_output(struct token_usage *usage, const struct token_report *report)
{
    usage->output = told(report->output);
    usage->reasoning = told(report->reasoning);
    int64_t plain = told(report->input) + usage->output;
    bool is_beside =
        usage->reasoning > 0 && is_told(report->total) && report->total == plain + usage->reasoning;
    if (is_beside) {
        usage->output += usage->reasoning;
    } else if (usage->reasoning > usage->output) {
        usage->output += usage->reasoning;
        usage->is_doubtful = true;
    }
}

struct token_usage token_usage_from(const struct token_report *report)
{
    struct token_usage usage = {0};
    if (!is_told(report->input) && !is_told(report->output))
        return usage;
    usage.is_known = true;
    split_input(&usage, report);
    split_output(&usage, report);
    return usage;
}

/* -1 for what is absent, null or no count. */
static int64_t count_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value)) {
        int64_t count = (int64_t)json_integer_value(value);
        return is_told(count) ? count : -1;
    }
    double number = json_is_real(value) ? json_real_value(value) : -1;
    bool is_count = number >= 0 && number <= (double)TOKEN_USAGE_MAX && number == floor(number);
    return is_count ? (int64_t)number : -1;
}

static int64_t either(int64_t first, int64_t second)
{
    return first >= 0 ? first : second;
}

static struct token_report report_of(const json_t *answer)
{
    struct token_report report = TOKEN_REPORT_NOTHING;
    const json_t *usage = json_object_get(answer, "usage");
    if (!json_is_object(usage)) { /* Ollama's native answer */
        report.input = count_of(answer, "prompt_eval_count");
        report.output = count_of(answer, "eval_count");
        return report;
    }
    const json_t *input = json_object_get(usage, "prompt_tokens_details");
    const json_t *output = json_object_get(usage, "completion_tokens_details");
    if (!input)
        input = json_object_get(usage, "input_tokens_details");
    if (!output)
        output = json_object_get(usage, "output_tokens_details");
    report.input = either(count_of(usage, "prompt_tokens"), count_of(usage, "input_tokens"));
    report.output = either(count_of(usage, "completion_tokens"), count_of(usage, "output_tokens"));
    report.total = count_of(usage, "total_tokens");
    report.cached_input = count_of(input, "cached_tokens");
    report.cache_write = count_of(input, "cache_write_tokens");
    report.reasoning = count_of(output, "reasoning_tokens");
    int64_t read = count_of(usage, "cache_read_input_tokens");
    int64_t write = count_of(usage, "cache_creation_input_tokens");
    /* Anthropic's own shape. A gateway that adds these to OpenAI's shape counts them inside. */
    if ((read >= 0 || write >= 0) && count_of(usage, "prompt_tokens") < 0) {
        report.cached_input = read;
        report.cache_write = write;
        report.cache_is_outside = true;
    }
    return report;
}

DEFINE_CLEANUP(json_cleanup, json_t, json_decref)

struct token_usage token_usage_parse(struct strview answer_json)
{
    if (answer_json.size == 0)
        return (struct token_usage){0};
    CLEANUP(json_cleanup)
    json_t *answer = json_loadb(answer_json.data, answer_json.size, 0, NULL);
    struct token_report report = report_of(answer);
    return token_usage_from(&report);
}

void token_usage_add(struct token_usage *sum, const struct token_usage *usage)
{
    sum->is_known = sum->is_known || usage->is_known;
    sum->is_doubtful = sum->is_doubtful || usage->is_doubtful;
    sum->input += usage->input;
    sum->cached_input += usage->cached_input;
    sum->cache_write += usage->cache_write;
    sum->output += usage->output;
    sum->reasoning += usage->reasoning;
}

struct token_counts token_usage_counts(const struct token_usage *usage)
{
    return (struct token_counts){
        .input = usage->input + usage->cached_input + usage->cache_write,
        .output = usage->output,
        .cached_input = usage->cached_input,
        .reasoning = usage->reasoning,
    };
}

struct token_usage token_usage_of_counts(const struct token_counts *counts)
{
    struct token_report report = TOKEN_REPORT_NOTHING;
    report.input = counts->input;
    report.output = counts->output;
    report.cached_input = counts->cached_input;
    report.reasoning = counts->reasoning;
    return token_usage_from(&report);
}
