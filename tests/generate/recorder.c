/*
 * recorder.c: see recorder.h. Latencies are drawn with a long tail; everything is a whole
 * millisecond.
 */
#include "recorder.h"

#include "base/hash.h"
#include "codec/json_record.h"

#include <stdio.h>

#define MS INT64_C(1000000)

static void emit(struct recorder *recorder, enum event_type type, void *body)
{
    struct event event = {recorder->conversation_id, recorder->sequence++, recorder->now_ns, type,
                          body};
    json_record_encode_event(&event, &recorder->events);
    strbuf_add_char(recorder->events_out, '\n');
    recorder->events.has_element = false;
}

/* Around `typical`, sometimes several times as long. */
static int64_t latency_ms(struct draw *draw, int32_t typical)
{
    int64_t ms = typical / 2 + draw_between(draw, 0, typical);
    while (draw_chance(draw, 40))
        ms += typical;
    return ms;
}

static void service(struct recorder *recorder, enum service_kind kind, int32_t typical_ms)
{
    static const char *const models[] = {"", "whisper-small.en", "", "piper-en"};
    struct service_call call;
    record_init(&service_call_type, &call);
    int64_t took_ms = latency_ms(recorder->draw, typical_ms);
    call.service = kind;
    bool is_llm = kind == SERVICE_LLM;
    call.provider = strview_of(!is_llm ? "local" : recorder->groq ? "groq" : "ollama");
    call.model = strview_of(!is_llm          ? models[kind]
                            : recorder->groq ? "llama-3.1-8b-instant"
                                             : "llama3.2");
    if (is_llm && draw_chance(recorder->draw, 4)) { /* it fails once and is asked again */
        call.latency_ms = 8000;
        call.error = strview_of("timeout");
        recorder->now_ns += 8000 * MS;
        emit(recorder, EVENT_SERVICE_CALL, &call);
        call.error = (struct strview){0};
    }
    call.latency_ms = (double)took_ms;
    recorder->now_ns += took_ms * MS;
    emit(recorder, EVENT_SERVICE_CALL, &call);
}

void recorder_start(struct recorder *recorder, const struct recorder_call *call)
{
    struct draw *draw = recorder->draw;
    recorder->events = (struct json_write){.out = recorder->events_out};
    recorder->gold = (struct json_write){.out = recorder->gold_out};
    recorder->sequence = 0;
    recorder->turn_count = 0;
    recorder->now_ns = recorder->agent_spoke_until_ns = call->start_ns;
    recorder->conversation_id =
        strview_of(arena_format(recorder->arena, "load-%09llu", (unsigned long long)call->index));
    recorder->groq = draw_chance(draw, 300);

    static const char *const noises[] = {"quiet", "quiet", "street", "car", "office"};
    static const char *const callers[] = {"new", "returning", "returning"};
    struct conversation_started started;
    struct consent consent = {1, (int8_t)draw_chance(draw, 900)};
    record_init(&conversation_started_type, &started);
    started.language = started.locale = strview_of(call->british ? "en-GB" : "en-US");
    started.time_zone = strview_of(call->british ? "Europe/London" : "America/New_York");
    started.agent_version = strview_of("desk-1.4.2");
    started.experiment = strview_of("greeting_wording");
    started.variant = strview_of(draw_chance(draw, 500) ? "control" : "short");
    started.consent = &consent;
    started.metadata = strview_of(arena_format(
        recorder->arena, "{\"channel\":\"%s\",\"caller_type\":\"%s\",\"noise\":\"%s\"}",
        call->written ? "chat" : "phone", callers[draw_below(draw, 3)],
        noises[draw_below(draw, 5)]));
    emit(recorder, EVENT_CONVERSATION_STARTED, &started);
}

static void add_gold_turn(struct recorder *recorder, const struct phrase *phrase,
                          struct gold_turn *turn)
{
    char hex[SHA256_HEX_SIZE];
    struct gold_span *spans = arena_array(recorder->arena, phrase->span_count + 1, sizeof *spans);
    for (size_t i = 0; i < phrase->span_count; i++)
        spans[i] = (struct gold_span){strview_of(phrase_slot_names[phrase->spans[i].slot]),
                                      phrase->spans[i].start, phrase->spans[i].end};
    sha256_hex(phrase->heard, phrase->heard_size, hex);
    turn->turn = (int64_t)recorder->turn_count;
    turn->sequence = recorder->sequence - 1;
    turn->text_sha256 = arena_copy_view(recorder->arena, strview_of(hex));
    turn->spans = (struct record_list){spans, phrase->span_count};
    recorder->turns[recorder->turn_count++] = *turn;
}

