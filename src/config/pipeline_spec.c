/*
 * pipeline_spec.c: the pipeline file, by option tables; then the checks that need more than one
 * key. All faults at once.
 */
#include "config/pipeline_spec.h"

#include "base/file.h"
#include "config/replay_modes.h"

#include <math.h>

const char *const candidate_type_names[] = {"rules",    "recorded", "llm",       "hybrid",
                                            "endpoint", "command",  "reference", NULL};
const char *const replay_mode_names[] = {"teacher_forced", "own_state", "free_running",
                                         "simulated_user", NULL};
static const char *const profile_names[] = {"assay", NULL};
static const char *const first_cause_names[] = {"false", "auto", "true", NULL};
static const char *const cassette_names[] = {"off", "replay", "record", NULL};

enum { COPY_LIMIT_BYTES = 4 << 20 }; /* as yaml_tree reads */

#define AT(type, member) offsetof(struct type, member)

struct pipeline_file {
    struct pipeline_spec spec;
    struct yaml_node *source, *candidates, *scorers, *gates, *report, *user, *kafka;
};

struct source_file {
    struct source_spec spec;
    struct yaml_node *kafka;
};

/* clang-format off */
const struct option pipeline_spec_options[] = {
    {"experiment", OPTION_TEXT, NULL, AT(pipeline_file, spec.experiment), "name under which runs are compared", OPTION_MUST, NULL, 0, 0},
    {"description", OPTION_TEXT, NULL, AT(pipeline_file, spec.description), "for people", 0, NULL, 0, 0},
    {"source", OPTION_NODE, NULL, AT(pipeline_file, source), "{events: FILE, gold: FILE}, or kafka instead of events", OPTION_MUST, NULL, 0, 0},
    {"task", OPTION_TEXT, NULL, AT(pipeline_file, spec.task_path), "the task file", OPTION_MUST, NULL, 0, 0},
    {"candidates", OPTION_NODE, NULL, AT(pipeline_file, candidates), "what is tried; the first is what the others are compared with", OPTION_MUST, NULL, 0, 0},
    {"mode", OPTION_CHOICE, "own_state", AT(pipeline_file, spec.mode), "how conversations are replayed", 0, replay_mode_names, 0, 0},
    {"modes", OPTION_TEXTS, NULL, AT(pipeline_file, spec.modes), "several modes in one run, instead of mode: a table each, and the gaps between them", 0, NULL, 0, 0},
    {"repeats", OPTION_I64, "1", AT(pipeline_file, spec.repeats), "trials of each conversation with each candidate", 0, NULL, 1, 1000},
    {"seed", OPTION_I64, "1", AT(pipeline_file, spec.seed), "of everything random", 0, NULL, 0, 9e15},
    {"profile", OPTION_CHOICE, "assay", AT(pipeline_file, spec.profile), "the set of scoring conventions", 0, profile_names, 0, 0},
    {"scorers", OPTION_NODE, NULL, AT(pipeline_file, scorers), "further scorers: programs of your own", 0, NULL, 0, 0},
    {"gates", OPTION_NODE, NULL, AT(pipeline_file, gates), "thresholds that decide the exit code", 0, NULL, 0, 0},
    {"report", OPTION_NODE, NULL, AT(pipeline_file, report), "{monthly_calls, worst}", 0, NULL, 0, 0},
    {"prices", OPTION_TEXT, NULL, AT(pipeline_file, spec.prices_path), "price table; default: prices.yaml beside this file", 0, NULL, 0, 0},
    {"runs", OPTION_TEXT, NULL, AT(pipeline_file, spec.runs_path), "folder of the run folders; default: ./runs", 0, NULL, 0, 0},
    {"baselines", OPTION_TEXT, NULL, AT(pipeline_file, spec.baselines_path), "folder of the blessed runs; default: baselines beside the runs", 0, NULL, 0, 0},
    {"max_cost", OPTION_USD, NULL, AT(pipeline_file, spec.max_cost_usd_nano), "stop cleanly before more than this is spent (USD)", 0, NULL, 0, 0},
    {"stop_when_decided", OPTION_BOOL, "false", AT(pipeline_file, spec.stop_when_decided), "end the replay of a candidate that is clearly worse or better than the first; only runs of files", 0, NULL, 0, 0},
    {"use_cassettes", OPTION_BOOL, "true", AT(pipeline_file, spec.use_cassettes), "false: ask models anew instead of replaying answers", 0, NULL, 0, 0},
    {"max_error_share", OPTION_REAL, "0.05", AT(pipeline_file, spec.max_error_share), "over this share of infrastructure errors there is no verdict", 0, NULL, 0, 1},
    {"back_end", OPTION_TEXT, NULL, AT(pipeline_file, spec.back_end_path), "free_running, simulated_user: what answers tool calls; default: backend.yaml beside the task", 0, NULL, 0, 0},
    {"user", OPTION_NODE, NULL, AT(pipeline_file, user), "simulated_user: how the caller behaves", 0, NULL, 0, 0},
    {"first_cause", OPTION_CHOICE, "auto", AT(pipeline_file, spec.first_cause), "replay failed trials to find what made them fail; auto: of candidates that ask no model; true: model calls are paid for", 0, first_cause_names, 0, 0},
    {"max_in_flight", OPTION_I64, "256", AT(pipeline_file, spec.max_in_flight), "trials at once", 0, NULL, 1, 100000},
    {"kafka", OPTION_NODE, NULL, AT(pipeline_file, kafka), "how brokers and registry are reached: any property of librdkafka, schema.registry.url", 0, NULL, 0, 0},
    {0}};

