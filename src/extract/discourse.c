/*
 * discourse.c: what the speaker did with the values: took one back for another, refused some,
 * offered two, or answered with a bare number. Walks once over the chosen phrases; partial
 * corrections overwrite only their part (time_meaning_overlay). After the cover, before ranking.
 */
#include "extract/extract_private.h"

/* How many phrases back a correction may reach; keeps the work linear. */
enum { LOOK_BACK = 32 };

struct talk {
    struct extract_scratch *scratch;
    bool edit;          /* an editing term was heard, its value is still to come */
    bool make_it;       /* ... and it was "make it" or alike: a bare number may follow */
    int32_t cancelled;  /* "scratch that": this value goes even when none follows; -1: none */
    bool negating;      /* within the scope of a "not" */
    bool negated_once;  /* the scope already has a value: only a list goes on */
    bool negating_next; /* "forget Friday": only what stands right behind it */
    uint32_t scope_at;  /* the token from which the gap to the next value is judged */
    uint32_t edit_at;   /* behind the last editing term */
    bool moving;        /* "reschedule": what comes before "to" is the old value */
};

static bool is_time_like(const struct phrase *phrase)
{
    return phrase->meaning >= 0 && phrase->makes >= N_BARE && phrase->makes <= N_HALFDAY;
}

static bool is_value(const struct phrase *phrase)
{
    return is_time_like(phrase) || phrase->makes == N_COUNT || phrase->makes == N_NAME ||
           phrase->makes == N_PHONE || phrase->makes == N_EMAIL || phrase->makes == N_CATEGORY;
}

static bool is_live(const struct phrase *phrase)
{
    return is_value(phrase) && !phrase->weak && phrase->polarity == EXTRACT_ASSERTED;
}

static const struct meaning *meaning_of(const struct talk *talk, const struct phrase *phrase)
{
    return &talk->scratch->meanings[phrase->meaning];
}

static bool conflicts(const struct talk *talk, const struct phrase *a, const struct phrase *b)
{
    if (is_time_like(a) && is_time_like(b)) {
        const struct meaning *x = meaning_of(talk, a), *y = meaning_of(talk, b);
        if (b->makes == N_BARE || b->makes == N_HALFDAY)
            return x->has & (HAS_CLOCK | HAS_MDAY | HAS_RANGE | HAS_PART);
        return time_meaning_conflicts(x, y);
    }
    return a->makes == b->makes && strview_equal(a->slot, b->slot);
}

/* Reads a bare number as a clock or as a day of the month, whichever the chart also found. */
static bool reinterpret(struct talk *talk, struct phrase *phrase, uint8_t makes)
{
    struct extract_scratch *scratch = talk->scratch;
    if (phrase->makes == makes)
        return true;
    for (int32_t i = scratch->first_edge[phrase->start]; i >= 0; i = scratch->edges[i].next) {
        const struct edge *edge = &scratch->edges[i];
        if (edge->makes == makes && edge->end == phrase->end) {
            phrase->makes = makes;
            phrase->meaning = edge->meaning;
            phrase->form = edge->form;
            return true;
        }
    }
    return false;
}

static bool set_meaning(struct talk *talk, struct phrase *phrase, const struct meaning *m)
{
    struct extract_scratch *scratch = talk->scratch;
    struct resolved readings[RESOLVED_LIMIT];
    if (time_resolve_run(scratch, m, readings) == 0 ||
        !extract_scratch_reserve(scratch, &scratch->meanings, &scratch->meaning_capacity,
                                 scratch->meaning_count + 1, sizeof *scratch->meanings))
        return false;
    phrase->meaning = (int32_t)scratch->meaning_count;
    scratch->meanings[scratch->meaning_count++] = *m;
    return true;
}

/* ---- gaps between phrases ---- */

static bool token_among(const struct extract_scratch *scratch, uint32_t at,
                        const uint32_t *literals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (literals[i] && token_is(scratch, at, literals[i]))
            return true;
    }
    return false;
}

struct gap {
    bool or_word, and_word, comma, other, stop, but;
    uint32_t size;
};

