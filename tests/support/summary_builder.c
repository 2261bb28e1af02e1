/*
 * summary_builder.c: see summary_builder.h. The numbers of the sample are made up, and agree with
 * one another where a report shows sums: outcomes add up to trials, trials to the accounts.
 */
#include "support/summary_builder.h"

#include "support/trials_builder.h"

#include <math.h>
#include <stdlib.h>

enum { CANDIDATES = 3 };

static void *copy_of(struct arena *arena, const void *source, size_t size)
{
    void *copy = arena_alloc(arena, size);
    if (!copy)
        abort();
    return memcpy(copy, source, size);
}

#define COPY(arena, ...) copy_of(arena, __VA_ARGS__, sizeof(__VA_ARGS__))
#define VIEW(text) strview_of(text)

struct measure summary_builder_measure(double value, double low, double high, uint64_t n,
                                       const char *unit_of_n)
{
    return (struct measure){value, low, high, n, unit_of_n, NULL};
}

struct measure summary_builder_undefined(const char *reason)
{
    return (struct measure){NAN, NAN, NAN, 0, NULL, reason};
}

static struct measure ranged(double value, double low, double high)
{
    return summary_builder_measure(value, low, high, 156, "conversations");
}

static struct measure plain(double value, uint64_t n, const char *unit_of_n)
{
    return summary_builder_measure(value, NAN, NAN, n, unit_of_n);
}

static struct measure undefined(const char *reason)
{
    return summary_builder_undefined(reason);
}

static struct metric_row row_of(struct arena *arena, const char *name, const char *title,
                                enum metric_unit unit, enum metric_direction direction)
{
    return (struct metric_row){
        .name = name,
        .title = title,
        .unit = unit,
        .direction = direction,
        .by_candidate = arena_array(arena, CANDIDATES, sizeof(struct measure)),
        .measured_live = arena_array(arena, CANDIDATES, sizeof(bool)),
    };
}

static void set_values(struct metric_row *row, struct measure a, struct measure b, struct measure c)
{
    row->by_candidate[0] = a;
    row->by_candidate[1] = b;
    row->by_candidate[2] = c;
}

static void set_changes(struct arena *arena, struct metric_row *row, struct measure b,
                        struct measure c)
{
    row->difference = arena_array(arena, CANDIDATES, sizeof(struct measure));
    row->difference[0] = undefined("the candidate that the others are compared with");
    row->difference[1] = b;
    row->difference[2] = c;
}

static struct metric_section headline(struct arena *arena)
{
    const char *wilson = "95 % interval: Wilson on conversations; change: paired by conversation";
    struct metric_row rows[6];
    rows[0] = row_of(arena, "goal_success", "Goal reached", UNIT_RATIO, HIGHER_IS_BETTER);
    set_values(&rows[0], ranged(.8141, .7457, .8674), ranged(.5705, .4919, .6457),
               ranged(.8889, .8292, .9294));
    set_changes(arena, &rows[0], ranged(-.2436, -.3201, -.1671), ranged(.0719, .0112, .1326));
    rows[1] =
        row_of(arena, "joint_goal_accuracy", "Joint goal accuracy", UNIT_RATIO, HIGHER_IS_BETTER);
    set_values(&rows[1], ranged(.8312, .8011, .8575), ranged(.6127, .5688, .6549),
               ranged(.8893, .8634, .9108));
    set_changes(arena, &rows[1], ranged(-.2185, -.2633, -.1737), ranged(.0581, .0251, .0911));
    rows[2] = row_of(arena, "slot_f1_micro", "Slot F1 (micro)", UNIT_RATIO, HIGHER_IS_BETTER);
    set_values(&rows[2], ranged(.9214, .9013, .9381), ranged(.7631, .7304, .7931),
               ranged(.9478, .9297, .9617));
    set_changes(arena, &rows[2], ranged(-.1583, -.1904, -.1262), ranged(.0264, .0059, .0469));
    rows[3] = row_of(arena, "intent_accuracy", "Intent accuracy", UNIT_RATIO, HIGHER_IS_BETTER);
    set_values(&rows[3], ranged(.9522, .9318, .9668), undefined("the candidate names no intent"),
               ranged(.9604, .9413, .9735));
    set_changes(arena, &rows[3], undefined("the candidate names no intent"),
                ranged(.0082, -.0117, .0281));
    rows[4] = row_of(arena, "reasks_per_conversation", "Re-asks per conversation", UNIT_COUNT,
                     LOWER_IS_BETTER);
    set_values(&rows[4], ranged(.42, .33, .52), ranged(1.13, .97, 1.3), ranged(.31, .23, .4));
    set_changes(arena, &rows[4], ranged(.71, .55, .88), ranged(-.11, -.22, .01));
    rows[5] = row_of(arena, "cost_per_conversation_usd", "Cost per conversation", UNIT_USD,
                     LOWER_IS_BETTER);
    set_values(&rows[5], plain(.0118, 156, "conversations"), plain(0, 156, "conversations"),
               plain(.0041, 153, "conversations"));
    set_changes(arena, &rows[5], plain(-.0118, 156, "conversations"),
                plain(-.0077, 153, "conversations"));
    for (size_t i = 0; i < 5; i++)
        rows[i].convention = wilson;
    return (struct metric_section){"headline", "Headline metrics", NULL, COPY(arena, rows), 6};
}

