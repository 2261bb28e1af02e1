/*
 * trial_choice.c: see trial_choice.h. A look reads the journal in order of the conversations, so
 * that a run that was killed looks at what it looked at before. Called by lane.c and run_report.c.
 * Scratch memory of one look.
 */
#include "pipeline/trial_choice.h"

#include "base/counter_rng.h"
#include "base/memory.h"
#include "codec/binary_record.h"
#include "config/replay_modes.h"

#include <math.h>

static const double prefixes[TRIAL_CHOICE_PREFIXES] = {1.0 / 32, 1.0 / 16, 3.0 / 32, 1.0 / 8,
                                                       3.0 / 16, 1.0 / 4,  3.0 / 8,  1.0 / 2,
                                                       5.0 / 8,  3.0 / 4,  7.0 / 8,  1};

/* In [0, 1): the conversation's place in a seeded order. */
static double place_of(const struct pipeline_spec *pipeline, const char *purpose,
                       struct strview conversation_id)
{
    struct counter_rng rng =
        counter_rng_start((uint64_t)pipeline->seed, counter_rng_purpose(purpose),
                          hash_64(conversation_id.data, conversation_id.size));
    return counter_rng_unit(&rng);
}

int trial_choice_prefix(const struct pipeline_spec *pipeline, struct strview conversation_id)
{
    double place = place_of(pipeline, "stop_when_decided", conversation_id);
    int prefix = 0;
    while (prefix + 1 < TRIAL_CHOICE_PREFIXES && place >= prefixes[prefix])
        prefix++;
    return prefix;
}

static bool is_in_share(const struct pipeline_spec *pipeline, size_t candidate,
                        struct strview conversation_id)
{
    double share = pipeline->candidates[candidate].share;
    return !(share > 0 && share < 1) || place_of(pipeline, "share", conversation_id) < share;
}

static const struct early_stop *stop_of(const struct run_accounts *accounts, size_t candidate)
{
    for (size_t i = 0; i < accounts->stop_count; i++)
        if (accounts->stops[i].candidate == candidate)
            return &accounts->stops[i];
    return NULL;
}

bool trial_choice_left_out(const struct pipeline_spec *pipeline,
                           const struct run_accounts *accounts, struct strview conversation_id,
                           size_t candidate)
{
    const struct early_stop *stop = stop_of(accounts, candidate);
    return !is_in_share(pipeline, candidate, conversation_id) ||
           (stop && trial_choice_prefix(pipeline, conversation_id) > stop->prefix);
}

bool trial_choice_wants(const struct trial_choice *choice, const struct conversation *conversation,
                        size_t candidate)
{
    const struct session *session = choice->session;
    const struct pipeline_spec *pipeline = session->options.pipeline;
    if (trial_choice_left_out(pipeline, &session->accounts, conversation->id, candidate))
        return false;
    return !pipeline->stop_when_decided ||
           trial_choice_prefix(pipeline, conversation->id) == choice->prefix;
}

bool trial_choice_is_withheld(struct session *session, const struct conversation *conversation,
                              const struct session_candidate *candidate)
{
    const struct conversation_started *started = conversation->started;
    bool is_withheld =
        candidate->is_outside && started && started->consent && started->consent->third_party == 0;
    struct error fault = {0};
    if (!is_withheld || session->trials_withheld++ > 0)
        return is_withheld;
    error_set(
        &fault, STATUS_DATA,
        "candidate '%.*s' is outside, and a caller did not agree to that (told once): not run",
        STRVIEW_ARG(candidate->candidate.spec->name));
    error_where(&fault, "%s", session->options.pipeline->source.events.data);
    error_fix(&fault, "consent.third_party is false in their ConversationStarted.");
    session_fault(session, &fault);
    return true;
}

/* --- a look ---------------------------------------------------------------------------------- */

struct looking {
    struct trial_choice *choice;
    struct arena *scratch; /* reset with each conversation */
    struct strbuf payload;
    double *differences; /* candidate by candidate, `room` each */
    size_t *counts;
    size_t room;
    bool leaves_out_challenge;
};

static enum status read_at(struct looking *looking, uint64_t offset, const struct record_type *type,
                           void *record, struct error *err)
{
    strbuf_clear(&looking->payload);
    enum status status =
        journal_log_read(looking->choice->session->journal, offset, &looking->payload, err);
    return status == STATUS_OK ? binary_record_decode(type, strbuf_view(&looking->payload), record,
                                                      looking->scratch, err)
                               : status;
}

static bool is_scored(const struct trial *trial)
{
    return !trial->error && trial->score && trial->score->success != FIELD_ABSENT_BOOL &&
           trial->score->outcome != TRIAL_ERROR && trial->score->outcome != TRIAL_NOT_SCORED &&
           trial->score->outcome != TRIAL_SIMULATOR_FAULT;
}

/* Share of its scored repeats that succeeded; NaN: none was scored. */
static enum status success_of(struct looking *looking, uint64_t conversation, size_t candidate,
                              double *ret_success, struct error *err)
{
    const struct session *session = looking->choice->session;
    const struct pipeline_spec *pipeline = session->options.pipeline;
    uint64_t repeats = (uint64_t)pipeline->repeats;
    uint64_t first = (conversation * pipeline->candidate_count + candidate) * repeats;
    double tries = 0, passed = 0;
    for (uint64_t r = 0; r < repeats; r++) {
        uint64_t offset = offset_column_get(&session->trials, first + r);
        struct trial trial;
        enum status status =
            offset ? read_at(looking, offset, &trial_type, &trial, err) : STATUS_OK;
        if (status != STATUS_OK)
            return status;
        if (!offset || !is_scored(&trial))
            continue;
        tries++;
        passed += trial.score->success == 1;
    }
    *ret_success = tries > 0 ? passed / tries : (double)NAN;
    return STATUS_OK;
}