static struct gap read_gap(const struct extract_scratch *scratch, uint32_t from, uint32_t to)
{
    const struct grammar *grammar = scratch->grammar;
    const uint32_t ors[] = {grammar->literal_or, grammar->literal_nor};
    struct gap gap = {.size = to > from ? to - from : 0};
    for (uint32_t at = from; at < to; at++) {
        const struct token *token = &scratch->tokens[at];
        if (token->flags & TOKEN_STOPS)
            gap.stop = true;
        else if (token->byte == ',' || token->byte == '/')
            gap.comma = true;
        else if (token_among(scratch, at, ors, 2))
            gap.or_word = true;
        else if (token_is(scratch, at, grammar->literal_and) || token->byte == '&')
            gap.and_word = true;
        else if (token_is(scratch, at, grammar->literal_but))
            gap.but = true;
        else if (!token_is(scratch, at, C_PREP) && !token_is(scratch, at, grammar->literal_the) &&
                 !token_is(scratch, at, grammar->literal_either))
            gap.other = true;
    }
    return gap;
}

/* Words that start a new clause and so end what a "not" reaches. */
static bool breaks_scope(const struct extract_scratch *scratch, uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at++) {
        const struct token *token = &scratch->tokens[at];
        if ((token->flags & TOKEN_STOPS) || token_is(scratch, at, C_CLAUSE))
            return true;
    }
    return false;
}

/* ---- negation ---- */

static bool list_goes_on(const struct talk *talk, size_t index)
{
    const struct extract_scratch *scratch = talk->scratch;
    for (size_t i = index; i + 1 < scratch->phrase_count; i++) {
        const struct phrase *a = &scratch->phrases[i], *b = &scratch->phrases[i + 1];
        struct gap gap = read_gap(scratch, a->end, b->start);
        if (!is_value(b) || gap.other || gap.stop || gap.but)
            return false;
        if (gap.or_word || gap.and_word)
            return true;
        if (!gap.comma)
            return false;
    }
    return false;
}

/* True when the value at `index` is within the scope of the "not" before it. */
static bool in_scope(struct talk *talk, size_t index)
{
    const struct extract_scratch *scratch = talk->scratch;
    const struct phrase *phrase = &scratch->phrases[index];
    if (!talk->negating)
        return false;
    struct gap gap = read_gap(scratch, talk->scope_at, phrase->start);
    bool reaches;
    if (!talk->negated_once) {
        bool contact = phrase->makes == N_PHONE || phrase->makes == N_EMAIL;
        uint32_t reach = phrase->makes == N_NAME || talk->negating_next ? 1 : contact ? 2 : 7;
        reaches = gap.size <= reach && !gap.but && !gap.comma &&
                  !breaks_scope(scratch, talk->scope_at, phrase->start);
    } else {
        bool linked = gap.or_word || gap.and_word || (gap.comma && list_goes_on(talk, index));
        reaches = linked && !gap.other && !gap.stop && !gap.but;
        bool starts_with_or = scratch->tokens[phrase->start].word &&
                              token_is(scratch, phrase->start, scratch->grammar->literal_or);
        reaches = reaches || starts_with_or;
    }
    if (!reaches)
        talk->negating = false;
    return reaches;
}

/* Refuses the value, or the list of values, before the phrase. False when there is none. */
static bool negate_before(struct talk *talk, size_t index)
{
    struct extract_scratch *scratch = talk->scratch;
    uint32_t until = scratch->phrases[index].start;
    bool first = true;
    for (size_t i = index; i-- > 0;) {
        struct phrase *phrase = &scratch->phrases[i];
        struct gap gap = read_gap(scratch, phrase->end, until);
        if (phrase->makes == N_SILENT || (phrase->weak && !first))
            break;
        if (!is_value(phrase)) {
            if (first && gap.size <= 2)
                continue;
            break;
        }
        if (first ? (gap.size > 6 || gap.stop || gap.but || gap.comma)
                  : (gap.other || gap.stop || gap.but || gap.size == 0))
            break;
        phrase->polarity = EXTRACT_NEGATED;
        if (phrase->makes != N_NAME)
            phrase->weak = false;
        first = false;
        until = phrase->start;
    }
    return !first;
}

