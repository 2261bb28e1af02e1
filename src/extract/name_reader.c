/*
 * name_reader.c: reads a person's name behind a cue ("my name is", "I'm"), before one ("Sam here"),
 * or as the whole answer when a name was asked for. Case helps but must not matter. Strong cues
 * take unknown words; weak ones want a known given name, a capital, or a word that nothing else
 * explains. Adds edges to the chart before the cover; thread: the scratch's.
 */
#include "extract/extract_private.h"
#include "extract/name_spelling.h"

#include <string.h>

enum strength { NAME_STRONG, NAME_MEDIUM, NAME_WEAK, NAME_KNOWN };
enum { WORDS_LIMIT = 5, NAMES_LIMIT = 8, WORD_BYTES = 40, NAME_BYTES = 640 };

struct name {
    uint32_t start, end; /* tokens */
    bool sure;           /* a given name, a capital or a strong cue */
    bool spelled;        /* letter by letter */
};

struct names {
    int32_t edges[NAMES_LIMIT];
    size_t count;
    bool last_is_surname; /* only the last name is known so far */
    size_t changes;       /* how often a name was added or completed */
};

static bool is_capital(const struct extract_scratch *scratch, uint32_t at)
{
    const struct token *token = &scratch->tokens[at];
    return (token->flags & TOKEN_CAPITAL) && !(token->flags & TOKEN_ALLCAPS);
}

static bool is_plain_word(const struct extract_scratch *scratch, uint32_t at)
{
    return at < scratch->token_count && scratch->tokens[at].kind == TOKEN_WORD &&
           scratch->tokens[at].end - scratch->tokens[at].start <= WORD_BYTES &&
           !token_is(scratch, at, C_AMPM) && !token_is(scratch, at, C_OCLOCK);
}

static bool is_date_word(const struct extract_scratch *scratch, uint32_t at)
{
    static const uint16_t classes[] = {C_WEEKDAY, C_WEEKDAYS, C_RELDAY, C_PARTWORD, C_PARTS,
                                       C_UNIT,    C_NOON,     C_ORD,    C_NUM};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (token_is(scratch, at, classes[i]))
            return true;
    }
    bool month = token_is(scratch, at, C_MONTH) || token_is(scratch, at, C_MONTHW);
    return month && !token_is(scratch, at, C_GIVEN);
}

static bool ends_with(const struct extract_scratch *scratch, uint32_t at, const char *ending)
{
    const struct token *token = &scratch->tokens[at];
    size_t size = token->end - token->start, length = strlen(ending);
    if (size < length + 3)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = scratch->text[token->end - length + i];
        if ((c | 0x20) != ending[i])
            return false;
    }
    return true;
}

/* Unknown words that look like adjectives, adverbs or verb forms. */
static bool looks_like_no_name(const struct extract_scratch *scratch, uint32_t at)
{
    static const char *const endings[] = {"ing",  "ed",   "ful",  "less",  "ous", "able", "ible",
                                          "ally", "ment", "tion", "ness",  "ive", "ists", "ly",
                                          "ist",  "ical", "ish",  "ology", "ity", "sion", "itis",
                                          "ache", "time", "room", "thing", "ism", "scopy"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (ends_with(scratch, at, endings[i]))
            return true;
    }
    return false;
}

/* "missing", "booked": a word of the list with an ending; "xiaoming", "fred" are none. */
static bool is_verb_form(const struct extract_scratch *scratch, uint32_t at)
{
    const struct token *token = &scratch->tokens[at];
    size_t size = token->end - token->start;
    size_t ending = ends_with(scratch, at, "ing") ? 3 : ends_with(scratch, at, "ed") ? 2 : 0;
    if (!ending)
        return false;
    if (token->flags & TOKEN_KNOWN)
        return true;
    char stem[WORD_BYTES + 2];
    size_t length = size - ending;
    if (length > WORD_BYTES)
        return false;
    memcpy(stem, scratch->text + token->start, length);
    stem[length] = 'e';
    bool doubled = length > 2 && stem[length - 1] == stem[length - 2];
    uint64_t low, high;
    for (size_t i = 0; i < 3; i++) { /* "miss", "mak-e", "plan-n" */
        size_t tried = length + i - (i == 2 ? 3 : 0);
        if ((i < 2 || doubled) && token_lexer_key(stem, tried, &low, &high) &&
            grammar_words_find(scratch->grammar, low, high))
            return true;
    }
    bool named_on =
        is_plain_word(scratch, at + 1) && !(scratch->tokens[at + 1].flags & TOKEN_KNOWN);
    return !named_on && (at == 0 || !token_is(scratch, at - 1, scratch->grammar->literal_is));
}

