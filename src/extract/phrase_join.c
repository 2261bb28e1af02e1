/*
 * phrase_join.c: a day and a time that were said apart but belong together: "friday after work, say
 * around five thirty", "Friday. No, Saturday. At 10." The grammar joins what stands together; this
 * stage joins what only link words, or a sentence that is nothing but the time, keep apart. After
 * the discourse, before ranking. Thread: the scratch's.
 */
#include "extract/extract_private.h"
#include "extract/meaning_parts.h"

enum { GAP_LIMIT = 9 };

static bool is_live_time(const struct phrase *phrase)
{
    return phrase->meaning >= 0 && phrase->makes >= N_BARE && phrase->makes <= N_HALFDAY &&
           !phrase->weak && phrase->polarity == EXTRACT_ASSERTED;
}

/* One day, and no time of it yet. */
static bool is_lone_day(const struct meaning *m)
{
    static const uint32_t larger = HAS_WEEKEND | HAS_YEARREL | HAS_RANGE | HAS_DURATION;
    if (!(m->has & HAS_ANY_DAY) || (m->has & (HAS_ANY_TIME | larger)) || (m->flags & MEANING_PAST))
        return false;
    bool within_week = m->has & (HAS_WEEKDAY | HAS_MDAY | HAS_OFFSET | HAS_TWOWAY | HAS_SHIFT);
    bool edge_day = (m->has & HAS_EDGE) && m->edge == 3;
    bool edge_week = (m->has & HAS_EDGE) && m->edge != 3;
    return (within_week || edge_day) && !edge_week;
}

static bool is_lone_time(const struct meaning *m)
{
    return (m->has & HAS_ANY_TIME) && !(m->has & (HAS_ANY_DAY | HAS_RANGE | HAS_DURATION));
}

/* A range of clocks without a day: "between two and four". */
static bool is_lone_range(const struct extract_scratch *scratch, const struct meaning *m)
{
    if (!(m->has & HAS_RANGE))
        return false;
    const int32_t ends[] = {m->left, m->right};
    for (size_t i = 0; i < 2; i++) {
        if (ends[i] >= 0 && !is_lone_time(&scratch->meanings[ends[i]]))
            return false;
    }
    return m->left >= 0 || m->right >= 0;
}

/* True when nothing but link words stands between two phrases of one sentence. */
static bool is_linked(const struct extract_scratch *scratch, uint32_t from, uint32_t to)
{
    if (to - from > GAP_LIMIT)
        return false;
    int others = 0; /* words that are left behind "for a ...", "with ..." */
    for (uint32_t at = from; at < to; at++) {
        const struct token *token = &scratch->tokens[at];
        if (token->flags & TOKEN_STOPS)
            return false;
        if (token_is(scratch, at, scratch->grammar->literal_for) ||
            token_is(scratch, at, scratch->grammar->literal_with))
            others = 3;
        else if (!token_is(scratch, at, C_LINK) && token->byte != ',' && token->byte != '-' &&
                 (token->kind != TOKEN_WORD || token_is(scratch, at, C_CLAUSE) || others-- <= 0))
            return false;
    }
    return true;
}

static bool ends_sentence(const struct extract_scratch *scratch, uint32_t at)
{
    while (at < scratch->token_count && token_is(scratch, at, C_LINK) &&
           token_is(scratch, at, C_FOLLOW) && !token_is(scratch, at, C_PREP))
        at++; /* "At 10 please." */
    return at >= scratch->token_count || (scratch->tokens[at].flags & TOKEN_STOPS);
}

/* "... Saturday. At 10.": the second sentence is the time and nothing else. */
static bool is_fragment(const struct extract_scratch *scratch, uint32_t from,
                        const struct phrase *next)
{
    bool stopped = false;
    if (next->start - from > 3)
        return false;
    for (uint32_t at = from; at < next->start; at++) {
        bool stop = scratch->tokens[at].flags & TOKEN_STOPS;
        if (!stop && !(stopped && token_is(scratch, at, C_LINK)))
            return false;
        if (stop && scratch->tokens[at].byte == '?')
            return false;
        stopped = stopped || stop;
    }
    return stopped && ends_sentence(scratch, next->end);
}

/* A cue between two phrases: what it did to them is done, so they stay apart unless it corrected
 * the later one's own kind. */
static const struct phrase *next_value(const struct extract_scratch *scratch, size_t *index)
{
    for (size_t i = *index + 1; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        bool idle = phrase->makes == N_SILENT || phrase->makes == N_PHONECUE ||
                    phrase->makes == N_EMAILCUE || phrase->makes == N_WEAKNAME;
        if (idle || phrase->weak)
            continue;
        *index = i;
        return phrase;
    }
    return NULL;
}

