/*
 * slot_ranking.c: phrases -> slots: resolves meanings, drops what a fuller mention already says,
 * sets confidence, probability and the need to confirm, and writes the alternatives. Last stage.
 */
#include "base/strbuf.h"
#include "extract/calibration_table.h"
#include "extract/extract_private.h"

#include <stdio.h>
#include <string.h>

static bool reserve_readings(struct extract_scratch *scratch)
{
    /* readings are pointed at, so the array must not move while slots are made */
    return extract_scratch_reserve(scratch, &scratch->readings, &scratch->reading_capacity,
                                   scratch->phrase_count * (RESOLVED_LIMIT + 1) + 8,
                                   sizeof *scratch->readings) &&
           extract_scratch_reserve(scratch, &scratch->slots, &scratch->slot_capacity,
                                   scratch->phrase_count + 2, sizeof *scratch->slots);
}

static struct strview keep(struct extract_scratch *scratch, const char *text)
{
    return extract_scratch_keep(scratch, text, strlen(text));
}

struct written {
    struct strview value, from, to;
};

static struct written write_value(struct extract_scratch *scratch, const struct resolved *r)
{
    struct written written = {0};
    if (r->type != EXTRACT_INTERVAL) {
        written.value = keep(scratch, r->value);
        return written;
    }
    char both[96];
    int size = snprintf(both, sizeof both, "%s/%s", r->value[0] ? r->value : "..",
                        r->to[0] ? r->to : "..");
    written.value = extract_scratch_keep(scratch, both, (size_t)size);
    size_t left = strlen(r->value), right = strlen(r->to);
    if (left)
        written.from = (struct strview){written.value.data, left};
    if (right)
        written.to = (struct strview){written.value.data + written.value.size - right, right};
    return written;
}

static enum extract_doubt time_doubt(const struct phrase *phrase, const struct resolved *r)
{
    if ((phrase->reasons & PHRASE_CORRECTED) && !(phrase->reasons & PHRASE_CLEAR))
        return EXTRACT_DOUBT_CORRECTED;
    if (phrase->reasons & PHRASE_OFFERED)
        return EXTRACT_DOUBT_OFFERED;
    if (r->past)
        return EXTRACT_DOUBT_PAST;
    if (r->conflict)
        return EXTRACT_DOUBT_CONFLICT;
    if (r->two_way)
        return EXTRACT_DOUBT_ORDER;
    if (r->am_pm_inferred)
        return EXTRACT_DOUBT_AM_PM;
    if (r->next_ambiguous)
        return EXTRACT_DOUBT_NEXT;
    return r->no_such_time ? EXTRACT_DOUBT_NO_TIME : EXTRACT_DOUBT_NONE;
}

static void trim_span(const struct extract_scratch *scratch, const struct phrase *phrase,
                      struct extract_slot *slot)
{
    uint32_t start = phrase->start, end = phrase->end;
    if (phrase->makes != N_RANGE) {
        while (start + 1 < end && (token_is(scratch, start, C_PREP) ||
                                   scratch->tokens[start].kind == TOKEN_PUNCTUATION))
            start++;
    }
    slot->start = scratch->tokens[start].start;
    slot->end = scratch->tokens[end - 1].end;
}

static void add_alternatives(struct extract_scratch *scratch, struct extract_slot *slot,
                             const struct resolved *readings, size_t count)
{
    slot->alternatives = scratch->readings + scratch->reading_count;
    for (size_t i = 1; i < count; i++) {
        struct written written = write_value(scratch, &readings[i]);
        scratch->readings[scratch->reading_count++] = (struct extract_reading){
            written.value, written.from, written.to, readings[i].confidence / 100.0};
    }
    slot->alternative_count = count - 1;
}

static void finish_slot(const struct extract_scratch *scratch, struct extract_slot *slot,
                        uint8_t confidence, enum extract_doubt doubt)
{
    const struct extractor *extractor = scratch->extractor;
    slot->confidence = confidence / 100.0;
    slot->probability =
        calibration_table_probability(&extractor->calibration, slot->type, slot->confidence, doubt);
    if (doubt == EXTRACT_DOUBT_NONE && slot->probability < extractor->options.confirm_below)
        doubt = EXTRACT_DOUBT_LOW;
    slot->reason = calibration_table_reason(doubt);
    slot->needs_confirmation = doubt != EXTRACT_DOUBT_NONE;
    if (slot->type != EXTRACT_CATEGORY)
        slot->slot = strview_of(extract_type_name(slot->type));
}

