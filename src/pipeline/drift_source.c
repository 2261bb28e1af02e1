/*
 * drift_source.c: see drift_source.h. A run is read from its journal, so its predictions need not
 * be decoded from JSON again. Owner of the fold: the caller, by drift_source_done.
 */
#include "pipeline/drift_source.h"

#include "base/civil_time.h"
#include "base/file.h"
#include "ingest/record_file.h"
#include "pipeline/conversation_file.h"
#include "pipeline/drift_log.h"
#include "pipeline/run_journal.h"
#include "score/conversation_measure.h"

#include <sys/stat.h>

enum { SNIFF_BYTES = 4 << 20 };

struct reading {
    const struct drift_source_request *request;
    struct drift_source *source;
    struct arena *arena;
    const char *path; /* or the run's name */
    int64_t from_ns, until_ns;
};

/* --- RUN@FROM..TO --------------------------------------------------------------------------------
 */

static enum status parse_end(struct strview text, int64_t *ret_ns, struct error *err)
{
    struct civil_parsed parsed;
    *ret_ns = DRIFT_NO_TIME;
    if (text.size == 0)
        return STATUS_OK;
    enum status status = civil_time_parse(text, &parsed, err);
    if (status != STATUS_OK) {
        error_fix(err, "A range is FILE@FROM..TO, such as calls.jsonl@2025-01-10..2025-01-17.");
        return err ? (err->status = STATUS_CONFIG) : STATUS_CONFIG;
    }
    *ret_ns = parsed.utc_ns;
    return STATUS_OK;
}

static enum status split(struct reading *reading, struct error *err)
{
    const char *text = reading->request->text, *at = strrchr(text, '@');
    const char *dots = at ? strstr(at, "..") : NULL;
    reading->path = text;
    reading->from_ns = reading->until_ns = DRIFT_NO_TIME;
    if (!dots)
        return STATUS_OK;
    char *path = arena_format(reading->arena, "%.*s", (int)(at - text), text);
    if (!path)
        return error_no_memory(err);
    reading->path = path;
    enum status status =
        parse_end((struct strview){at + 1, (size_t)(dots - at - 1)}, &reading->from_ns, err);
    if (status == STATUS_OK)
        status = parse_end(strview_of(dots + 2), &reading->until_ns, err);
    bool is_backward = reading->from_ns != DRIFT_NO_TIME && reading->until_ns != DRIFT_NO_TIME &&
                       reading->from_ns >= reading->until_ns;
    return status == STATUS_OK && is_backward
               ? error_set(err, STATUS_CONFIG, "the range of '%s' ends before it begins", text)
               : status;
}

static bool is_outside(const struct reading *reading, int64_t start_ns)
{
    bool before = reading->from_ns != DRIFT_NO_TIME && start_ns < reading->from_ns;
    bool behind = reading->until_ns != DRIFT_NO_TIME && start_ns >= reading->until_ns;
    reading->source->outside += before || behind;
    reading->source->conversations += !before && !behind;
    return before || behind;
}

static void keep_fault(void *context, const struct error *fault)
{
    struct reading *reading = context;
    if (reading->source->faults++ == 0)
        reading->source->first_fault =
            arena_format(reading->arena, "%s: %s", fault->where, fault->what);
}

/* --- a run
 * ----------------------------------------------------------------------------------------- */

static enum status add_subjects(struct reading *reading, bool has_calls, struct error *err)
{
    struct drift_source *source = reading->source;
    size_t subject;
    source->calls = source->first_answers = DRIFT_NO_SUBJECT;
    source->fold = drift_fold_create(source->task);
    if (!source->fold)
        return error_no_memory(err);
    if (has_calls) {
        if (!drift_fold_subject(source->fold, strview_of(DRIFT_FOLD_CALLS), &subject))
            return error_no_memory(err);
        source->calls = (int)subject;
    }
    size_t candidates = source->pipeline ? source->pipeline->candidate_count : 1;
    for (size_t i = 0; i < candidates; i++) {
        struct strview name =
            source->pipeline ? source->pipeline->candidates[i].name : strview_of("agent");
        if (!drift_fold_subject(source->fold, name, &subject))
            return error_set(err, STATUS_LIMIT, "more than %d candidates", DRIFT_FOLD_SUBJECTS);
        if (i == 0)
            source->first_answers = (int)subject;
    }
    return STATUS_OK;
}