static enum status take_pairs(struct looking *looking, uint64_t conversation, struct error *err)
{
    const struct pipeline_spec *pipeline = looking->choice->session->options.pipeline;
    enum status status = STATUS_OK;
    for (size_t m = 0, first = 0; status == STATUS_OK && m < replay_modes_count(pipeline); m++) {
        size_t count = replay_modes_get(pipeline, m)->candidate_count;
        double reference, own;
        status = success_of(looking, conversation, first, &reference, err);
        for (size_t c = first + 1; status == STATUS_OK && c < first + count; c++) {
            status = success_of(looking, conversation, c, &own, err);
            if (status == STATUS_OK && !isnan(own) && !isnan(reference))
                looking->differences[c * looking->room + looking->counts[c]++] = own - reference;
        }
        first += count;
    }
    return status;
}

/* Conversations up to this prefix that headline numbers rest on; `count` alone finds out about the
 * splits. */
static enum status go_through(struct looking *looking, bool only_splits, struct error *err)
{
    struct session *session = looking->choice->session;
    enum status status = STATUS_OK;
    for (uint64_t i = 0; status == STATUS_OK && i < session->facts.count; i++) {
        uint64_t offset = offset_column_get(&session->facts, i);
        struct conversation_facts facts;
        if (!offset)
            continue;
        status = read_at(looking, offset, &conversation_facts_type, &facts, err);
        bool is_challenge = status == STATUS_OK && facts.split == SPLIT_CHALLENGE;
        if (status == STATUS_OK && only_splits)
            looking->leaves_out_challenge = looking->leaves_out_challenge || !is_challenge;
        else if (status == STATUS_OK && !(looking->leaves_out_challenge && is_challenge) &&
                 trial_choice_prefix(session->options.pipeline, facts.conversation_id) <=
                     looking->choice->prefix)
            status = take_pairs(looking, i, err);
        arena_reset(looking->scratch);
    }
    return status;
}

static enum status judge(struct looking *looking, struct error *err)
{
    struct run_accounts *accounts = &looking->choice->session->accounts;
    const struct pipeline_spec *pipeline = looking->choice->session->options.pipeline;
    for (size_t m = 0, first = 0; m < replay_modes_count(pipeline); m++) {
        const struct pipeline_spec *mode = replay_modes_get(pipeline, m);
        for (size_t c = 1; c < mode->candidate_count; c++) {
            size_t at = first + c;
            struct early_stop_rule rule = early_stop_rule_of(mode, c);
            struct early_stop stop = {.candidate = at, .prefix = looking->choice->prefix};
            if (stop_of(accounts, at) || accounts->stop_count == RUN_STOPS_KEPT)
                continue;
            enum status status = early_stop_look(looking->differences + at * looking->room,
                                                 looking->counts[at], &rule, &stop, err);
            if (status != STATUS_OK)
                return status;
            if (stop.verdict != EARLY_STOP_NONE)
                accounts->stops[accounts->stop_count++] = stop;
        }
        first += mode->candidate_count;
    }
    return STATUS_OK;
}

static enum status look(struct trial_choice *choice, struct error *err)
{
    const struct session *session = choice->session;
    size_t candidates = session->options.pipeline->candidate_count;
    struct looking looking = {
        .choice = choice, .scratch = arena_create(64 * 1024, 0), .room = session->facts.count + 1};
    looking.differences = memory_alloc(candidates * looking.room * sizeof *looking.differences);
    looking.counts = memory_alloc(candidates * sizeof *looking.counts);
    enum status status = looking.scratch && looking.differences && looking.counts
                             ? go_through(&looking, true, err)
                             : error_no_memory(err);
    if (status == STATUS_OK)
        status = go_through(&looking, false, err);
    if (status == STATUS_OK)
        status = judge(&looking, err);
    memory_free(looking.differences);
    memory_free(looking.counts);
    strbuf_done(&looking.payload);
    arena_destroy(looking.scratch);
    return status;
}

/* What was read is read, and counted, again. */
static void begin_accounts(struct session *session)
{
    struct run_accounts then = session->accounts;
    session->accounts = (struct run_accounts){.faults = then.faults,
                                              .fault_capacity = then.fault_capacity,
                                              .stop_count = then.stop_count};
    memcpy(session->accounts.stops, then.stops, sizeof then.stops);
    session->trials_withheld = 0;
}

enum status trial_choice_look(struct trial_choice *choice, bool *ret_again, struct error *err)
{
    struct session *session = choice->session;
    *ret_again =
        session->options.pipeline->stop_when_decided && choice->prefix + 1 < TRIAL_CHOICE_PREFIXES;
    if (!*ret_again)
        return STATUS_OK;
    enum status status = look(choice, err);
    if (status != STATUS_OK)
        return status;
    choice->prefix++;
    begin_accounts(session);
    return STATUS_OK;
}