static bool clause_ends(const struct extract_scratch *scratch, uint32_t at)
{
    if (at >= scratch->token_count || scratch->tokens[at].kind != TOKEN_WORD)
        return true; /* the end, a sign, a number */
    bool letter = scratch->tokens[at].end - scratch->tokens[at].start == 1; /* spelled out */
    return letter || token_is(scratch, at, C_STOP);
}

static bool is_day_of(const struct extract_scratch *scratch, uint32_t month)
{
    return token_is(scratch, month + 1, C_NUM) || token_is(scratch, month + 1, C_MDAY) ||
           token_is(scratch, month + 1, C_ORD) || token_is(scratch, month + 1, C_YEAR);
}

/* "this is april, i want ...", "it's june carter", but "it's april fifth", "it's may". */
static bool is_named_like_month(const struct extract_scratch *scratch, uint32_t at,
                                enum strength strength)
{
    if (is_day_of(scratch, at) || token_is(scratch, at + 1, scratch->grammar->literal_the) ||
        token_is(scratch, at + 1, scratch->grammar->literal_is))
        return false;
    bool named_on =
        token_is(scratch, at + 1, C_GIVEN) || token_is(scratch, at + 1, C_SURNAME) ||
        (is_plain_word(scratch, at + 1) && !(scratch->tokens[at + 1].flags & TOKEN_KNOWN));
    return named_on || (strength == NAME_MEDIUM && clause_ends(scratch, at + 1) &&
                        token_is(scratch, at, C_MONTH));
}

/* May the word at `at` be the first of a name? */
static bool starts_name(const struct extract_scratch *scratch, uint32_t at, enum strength strength,
                        bool *ret_sure)
{
    if (!is_plain_word(scratch, at) || is_date_word(scratch, at))
        return false;
    if ((scratch->tokens[at].flags & TOKEN_POSSESSIVE) && is_plain_word(scratch, at + 1) &&
        strength != NAME_STRONG)
        return false; /* "it's for Emma's birthday" */
    bool given = token_is(scratch, at, C_GIVEN), stop = token_is(scratch, at, C_STOP);
    bool state = token_is(scratch, at, C_STATE), capital = is_capital(scratch, at);
    bool single = scratch->tokens[at].end - scratch->tokens[at].start == 1;
    *ret_sure = given || capital || strength == NAME_STRONG || strength == NAME_MEDIUM;
    if (stop || state) {
        bool month = token_is(scratch, at, C_MONTH) || token_is(scratch, at, C_MONTHW);
        if (!given)
            return !stop && capital && strength == NAME_STRONG;
        if (capital || strength == NAME_STRONG)
            return true;
        return !month && clause_ends(scratch, at + 1) && !token_is(scratch, at + 1, C_STOP);
    }
    if (given) {
        bool month = token_is(scratch, at, C_MONTH) || token_is(scratch, at, C_MONTHW);
        return !month || strength == NAME_STRONG || (capital && !is_day_of(scratch, at)) ||
               is_named_like_month(scratch, at, strength);
    }
    if (single)
        return false;
    if (strength == NAME_STRONG)
        return capital || !is_verb_form(scratch, at);
    bool known = scratch->tokens[at].flags & TOKEN_KNOWN;
    static const char *const peoples[] = {"ian", "ish", "ese", "ean"};
    for (size_t i = 0; i < 4 && strength == NAME_WEAK && clause_ends(scratch, at + 1); i++) {
        if (ends_with(scratch, at, peoples[i]))
            return false; /* "I'm Nigerian" */
    }
    if (capital)
        return !known || token_is(scratch, at, C_TITLE) || token_is(scratch, at, C_COMMON);
    if (known || strength == NAME_KNOWN || looks_like_no_name(scratch, at))
        return false;
    if (token_is(scratch, at + 1, scratch->grammar->literal_or))
        return false; /* "it's chicken or fish" */
    /* an unknown word in lower case: only when the clause ends, or a known name goes on */
    if (clause_ends(scratch, at + 1))
        return true;
    bool known_next = scratch->tokens[at + 1].flags & TOKEN_KNOWN;
    return is_plain_word(scratch, at + 1) && !looks_like_no_name(scratch, at + 1) &&
           (!known_next || token_is(scratch, at + 1, C_SURNAME) ||
            token_is(scratch, at + 1, C_GIVEN) || token_is(scratch, at + 1, C_PARTICLE)) &&
           (clause_ends(scratch, at + 2) || token_is(scratch, at + 1, C_PARTICLE));
}