static enum status take_candidate(struct reading *reading, struct run_journal *journal,
                                  uint64_t first_trial, size_t candidate, struct arena *scratch,
                                  struct error *err)
{
    const struct drift_source *source = reading->source;
    struct drift_answers answers = drift_answers_start(scratch);
    enum status status = STATUS_OK;
    for (int64_t repeat = 0; repeat < source->pipeline->repeats && status == STATUS_OK; repeat++) {
        struct trial trial;
        bool found;
        status = run_journal_trial(journal, first_trial + (uint64_t)repeat, scratch, &trial, &found,
                                   err);
        if (status == STATUS_OK && found && !drift_answers_trial(&answers, &trial))
            status = error_no_memory(err);
    }
    if (status != STATUS_OK)
        return status;
    return drift_fold_answers(source->fold, (size_t)source->first_answers + candidate, &answers)
               ? STATUS_OK
               : error_no_memory(err);
}

static enum status take_run_conversation(struct reading *reading, struct run_journal *journal,
                                         uint64_t ordinal, struct arena *scratch, struct error *err)
{
    const struct drift_source *source = reading->source;
    const struct pipeline_spec *pipeline = source->pipeline;
    struct conversation_facts facts;
    bool found;
    enum status status = run_journal_facts(journal, ordinal, scratch, &facts, &found, err);
    if (status != STATUS_OK || !found || is_outside(reading, facts.start_ns))
        return status;
    if (!drift_fold_begin(source->fold, facts.start_ns) ||
        !drift_fold_calls(source->fold, (size_t)source->calls, &facts))
        return error_no_memory(err);
    uint64_t repeats = (uint64_t)pipeline->repeats;
    for (size_t c = 0; c < pipeline->candidate_count && status == STATUS_OK; c++)
        status = take_candidate(
            reading, journal, (ordinal * pipeline->candidate_count + c) * repeats, c, scratch, err);
    return status;
}

static enum status read_run(struct reading *reading, const char *folder, struct error *err)
{
    struct drift_source *source = reading->source;
    CLEANUP(arena_cleanup) struct arena *scratch = arena_create(64 * 1024, 0);
    struct run_manifest *manifest;
    struct pipeline_spec *pipeline;
    struct run_journal journal;
    if (!scratch)
        return error_no_memory(err);
    enum status status = run_load_pipeline(folder, reading->arena, reading->request->faults,
                                           &manifest, &pipeline, err);
    if (status == STATUS_OK && reading->request->faults->count)
        status =
            error_set(err, STATUS_CONFIG, "the pipeline of run '%s' is wrong now", reading->path);
    if (status != STATUS_OK)
        return status;
    source->kind = "run";
    source->pipeline = pipeline;
    source->task = pipeline->task;
    status = add_subjects(reading, true, err);
    if (status == STATUS_OK)
        status = run_journal_open(folder, &journal, err);
    if (status != STATUS_OK)
        return status;
    for (uint64_t i = 0; i < journal.facts.count && status == STATUS_OK; i++) {
        status = take_run_conversation(reading, &journal, i, scratch, err);
        arena_reset(scratch);
    }
    run_journal_close(&journal);
    return status;
}

/* --- a file
 * ---------------------------------------------------------------------------------------- */

static enum status take_conversation(struct reading *reading,
                                     const struct conversation *conversation, struct error *err)
{
    static const struct task_spec no_task = {.locale = {"en-US", 5}, .dead_air_ms = 3000};
    const struct drift_source *source = reading->source;
    struct conversation_facts facts;
    if (is_outside(reading, conversation->start_ns))
        return STATUS_OK;
    enum status status = conversation_measure(conversation, source->task ? source->task : &no_task,
                                              NULL, GOLD_NONE, conversation->arena, &facts, err);
    struct drift_answers answers = drift_answers_start(conversation->arena);
    if (status != STATUS_OK)
        return status;
    bool good = drift_answers_recorded(&answers, conversation) &&
                drift_fold_begin(source->fold, conversation->start_ns) &&
                drift_fold_calls(source->fold, (size_t)source->calls, &facts) &&
                drift_fold_answers(source->fold, (size_t)source->first_answers, &answers);
    return good ? STATUS_OK : error_no_memory(err);
}