static const struct option source_options[] = {
    {"events", OPTION_TEXT, NULL, AT(source_file, spec.events), "conversations as events: .jsonl, .jsonl.gz or .avro", 0, NULL, 0, 0},
    {"kafka", OPTION_NODE, NULL, AT(source_file, kafka), "conversations as events: a topic", 0, NULL, 0, 0},
    {"gold", OPTION_TEXT, NULL, AT(source_file, spec.gold), "gold conversations: .jsonl", 0, NULL, 0, 0},
    {"filter", OPTION_NODE, NULL, AT(source_file, spec.filter), "{key: value or list}: only such conversations; by language, split, tag, any key of the metadata...", 0, NULL, 0, 0},
    {0}};

const struct option pipeline_spec_candidate_options[] = {
    {"name", OPTION_TEXT, NULL, AT(candidate_spec, name), "as it stands in the report", OPTION_MUST, NULL, 0, 0},
    {"kind", OPTION_CHOICE, "rules", AT(candidate_spec, kind), "what answers", OPTION_MUST, candidate_type_names, 0, 0},
    {"model", OPTION_TEXT, NULL, AT(candidate_spec, model), "provider/model, e.g. ollama/llama3.2", 0, NULL, 0, 0},
    {"prompt", OPTION_TEXT, NULL, AT(candidate_spec, prompt), "folder of a prompt version", 0, NULL, 0, 0},
    {"base_url", OPTION_TEXT, NULL, AT(candidate_spec, base_url), "OpenAI-compatible endpoint; default: the provider's", 0, NULL, 0, 0},
    {"api_key_env", OPTION_TEXT, NULL, AT(candidate_spec, api_key_env), "variable that holds the key; default: the provider's", 0, NULL, 0, 0},
    {"temperature", OPTION_REAL, "0", AT(candidate_spec, temperature), "of the model", 0, NULL, 0, 2},
    {"seed", OPTION_I64, "-9223372036854775808", AT(candidate_spec, seed), "of the model; default: not sent", 0, NULL, 0, 0},
    {"max_tokens", OPTION_I64, "512", AT(candidate_spec, max_tokens), "longest answer", 0, NULL, 1, 1000000},
    {"confirm_under", OPTION_REAL, "0.8", AT(candidate_spec, confirm_under), "values under this confidence need confirmation", 0, NULL, 0, 1},
    {"model_under", OPTION_REAL, "0.85", AT(candidate_spec, model_under), "hybrid: the model is asked for slots under this", 0, NULL, 0, 1},
    {"url", OPTION_TEXT, NULL, AT(candidate_spec, url), "endpoint: where your agent listens", 0, NULL, 0, 0},
    {"command", OPTION_TEXTS, NULL, AT(candidate_spec, command), "command: your agent's program and its arguments", 0, NULL, 0, 0},
    {"processes", OPTION_I64, "1", AT(candidate_spec, processes), "command: copies that run at once", 0, NULL, 1, 256},
    {"log", OPTION_TEXT, NULL, AT(candidate_spec, log), "recorded: a prediction log; default: the events' own answers", 0, NULL, 0, 0},
    {"cassette", OPTION_TEXT, NULL, AT(candidate_spec, cassette), "file of recorded model answers", 0, NULL, 0, 0},
    {"cassette_mode", OPTION_CHOICE, "replay", AT(candidate_spec, cassette_mode), "replay: never call; record: call and write", 0, cassette_names, 0, 0},
    {"simulated", OPTION_BOOL, "false", AT(candidate_spec, simulated), "a stub model answers: the report says so", 0, NULL, 0, 0},
    {"share", OPTION_REAL, "1", AT(candidate_spec, share), "of the conversations that it replays, chosen by the seed", 0, NULL, 1e-9, 1},
    {"max_in_flight", OPTION_I64, "16", AT(candidate_spec, max_in_flight), "calls at once", 0, NULL, 1, 10000},
    {"requests_per_minute", OPTION_REAL, "0", AT(candidate_spec, requests_per_minute), "0: no limit", 0, NULL, 0, 1e9},
    {"tokens_per_minute", OPTION_REAL, "0", AT(candidate_spec, tokens_per_minute), "0: no limit", 0, NULL, 0, 1e12},
    {"timeout", OPTION_DURATION, "60s", AT(candidate_spec, timeout_ns), "of one attempt", 0, NULL, 0, 0},
    {"max_wait", OPTION_DURATION, "120s", AT(candidate_spec, max_wait_ns), "what a call waits, all in all, for a far end that says later (429)", 0, NULL, 0, 0},
    {"max_attempts", OPTION_I64, "4", AT(candidate_spec, max_attempts), "requests for one answer, retries included", 0, NULL, 1, 20},
    {"max_answer_bytes", OPTION_I64, "1048576", AT(candidate_spec, max_answer_bytes), "a longer answer is refused", 0, NULL, 1, 16777216},
    {"skip_confirmation", OPTION_BOOL, "false", AT(candidate_spec, skip_confirmation), "reference: books without asking back", 0, NULL, 0, 0},
    {"double_book", OPTION_BOOL, "false", AT(candidate_spec, double_book), "reference: books everything twice", 0, NULL, 0, 0},
    {"ignore_questions", OPTION_BOOL, "false", AT(candidate_spec, ignore_questions), "reference: does not answer what callers ask", 0, NULL, 0, 0},
    {"break_slot", OPTION_TEXT, NULL, AT(candidate_spec, break_slot), "reference: gets the values of this slot wrong", 0, NULL, 0, 0},
    {0}};