static bool add_time(struct extract_scratch *scratch, const struct phrase *phrase)
{
    struct resolved readings[RESOLVED_LIMIT];
    size_t count = time_resolve_run(scratch, &scratch->meanings[phrase->meaning], readings);
    if (count == 0 && (scratch->meanings[phrase->meaning].has & HAS_ANY_TIME)) {
        /* "February 30th at noon": the day is none, the time is */
        struct meaning time = scratch->meanings[phrase->meaning];
        time.has &= HAS_ANY_TIME;
        count = time_resolve_run(scratch, &time, readings);
        if (count)
            readings[0].conflict = true;
    }
    if (count == 0)
        return false;
    struct written written = write_value(scratch, &readings[0]);
    struct extract_slot *slot = &scratch->slots[scratch->slot_count];
    *slot = (struct extract_slot){.type = readings[0].type,
                                  .value = written.value,
                                  .from = written.from,
                                  .to = written.to,
                                  .grain = readings[0].grain,
                                  .polarity = (enum extract_polarity)phrase->polarity,
                                  .rule = scratch->grammar->forms[phrase->form]->name};
    trim_span(scratch, phrase, slot);
    add_alternatives(scratch, slot, readings, count);
    uint8_t confidence = readings[0].confidence;
    bool guessed = phrase->reasons & (PHRASE_CORRECTED | PHRASE_OFFERED | PHRASE_ANSWER);
    if (guessed && confidence > 85)
        confidence = 85;
    if (confidence < 75)
        confidence = 75;
    finish_slot(scratch, slot, confidence, time_doubt(phrase, &readings[0]));
    scratch->slot_count++;
    return true;
}

static void add_plain(struct extract_scratch *scratch, const struct phrase *phrase)
{
    static const struct {
        uint8_t makes;
        enum extract_type type;
        uint8_t confidence;
        const char *rule;
    } kinds[] = {{N_NAME, EXTRACT_NAME, 90, "name"},
                 {N_PHONE, EXTRACT_PHONE, 92, "phone"},
                 {N_EMAIL, EXTRACT_EMAIL, 95, "email"},
                 {N_CATEGORY, EXTRACT_CATEGORY, 92, "category"}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].makes != phrase->makes)
            continue;
        struct extract_slot *slot = &scratch->slots[scratch->slot_count++];
        *slot = (struct extract_slot){.type = kinds[i].type,
                                      .slot = phrase->slot,
                                      .value = phrase->value,
                                      .polarity = (enum extract_polarity)phrase->polarity,
                                      .rule = kinds[i].rule};
        trim_span(scratch, phrase, slot);
        uint8_t confidence = kinds[i].confidence;
        enum extract_doubt doubt = EXTRACT_DOUBT_NONE;
        if (phrase->reasons & PHRASE_WEAK_NAME) {
            confidence = 78;
            doubt = EXTRACT_DOUBT_NAME;
        } else if (phrase->reasons & PHRASE_CLOSE) {
            confidence = 80;
            doubt = EXTRACT_DOUBT_CLOSE;
        } else if (phrase->reasons & PHRASE_OFFERED) {
            confidence = 85;
            doubt = EXTRACT_DOUBT_OFFERED;
        } else if (phrase->reasons & PHRASE_CORRECTED) {
            confidence = 85;
            if (!(phrase->reasons & PHRASE_CLEAR))
                doubt = EXTRACT_DOUBT_CORRECTED;
        }
        finish_slot(scratch, slot, confidence, doubt);
    }
}

/* ---- what is said twice ---- */