static enum status read_events(struct reading *reading, struct error *err)
{
    CLEANUP(conversation_file_cleanup) struct conversation_file *file = NULL;
    reading->source->kind = "events";
    enum status status = add_subjects(reading, true, err);
    if (status == STATUS_OK)
        status = conversation_file_open(reading->path, keep_fault, reading, &file, err);
    while (status == STATUS_OK) {
        CLEANUP(conversation_cleanup) struct conversation *conversation = NULL;
        status = conversation_file_next(file, &conversation, err);
        if (!conversation)
            break;
        const struct conversation_started *started = conversation->started;
        if (started && started->consent && started->consent->evaluation == 0)
            continue; /* may not be looked at */
        status = take_conversation(reading, conversation, err);
    }
    return status;
}

static enum status read_log(struct reading *reading, struct error *err)
{
    struct drift_source *source = reading->source;
    source->kind = "predictions";
    enum status status = add_subjects(reading, false, err);
    struct drift_log_counts counts = {0};
    struct drift_log_request request = {.path = reading->path,
                                        .candidate = reading->request->candidate,
                                        .from_ns = reading->from_ns,
                                        .until_ns = reading->until_ns,
                                        .fold = source->fold,
                                        .subject = 0,
                                        .arena = reading->arena};
    if (status == STATUS_OK)
        status = drift_log_read(&request, &counts, err);
    source->conversations = counts.conversations;
    source->outside = counts.outside;
    source->faults = counts.faults;
    source->first_fault = counts.first_fault;
    return status;
}

/* Which of the two the schema of an Avro file fits. */
static bool is_avro_log(const char *path)
{
    CLEANUP(record_file_cleanup) struct record_file *file = NULL;
    return record_file_open(path, &event_envelope_type, SNIFF_BYTES, &file, NULL) != STATUS_OK &&
           record_file_open(path, &prediction_type, SNIFF_BYTES, &file, NULL) == STATUS_OK;
}

/* Events have a type; predictions have not. */
static enum status sniff(const char *path, bool *ret_is_log, struct error *err)
{
    struct line_reader *lines;
    struct line line;
    *ret_is_log = false;
    if (record_file_is_avro(path)) {
        *ret_is_log = is_avro_log(path);
        return STATUS_OK;
    }
    enum status status = line_reader_open(path, SNIFF_BYTES, &lines, err);
    if (status != STATUS_OK)
        return status;
    while (line_reader_next(lines, &line, &status, err)) {
        json_t *json = NULL;
        if (strview_trim(line.bytes).size == 0 ||
            json_record_parse(line.bytes, &json, NULL) != STATUS_OK)
            continue;
        *ret_is_log = json_object_get(json, "type") == NULL;
        json_decref(json);
        break;
    }
    line_reader_close(lines);
    return status;
}

static enum status read_file(struct reading *reading, struct error *err)
{
    bool is_log;
    reading->source->task = reading->request->task;
    enum status status = sniff(reading->path, &is_log, err);
    if (status != STATUS_OK)
        return status;
    return is_log ? read_log(reading, err) : read_events(reading, err);
}

enum status drift_source_read(const struct drift_source_request *request, struct arena *arena,
                              struct drift_source *ret_source, struct error *err)
{
    struct drift_source source = {.text = request->text};
    struct reading reading = {.request = request, .source = &source, .arena = arena};
    const char *folder;
    struct stat info;
    enum status status = split(&reading, err);
    if (status != STATUS_OK)
        return status;
    if (stat(reading.path, &info) == 0 && S_ISREG(info.st_mode)) {
        status = read_file(&reading, err);
    } else {
        status = run_folder_find(request->runs, reading.path, arena, &folder, err);
        if (status == STATUS_OK)
            status = read_run(&reading, folder, err);
    }
    if (status == STATUS_OK)
        *ret_source = source;
    else
        drift_source_done(&source);
    return status;
}

void drift_source_done(struct drift_source *source)
{
    drift_fold_destroy(source->fold);
    source->fold = NULL;
}

/* --- pairs
 * ----------------------------------------------------------------------------------------- */

static const struct drift_subject *subject_of(const struct drift_source *source, int subject)
{
    return drift_fold_get(source->fold, (size_t)subject);
}

static int answers_end(const struct drift_source *source)
{
    return (int)drift_fold_subject_count(source->fold);
}

static int find_name(const struct drift_source *source, const char *name)
{
    for (int i = source->first_answers; i < answers_end(source); i++)
        if (strcmp(subject_of(source, i)->name, name) == 0)
            return i;
    return DRIFT_NO_SUBJECT;
}