/* Puts both into `into`, which is one of them. */
static bool unite(struct extract_scratch *scratch, const struct phrase *day,
                  const struct phrase *time, struct phrase *into)
{
    struct meaning m = scratch->meanings[time->meaning];
    const struct meaning days = scratch->meanings[day->meaning];
    if (m.has & HAS_RANGE) {
        int32_t *ends[2] = {&m.left, &m.right};
        for (size_t i = 0; i < 2; i++) {
            if (*ends[i] < 0)
                continue;
            struct meaning end = scratch->meanings[*ends[i]];
            meaning_unite_day(&end, &days);
            *ends[i] = meaning_range_add(scratch, &end);
            if (*ends[i] < 0)
                return false;
        }
    } else {
        meaning_unite_day(&m, &days);
        m.flags &= (uint16_t)~MEANING_BARE;
    }
    if (days.confidence < m.confidence)
        m.confidence = days.confidence;
    if (m.confidence > 85)
        m.confidence = 85;
    struct resolved readings[RESOLVED_LIMIT];
    if (time_resolve_run(scratch, &m, readings) == 0)
        return false;
    int32_t index = meaning_range_add(scratch, &m);
    if (index < 0)
        return false;
    into->meaning = index;
    into->makes = m.has & HAS_RANGE ? N_RANGE : N_MOMENT;
    into->form = time->form;
    into->reasons |= (uint8_t)(day->reasons | time->reasons);
    return true;
}

/* "10:30 on either the 21st or the 22nd": what is said once holds for both that are offered. */
static bool unite_pair(struct extract_scratch *scratch, struct phrase *a, struct phrase *b,
                       bool day_first)
{
    struct phrase *c = b->rival >= 0 ? &scratch->phrases[b->rival] : NULL;
    bool good = unite(scratch, day_first ? a : b, day_first ? b : a, b);
    if (good && c && c > b)
        unite(scratch, day_first ? a : c, day_first ? c : a, c);
    if (good) {
        b->start = c ? b->start : a->start;
        a->weak = a->dropped = true; /* it lives on in the other */
    }
    return good;
}

/* "for three days from February 10": the day is where the duration starts, not an open range. */
static void start_duration(struct extract_scratch *scratch)
{
    bool duration = false;
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        duration = duration || (is_live_time(phrase) &&
                                (scratch->meanings[phrase->meaning].has & HAS_DURATION));
    }
    for (size_t i = 0; duration && i < scratch->phrase_count; i++) {
        struct phrase *phrase = &scratch->phrases[i];
        if (!is_live_time(phrase) || scratch->grammar->forms[phrase->form]->op != OP_SINCE)
            continue;
        const struct meaning *m = &scratch->meanings[phrase->meaning];
        if ((m->has & HAS_RANGE) && m->left >= 0 && m->right < 0 &&
            scratch->grammar->forms[phrase->form]->value == 0) {
            phrase->meaning = m->left;
            phrase->makes = N_MOMENT;
        }
    }
}

static size_t count_live(const struct extract_scratch *scratch)
{
    size_t live = 0;
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        live += is_live_time(phrase);
    }
    return live;
}

/* Between two values: "say", "let's go with". */
static bool settles(const struct extract_scratch *scratch, size_t from, size_t to)
{
    for (size_t i = from + 1; i < to; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        if (phrase->makes == N_EDIT && scratch->grammar->forms[phrase->form]->value == 2)
            return true;
    }
    for (uint32_t at = scratch->phrases[from].end; at <= scratch->phrases[to].start; at++) {
        if (token_is(scratch, at, scratch->grammar->literal_say))
            return true;
    }
    return false;
}

/* "any day next week ... let's go with wednesday", "mornings, say friday at nine": the finer value
 * says which day of the week, which hour of the part of day was meant. */
static void drop_narrowed(struct extract_scratch *scratch)
{
    for (size_t i = 0; i + 1 < scratch->phrase_count; i++) {
        struct phrase *wide = &scratch->phrases[i];
        if (!is_live_time(wide))
            continue;
        const struct meaning *w = &scratch->meanings[wide->meaning];
        bool part = is_lone_time(w) && !(w->has & HAS_CLOCK);
        bool span = wide->makes == N_SPAN;
        for (size_t j = i + 1; (part || span) && j < scratch->phrase_count && j < i + 6; j++) {
            const struct phrase *fine = &scratch->phrases[j];
            if (!is_live_time(fine))
                continue;
            const struct meaning *f = &scratch->meanings[fine->meaning];
            bool finer =
                part ? (f->has & HAS_CLOCK) && (f->has & HAS_ANY_DAY)
                     : fine->makes != N_SPAN && (f->has & HAS_ANY_DAY) && !(f->has & HAS_RANGE);
            if (finer && settles(scratch, i, j))
                wide->weak = wide->dropped = true;
            break;
        }
    }
}

void phrase_join_run(struct extract_scratch *scratch)
{
    if (scratch->phrase_count < 2 || count_live(scratch) < 2)
        return;
    start_duration(scratch);
    drop_narrowed(scratch);
    for (size_t i = 0; i + 1 < scratch->phrase_count; i++) {
        struct phrase *a = &scratch->phrases[i];
        if (!is_live_time(a) || a->rival >= 0)
            continue;
        size_t next = i;
        if (!next_value(scratch, &next))
            return;
        struct phrase *b = &scratch->phrases[next];
        if (!is_live_time(b) || b->start < a->end)
            continue;
        const struct meaning *x = &scratch->meanings[a->meaning];
        const struct meaning *y = &scratch->meanings[b->meaning];
        bool day_first = is_lone_day(x) && (is_lone_time(y) || is_lone_range(scratch, y));
        bool time_first = is_lone_day(y) && (is_lone_time(x) || is_lone_range(scratch, x));
        if (!day_first && !time_first)
            continue;
        if (is_linked(scratch, a->end, b->start) || is_fragment(scratch, a->end, b))
            unite_pair(scratch, a, b, day_first);
    }
}