static struct metric_section calibration(struct arena *arena)
{
    struct metric_row rows[3];
    rows[0] = row_of(arena, "ece_10", "Expected calibration error", UNIT_RATIO, LOWER_IS_BETTER);
    rows[0].convention = "10 bins of equal width, right-closed";
    set_values(&rows[0], plain(.0614, 702, "slots"), plain(.1742, 531, "slots"),
               plain(.0287, 688, "slots"));
    rows[1] = row_of(arena, "brier", "Brier score", UNIT_RATIO, LOWER_IS_BETTER);
    set_values(&rows[1], plain(.0832, 702, "slots"), plain(.1931, 531, "slots"),
               plain(.0551, 688, "slots"));
    rows[2] = row_of(arena, "auroc", "AUROC of confidence", UNIT_RATIO, HIGHER_IS_BETTER);
    set_values(&rows[2], plain(.8123, 702, "slots"), plain(.6614, 531, "slots"),
               plain(.9042, 688, "slots"));
    return (struct metric_section){"calibration", "Calibration of slot confidence",
                                   "A calibrated candidate is right as often as it says.",
                                   COPY(arena, rows), 3};
}

static struct metric_section models(struct arena *arena)
{
    struct metric_row rows[4];
    rows[0] = row_of(arena, "latency_p50_ms", "Model latency p50", UNIT_MS, LOWER_IS_BETTER);
    set_values(&rows[0], plain(812, 1043, "calls"), undefined("no model is called"),
               plain(431, 1019, "calls"));
    rows[1] = row_of(arena, "latency_p95_ms", "Model latency p95", UNIT_MS, LOWER_IS_BETTER);
    set_values(&rows[1], plain(1640, 1043, "calls"), undefined("no model is called"),
               plain(918, 1019, "calls"));
    rows[0].measured_live[2] = rows[1].measured_live[2] = true;
    rows[0].convention = rows[1].convention = "nearest rank over calls";
    rows[2] = row_of(arena, "tokens_input", "Prompt tokens", UNIT_TOKENS, NO_DIRECTION);
    set_values(&rows[2], plain(1284911, 1043, "calls"), plain(0, 0, "calls"),
               plain(988120, 1019, "calls"));
    rows[3] = row_of(arena, "tokens_output", "Answer tokens", UNIT_TOKENS, NO_DIRECTION);
    set_values(&rows[3], plain(61204, 1043, "calls"), plain(0, 0, "calls"),
               plain(48377, 1019, "calls"));
    return (struct metric_section){"models", "Models", NULL, COPY(arena, rows), 4};
}