const struct option pipeline_spec_scorer_options[] = {
    {"name", OPTION_TEXT, NULL, AT(scorer_spec, name), "prefix of its metrics", OPTION_MUST, NULL, 0, 0},
    {"command", OPTION_TEXTS, NULL, AT(scorer_spec, command), "the program and its arguments", OPTION_MUST, NULL, 0, 0},
    {"processes", OPTION_I64, "1", AT(scorer_spec, processes), "copies that run at once", 0, NULL, 1, 256},
    {"timeout", OPTION_DURATION, "30s", AT(scorer_spec, timeout_ns), "for one trial", 0, NULL, 0, 0},
    {0}};

static const struct option report_options[] = {
    {"monthly_calls", OPTION_I64, "10000", AT(report_spec, monthly_calls), "volume that monthly cost is told for", 0, NULL, 1, 1e12},
    {"worst", OPTION_I64, "100", AT(report_spec, worst), "conversations shown in full", 0, NULL, 0, 200},
    {0}};
/* clang-format on */

/* Sections of a YAML list; `place` of each is its first member. */
static void *read_list(const struct option *table, size_t size, const struct yaml_node *list,
                       size_t *ret_count, struct fault_list *faults)
{
    char *items = option_table_read_list(table, size, list, ret_count, faults);
    for (size_t i = 0; i < *ret_count; i++)
        *(const struct yaml_node **)(void *)(items + i * size) = list->pairs[i].value;
    return items;
}