/* ---- corrections ---- */

static int32_t find_conflicting(const struct talk *talk, size_t index)
{
    const struct extract_scratch *scratch = talk->scratch;
    const struct phrase *phrase = &scratch->phrases[index];
    size_t reach = index > LOOK_BACK ? index - LOOK_BACK : 0;
    for (size_t i = index; i-- > reach;) {
        const struct phrase *earlier = &scratch->phrases[i];
        if (is_live(earlier) && conflicts(talk, earlier, phrase))
            return (int32_t)i;
    }
    return -1;
}

/* A bare number after an editing term is what the corrected value was. */
static void read_like(struct talk *talk, struct phrase *phrase, const struct phrase *base)
{
    if (!is_time_like(base) || (phrase->makes != N_BARE && phrase->makes != N_HALFDAY))
        return;
    const struct meaning *m = meaning_of(talk, base);
    bool ordinal = meaning_of(talk, phrase)->flags & MEANING_ORDINAL;
    bool clock = (m->has & (HAS_CLOCK | HAS_PART | HAS_RANGE)) && !ordinal;
    reinterpret(talk, phrase, clock ? N_BARE : N_HALFDAY);
}

/* Nothing but editing terms between two values: "Monday, no wait, Tuesday". */
static bool says_no_more(const struct talk *talk, size_t from, size_t to, bool bare)
{
    const struct extract_scratch *scratch = talk->scratch;
    bool plain_no = true; /* "at 3, no, 4" may also be two answers */
    uint32_t left = 0, at = scratch->phrases[from].end;
    for (size_t i = from + 1; i <= to; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        struct gap gap = read_gap(scratch, at, phrase->start);
        left += gap.other ? gap.size : 0;
        if (i < to &&
            (phrase->makes == N_CANCEL ||
             (phrase->makes == N_EDIT && scratch->grammar->forms[phrase->form]->value != 1)))
            plain_no = false;
        if (i < to && is_value(phrase))
            return false;
        at = phrase->end;
    }
    return bare ? left == 0 && !plain_no : left <= 2;
}

/* The value replaces an earlier one, or a part of it. True when it did. */
static bool correct(struct talk *talk, size_t index)
{
    struct extract_scratch *scratch = talk->scratch;
    int32_t found = find_conflicting(talk, index);
    if (found < 0)
        return false;
    struct phrase *phrase = &scratch->phrases[index], *base = &scratch->phrases[found];
    read_like(talk, phrase, base);
    if (is_time_like(phrase)) {
        struct meaning base_meaning = *meaning_of(talk, base);
        struct meaning over = *meaning_of(talk, phrase);
        struct meaning merged = time_meaning_overlay(&base_meaning, &over);
        merged.flags &= (uint16_t)~MEANING_BARE;
        if (!set_meaning(talk, phrase, &merged))
            return false;
    }
    base->polarity = EXTRACT_CORRECTED_AWAY;
    if (says_no_more(talk, (size_t)found, index, phrase->weak))
        phrase->reasons |= PHRASE_CLEAR;
    phrase->weak = false;
    phrase->reasons |= PHRASE_CORRECTED;
    return true;
}

/* ---- offers ---- */

/* "at 2 or 3", "2 or 3 pm", "the 5th or 6th": a bare side borrows from the other. */
static bool lend_across_or(struct talk *talk, struct phrase *a, struct phrase *b)
{
    if (!is_time_like(a) || !is_time_like(b) || (a->weak && b->weak))
        return !a->weak && !b->weak;
    struct phrase *bare = a->weak ? a : b, *full = a->weak ? b : a;
    if (bare->weak) {
        read_like(talk, bare, full);
        struct meaning base = *meaning_of(talk, full), over = *meaning_of(talk, bare);
        struct meaning merged = time_meaning_overlay(&base, &over);
        merged.flags &= (uint16_t)~MEANING_BARE;
        if ((base.has & HAS_RANGE) || !time_meaning_conflicts(&base, &merged) ||
            !set_meaning(talk, bare, &merged))
            return false;
        bare->weak = false;
    }
    return true;
}