static struct metric_section services(struct arena *arena)
{
    struct metric_row rows[3];
    const char *only_recorded = "the recorded agent's services only";
    rows[0] =
        row_of(arena, "stt_error_rate", "Speech recognition errors", UNIT_RATIO, LOWER_IS_BETTER);
    rows[1] =
        row_of(arena, "stt_latency_p95_ms", "Speech recognition p95", UNIT_MS, LOWER_IS_BETTER);
    rows[2] =
        row_of(arena, "tool_error_rate", "Booking back end errors", UNIT_RATIO, LOWER_IS_BETTER);
    for (size_t i = 0; i < 3; i++)
        set_values(&rows[i], undefined(NULL), undefined(only_recorded), undefined(only_recorded));
    rows[0].by_candidate[0] = ranged(.0038, .0015, .0098);
    rows[1].by_candidate[0] = plain(342, 1043, "calls");
    rows[2].by_candidate[0] = ranged(.0211, .0082, .0528);
    return (struct metric_section){"services", "Services", NULL, COPY(arena, rows), 3};
}

static void add_slots(struct arena *arena, struct run_summary *summary)
{
    static const struct {
        const char *slot;
        uint64_t counts[CANDIDATES][5];
    } slots[] = {
        {"date", {{171, 9, 6, 2, 5}, {118, 31, 37, 8, 14}, {176, 5, 5, 1, 3}}},
        {"time", {{158, 8, 9, 3, 6}, {121, 22, 32, 5, 9}, {163, 6, 6, 2, 4}}},
        {"name", {{149, 5, 2, 1, 1}, {128, 13, 15, 6, 2}, {150, 4, 2, 0, 1}}},
        {"phone", {{96, 4, 3, 0, 2}, {84, 6, 13, 1, 3}, {98, 3, 2, 1, 1}}},
        {"service", {{150, 2, 4, 5, 0}, {117, 8, 31, 3, 2}, {152, 1, 3, 2, 0}}},
        {"practitioner", {{41, 1, 3, 2, 1}, {22, 3, 20, 0, 0}, {43, 1, 1, 1, 0}}},
    };
    size_t count = sizeof slots / sizeof *slots;
    summary->slots = arena_array(arena, count, sizeof *summary->slots);
    summary->slot_count = count;
    for (size_t i = 0; i < count; i++) {
        struct slot_row *row = &summary->slots[i];
        row->slot = VIEW(slots[i].slot);
        row->by_candidate = arena_array(arena, CANDIDATES, sizeof *row->by_candidate);
        for (size_t c = 0; c < CANDIDATES; c++) {
            const uint64_t *n = slots[i].counts[c];
            double right = (double)n[0], wrong = (double)n[1];
            double p = right / (right + wrong + (double)n[3]);
            double r = right / (right + wrong + (double)n[2]), f1 = 2 * p * r / (p + r);
            row->by_candidate[c] = (struct slot_summary){
                n[0],
                n[1],
                n[2],
                n[3],
                n[4],
                summary_builder_measure(p, p - .04, fmin(1, p + .03), n[0] + n[1] + n[3], "slots"),
                summary_builder_measure(r, r - .04, fmin(1, r + .03), n[0] + n[1] + n[2], "slots"),
                summary_builder_measure(f1, f1 - .03, fmin(1, f1 + .03), n[0] + n[1] + n[2],
                                        "slots"),
            };
        }
    }
}

static void add_bins(struct arena *arena, struct candidate_summary *candidate, double skill)
{
    static const uint64_t counts[10] = {0, 0, 6, 9, 17, 28, 44, 91, 188, 305};
    candidate->bin_count = 10;
    candidate->bins = arena_array(arena, 10, sizeof *candidate->bins);
    for (size_t i = 0; i < 10; i++) {
        double low = (double)i / 10, middle = low + .052;
        double accuracy = counts[i] ? middle - (1 - skill) * (.05 + low / 4) : (double)NAN;
        candidate->bins[i] = (struct reliability_bin){low, (double)(i + 1) / 10, counts[i],
                                                      counts[i] ? middle : (double)NAN, accuracy};
    }
}

/* Around half a second, with a few slow ones. */
static void add_latency(struct candidate_summary *candidate, uint64_t calls)
{
    static const uint64_t per_thousand[] = {20, 110, 290, 340, 160, 50, 20, 6, 4};
    for (size_t i = 0; i < sizeof per_thousand / sizeof *per_thousand; i++)
        candidate->latency[14 + i] = calls * per_thousand[i] / 1000;
}