static bool is_letter_word(const struct extract_scratch *scratch, uint32_t at)
{
    return scratch->tokens[at].end - scratch->tokens[at].start == 1;
}

static bool goes_on(const struct extract_scratch *scratch, uint32_t at, bool mixed_case)
{
    if (!is_plain_word(scratch, at))
        return false;
    bool capital = scratch->tokens[at].flags & TOKEN_CAPITAL;
    if (token_is(scratch, at, C_RELDAY))
        return false;
    if (!capital && scratch->tokens[at].end - scratch->tokens[at].start == 1)
        return false; /* a letter: the name is spelled out */
    if (mixed_case) {
        bool stop = token_is(scratch, at, C_STOP) && !token_is(scratch, at, C_GIVEN) &&
                    !token_is(scratch, at, C_SURNAME);
        bool weekday = token_is(scratch, at, C_WEEKDAY) || token_is(scratch, at, C_MONTH) ||
                       token_is(scratch, at, C_MONTHW);
        return capital && !stop && !(weekday && !token_is(scratch, at, C_GIVEN));
    }
    if (token_is(scratch, at, C_STOP) || is_date_word(scratch, at)) {
        bool ends = at + 1 >= scratch->token_count ||
                    (token_is(scratch, at + 1, C_STOP) && !token_is(scratch, at + 1, C_PREP));
        return token_is(scratch, at, C_SURNAME) && ends; /* "april day i'd like" */
    }
    if (token_is(scratch, at, C_STATE))
        return token_is(scratch, at, C_GIVEN) ||
               (token_is(scratch, at, C_SURNAME) &&
                (at + 1 >= scratch->token_count || !is_letter_word(scratch, at + 1)));
    bool known = scratch->tokens[at].flags & TOKEN_KNOWN;
    if (token_is(scratch, at, C_COMMON) && !clause_ends(scratch, at + 1) &&
        (scratch->tokens[at + 1].flags & TOKEN_KNOWN) && !token_is(scratch, at + 1, C_GIVEN) &&
        !token_is(scratch, at + 1, C_SURNAME))
        return false; /* "this is anna bill payment office" */
    if (known && !token_is(scratch, at, C_GIVEN) && !token_is(scratch, at, C_SURNAME) &&
        token_is(scratch, at, C_FOLLOW))
        return false;
    return token_is(scratch, at, C_GIVEN) || token_is(scratch, at, C_SURNAME) ||
           !(is_verb_form(scratch, at) && scratch->tokens[at].end - scratch->tokens[at].start > 5);
}

/* Over a glued hyphen or the dot of an initial, to where the next word would start. */
static uint32_t skip_inner(const struct extract_scratch *scratch, uint32_t at)
{
    if (at + 1 >= scratch->token_count || scratch->tokens[at].kind != TOKEN_PUNCTUATION)
        return at;
    const struct token *token = &scratch->tokens[at];
    bool hyphen = token->byte == '-' && (token->flags & TOKEN_GLUED) &&
                  (scratch->tokens[at + 1].flags & TOKEN_GLUED);
    const struct token *before = &scratch->tokens[at - 1];
    bool initial =
        token->byte == '.' && before->end - before->start == 1 && (before->flags & TOKEN_CAPITAL);
    return hyphen || initial ? at + 1 : at;
}