static bool is_refinement(const struct extract_slot *vague, const struct extract_slot *full)
{
    bool equal = vague->type == full->type && strview_equal(vague->value, full->value) &&
                 strview_equal(vague->slot, full->slot);
    if (equal)
        return true;
    if (vague->type == EXTRACT_DATE && vague->grain == EXTRACT_GRAIN_DAY &&
        (full->type == EXTRACT_DATETIME || full->type == EXTRACT_INTERVAL)) {
        struct strview value = full->type == EXTRACT_DATETIME ? full->value : full->from;
        return value.data && value.size > 10 && vague->value.size == 10 &&
               memcmp(value.data, vague->value.data, 10) == 0;
    }
    if (vague->type == EXTRACT_TIME && full->type == EXTRACT_DATETIME && full->value.size == 13 &&
        vague->value.size == 3 && memcmp(full->value.data + 10, vague->value.data, 3) == 0)
        return true; /* "first thing Monday morning" */
    if (vague->type == EXTRACT_TIME && full->type == EXTRACT_DATETIME && full->value.size > 11)
        return strview_equal(vague->value,
                             (struct strview){full->value.data + 11, full->value.size - 11});
    bool part = vague->type == EXTRACT_TIME && vague->grain == EXTRACT_GRAIN_PART_OF_DAY;
    if (part && full->type == EXTRACT_TIME && full->grain != EXTRACT_GRAIN_PART_OF_DAY &&
        full->value.size == 5) {
        int hour = (full->value.data[0] - '0') * 10 + full->value.data[1] - '0';
        char letter = vague->value.data[1];
        return letter == 'M' ? hour < 13 : hour >= 12;
    }
    return false;
}

static void drop_repeated(struct extract_scratch *scratch)
{
    size_t kept = 0;
    for (size_t i = 0; i < scratch->slot_count; i++) {
        const struct extract_slot *slot = &scratch->slots[i];
        bool dropped = false;
        /* a text of very many slots is compared within a window, so that time stays linear */
        size_t low = i > 16 ? i - 16 : 0;
        size_t high = i + 16 < scratch->slot_count ? i + 16 : scratch->slot_count;
        for (size_t k = low; k < high && !dropped; k++) {
            const struct extract_slot *other = &scratch->slots[k];
            if (k == i || slot->polarity != other->polarity)
                continue;
            bool same = slot->type == other->type && strview_equal(slot->value, other->value);
            dropped = is_refinement(slot, other) && (!same || other->start < slot->start);
        }
        if (!dropped)
            scratch->choice[kept++] = (int32_t)i;
    }
    for (size_t k = 0; k < kept; k++)
        scratch->slots[k] = scratch->slots[scratch->choice[k]];
    scratch->slot_count = kept;
}

/* ---- doubts about the whole text ---- */

static bool is_time_type(enum extract_type type)
{
    return type <= EXTRACT_DURATION;
}

/* "four adults", "a table for 3", "party of six": a number of something else. */
static bool is_count(const struct extract_scratch *scratch, uint32_t at)
{
    const struct token *token = &scratch->tokens[at];
    if (token->kind != TOKEN_NUMBER || (token->flags & TOKEN_HESITATED))
        return false;
    bool counted =
        at > 1 && (token_is(scratch, at - 1, C_COUNTED) || token_is(scratch, at - 2, C_COUNTED) ||
                   token_is(scratch, at - 1, C_LABEL));
    bool of_thing = at + 1 < scratch->token_count && scratch->tokens[at + 1].kind == TOKEN_WORD &&
                    !token_is(scratch, at + 1, C_FOLLOW) && !token_is(scratch, at + 1, C_UNIT);
    bool lone = at > 0 && token_is(scratch, at - 1, scratch->grammar->literal_for);
    return counted || of_thing || lone;
}

/* A word that is in no list stands right beside what was read: perhaps it belongs to it. */
static bool has_unknown_beside(const struct extract_scratch *scratch)
{
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        if (phrase->meaning < 0 || phrase->weak || phrase->polarity != EXTRACT_ASSERTED)
            continue;
        const uint32_t beside[] = {phrase->end, phrase->start - 1};
        for (size_t k = 0; k < 2; k++) {
            uint32_t at = beside[k];
            if (at >= scratch->token_count || scratch->tokens[at].kind != TOKEN_WORD ||
                (scratch->tokens[at].flags & (TOKEN_KNOWN | TOKEN_CAPITAL)))
                continue;
            bool covered = k == 0 ? i + 1 < scratch->phrase_count && phrase[1].start <= at
                                  : i > 0 && phrase[-1].end > at;
            if (!covered)
                return true;
        }
    }
    return false;
}