/* Makes a path relative to the pipeline file and checks that it is there. */
static void resolve_path(struct strview *path, const char *pipeline, const struct yaml_node *at,
                         bool must_exist, struct fault_list *faults)
{
    if (!path->data)
        return;
    const char *full = file_beside(faults->arena, pipeline, path->data);
    if (!full) {
        fault_add_no_memory(faults);
        return;
    }
    if (must_exist && !file_exists(full))
        fault_add(faults, at, "Paths are taken from the folder of this file.",
                  "there is no file '%s'", full);
    *path = strview_of(full);
}

static void split_model(struct candidate_spec *candidate, struct fault_list *faults)
{
    const char *slash = candidate->model.data ? strchr(candidate->model.data, '/') : NULL;
    if (!slash || slash == candidate->model.data || !slash[1]) {
        if (candidate->model.data)
            fault_add(faults, candidate->place, "Write it as in 'ollama/llama3.2'.",
                      "model '%s' has no provider", candidate->model.data);
        return;
    }
    candidate->provider_name = strview_of(arena_format(
        faults->arena, "%.*s", (int)(slash - candidate->model.data), candidate->model.data));
    if (!candidate->provider_name.data)
        fault_add_no_memory(faults);
    candidate->model_name = strview_of(slash + 1);
}

static void must_have(const struct candidate_spec *candidate, bool there, const char *key,
                      struct fault_list *faults)
{
    if (!there)
        fault_add(faults, candidate->place, NULL, "a candidate of kind '%s' needs the key '%s'",
                  candidate_type_names[candidate->kind], key);
}

static void check_candidate(struct pipeline_spec *spec, size_t index, bool must_exist,
                            struct fault_list *faults)
{
    struct candidate_spec *candidate = &spec->candidates[index];
    if (!spec->use_cassettes)
        candidate->cassette_mode = CASSETTE_OFF;
    bool asks_model = candidate->kind == CANDIDATE_LLM || candidate->kind == CANDIDATE_HYBRID;
    if (asks_model) {
        must_have(candidate, candidate->model.data != NULL, "model", faults);
        must_have(candidate, candidate->prompt.data != NULL, "prompt", faults);
    }
    if (candidate->kind == CANDIDATE_ENDPOINT)
        must_have(candidate, candidate->url.data != NULL, "url", faults);
    if (candidate->kind == CANDIDATE_COMMAND)
        must_have(candidate, candidate->command.count > 0, "command", faults);
    split_model(candidate, faults);
    resolve_path(&candidate->prompt, spec->path, yaml_find(candidate->place, "prompt"), must_exist,
                 faults);
    resolve_path(&candidate->log, spec->path, yaml_find(candidate->place, "log"), must_exist,
                 faults);
    resolve_path(&candidate->cassette, spec->path, yaml_find(candidate->place, "cassette"),
                 must_exist && candidate->cassette_mode == CASSETTE_REPLAY, faults);
    for (size_t i = 0; i < index; i++)
        if (candidate->name.data && strview_equal(candidate->name, spec->candidates[i].name))
            fault_add(faults, candidate->place, "Give each candidate its own name.",
                      "there are two candidates named '%s'", candidate->name.data);
}