static uint32_t skip_particles(const struct extract_scratch *scratch, uint32_t at)
{
    uint32_t next = at;
    while (next < at + 3 && token_is(scratch, next, C_PARTICLE) && is_plain_word(scratch, next))
        next++;
    return next;
}

/* ---- reading ---- */

static bool read_name(const struct extract_scratch *scratch, uint32_t at, enum strength strength,
                      struct name *ret_name)
{
    uint32_t start = at;
    bool is_self = at > 0 && (token_is(scratch, at - 1, scratch->grammar->literal_is) ||
                              token_is(scratch, at - 1, scratch->grammar->literal_im));
    char letters[WORD_BYTES];
    size_t size = 0;
    uint32_t spelled = strength == NAME_STRONG
                           ? name_spelling_read(scratch, at, letters, sizeof letters, &size)
                           : at;
    if (spelled > at) {
        *ret_name = (struct name){start, spelled, true, true};
        return true;
    }
    bool titled = token_is(scratch, at, C_TITLE);
    uint32_t titled_name =
        at + 1 + (at + 1 < scratch->token_count && scratch->tokens[at + 1].byte == '.');
    bool self = titled && token_is(scratch, at, C_OTHERS) &&
                (token_is(scratch, titled_name, C_GIVEN) ||
                 (is_self && is_plain_word(scratch, titled_name) &&
                  !(scratch->tokens[titled_name].flags & TOKEN_KNOWN) &&
                  scratch->text[scratch->tokens[titled_name].end - 2] != '\''));
    if (titled && token_is(scratch, at, C_OTHERS) && !self)
        return false; /* "Dr. Smith" is whom they want to see */
    if (self)
        start = titled_name; /* "this is doctor Amelia Stone" */
    if (titled)
        at++;
    if (at < scratch->token_count && scratch->tokens[at].byte == '.')
        at++;
    bool sure = false;
    if (!starts_name(scratch, at, titled ? NAME_STRONG : strength, &sure))
        return false;
    bool mixed_case = is_capital(scratch, at);
    uint32_t end = at + 1;
    for (int words = 1; words < WORDS_LIMIT; words++) {
        uint32_t next = skip_inner(scratch, end);
        bool hyphen = next > end && scratch->tokens[end].byte == '-';
        uint32_t word = skip_particles(scratch, next);
        bool more = hyphen ? is_plain_word(scratch, word) : goes_on(scratch, word, mixed_case);
        if (!more && word > next) { /* "de" alone may be a name: "Ana De" is not read */
            word = next;
            more = goes_on(scratch, word, mixed_case);
        }
        if (!more || (!mixed_case && words >= 3))
            break;
        end = word + 1;
    }
    *ret_name = (struct name){start, end, sure || titled, false};
    return true;
}

/* ---- writing ---- */

static bool all_lower(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z')
            return false;
    }
    return true;
}

static void capitalize(char *word)
{
    unsigned char first = (unsigned char)word[0];
    if (first >= 'a' && first <= 'z')
        word[0] = (char)(first - 32);
    else if (first == 0xC3 && (unsigned char)word[1] >= 0xA0 && (unsigned char)word[1] != 0xB7)
        word[1] = (char)((unsigned char)word[1] - 32);
}

/* "jon smith, s m y t h": the letters say how the word with that initial is written. */
static size_t respell(const struct extract_scratch *scratch, uint32_t at, char *text, size_t size)
{
    char letters[WORD_BYTES];
    size_t count = 0;
    uint32_t from = at;
    while (from < at + 3 && from < scratch->token_count &&
           (scratch->tokens[from].byte == ',' || token_is(scratch, from, C_STOP)))
        from++; /* "that's", "spelled" */
    if (name_spelling_read(scratch, from, letters, sizeof letters, &count) == from &&
        (from == at ||
         name_spelling_read(scratch, from = at, letters, sizeof letters, &count) == at))
        return size;
    size_t last = size;
    while (last > 0 && text[last - 1] != ' ')
        last--;
    size_t first_end = 0;
    while (first_end < size && text[first_end] != ' ')
        first_end++;
    if ((text[last] | 0x20) == (letters[0] | 0x20) && last + count < NAME_BYTES) {
        memcpy(text + last, letters, count);
        return last + count;
    }
    if ((text[0] | 0x20) == (letters[0] | 0x20) && size - first_end + count < NAME_BYTES) {
        memmove(text + count, text + first_end, size - first_end);
        memcpy(text, letters, count);
        return size - first_end + count;
    }
    return size;
}