/* A word or number of time that no phrase explains. */
static bool has_unread_time(const struct extract_scratch *scratch)
{
    static const uint16_t classes[] = {
        C_WEEKDAY, C_MONTH, C_RELDAY, C_PARTWORD, C_HM,  C_HMDOT, C_DATEISO, C_DATENUM, C_DATEDM,
        C_ORD,     C_AMPM,  C_NOON,   C_OCLOCK,   C_H12, C_H24,   C_MINW,    C_DAYUNIT, C_HINT};
    size_t phrase = 0;
    for (uint32_t at = 0; at < scratch->token_count; at++) {
        while (phrase < scratch->phrase_count && scratch->phrases[phrase].end <= at)
            phrase++;
        const struct phrase *over =
            phrase < scratch->phrase_count ? &scratch->phrases[phrase] : NULL;
        if (over && over->start <= at && (!over->weak || over->dropped))
            continue;
        bool one = scratch->tokens[at].value == 1 && scratch->tokens[at].word;
        if (is_count(scratch, at) || (one && !token_is(scratch, at, C_ORD)))
            continue; /* "is there one at three?" */
        if (token_is(scratch, at, scratch->grammar->literal_between))
            return true;
        for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
            if (token_is(scratch, at, classes[i]))
                return true;
        }
    }
    return false;
}

/* A date and a time that were not joined, in one sentence: perhaps they should have been. */
static bool stand_apart(const struct extract_scratch *scratch)
{
    const struct extract_slot *date = NULL, *time = NULL;
    for (size_t i = 0; i < scratch->slot_count; i++) {
        const struct extract_slot *slot = &scratch->slots[i];
        if (slot->polarity != EXTRACT_ASSERTED)
            continue;
        if (slot->type == EXTRACT_DATE)
            date = slot;
        if (slot->type == EXTRACT_TIME)
            time = slot;
    }
    if (!date || !time)
        return false;
    uint32_t from = date->start < time->start ? date->end : time->end;
    uint32_t to = date->start < time->start ? time->start : date->start;
    for (uint32_t at = 0; at < scratch->token_count; at++) {
        const struct token *token = &scratch->tokens[at];
        if (token->start >= from && token->start < to && (token->flags & TOKEN_STOPS))
            return false;
    }
    return true;
}

/* An editing term between values, or a "not", that changed nothing. */
static bool has_idle_cue(const struct extract_scratch *scratch)
{
    bool cue = false, effect = false, value = false;
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        bool edit = phrase->makes == N_EDIT || phrase->makes == N_CANCEL;
        cue = cue || (edit && value && i + 1 < scratch->phrase_count) || phrase->makes == N_NOT ||
              phrase->makes == N_NOTAFTER;
        value = value || (phrase->meaning >= 0 && !phrase->weak);
        effect = effect || phrase->polarity != EXTRACT_ASSERTED || (phrase->reasons & PHRASE_LEFT);
    }
    return cue && !effect;
}

static void add_doubts(struct extract_scratch *scratch)
{
    static const uint32_t days = 1U << EXTRACT_DATE | 1U << EXTRACT_DATETIME;
    static const uint32_t clocks = 1U << EXTRACT_TIME | 1U << EXTRACT_DATETIME;
    uint32_t seen = 0, twice = 0;
    for (size_t i = 0; i < scratch->slot_count; i++) {
        const struct extract_slot *slot = &scratch->slots[i];
        if (slot->polarity != EXTRACT_ASSERTED)
            continue;
        /* whatever names a day competes with whatever else does */
        bool day = slot->type == EXTRACT_DATE || slot->type == EXTRACT_DATETIME ||
                   (slot->type == EXTRACT_INTERVAL && slot->value.size > 14);
        uint32_t kinds = day ? days | 1U << slot->type : 1U << slot->type;
        bool clock = slot->type == EXTRACT_TIME || slot->type == EXTRACT_DATETIME;
        if (clock && (seen & clocks & ~(1U << slot->type))) /* "out at three so four on friday" */
            twice |= clocks;
        if (seen & kinds)
            twice |= day ? days | 1U << EXTRACT_INTERVAL : kinds;
        seen |= kinds;
    }
    if (seen == 0)
        return;
    bool unread = has_unread_time(scratch) || has_unknown_beside(scratch),
         idle = has_idle_cue(scratch);
    bool apart = stand_apart(scratch);
    for (size_t i = 0; i < scratch->slot_count; i++) {
        struct extract_slot *slot = &scratch->slots[i];
        if (slot->reason || !is_time_type(slot->type))
            continue;
        enum extract_doubt doubt = twice >> slot->type & 1 ? EXTRACT_DOUBT_TWO
                                   : unread                ? EXTRACT_DOUBT_REST
                                   : idle                  ? EXTRACT_DOUBT_IDLE
                                   : apart                 ? EXTRACT_DOUBT_APART
                                                           : EXTRACT_DOUBT_NONE;
        uint8_t confidence = (uint8_t)(slot->confidence * 100.0 + 0.5);
        if (doubt != EXTRACT_DOUBT_NONE)
            finish_slot(scratch, slot, confidence > 85 ? 85 : confidence, doubt);
    }
}