/* "three thirty or four on friday": both are on Friday. */
static void lend_day_left(struct talk *talk, struct phrase *a, const struct phrase *b)
{
    if (!is_time_like(a) || !is_time_like(b))
        return;
    struct meaning left = *meaning_of(talk, a), right = *meaning_of(talk, b);
    if ((left.has & HAS_ANY_DAY) || !(left.has & HAS_CLOCK) || !(right.has & HAS_CLOCK) ||
        !(right.has & HAS_ANY_DAY))
        return;
    struct meaning merged = time_meaning_overlay(&right, &left);
    merged.meridiem = left.meridiem;
    set_meaning(talk, a, &merged);
}

/* "tuesday or thursday at nine": both at nine. */
static void lend_time_left(struct talk *talk, struct phrase *a, const struct phrase *b)
{
    if (!is_time_like(a) || !is_time_like(b) || a->makes == N_SPAN)
        return;
    struct meaning left = *meaning_of(talk, a), right = *meaning_of(talk, b);
    if ((left.has & (HAS_ANY_TIME | HAS_RANGE)) || !(left.has & HAS_ANY_DAY) ||
        !(right.has & HAS_CLOCK) || !(right.has & HAS_ANY_DAY))
        return;
    struct meaning merged = time_meaning_overlay(&right, &left);
    if (set_meaning(talk, a, &merged))
        a->makes = N_MOMENT;
}

/* "the tenth, eleventh and twelfth of february": the last one lends its month. */
static void lend_month(struct talk *talk, size_t index)
{
    struct extract_scratch *scratch = talk->scratch;
    const struct phrase *whole = &scratch->phrases[index];
    if (!is_time_like(whole) || whole->weak)
        return;
    struct meaning base = *meaning_of(talk, whole);
    if (!(base.has & HAS_MDAY) || !(base.has & (HAS_MONTH | HAS_MONTHREL)))
        return;
    uint32_t until = whole->start;
    for (size_t i = index; i-- > (index > LOOK_BACK ? index - LOOK_BACK : 0);) {
        struct phrase *phrase = &scratch->phrases[i];
        struct gap gap = read_gap(scratch, phrase->end, until);
        if (phrase->makes != N_HALFDAY || gap.other || gap.stop || gap.but ||
            !(meaning_of(talk, phrase)->flags & MEANING_ORDINAL))
            return;
        if (!phrase->weak) { /* an "or" lent it its month already */
            until = phrase->start;
            continue;
        }
        struct meaning over = *meaning_of(talk, phrase);
        struct meaning merged = time_meaning_overlay(&base, &over);
        if (!set_meaning(talk, phrase, &merged))
            return;
        phrase->weak = false;
        until = phrase->start;
    }
}

static void link_offer(struct talk *talk, size_t index)
{
    struct extract_scratch *scratch = talk->scratch;
    if (index == 0)
        return;
    struct phrase *b = &scratch->phrases[index], *a = b - 1;
    struct gap gap = read_gap(scratch, a->end, b->start);
    bool leading_or = token_is(scratch, b->start, scratch->grammar->literal_or);
    if (!is_value(a) || a->polarity != EXTRACT_ASSERTED || gap.other || gap.stop || gap.but ||
        (!gap.or_word && !leading_or) || gap.size > 4)
        return;
    if (!conflicts(talk, a, b) && !a->weak)
        return;
    if (!lend_across_or(talk, a, b))
        return;
    lend_day_left(talk, a, b);
    lend_time_left(talk, a, b);
    a->reasons |= PHRASE_OFFERED;
    b->reasons |= PHRASE_OFFERED;
    b->rival = (int32_t)index - 1;
    a->rival = (int32_t)index;
}

/* ---- rescheduling ---- */

