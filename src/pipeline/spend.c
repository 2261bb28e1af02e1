/*
 * spend.c: the price table and the budget of cost/, put between replay and net. The day of a price
 * is the day on which the run began, so that a resumed run is priced alike.
 */
#include "pipeline/spend.h"

#include "base/civil_time.h"
#include "base/file.h"
#include "base/memory.h"
#include "codec/json_record.h"
#include "cost/budget.h"
#include "cost/cost_estimate.h"
#include "cost/price_table.h"
#include "pipeline/provider_end.h"

struct spend {
    struct arena *arena;
    struct price_table prices;
    struct budget budget;
    int64_t day;
};

static enum status read_prices(struct spend *spend, const char *path, struct error *err)
{
    struct fault_list faults = {0};
    if (!path || !file_exists(path))
        return STATUS_OK; /* every model is unpriced, and the report says so */
    enum status status = price_table_read(path, spend->arena, &faults, &spend->prices, err);
    if (status != STATUS_OK || faults.count == 0)
        return status;
    const struct fault *first = &faults.items[0];
    status = error_set(err, STATUS_CONFIG, "%s", first->what);
    error_where(err, "%s:%zu:%zu", first->file, first->line, first->column);
    if (first->fix)
        error_fix(err, "%s", first->fix);
    return status;
}

enum status spend_open(const struct pipeline_spec *pipeline, int64_t run_start_ns,
                       struct spend **ret_spend, struct error *err)
{
    struct arena *arena = arena_create(16 * 1024, 0);
    struct spend *spend = arena ? arena_alloc(arena, sizeof *spend) : NULL;
    if (!spend) {
        arena_destroy(arena);
        return error_no_memory(err);
    }
    spend->arena = arena;
    spend->day = civil_time_day_of_ns(run_start_ns);
    budget_init(&spend->budget, pipeline->max_cost_usd_nano, 0);
    enum status status = read_prices(spend, pipeline->prices_path.data, err);
    if (status == STATUS_OK)
        *ret_spend = spend;
    else
        spend_close(spend);
    return status;
}

void spend_close(struct spend *spend)
{
    if (spend)
        arena_destroy(spend->arena);
}

static enum call_reserve reserve(void *context, int64_t nano)
{
    static const enum call_reserve answers[] = {[BUDGET_GRANTED] = CALL_RESERVE_GRANTED,
                                                [BUDGET_LATER] = CALL_RESERVE_LATER,
                                                [BUDGET_REFUSED] = CALL_RESERVE_REFUSED};
    struct spend *spend = context;
    return answers[budget_reserve(&spend->budget, nano)];
}

static void settle(void *context, int64_t reserved_nano, enum call_charge charge)
{
    struct spend *spend = context;
    if (charge == CALL_CHARGE_UNKNOWN)
        budget_settle_unknown(&spend->budget, reserved_nano);
    else
        budget_settle(&spend->budget, reserved_nano, 0);
}

struct call_budget_hooks spend_hooks(struct spend *spend)
{
    return (struct call_budget_hooks){.reserve = reserve, .settle = settle, .context = spend};
}

static const struct price *price_of(const struct spend *spend,
                                    const struct candidate_spec *candidate)
{
    const struct price *price = NULL;
    if (!candidate->model.data ||
        price_table_find(&spend->prices, candidate->model, spend->day, &price) != PRICE_FOUND)
        return NULL;
    return price;
}

int64_t spend_most(const struct spend *spend, const struct candidate_spec *candidate,
                   const struct candidate_call *call)
{
    const struct price *price = price_of(spend, candidate);
    return price ? cost_estimate_reserve_nano(price, call->body.size,
                                              (uint32_t)call->most_output_tokens)
                 : 0;
}

bool spend_estimate(const struct spend *spend, const struct candidate_spec *candidate,
                    const struct cost_workload *workload, struct cost_range *ret_range)
{
    const struct price *price = price_of(spend, candidate);
    if (price)
        *ret_range = cost_estimate_range(price, workload);
    return price != NULL;
}

void spend_price(const struct spend *spend, const struct candidate_spec *candidate,
                 struct prediction *prediction)
{
    const struct price *price = price_of(spend, candidate);
    struct prediction_metadata *metadata = prediction->metadata;
    if (!price || !metadata->tokens || metadata->cost_usd_nano != FIELD_ABSENT_I64)
        return;
    struct token_usage usage = token_usage_of_counts(metadata->tokens);
    if (usage.is_known)
        metadata->cost_usd_nano = price_table_cost_nano(price, &usage);
}

void spend_settle(struct spend *spend, int64_t reserved_usd_nano, int64_t cost_usd_nano)
{
    budget_settle(&spend->budget, reserved_usd_nano, cost_usd_nano);
}

void spend_encode_price(int64_t reserved_usd_nano, int64_t cost_usd_nano, struct strbuf *out)
{
    struct json_write writer = {.out = out};
    json_write_begin_object(&writer);
    json_write_key_i64(&writer, "reserved_usd_nano", reserved_usd_nano);
    json_write_key_i64(&writer, "cost_usd_nano", cost_usd_nano);
    json_write_end_object(&writer);
}

enum status spend_remember_answer(struct spend *spend, struct strview answer_payload,
                                  struct error *err)
{
    struct far_answer answer;
    int64_t reserved;
    enum status status = provider_end_decode_answer(answer_payload, NULL, &answer, &reserved);
    if (status == STATUS_OK)
        budget_hold(&spend->budget, reserved);
    return status == STATUS_NO_MEMORY ? error_no_memory(err) : STATUS_OK;
}

enum status spend_remember_price(struct spend *spend, struct strview price_payload,
                                 struct error *err)
{
    json_t *json = NULL;
    enum status status = json_record_parse(price_payload, &json, NULL);
    if (status == STATUS_OK)
        budget_settle(&spend->budget,
                      json_integer_value(json_object_get(json, "reserved_usd_nano")),
                      json_integer_value(json_object_get(json, "cost_usd_nano")));
    json_decref(json);
    return status == STATUS_NO_MEMORY ? error_no_memory(err) : STATUS_OK;
}

int64_t spend_total(const struct spend *spend)
{
    return budget_spent_nano(&spend->budget);
}