/* ---- numbers, when they were asked for ---- */

static bool is_covered(const struct extract_scratch *scratch, size_t token)
{
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        if (phrase->start <= token && token < phrase->end)
            return !phrase->weak && phrase->meaning >= 0;
    }
    return false;
}

static bool add_number(struct extract_scratch *scratch)
{
    int32_t value = -1;
    size_t start = 0, end = 0;
    size_t count = scratch->token_count < 256 ? scratch->token_count : 256;
    for (size_t at = 0; at < count; at++) {
        const struct token *token = &scratch->tokens[at];
        bool number = token_is(scratch, at, C_NUM) && !(token->flags & TOKEN_PRICE);
        bool ordinal = token_is(scratch, at, C_ORD);
        if ((!number && !ordinal) || is_covered(scratch, at) || token->value < 0)
            continue;
        value = number ? token->value : token_lexer_value(token, C_ORD);
        start = at;
        end = at + 1;
        for (uint8_t k = 0; k < token->alternative_count; k++) {
            if (token->alternatives[k].end > end) {
                value = token->alternatives[k].value;
                end = token->alternatives[k].end;
            }
        }
        if (number || scratch->token_count < 6)
            at = end - 1;
    }
    if (value < 0)
        return true;
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    struct extract_slot *slot = &scratch->slots[scratch->slot_count++];
    *slot = (struct extract_slot){.type = EXTRACT_NUMBER,
                                  .value = keep(scratch, text),
                                  .start = scratch->tokens[start].start,
                                  .end = scratch->tokens[end - 1].end,
                                  .rule = "number"};
    finish_slot(scratch, slot, 85, EXTRACT_DOUBT_NONE);
    return true;
}

static void add_rivals(struct extract_scratch *scratch, const struct phrase *phrase,
                       struct extract_slot *slot, const int32_t *slot_of)
{
    if (phrase->rival < 0 || slot_of[phrase->rival] < 0 || slot->alternative_count)
        return;
    const struct extract_slot *rival = &scratch->slots[slot_of[phrase->rival]];
    slot->alternatives = scratch->readings + scratch->reading_count;
    slot->alternative_count = 1;
    scratch->readings[scratch->reading_count++] =
        (struct extract_reading){rival->value, rival->from, rival->to, rival->confidence};
}

bool slot_ranking_run(struct extract_scratch *scratch)
{
    scratch->slot_count = 0;
    scratch->reading_count = 0;
    if (!reserve_readings(scratch))
        return false;
    int32_t *slot_of = scratch->best; /* by phrase; the cover no longer needs it */
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        slot_of[i] = -1;
        if (phrase->weak)
            continue;
        size_t before = scratch->slot_count;
        if (phrase->meaning >= 0)
            add_time(scratch, phrase);
        else if (phrase->value.data)
            add_plain(scratch, phrase);
        if (scratch->slot_count > before)
            slot_of[i] = (int32_t)before;
    }
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        if (slot_of[i] >= 0)
            add_rivals(scratch, &scratch->phrases[i], &scratch->slots[slot_of[i]], slot_of);
    }
    if (scratch->slot_count > 1)
        drop_repeated(scratch);
    add_doubts(scratch);
    if (scratch->request->asked_types >> EXTRACT_NUMBER & 1)
        return add_number(scratch);
    return true;
}