static void add_confusion(struct arena *arena, struct run_summary *summary)
{
    struct strview labels[] = {VIEW("checkup"), VIEW("haircut"), VIEW("(other value)"),
                               VIEW("(none)")};
    uint64_t counts[CANDIDATES][16] = {{61, 0, 0, 2, 1, 70, 0, 3, 0, 0, 0, 0, 1, 2, 0, 0},
                                       {48, 6, 0, 9, 4, 58, 1, 11, 0, 0, 0, 0, 5, 7, 0, 0},
                                       {62, 0, 0, 1, 0, 72, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0}};
    struct slot_confusion confusion = {.slot = VIEW("service"),
                                       .labels = COPY(arena, labels),
                                       .label_count = 4,
                                       .by_candidate =
                                           arena_array(arena, CANDIDATES, sizeof(uint64_t *))};
    for (size_t c = 0; c < CANDIDATES; c++)
        confusion.by_candidate[c] = copy_of(arena, counts[c], sizeof counts[c]);
    summary->confusions = copy_of(arena, &confusion, sizeof confusion);
    summary->confusion_count = 1;
}

static void add_candidates(struct arena *arena, struct run_summary *summary)
{
    static const uint64_t outcomes[CANDIDATES][TRIAL_OUTCOME_LAST + 1] = {
        {0, 127, 12, 8, 3, 4, 2, 0, 4},
        {0, 89, 21, 28, 14, 3, 1, 0, 4},
        {0, 136, 7, 4, 2, 3, 1, 3, 4}};
    struct candidate_summary candidates[CANDIDATES] = {
        {.name = VIEW("production"),
         .kind = VIEW("recorded"),
         .provider = VIEW("openai"),
         .model = VIEW("gpt-4o-mini"),
         .prompt_version = VIEW("v1.0"),
         .calls = 1043,
         .attempts = 1061,
         .tokens = {1284911, 61204, 402112, 0},
         .cost_usd_nano = 1840800000,
         .cost_known = true},
        {.name = VIEW("rules"), .kind = VIEW("rules"), .cost_known = true},
        {.name = VIEW("hybrid-v2"),
         .kind = VIEW("hybrid"),
         .provider = VIEW("ollama"),
         .model = VIEW("llama3.2"),
         .prompt_version = VIEW("v2.0"),
         .parameters = VIEW("temperature 0, max tokens 300"),
         .simulated = true,
         .infrastructure_errors = 3,
         .malformed = 2,
         .calls = 1019,
         .attempts = 1034,
         .tokens = {988120, 48377, 0, 0},
         .cost_usd_nano = 639600000,
         .cost_known = true}};
    struct strview served[] = {VIEW("stub-llama3.2")};
    candidates[2].served_models = (struct text_list){COPY(arena, served), 1};
    for (size_t c = 0; c < CANDIDATES; c++) {
        candidates[c].trials = 160;
        candidates[c].no_gold = 4;
        candidates[c].scored = 156 - candidates[c].infrastructure_errors;
        memcpy(candidates[c].outcomes, outcomes[c], sizeof outcomes[c]);
    }
    add_bins(arena, &candidates[0], .8);
    add_bins(arena, &candidates[1], .3);
    add_bins(arena, &candidates[2], .95);
    add_latency(&candidates[0], 1043);
    add_latency(&candidates[2], 1019);
    summary->candidates = COPY(arena, candidates);
    summary->candidate_count = CANDIDATES;
    add_confusion(arena, summary);
}