/* Which subject of a side stands against a file's agent. */
static enum status choose(const struct drift_source *source, const char *candidate, int *ret_chosen,
                          struct error *err)
{
    *ret_chosen = source->first_answers;
    if (!source->pipeline)
        return STATUS_OK;
    if (candidate) {
        *ret_chosen = find_name(source, candidate);
        return *ret_chosen != DRIFT_NO_SUBJECT
                   ? STATUS_OK
                   : error_set(err, STATUS_CONFIG, "run '%.100s' has no candidate '%.100s'",
                               source->text, candidate);
    }
    for (size_t i = 0; i < source->pipeline->candidate_count; i++)
        if (source->pipeline->candidates[i].kind == CANDIDATE_RECORDED) {
            *ret_chosen = source->first_answers + (int)i;
            return STATUS_OK;
        }
    if (source->pipeline->candidate_count == 1)
        return STATUS_OK;
    enum status status =
        error_set(err, STATUS_CONFIG, "which candidate of run '%.100s' is compared?", source->text);
    error_fix(err, "Name it with --candidate.");
    return status;
}

static void add_pair(const struct drift_subject *reference, const struct drift_subject *current,
                     const char *name, struct drift_pair *pairs, size_t *count)
{
    pairs[(*count)++] = (struct drift_pair){name, reference->profile, current->profile};
}

static enum status pair_one(const struct drift_source *reference,
                            const struct drift_source *current, const char *candidate,
                            struct drift_pair *pairs, size_t *count, struct error *err)
{
    int one, two;
    enum status status = choose(reference, candidate, &one, err);
    if (status == STATUS_OK)
        status = choose(current, candidate, &two, err);
    if (status == STATUS_OK)
        add_pair(subject_of(reference, one), subject_of(current, two),
                 subject_of(current->pipeline ? current : reference, current->pipeline ? two : one)
                     ->name,
                 pairs, count);
    return status;
}

enum status drift_source_pairs(const struct drift_source *reference,
                               const struct drift_source *current, const char *candidate,
                               struct drift_pair ret_pairs[DRIFT_FOLD_SUBJECTS], size_t *ret_count,
                               struct error *err)
{
    size_t count = 0, before;
    enum status status = STATUS_OK;
    if (reference->calls != DRIFT_NO_SUBJECT && current->calls != DRIFT_NO_SUBJECT)
        add_pair(subject_of(reference, reference->calls), subject_of(current, current->calls),
                 DRIFT_FOLD_CALLS, ret_pairs, &count);
    before = count;
    bool are_runs = reference->pipeline && current->pipeline;
    for (int i = current->first_answers; are_runs && i < answers_end(current); i++) {
        const struct drift_subject *subject = subject_of(current, i);
        int other = find_name(reference, subject->name);
        bool wanted = !candidate || strcmp(candidate, subject->name) == 0;
        if (wanted && other != DRIFT_NO_SUBJECT)
            add_pair(subject_of(reference, other), subject, subject->name, ret_pairs, &count);
    }
    if (candidate && are_runs && count == before)
        return error_set(err, STATUS_CONFIG, "the runs do not both have a candidate '%.100s'",
                         candidate);
    if (!are_runs)
        status = pair_one(reference, current, candidate, ret_pairs, &count, err);
    *ret_count = count;
    return status;
}

/* --- two runs
 * -------------------------------------------------------------------------------------- */

static enum status compare_sources(const struct drift_source *reference,
                                   const struct drift_source *current, struct arena *arena,
                                   struct drift_result **ret_result, struct error *err)
{
    struct drift_pair pairs[DRIFT_FOLD_SUBJECTS];
    size_t count;
    *ret_result = NULL;
    enum status status = drift_source_pairs(reference, current, NULL, pairs, &count, err);
    return status == STATUS_OK && count
               ? drift_compare(pairs, count, DRIFT_RULE_DEFAULTS, arena, ret_result, err)
               : status;
}

enum status drift_source_compare_runs(const char *runs, const char *reference_id,
                                      const char *current_id, struct arena *arena,
                                      struct drift_result **ret_result, struct error *err)
{
    struct fault_list faults = {0};
    struct drift_source reference, current;
    struct drift_source_request request = {.text = reference_id, .runs = runs, .faults = &faults};
    enum status status = drift_source_read(&request, arena, &reference, err);
    if (status != STATUS_OK)
        return status;
    request.text = current_id;
    status = drift_source_read(&request, arena, &current, err);
    if (status == STATUS_OK) {
        status = compare_sources(&reference, &current, arena, ret_result, err);
        drift_source_done(&current);
    }
    drift_source_done(&reference);
    return status;
}