/* The name as it is written; spoken text gets its capitals. */
static struct strview name_value(struct extract_scratch *scratch, const struct name *name)
{
    char text[NAME_BYTES];
    size_t size = 0;
    if (name->spelled) {
        name_spelling_read(scratch, name->start, text, WORD_BYTES, &size);
        return extract_scratch_keep(scratch, text, size);
    }
    uint32_t first = scratch->tokens[name->start].start;
    uint32_t last = scratch->tokens[name->end - 1].end;
    bool spoken = all_lower(scratch->text + first, last - first);
    for (uint32_t at = name->start; at < name->end; at++) {
        const struct token *token = &scratch->tokens[at];
        size_t length = token->end - token->start;
        if (size + length + 2 >= sizeof text)
            break;
        if (at > name->start && scratch->text[token->start - 1] == ' ') {
            if (scratch->text[token->start - 2] == '.' && text[size - 1] != '.')
                text[size++] = '.'; /* "Ms. Clark": the lexer took the dot into the title */
            text[size++] = ' ';
        }
        memcpy(text + size, scratch->text + token->start, length);
        if (spoken && token->kind == TOKEN_WORD &&
            (at == name->start || !token_is(scratch, at, C_PARTICLE) || at + 1 == name->end)) {
            capitalize(text + size);
            if (length > 3 && memcmp(text + size, "O'", 2) == 0)
                capitalize(text + size + 2);
            if (length > 4 && memcmp(text + size, "Mc", 2) == 0)
                capitalize(text + size + 2);
        }
        size += length;
    }
    if (size > 2 && text[size - 1] == 's' && text[size - 2] == '\'')
        size -= 2; /* "this is Sam's" */
    size = respell(scratch, name->end, text, size);
    return extract_scratch_keep(scratch, text, size);
}

static bool add_name(struct extract_scratch *scratch, struct names *names, const struct name *name)
{
    if (names->count == NAMES_LIMIT)
        return true;
    for (size_t i = 0; i < names->count; i++) {
        if (scratch->edges[names->edges[i]].start == name->start)
            return true;
    }
    struct edge edge = {.start = name->start,
                        .end = name->end,
                        .meaning = -1,
                        .makes = N_NAME,
                        .score = (int32_t)(name->end - name->start) * 12 + 25,
                        .value = name_value(scratch, name),
                        .reasons = name->sure ? 0 : PHRASE_WEAK_NAME};
    names->changes++;
    names->edges[names->count++] = (int32_t)scratch->edge_count;
    return chart_parser_add(scratch, &edge);
}

/* "first name Ana, last name Ruiz" is one name. */
static void join_names(struct extract_scratch *scratch, struct names *names,
                       const struct name *name, bool is_last)
{
    struct edge *known = &scratch->edges[names->edges[names->count - 1]];
    names->changes++;
    struct strview other = name_value(scratch, name);
    struct strview first = is_last ? known->value : other, last = is_last ? other : known->value;
    char text[2 * NAME_BYTES];
    memcpy(text, first.data, first.size);
    text[first.size] = ' ';
    memcpy(text + first.size + 1, last.data, last.size);
    known->value = extract_scratch_keep(scratch, text, first.size + 1 + last.size);
}

/* ---- where names are looked for ---- */

static const struct edge *longest_edge(const struct extract_scratch *scratch, uint32_t at,
                                       uint32_t types)
{
    const struct edge *best = NULL;
    if (at >= scratch->token_count || !(scratch->edge_types[at] & types))
        return NULL;
    for (int32_t i = scratch->first_edge[at]; i >= 0; i = scratch->edges[i].next) {
        const struct edge *edge = &scratch->edges[i];
        if ((types >> edge->makes & 1) && (!best || edge->end > best->end))
            best = edge;
    }
    return best;
}