static void add_gates(struct arena *arena, struct run_summary *summary)
{
    struct gate_summary gates[] = {
        {"goal success holds",
         "goal_success",
         VIEW("hybrid-v2"),
         "at least 80.0%",
         ranged(.8889, .8292, .9294),
         false,
         VERDICT_PASS,
         "88.9% of calls reach their goal.",
         {0},
         0,
         0,
         0,
         0},
        {"slots are good enough",
         "slot_f1_micro",
         VIEW("rules"),
         "at least 0.9",
         ranged(.7631, .7304, .7931),
         false,
         VERDICT_FAIL,
         "Slot F1 is 76.3%, and even the upper end of its range, 79.3%, is below 90.0%.",
         {0},
         0,
         0,
         0,
         0},
        {"dates are right",
         "slot_f1.date",
         VIEW("rules"),
         "at least 0.9",
         ranged(.7108, .6533, .7622),
         false,
         VERDICT_FAIL,
         "Dates reach an F1 of 71.1%.",
         {0},
         0,
         0,
         0,
         0},
        {"no slower than 1.5 s",
         "response_gap_p95_ms",
         VIEW("production"),
         "at most 1,500 ms",
         plain(1480, 1043, "turns"),
         false,
         VERDICT_INCONCLUSIVE,
         "The range of the response gap holds the limit of 1,500 ms.",
         {0},
         0,
         0,
         0,
         0},
        {"cheap enough",
         "cost_per_success_usd",
         VIEW("hybrid-v2"),
         "at most $0.01",
         plain(.0047, 136, "conversations"),
         false,
         VERDICT_PASS,
         "A booking costs $0.0047.",
         {0},
         0,
         0,
         0,
         0},
    };
    summary->gates = COPY(arena, gates);
    summary->gate_count = sizeof gates / sizeof *gates;
}

static void add_decision(struct arena *arena, struct run_summary *summary)
{
    struct decision_row rows[CANDIDATES] = {
        {.candidate = 0,
         .failed_per_1000 = ranged(185.9, 132.6, 254.3),
         .cost_per_success_usd = ranged(.0145, .0136, .0158),
         .response_gap_p95_ms = ranged(1480, 1410, 1562),
         .monthly_cost_usd = ranged(236, 229, 244),
         .failed_change = undefined("the candidate that the others are compared with"),
         .cost_change = undefined("the candidate that the others are compared with"),
         .gap_change = undefined("the candidate that the others are compared with")},
        {.candidate = 1,
         .failed_per_1000 = ranged(429.5, 354.3, 508.1),
         .cost_per_success_usd = plain(0, 89, "conversations"),
         .response_gap_p95_ms = undefined("rules do not speak: there is no response gap"),
         .monthly_cost_usd = plain(0, 156, "conversations"),
         .failed_change = ranged(243.6, 167.1, 320.1),
         .cost_change = ranged(-.0145, -.0158, -.0136),
         .gap_change = undefined("rules do not speak: there is no response gap")},
        {.candidate = 2,
         .failed_per_1000 = ranged(111.1, 70.6, 170.8),
         .cost_per_success_usd = ranged(.0047, .0044, .0051),
         .response_gap_p95_ms = ranged(1090, 1041, 1153),
         .response_gap_live = true,
         .monthly_cost_usd = ranged(82, 79, 86),
         .failed_change = ranged(-71.9, -132.6, -11.2),
         .cost_change = ranged(-.0098, -.0110, -.0087),
         .gap_change = ranged(-390, -468, 12)},
    };
    summary->decision = (struct decision){
        .sentence = "Do not release rules: it misses 2 of its 2 gates. hybrid-v2 holds both of its "
                    "gates and fails 72 fewer of 1,000 calls than production.",
        .failed_title = "Failed bookings per 1,000 calls",
        .success_means = "all required gold slots are right at the last turn (own-state replay)",
        .monthly_calls = 20000,
        .rows = COPY(arena, rows),
        .verdict = VERDICT_FAIL,
        .has_gates = true,
    };
}

static void add_accounts(struct arena *arena, struct run_summary *summary)
{
    struct named_count skipped[] = {{"duplicate event", 8}, {"no consent to evaluation", 2}};
    struct input_fault faults[] = {
        {"events.jsonl:812", "the line is no JSON object: '}' expected near end of line",
         "Look at the line: it may have been cut off."},
        {"events.jsonl:1307:/time", "the event has no time",
         "Write 'time' as ISO 8601 with a zone; relative dates are resolved against it."},
        {"gold.jsonl:41", "the gold of 'conv-0041' belongs to other words", ""},
    };
    summary->accounts = (struct accounts){
        .events_consumed = 2934,
        .events_in_conversations = 2921,
        .events_invalid = 3,
        .skipped = COPY(arena, skipped),
        .skipped_count = 2,
        .conversations = 160,
        .with_gold = 156,
        .no_gold = 3,
        .gold_mismatch = 1,
        .trials = 480,
        .trials_scored = 465,
        .trials_no_gold = 12,
        .trials_infrastructure_error = 3,
        .faults = COPY(arena, faults),
        .fault_count = 3,
        .faults_total = 3,
    };
}