static void check_gates(struct pipeline_spec *spec, struct fault_list *faults)
{
    const char **names = arena_array(faults->arena, spec->candidate_count + 1, sizeof *names);
    for (size_t i = 0; names && i < spec->candidate_count; i++)
        names[i] = spec->candidates[i].name.data ? spec->candidates[i].name.data : "";
    for (size_t i = 0; i < spec->gate_count; i++)
        gate_spec_check(&spec->gates[i], names, faults);
}

/* Beside the task when nothing else is said; the modes decide whether it must be there. */
static void find_back_end(struct pipeline_spec *spec, const struct yaml_node *root,
                          struct fault_list *faults)
{
    if (!spec->back_end_path.data && spec->task_path.data)
        spec->back_end_path =
            strview_of(file_beside(faults->arena, spec->task_path.data, "backend.yaml"));
    else
        resolve_path(&spec->back_end_path, spec->path, yaml_find(root, "back_end"), false, faults);
}

static void read_filters(struct source_spec *source, struct fault_list *faults)
{
    const struct yaml_node *map = source->filter;
    if (!map)
        return;
    if (map->kind != YAML_MAP) {
        fault_add(faults, map, "Write {language: en-US, site: [north, south]}.",
                  "'filter' takes keys with their values");
        return;
    }
    source->filters = arena_array(faults->arena, map->count + 1, sizeof *source->filters);
    if (!source->filters) {
        fault_add_no_memory(faults);
        return;
    }
    for (size_t i = 0; i < map->count; i++)
        source->filters[source->filter_count++] = (struct source_filter){
            map->pairs[i].key->text,
            option_read_texts(map->pairs[i].key->text.data, map->pairs[i].value, faults)};
}

static void check(struct pipeline_file *file, const struct yaml_node *root, bool must_exist,
                  struct fault_list *faults)
{
    struct pipeline_spec *spec = &file->spec;
    if (!spec->source.kafka)
        resolve_path(&spec->source.events, spec->path, yaml_find(file->source, "events"),
                     must_exist, faults);
    resolve_path(&spec->source.gold, spec->path, yaml_find(file->source, "gold"), must_exist,
                 faults);
    resolve_path(&spec->task_path, spec->path, yaml_find(root, "task"), false, faults);
    bool own_prices = spec->prices_path.data != NULL;
    if (!own_prices)
        spec->prices_path = strview_of("prices.yaml");
    resolve_path(&spec->prices_path, spec->path, yaml_find(root, "prices"),
                 own_prices && must_exist, faults);
    if (!spec->runs_path.data)
        spec->runs_path = strview_of("runs");
    for (size_t i = 0; i < spec->candidate_count; i++)
        check_candidate(spec, i, must_exist, faults);
    if (file->candidates && spec->candidate_count == 0)
        fault_add(faults, file->candidates, NULL, "there is no candidate");
    if (yaml_find(root, "max_cost") && spec->max_cost_usd_nano == 0)
        fault_add(faults, yaml_find(root, "max_cost"), "Write more than 0, or leave it out.",
                  "a max_cost of 0 would allow nothing");
    if (spec->stop_when_decided && spec->source.kafka)
        fault_add(faults, yaml_find(root, "stop_when_decided"), "Leave it out.",
                  "a run over topics does not stop candidates early");
    check_gates(spec, faults);
    find_back_end(spec, root, faults);
    replay_modes_check(spec, root, must_exist, faults);
}

/* A file or a topic. */
static void read_source(struct pipeline_file *file, struct fault_list *faults)
{
    struct source_file source = {0};
    option_table_apply(source_options, file->source, &source, faults);
    file->spec.source = source.spec;
    kafka_spec_read_properties(file->kafka, &file->spec, faults);
    if (source.kafka)
        kafka_spec_read_source(source.kafka, &file->spec, faults);
    if (source.kafka && source.spec.events.data)
        fault_add(faults, source.kafka, NULL, "the source is a file and a topic");
    if (!source.kafka && !source.spec.events.data && file->source)
        fault_add(faults, file->source, "Write 'events: FILE' or 'kafka: {topic: NAME}'.",
                  "the source has no events");
}