void recorder_user(struct recorder *recorder, const struct phrase *phrase, struct gold_turn *turn,
                   bool written)
{
    struct draw *draw = recorder->draw;
    struct user_turn user;
    record_init(&user_turn_type, &user);
    user.text = (struct strview){phrase->heard, phrase->heard_size};
    if (written) {
        recorder->now_ns += draw_between(draw, 2000, 15000) * MS;
    } else {
        bool noisy = phrase->heard_size != phrase->said_size;
        bool interrupts = draw_chance(draw, 40);
        user.speech_start_ns =
            recorder->agent_spoke_until_ns +
            (interrupts ? -draw_between(draw, 200, 1200) * MS : draw_between(draw, 180, 1100) * MS);
        user.speech_end_ns =
            user.speech_start_ns +
            (400 + 62 * (int64_t)phrase->said_size + draw_between(draw, 0, 600)) * MS;
        user.interrupted = interrupts;
        user.asr_confidence = draw_between(draw, noisy ? 450 : 820, noisy ? 850 : 990) * 0.001;
        if (noisy)
            user.reference_text = (struct strview){phrase->said, phrase->said_size};
        if (recorder->now_ns < user.speech_end_ns) /* not so after a short interruption */
            recorder->now_ns = user.speech_end_ns;
        service(recorder, SERVICE_STT, 260);
    }
    emit(recorder, EVENT_USER_TURN, &user);
    add_gold_turn(recorder, phrase, turn);
}

void recorder_agent(struct recorder *recorder, const struct recorder_answer *answer)
{
    struct draw *draw = recorder->draw;
    struct agent_turn agent;
    struct token_counts tokens;
    static const struct strview no_slots[1];
    record_init(&agent_turn_type, &agent);
    size_t size = strlen(answer->text);
    agent.text = (struct strview){answer->text, size};
    agent.state = strview_of(answer->state);
    agent.next_state = strview_of(answer->next_state);
    if (answer->intent) {
        int64_t before_ns = recorder->now_ns;
        service(recorder, SERVICE_LLM, recorder->groq ? 280 : 560);
        record_init(&token_counts_type, &tokens);
        tokens.input = 430 + 28 * recorder->sequence / 5 + draw_between(draw, 0, 40);
        tokens.output = 18 + (int64_t)size / 4 + 9 * (int64_t)answer->slots->count;
        agent.intent = strview_of(answer->intent);
        agent.slots = *answer->slots;
        agent.slot_confidence = *answer->confidence;
        agent.confidence = 0.99;
        for (size_t i = 0; i < answer->confidence->count; i++)
            if (answer->confidence->items[i].value < agent.confidence)
                agent.confidence = answer->confidence->items[i].value;
        agent.requested_slots = (struct text_list){no_slots, 0};
        agent.provider = strview_of(recorder->groq ? "groq" : "ollama");
        agent.model = strview_of(recorder->groq ? "llama-3.1-8b-instant" : "llama3.2");
        agent.prompt_version = strview_of(recorder->groq ? "v1.1" : "v1.0");
        agent.tokens = &tokens;
        agent.cost_usd_nano = recorder->groq ? tokens.input * 50 + tokens.output * 80 : 0;
        agent.latency_ms = (double)((recorder->now_ns - before_ns) / MS);
        agent.time_to_first_token_ms = (double)(int64_t)(agent.latency_ms * 0.3);
        service(recorder, SERVICE_TTS, 190);
    } else {
        recorder->now_ns += 600 * MS;
    }
    agent.first_audio_ns = recorder->now_ns;
    agent.speech_end_ns = recorder->now_ns + (500 + 58 * (int64_t)size) * MS;
    recorder->now_ns = recorder->agent_spoke_until_ns = agent.speech_end_ns;
    emit(recorder, EVENT_AGENT_TURN, &agent);
}

void recorder_tool(struct recorder *recorder, const char *method, struct strview parameters,
                   const char *result)
{
    struct tool_call call;
    record_init(&tool_call_type, &call);
    int64_t took_ms = latency_ms(recorder->draw, 160);
    call.method = strview_of(method);
    call.parameters = parameters;
    call.result = strview_of(result);
    call.latency_ms = (double)took_ms;
    recorder->now_ns += took_ms * MS;
    emit(recorder, EVENT_TOOL_CALL, &call);
}

void recorder_end(struct recorder *recorder, enum outcome outcome, const char *reason)
{
    struct conversation_ended ended = {outcome, strview_of(reason)};
    recorder->now_ns += draw_between(recorder->draw, 300, 2500) * MS;
    emit(recorder, EVENT_CONVERSATION_ENDED, &ended);
}

void recorder_feedback(struct recorder *recorder, bool kept)
{
    struct feedback feedback;
    record_init(&feedback_type, &feedback);
    feedback.kept = kept;
    feedback.no_show = !kept;
    if (kept && draw_chance(recorder->draw, 500))
        feedback.rating = draw_between(recorder->draw, 3, 5);
    recorder->now_ns += draw_between(recorder->draw, 2, 9) * INT64_C(86400000) * MS;
    emit(recorder, EVENT_FEEDBACK, &feedback);
}

void recorder_gold(struct recorder *recorder, struct gold_conversation *gold)
{
    gold->conversation_id = recorder->conversation_id;
    gold->turns = (struct record_list){recorder->turns, recorder->turn_count};
    json_record_encode(&gold_conversation_type, gold, &recorder->gold);
    strbuf_add_char(recorder->gold_out, '\n');
    recorder->gold.has_element = false;
}