static void move_from_to(struct talk *talk, size_t index)
{
    struct extract_scratch *scratch = talk->scratch;
    struct phrase *phrase = &scratch->phrases[index];
    if (!is_time_like(phrase))
        return;
    const struct meaning *m = meaning_of(talk, phrase);
    if ((m->has & HAS_RANGE) && m->left >= 0 && m->right >= 0) {
        struct meaning right = scratch->meanings[m->right];
        if (set_meaning(talk, phrase, &right)) {
            phrase->makes = N_MOMENT;
            phrase->weak = false;
        }
        return;
    }
    bool until = (m->has & HAS_RANGE) && m->left < 0 && m->right >= 0 && index > 0 &&
                 phrase[-1].makes == N_MOVE && phrase->start - phrase[-1].end <= 3;
    if (until) { /* "postpone it until next week" */
        struct meaning right = scratch->meanings[m->right];
        if (set_meaning(talk, phrase, &right))
            phrase->makes = N_MOMENT;
        return;
    }
    int32_t old = find_conflicting(talk, index);
    bool to = false;
    uint32_t reach = phrase->start > 6 ? phrase->start - 6 : 0;
    for (uint32_t at = phrase->start; at-- > reach && !to;)
        to = token_is(scratch, at, C_TO) || token_is(scratch, at, scratch->grammar->literal_for);
    to = to || token_is(scratch, phrase->start, C_TO);
    if (to && old >= 0 && scratch->phrases[old].end <= phrase->start)
        scratch->phrases[old].polarity = EXTRACT_CORRECTED_AWAY;
}

/* ---- the walk ---- */

/* "wednesday er thursday": nothing but a hesitation between two values that exclude each other. */
static bool hesitated(const struct talk *talk, size_t index)
{
    const struct extract_scratch *scratch = talk->scratch;
    const struct phrase *phrase = &scratch->phrases[index];
    if (index == 0 || phrase->weak)
        return false;
    bool heard = false;
    for (uint32_t at = phrase[-1].end; at <= phrase->start; at++) {
        const struct token *token = &scratch->tokens[at];
        bool well = at < phrase->start && token_is(scratch, at, scratch->grammar->literal_well);
        heard = heard || well || (token->flags & TOKEN_HESITATED);
        if (at < phrase->start && !well && token->kind != TOKEN_PUNCTUATION)
            return false;
    }
    if (!heard)
        return false;
    const struct phrase *before = phrase - 1;
    return is_live(before) && conflicts(talk, before, phrase);
}

/* "I can't come before three": what is left is asked for. */
static bool take_complement(struct talk *talk, struct phrase *phrase)
{
    struct meaning m = *meaning_of(talk, phrase);
    if ((m.left >= 0) == (m.right >= 0))
        return false;
    int32_t left = m.left;
    m.left = m.right;
    m.right = left;
    bool until = talk->scratch->grammar->forms[phrase->form]->value == 1 && left < 0;
    if (until) /* "I can't come until Friday": Friday is fine */
        m.flags &= (uint16_t)~MEANING_TO_INCLUSIVE;
    talk->negating = false;
    phrase->reasons |= PHRASE_LEFT;
    return set_meaning(talk, phrase, &m);
}

static void take_value(struct talk *talk, size_t index)
{
    struct extract_scratch *scratch = talk->scratch;
    struct phrase *phrase = &scratch->phrases[index];
    if (in_scope(talk, index)) {
        if (phrase->makes == N_RANGE && take_complement(talk, phrase))
            return;
        phrase->polarity = EXTRACT_NEGATED;
        if (is_time_like(phrase))
            phrase->weak = false;
        talk->negated_once = true;
        talk->scope_at = phrase->end;
        return;
    }
    if (talk->edit && correct(talk, index)) {
        talk->edit = talk->make_it = false;
        return;
    }
    if (hesitated(talk, index) && correct(talk, index))
        return;
    if (talk->make_it && phrase->makes == N_BARE && phrase->weak &&
        read_gap(scratch, talk->edit_at, phrase->start).size == 0) {
        phrase->weak = false;
        talk->make_it = false;
    }
    if (talk->moving)
        move_from_to(talk, index);
    link_offer(talk, index);
    lend_month(talk, index);
}