static enum status read_copy(const char *path, const char *copy, struct arena *arena,
                             struct fault_list *faults, struct yaml_node **ret_root,
                             struct error *err)
{
    struct strbuf text = {0};
    enum status status = file_read(copy, COPY_LIMIT_BYTES, &text, err);
    if (status == STATUS_OK)
        status = yaml_tree_parse(path, strbuf_view(&text), arena, faults, ret_root, err);
    strbuf_done(&text);
    return status;
}

static enum status load_task(const struct pipeline_spec *spec,
                             const struct pipeline_request *request, const struct yaml_node *root,
                             struct fault_list *faults, struct task_spec **ret_task,
                             struct error *err)
{
    const char *path = request->task_copy ? request->task_copy : spec->task_path.data;
    if (path && file_exists(path))
        return task_spec_load(path, faults->arena, faults, ret_task, err);
    if (path)
        fault_add(faults, yaml_find(root, "task"), "Paths are taken from the folder of this file.",
                  "there is no file '%s'", path);
    return STATUS_OK;
}

static enum status load(const struct pipeline_request *request, struct fault_list *faults,
                        struct pipeline_spec **ret_spec, struct error *err)
{
    struct arena *arena = faults->arena;
    struct yaml_node *root;
    const char *path = request->path, *copy = request->pipeline_copy;
    enum status status = copy ? read_copy(path, copy, arena, faults, &root, err)
                              : yaml_tree_read(path, arena, faults, &root, err);
    for (size_t i = 0; status == STATUS_OK && root && i < request->override_count; i++)
        status =
            yaml_set(root, request->overrides[i].path, request->overrides[i].value, arena, err);
    struct pipeline_file *file = arena_alloc(arena, sizeof *file);
    if (status != STATUS_OK)
        return status;
    if (!file)
        return error_no_memory(err);
    *ret_spec = &file->spec;
    if (!root)
        return STATUS_OK;
    struct pipeline_spec *spec = &file->spec;
    option_table_apply(pipeline_spec_options, root, file, faults);
    spec->path = faults->file;
    read_source(file, faults);
    read_filters(&spec->source, faults);
    option_table_apply(report_options, file->report, &spec->report, faults);
    option_table_apply(user_spec_options, file->user, &spec->user, faults);
    spec->candidates = read_list(pipeline_spec_candidate_options, sizeof *spec->candidates,
                                 file->candidates, &spec->candidate_count, faults);
    spec->scorers = read_list(pipeline_spec_scorer_options, sizeof *spec->scorers, file->scorers,
                              &spec->scorer_count, faults);
    spec->gates =
        read_list(gate_spec_options, sizeof *spec->gates, file->gates, &spec->gate_count, faults);
    check(file, root, !copy, faults);
    return load_task(spec, request, root, faults, &spec->task, err);
}

enum status pipeline_spec_load_as(const struct pipeline_request *request, struct arena *arena,
                                  struct fault_list *faults, struct pipeline_spec **ret_spec,
                                  struct error *err)
{
    faults->arena = arena;
    enum status status = load(request, faults, ret_spec, err);
    if (status == STATUS_OK && faults->count == 0)
        replay_modes_expand(*ret_spec, faults);
    /* Then keys and faults may be missing: nothing that was read can be relied on. */
    return arena_memory_ran_out(arena) ? error_no_memory(err) : status;
}

enum status pipeline_spec_load(const char *path, const struct pipeline_override *overrides,
                               size_t override_count, struct arena *arena,
                               struct fault_list *faults, struct pipeline_spec **ret_spec,
                               struct error *err)
{
    struct pipeline_request request = {
        .path = path, .overrides = overrides, .override_count = override_count};
    return pipeline_spec_load_as(&request, arena, faults, ret_spec, err);
}