static uint32_t skip_commas(const struct extract_scratch *scratch, uint32_t at)
{
    while (at < scratch->token_count && scratch->tokens[at].kind == TOKEN_PUNCTUATION &&
           (scratch->tokens[at].byte == ',' || scratch->tokens[at].byte == ':' ||
            scratch->tokens[at].byte == '.' || scratch->tokens[at].byte == '-' ||
            scratch->tokens[at].byte == '"'))
        at++;
    return at;
}

/* The place of an editing term within a few words: "Catherine with a K, sorry, Katherine". */
static uint32_t find_edit(const struct extract_scratch *scratch, uint32_t at)
{
    static const uint32_t edits = 1U << N_EDIT | 1U << N_CANCEL;
    for (uint32_t i = at; i < at + 7 && i < scratch->token_count; i++) {
        if (scratch->edge_types[i] & edits)
            return i;
    }
    return at;
}

/* "... John, no wait, Jon": another name behind editing terms. */
static bool read_corrected(struct extract_scratch *scratch, struct names *names, uint32_t at)
{
    static const uint32_t edits = 1U << N_EDIT | 1U << N_CANCEL;
    uint32_t near = skip_commas(scratch, at), next = find_edit(scratch, near);
    bool heard = false;
    for (int i = 0; i < 5; i++) {
        const struct edge *edge = longest_edge(scratch, next, edits);
        if (!edge)
            break;
        heard = true;
        next = skip_commas(scratch, edge->end);
    }
    if (!heard)
        return true;
    const struct edge *cue = longest_edge(scratch, next, 1U << N_STRONGNAME | 1U << N_WEAKNAME);
    if (cue)
        next = skip_commas(scratch, cue->end);
    struct name name;
    enum strength strength = next == near || cue ? NAME_STRONG : NAME_MEDIUM;
    if (find_edit(scratch, near) > near && !cue)
        strength = NAME_KNOWN;
    if (!read_name(scratch, next, strength, &name))
        return true;
    return add_name(scratch, names, &name) && read_corrected(scratch, names, name.end);
}

/* "the dentist's name is", "her name is": not the caller, unless a relative is booked for. */
static bool is_of_another(const struct extract_scratch *scratch, const struct edge *cue)
{
    if (cue->makes != N_STRONGNAME || cue->start == 0 ||
        scratch->grammar->forms[cue->form]->value == 1)
        return false;
    uint32_t before = cue->start - 1;
    for (uint32_t at = before; at-- > 0 && at + 7 > before;) {
        if (token_is(scratch, at, C_RELATIVE))
            return false; /* "for my mother, her name is" */
    }
    if (token_is(scratch, before, C_TITLE) || token_is(scratch, before, C_OTHERS))
        return true;
    return (scratch->tokens[before].flags & TOKEN_POSSESSIVE) &&
           !token_is(scratch, before, C_RELATIVE);
}

/* "the name's Rutherford, first name Amy". */
static bool last_is_lone_surname(const struct extract_scratch *scratch, const struct names *names)
{
    if (names->count == 0)
        return false;
    const struct edge *edge = &scratch->edges[names->edges[names->count - 1]];
    return edge->end == edge->start + 1 && !token_is(scratch, edge->start, C_GIVEN);
}

static bool read_behind_cue(struct extract_scratch *scratch, struct names *names,
                            const struct edge *cue)
{
    int32_t kind = scratch->grammar->forms[cue->form]->value;
    bool late = kind == 2 && cue->start > 5; /* "it's sam" opens a call; later it is a thing */
    enum strength strength = cue->makes == N_WEAKNAME ? kind == 1 || late ? NAME_KNOWN : NAME_WEAK
                             : kind == 1              ? NAME_MEDIUM
                                                      : NAME_STRONG;
    bool last_name = cue->makes == N_STRONGNAME && kind == 2;
    struct name name;
    if (is_of_another(scratch, cue))
        return true;
    uint32_t at = skip_commas(scratch, cue->end);
    if (strength != NAME_STRONG && at > cue->end)
        return true;
    if (!read_name(scratch, at, strength, &name))
        return true;
    bool first_name = cue->makes == N_STRONGNAME && kind == 3;
    bool surname_known =
        names->last_is_surname || (first_name && last_is_lone_surname(scratch, names));
    if ((last_name || (first_name && surname_known)) && names->count) {
        join_names(scratch, names, &name, last_name);
        return true;
    }
    names->last_is_surname = last_name;
    return add_name(scratch, names, &name) && read_corrected(scratch, names, name.end);
}