static void take_edit(struct talk *talk, size_t index)
{
    struct extract_scratch *scratch = talk->scratch;
    struct phrase *phrase = &scratch->phrases[index];
    int32_t kind = scratch->grammar->forms[phrase->form]->value;
    talk->edit_at = phrase->end;
    bool trailing = (kind == 0 || kind == 1) && phrase->end >= scratch->token_count && index > 1 &&
                    !(scratch->phrases[index - 1].reasons & PHRASE_CORRECTED);
    if (kind == 3 || trailing) { /* "Wednesday instead", "... this Friday actually" */
        for (size_t i = index; i-- > (index > LOOK_BACK ? index - LOOK_BACK : 0);) {
            if (!is_live(&scratch->phrases[i]))
                continue;
            int32_t old = find_conflicting(talk, i);
            if (old >= 0 && !(scratch->phrases[i].reasons & PHRASE_OFFERED)) {
                scratch->phrases[old].polarity = EXTRACT_CORRECTED_AWAY;
                scratch->phrases[i].reasons |= PHRASE_CORRECTED;
            }
            return;
        }
        return;
    }
    size_t reach = index > LOOK_BACK ? index - LOOK_BACK : 0;
    for (size_t i = index; i-- > reach && !talk->edit;)
        talk->edit = is_live(&scratch->phrases[i]); /* there is something to correct */
    talk->make_it = kind == 2;
    if (kind == 2)
        talk->negating = false;
}

/* "scratch that": what was just said goes, whether another value follows or not. */
static void take_cancel(struct talk *talk, size_t index)
{
    struct extract_scratch *scratch = talk->scratch;
    talk->edit = true;
    talk->edit_at = scratch->phrases[index].end;
    for (size_t i = index; i-- > (index > LOOK_BACK ? index - LOOK_BACK : 0);) {
        if (is_live(&scratch->phrases[i])) {
            talk->cancelled = (int32_t)i;
            return;
        }
    }
}

static void finish_cancel(struct talk *talk)
{
    if (talk->cancelled >= 0)
        talk->scratch->phrases[talk->cancelled].polarity = EXTRACT_CORRECTED_AWAY;
}

/* ---- answers ---- */

static bool asked(const struct extract_scratch *scratch, enum extract_type type)
{
    return scratch->request->asked_types >> type & 1;
}

static bool follower_is_fine(const struct extract_scratch *scratch, uint32_t at)
{
    return at >= scratch->token_count || scratch->tokens[at].kind == TOKEN_PUNCTUATION ||
           token_is(scratch, at, C_FOLLOW);
}

static void answer_with(struct talk *talk, struct phrase *phrase)
{
    const struct extract_scratch *scratch = talk->scratch;
    bool time = asked(scratch, EXTRACT_TIME) || asked(scratch, EXTRACT_DATETIME) ||
                asked(scratch, EXTRACT_INTERVAL);
    bool date = asked(scratch, EXTRACT_DATE) || asked(scratch, EXTRACT_DATETIME);
    bool good = false;
    if (!follower_is_fine(scratch, phrase->end))
        return;
    bool one = meaning_of(talk, phrase)->flags & MEANING_ONE;
    if (one && phrase->start > 0 && !token_is(scratch, phrase->start - 1, C_PREP) &&
        !token_is(scratch, phrase->start - 1, C_GREETING) &&
        scratch->tokens[phrase->start - 1].kind != TOKEN_PUNCTUATION)
        return; /* "the later one" */
    if (phrase->makes == N_BARE || phrase->makes == N_HALFDAY) {
        bool ordinal = meaning_of(talk, phrase)->flags & MEANING_ORDINAL;
        if (time && !ordinal && reinterpret(talk, phrase, N_BARE))
            good = true;
        else if (date && reinterpret(talk, phrase, N_HALFDAY))
            good = true;
    } else if (phrase->makes == N_RANGE) {
        good = time;
    } else if (phrase->makes == N_DAY || phrase->makes == N_SPAN) {
        good = date;
    } else if (phrase->makes == N_COUNT) {
        good = asked(scratch, EXTRACT_DURATION);
    }
    if (good) {
        phrase->weak = false;
        phrase->reasons |= PHRASE_ANSWER;
    }
}