static const struct run_environment environment = {
    .run_id = {"20250110T021500-4f2a", 20},
    .started = {"2025-01-10T02:15:00Z", 20},
    .finished = {"2025-01-10T02:19:42Z", 20},
    .assay_version = {"0.1.0", 5},
    .git_state = {"3d74909, clean", 14},
    .host = {"ci-runner", 9},
    .wall_s = 282.4,
    .threads = 8,
    .peak_memory_bytes = 43515904,
    .events_per_s = 10.4,
    .trials_per_s = 1.7,
};

static struct run_summary *identity(struct arena *arena)
{
    struct run_summary *summary = arena_alloc(arena, sizeof *summary);
    if (!summary)
        abort();
    *summary = (struct run_summary){
        .arena = arena,
        .experiment = VIEW("compare-prompts"),
        .pipeline = VIEW("pipelines/compare_prompts.yaml"),
        .task = VIEW("booking"),
        .mode = VIEW("own-state"),
        .profile = VIEW("assay"),
        .source = VIEW("datasets/booking/events.jsonl"),
        .repeats = 1,
        .pipeline_sha256 = VIEW("0c7b1c2f5f3f4d2a8d1e6b9a7c3d5e8f0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
        .source_sha256 = VIEW("b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
        .gold_sha256 = VIEW("2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"),
        .task_sha256 = VIEW("fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"),
        .environment = environment,
    };
    return summary;
}

struct run_summary *summary_builder_sample(struct arena *arena)
{
    struct run_summary *summary = identity(arena);
    summary->any_simulated = true;
    add_candidates(arena, summary);
    add_slots(arena, summary);
    struct metric_section sections[] = {headline(arena), calibration(arena), models(arena),
                                        services(arena)};
    summary->sections = COPY(arena, sections);
    summary->section_count = sizeof sections / sizeof *sections;
    add_gates(arena, summary);
    add_decision(arena, summary);
    add_accounts(arena, summary);
    trials_builder_worst(arena, summary);
    summary->failed_total = 29 + 67 + 17;
    return summary;
}

struct run_summary *summary_builder_empty(struct arena *arena)
{
    struct run_summary *summary = identity(arena);
    const char *why = "no conversation was scored";
    struct candidate_summary candidate = {
        .name = VIEW("rules"), .kind = VIEW("rules"), .cost_known = true};
    summary->candidates = copy_of(arena, &candidate, sizeof candidate);
    summary->candidate_count = 1;
    struct decision_row row = {0,
                               undefined(why),
                               undefined(why),
                               undefined(why),
                               false,
                               undefined(why),
                               undefined(why),
                               undefined(why),
                               undefined(why)};
    summary->decision = (struct decision){
        .sentence = "Nothing was scored: the source holds no conversation.",
        .failed_title = "Failed bookings per 1,000 calls",
        .success_means = "all required gold slots are right at the last turn (own-state replay)",
        .monthly_calls = 20000,
        .rows = copy_of(arena, &row, sizeof row),
        .verdict = VERDICT_INCONCLUSIVE,
    };
    struct metric_row metric =
        row_of(arena, "goal_success", "Goal reached", UNIT_RATIO, HIGHER_IS_BETTER);
    metric.by_candidate[0] = undefined(why);
    struct metric_section section = {"headline", "Headline metrics", NULL,
                                     copy_of(arena, &metric, sizeof metric), 1};
    summary->sections = copy_of(arena, &section, sizeof section);
    summary->section_count = 1;
    return summary;
}

/* The array of three, repeated to `count`. */
static void *repeat(struct arena *arena, const void *three, size_t count, size_t size)
{
    char *all = arena_array(arena, count, size);
    if (!all)
        abort();
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * size, (const char *)three + i % CANDIDATES * size, size);
    return all;
}

static void widen(struct arena *arena, struct run_summary *summary, size_t count)
{
    summary->candidates = repeat(arena, summary->candidates, count, sizeof *summary->candidates);
    summary->decision.rows =
        repeat(arena, summary->decision.rows, count, sizeof *summary->decision.rows);
    for (size_t i = 0; i < count; i++) {
        summary->candidates[i].name = strview_of(arena_format(
            arena, "%.*s at temperature 0.%zu", STRVIEW_ARG(summary->candidates[i].name), i));
        summary->decision.rows[i].candidate = i;
    }
    for (size_t s = 0; s < summary->section_count; s++) {
        for (size_t i = 0; i < summary->sections[s].count; i++) {
            struct metric_row *row = &summary->sections[s].rows[i];
            row->by_candidate = repeat(arena, row->by_candidate, count, sizeof(struct measure));
            row->measured_live = repeat(arena, row->measured_live, count, sizeof(bool));
            if (row->difference)
                row->difference = repeat(arena, row->difference, count, sizeof(struct measure));
        }
    }
    for (size_t i = 0; i < summary->slot_count; i++)
        summary->slots[i].by_candidate =
            repeat(arena, summary->slots[i].by_candidate, count, sizeof(struct slot_summary));
    for (size_t i = 0; i < summary->confusion_count; i++)
        summary->confusions[i].by_candidate =
            repeat(arena, summary->confusions[i].by_candidate, count, sizeof(uint64_t *));
    summary->candidate_count = count;
}

struct run_summary *summary_builder_large(struct arena *arena)
{
    struct run_summary *summary = summary_builder_sample(arena);
    widen(arena, summary, 8);
    size_t old_count = summary->worst_count, count = 200;
    struct trial_summary *worst = arena_array(arena, count, sizeof *worst);
    for (size_t i = 0; i < count; i++) {
        worst[i] = summary->worst[i % old_count];
        worst[i].conversation_id = strview_of(arena_format(arena, "conv-%04zu", 1000 + i));
    }
    summary->worst = worst;
    summary->worst_count = count;
    summary->failed_total = 1113;
    return summary;
}

/* Each tries to end an element, an attribute, a table cell or a line, or to run something. */
static const char script_text[] = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`&amp;";
static const char control_text[] = "a\xe2\x80\xa8"
                                   "b\xe2\x80\xae"
                                   "txt.exe\x01\x1b[31mred\xff\n| x | **y** | @all #1 ]]> -->";
static const char formula_text[] = "=HYPERLINK(\"http://evil.example\",\"x\"), \"quoted\"\r\nnext";

struct run_summary *summary_builder_hostile(struct arena *arena)
{
    struct run_summary *summary = summary_builder_sample(arena);
    summary->experiment = VIEW(script_text);
    summary->decision.sentence = script_text;
    summary->candidates[1].name = VIEW(script_text);
    summary->candidates[2].name = VIEW(control_text);
    summary->candidates[2].model = VIEW(formula_text);
    summary->slots[0].slot = VIEW(control_text);
    summary->confusions[0].slot = VIEW(script_text);
    ((struct strview *)(uintptr_t)summary->confusions[0].labels)[1] = VIEW(control_text);
    summary->gates[1].name = control_text;
    summary->gates[1].reason = script_text;
    summary->gates[1].candidate = VIEW(script_text);
    summary->accounts.faults[0] = (struct input_fault){script_text, control_text, formula_text};
    summary->environment.host = VIEW(control_text);
    for (size_t i = 0; i < summary->worst_count; i++) {
        struct trial_summary *trial = &summary->worst[i];
        trial->conversation_id = VIEW(i % 2 ? script_text : control_text);
        trial->reason = VIEW(i % 2 ? control_text : script_text);
        for (size_t t = 0; t < trial->turn_count; t++) {
            struct turn_summary *turn = &trial->turns[t];
            turn->user_text = VIEW(script_text);
            turn->response = VIEW(control_text);
            turn->state = VIEW(formula_text);
            for (size_t s = 0; s < turn->slot_count; s++) {
                turn->slots[s].gold = VIEW(script_text);
                turn->slots[s].predicted = VIEW(control_text);
            }
        }
    }
    return summary;
}