static uint32_t skip_greeting(const struct extract_scratch *scratch, uint32_t at, bool any_stop)
{
    while (at < scratch->token_count && at < 8) {
        const struct edge *silent = longest_edge(scratch, at, 1U << N_SILENT);
        bool stop =
            (token_is(scratch, at, C_GREETING) || (any_stop && token_is(scratch, at, C_ANSWER))) &&
            !token_is(scratch, at, C_GIVEN);
        if (silent && silent->end <= at + 4)
            at = silent->end;
        else if (scratch->tokens[at].kind == TOKEN_PUNCTUATION || stop)
            at++;
        else
            break;
    }
    return at;
}

static bool is_my_name(const struct extract_scratch *scratch, uint32_t at)
{
    return token_is(scratch, at, scratch->grammar->literal_is) &&
           token_is(scratch, at + 1, scratch->grammar->literal_my);
}

/* "Sam here", "Maria Lopez speaking". */
static bool read_before_cue(struct extract_scratch *scratch, struct names *names)
{
    struct name name;
    uint32_t start = skip_greeting(scratch, 0, false);
    bool mine = read_name(scratch, start, NAME_STRONG, &name) && is_my_name(scratch, name.end);
    if (!mine && !read_name(scratch, start, NAME_MEDIUM, &name))
        return true;
    const struct grammar *grammar = scratch->grammar;
    bool here = token_is(scratch, name.end, grammar->literal_here) &&
                !token_is(scratch, name.end + 1, C_PREP);
    bool calling =
        token_is(scratch, name.end, grammar->literal_calling) ||
        (token_is(scratch, name.end, grammar->literal_from) && token_is(scratch, start, C_GIVEN));
    bool cue = here || calling || token_is(scratch, name.end, grammar->literal_speaking) ||
               is_my_name(scratch, name.end);
    return !cue || add_name(scratch, names, &name);
}

/* The answer to "what is your name?". */
static bool read_answer(struct extract_scratch *scratch, struct names *names)
{
    struct name name;
    uint32_t start = skip_greeting(scratch, 0, true);
    if (!read_name(scratch, start, NAME_STRONG, &name) ||
        !(clause_ends(scratch, name.end) || token_is(scratch, name.end, C_STATE)))
        return true;
    bool plain = name.end == name.start + 1 && token_is(scratch, name.start, C_COMMON) &&
                 !is_capital(scratch, name.start);
    if (plain && name.end < scratch->token_count && !is_letter_word(scratch, name.end))
        return true;   /* "manicure for friday" */
    struct name given; /* "ramirez, luis" */
    bool reversed =
        name.end == name.start + 1 && scratch->tokens[name.end].byte == ',' &&
        !token_is(scratch, name.start, C_GIVEN) && token_is(scratch, name.end + 1, C_GIVEN) &&
        read_name(scratch, name.end + 1, NAME_STRONG, &given) && clause_ends(scratch, given.end);
    if (!add_name(scratch, names, &name))
        return false;
    if (reversed) {
        join_names(scratch, names, &given, false);
        return true;
    }
    return read_corrected(scratch, names, name.end);
}

bool name_reader_run(struct extract_scratch *scratch)
{
    static const uint32_t cues = 1U << N_STRONGNAME | 1U << N_WEAKNAME;
    struct names names = {.count = 0};
    if (scratch->cue_types & cues) {
        for (uint32_t at = 0; at < scratch->token_count;) {
            const struct edge *found = longest_edge(scratch, at, cues);
            if (!found) {
                at++;
                continue;
            }
            struct edge cue = *found; /* adding edges may move the array */
            size_t before = names.changes;
            if (!read_behind_cue(scratch, &names, &cue))
                return false;
            at = names.changes > before ? cue.end : at + 1; /* "reservation under the name of" */
        }
    }
    if (names.count == 0 && !read_before_cue(scratch, &names))
        return false;
    bool asked = scratch->request->asked_types >> EXTRACT_NAME & 1;
    return names.count || !asked || read_answer(scratch, &names);
}