/* "nine to five" as the whole of what was said. */
static void promote_lone_range(struct extract_scratch *scratch)
{
    if (scratch->phrase_count != 1 || scratch->phrases[0].makes != N_RANGE)
        return;
    struct phrase *phrase = &scratch->phrases[0];
    bool ends =
        phrase->end >= scratch->token_count ||
        (phrase->end + 1 == scratch->token_count && token_is(scratch, phrase->end, C_FOLLOW)) ||
        (scratch->tokens[phrase->end].flags & TOKEN_STOPS);
    if (phrase->start == 0 && ends && phrase->weak &&
        !(scratch->meanings[phrase->meaning].flags & MEANING_PAST)) {
        phrase->weak = false;
        phrase->reasons |= PHRASE_ANSWER;
    }
}

static void answer(struct talk *talk)
{
    struct extract_scratch *scratch = talk->scratch;
    promote_lone_range(scratch);
    if (!scratch->request->asked_types)
        return;
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        struct phrase *phrase = &scratch->phrases[i];
        if (phrase->weak && is_value(phrase) && phrase->polarity == EXTRACT_ASSERTED)
            answer_with(talk, phrase);
    }
}

/* "i can't (on) monday": a value behind it, in its own clause; "monday i can't": none. */
static bool refuses_next(const struct talk *talk, size_t index)
{
    const struct extract_scratch *scratch = talk->scratch;
    const struct phrase *phrase = &scratch->phrases[index];
    if (scratch->grammar->forms[phrase->form]->value != 8)
        return false;
    for (size_t i = index + 1; i < scratch->phrase_count; i++) {
        const struct phrase *next = &scratch->phrases[i];
        if (breaks_scope(scratch, phrase->end, next->start) ||
            (next->start > phrase->end && scratch->tokens[phrase->end].kind == TOKEN_PUNCTUATION))
            return false;
        if (is_value(next) && next->start <= phrase->end + 6)
            return true;
    }
    return false;
}

/* "tomorrow i can't, ...", but not "three forty, i can't fly": the refusal ends its clause. */
static bool refuses_before(const struct talk *talk, size_t index)
{
    const struct extract_scratch *scratch = talk->scratch;
    const struct phrase *phrase = &scratch->phrases[index];
    if (scratch->grammar->forms[phrase->form]->value != 8)
        return true;
    uint32_t at = phrase->end;
    bool ends = at >= scratch->token_count || scratch->tokens[at].kind == TOKEN_PUNCTUATION ||
                token_is(scratch, at, C_CLAUSE) ||
                (index + 1 < scratch->phrase_count && phrase[1].start == at);
    return ends && index > 0 && phrase[-1].makes != N_NAME;
}

void discourse_run(struct extract_scratch *scratch)
{
    struct talk talk = {.scratch = scratch, .cancelled = -1};
    answer(&talk);
    for (size_t i = 0; i < scratch->phrase_count; i++) {
        const struct phrase *phrase = &scratch->phrases[i];
        switch (phrase->makes) {
        case N_EDIT:
            take_edit(&talk, i);
            break;
        case N_CANCEL:
            take_cancel(&talk, i);
            break;
        case N_NOT:
        case N_REFUSE: /* "I'd rather not come on Monday" */
            talk.negating = true;
            talk.negated_once = false;
            talk.negating_next = scratch->grammar->forms[phrase->form]->value == 7;
            talk.scope_at = phrase->end;
            break;
        case N_NOTAFTER:
            /* "it doesn't work on Monday" stands before its value, and "i can't" when one follows
             */
            talk.negating =
                refuses_next(&talk, i) || (!(refuses_before(&talk, i) && negate_before(&talk, i)) &&
                                           scratch->grammar->forms[phrase->form]->value == 6);
            talk.negated_once = talk.negating_next = false;
            talk.scope_at = phrase->end;
            break;
        case N_MOVE:
            talk.moving = true;
            break;
        default:
            if (is_value(phrase))
                take_value(&talk, i);
        }
    }
    finish_cancel(&talk);
}
