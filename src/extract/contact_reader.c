/*
 * contact_reader.c: phone numbers (written, spoken, grouped) and e-mail addresses (written, spoken
 * with "at" and "dot"). Adds edges to the chart before the cover; identifiers ("order number ...")
 * stay out. Thread: the scratch's.
 */
#include "extract/extract_private.h"

#include <string.h>

enum { DIGITS_LIMIT = 15, CUE_REACH = 8, EMAIL_BYTES = 120 };

struct run {
    char digits[DIGITS_LIMIT + 1];
    size_t count;
    size_t groups;
    uint32_t start, end;
    bool plus, spoken;
    bool repeated; /* "double", "triple" */
};

/* ---- phones ---- */

static bool add_digit(struct run *run, char digit, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        if (run->count == DIGITS_LIMIT)
            return false;
        run->digits[run->count++] = digit;
    }
    return true;
}

/* Digits of one token (with "double"); the next token, or `at` when there are none. */
static uint32_t take_digits(const struct extract_scratch *scratch, uint32_t at, struct run *run)
{
    const struct grammar *grammar = scratch->grammar;
    size_t times = token_is(scratch, at, grammar->literal_double)   ? 2
                   : token_is(scratch, at, grammar->literal_triple) ? 3
                                                                    : 1;
    uint32_t from = at + (times > 1);
    if (from >= scratch->token_count)
        return at;
    const struct token *token = &scratch->tokens[from];
    run->repeated = run->repeated || times > 1;
    if (token->kind == TOKEN_NUMBER && token->digits && times == 1 &&
        !(token->flags & TOKEN_PRICE)) {
        for (uint32_t i = 0; i < token->digits; i++) {
            if (!add_digit(run, scratch->text[token->start + i], 1))
                return at;
        }
        return token->end - token->start == token->digits ? from + 1 : at;
    }
    if (token->kind == TOKEN_NUMBER && token->word && token->value < 100) {
        run->spoken = true;
        if (token->value < 10)
            return add_digit(run, (char)('0' + token->value), times) ? from + 1 : at;
        int32_t value = token->value;
        uint32_t end = from + 1;
        if (token->alternative_count && token->alternatives[0].value < 100) {
            value = token->alternatives[0].value;
            end = token->alternatives[0].end;
        }
        if (times > 1 || !add_digit(run, (char)('0' + value / 10), 1) ||
            !add_digit(run, (char)('0' + value % 10), 1))
            return at;
        return end;
    }
    if (token_is(scratch, from, grammar->literal_oh) ||
        token_is(scratch, from, grammar->literal_o)) {
        run->spoken = true;
        return add_digit(run, '0', times) ? from + 1 : at;
    }
    if (times == 1 && run->spoken && run->count &&
        token_is(scratch, from, grammar->literal_hundred))
        return add_digit(run, '0', 2) ? from + 1 : at;
    return at;
}

static bool is_separator(const struct extract_scratch *scratch, uint32_t at)
{
    return at < scratch->token_count && scratch->tokens[at].kind == TOKEN_PUNCTUATION &&
           strchr("-.(),/", scratch->tokens[at].byte) != NULL;
}

/* The longest run of digits from `at`. */
static bool read_run(const struct extract_scratch *scratch, uint32_t at, struct run *run)
{
    *run = (struct run){.start = at, .end = at};
    if (at < scratch->token_count && (scratch->tokens[at].byte == '+' ||
                                      token_is(scratch, at, scratch->grammar->literal_plus))) {
        run->plus = true;
        at++;
    }
    for (;;) {
        uint32_t first = at;
        while (at < first + 2 && is_separator(scratch, at))
            at++;
        uint32_t next = take_digits(scratch, at, run);
        if (next == at && run->count == 3 &&
            (token_is(scratch, at, scratch->grammar->literal_then) ||
             token_is(scratch, at,
                      scratch->grammar->literal_and))) /* "area code 609 then 555 ..." */
            next = take_digits(scratch, ++at, run);
        if (next == at)
            break;
        run->groups++;
        run->end = at = next;
    }
    return run->count > 0 && run->end > run->start;
}

bool contact_reader_phone_value(const struct extract_scratch *scratch, const char *digits,
                                size_t count, bool international, char ret_value[24])
{
    const struct locale_rule *locale = &scratch->locale;
    char code[8] = {0};
    size_t code_size = 0;
    for (uint16_t left = locale->calling_code; left; left /= 10)
        code_size++;
    for (size_t i = code_size, left = locale->calling_code; i-- > 0; left /= 10)
        code[i] = (char)('0' + left % 10);
    size_t low = locale->national_digits_low, high = locale->national_digits_high, used = 0;
    if (locale->calling_code == 1 && count == 10 && (digits[0] == '0' || digits[0] == '1'))
        code_size = low = high = 0; /* no number of the North American plan starts so */
    if (!international && count > 10 && digits[0] == '0' && digits[1] == '0') {
        international = true;
        digits += 2;
        count -= 2;
    }
    bool has_code = code_size && count > code_size && memcmp(digits, code, code_size) == 0 &&
                    count - code_size >= low && count - code_size <= high;
    if (international || (has_code && (count > high || !locale->trunk_zero))) {
        ret_value[used++] = '+';
    } else if (code_size) {
        if (locale->trunk_zero && digits[0] == '0' && count - 1 >= low && count - 1 <= high) {
            digits++;
            count--;
        } else if (count < low || count > high || (locale->trunk_zero && digits[0] == '0')) {
            code_size = 0;
        }
        if (code_size) {
            ret_value[used++] = '+';
            memcpy(ret_value + used, code, code_size);
            used += code_size;
        }
    }
    if (used + count >= 24)
        return false;
    memcpy(ret_value + used, digits, count);
    ret_value[used + count] = '\0';
    return true;
}

/* How near before `at` a cue of this type ends; CUE_REACH + 1 when there is none. */
static uint32_t cue_distance(const struct extract_scratch *scratch, uint32_t at, uint32_t type)
{
    for (uint32_t back = 1; back <= CUE_REACH + 3 && back <= at; back++) {
        uint32_t start = at - back;
        if (!(scratch->edge_types[start] >> type & 1))
            continue;
        uint32_t best = CUE_REACH + 1;
        for (int32_t i = scratch->first_edge[start]; i >= 0; i = scratch->edges[i].next) {
            const struct edge *edge = &scratch->edges[i];
            if (edge->makes == type && edge->end <= at && at - edge->end < best)
                best = at - edge->end;
        }
        if (best <= CUE_REACH)
            return best;
    }
    return CUE_REACH + 1;
}

static bool is_phone(const struct extract_scratch *scratch, const struct run *run)
{
    if (run->count < 7)
        return false;
    bool asked = scratch->request->asked_types >> EXTRACT_PHONE & 1;
    uint32_t phone = cue_distance(scratch, run->start, N_PHONECUE);
    uint32_t id = cue_distance(scratch, run->start, N_IDCUE);
    if (id <= CUE_REACH && id <= phone)
        return false;
    if (asked || run->plus || phone <= CUE_REACH)
        return true;
    if (run->spoken) /* "triple five" is how only numbers of phones are read out */
        return run->groups >= 6 || (run->count >= 7 && run->repeated);
    return run->count == 10 || run->count == 11 || (run->groups >= 2 && run->count == 7);
}

static bool add_phone(struct extract_scratch *scratch, const struct run *run, const char *digits)
{
    char value[24];
    if (!contact_reader_phone_value(scratch, digits, run->count, run->plus, value))
        return true;
    struct edge edge = {.start = run->start,
                        .end = run->end,
                        .meaning = -1,
                        .makes = N_PHONE,
                        .score = (int32_t)(run->end - run->start) * 12 + 20,
                        .value = extract_scratch_keep(scratch, value, strlen(value))};
    return chart_parser_add(scratch, &edge);
}

static bool may_start_run(const struct extract_scratch *scratch, uint32_t at)
{
    const struct token *token = &scratch->tokens[at];
    const struct grammar *grammar = scratch->grammar;
    return token->kind == TOKEN_NUMBER || token->byte == '+' || token->byte == '(' ||
           (token->word &&
            (token_is(scratch, at, C_DIGITWORD) || token_is(scratch, at, grammar->literal_double) ||
             token_is(scratch, at, grammar->literal_triple) ||
             token_is(scratch, at, grammar->literal_plus)));
}

/* "... 1234, sorry, 1235": the last digits replaced. */
static bool read_phone_correction(struct extract_scratch *scratch, const struct run *phone)
{
    uint32_t at = phone->end;
    bool heard = false;
    for (int i = 0; i < 6 && at < scratch->token_count; i++) {
        if (is_separator(scratch, at)) {
            at++;
        } else if (scratch->edge_types[at] & (1U << N_EDIT | 1U << N_CANCEL)) {
            uint32_t end = at;
            for (int32_t k = scratch->first_edge[at]; k >= 0; k = scratch->edges[k].next) {
                const struct edge *edge = &scratch->edges[k];
                if ((edge->makes == N_EDIT || edge->makes == N_CANCEL) && edge->end > end)
                    end = edge->end;
            }
            at = end;
            heard = true;
        }
    }
    uint32_t reach = at + 5; /* "ending in", "the last four are" */
    while (heard && at < reach && at < scratch->token_count &&
           scratch->tokens[at].kind == TOKEN_WORD && !may_start_run(scratch, at))
        at++;
    struct run tail;
    if (!heard || !read_run(scratch, at, &tail) || tail.count >= 7 || tail.count < 2)
        return true;
    char digits[DIGITS_LIMIT + 1];
    memcpy(digits, phone->digits, phone->count);
    memcpy(digits + phone->count - tail.count, tail.digits, tail.count);
    struct run whole = *phone;
    whole.start = tail.start;
    whole.end = tail.end;
    return add_phone(scratch, &whole, digits);
}

static bool read_phones(struct extract_scratch *scratch)
{
    for (uint32_t at = 0; at < scratch->token_count;) {
        struct run run;
        if (!may_start_run(scratch, at) || !read_run(scratch, at, &run)) {
            at++;
            continue;
        }
        if (is_phone(scratch, &run)) {
            if (!add_phone(scratch, &run, run.digits) || !read_phone_correction(scratch, &run))
                return false;
        }
        at = run.end > at ? run.end : at + 1;
    }
    return true;
}

/* ---- e-mail ---- */

struct address {
    char text[EMAIL_BYTES];
    size_t size;
};

static bool put(struct address *address, const char *text, size_t size)
{
    if (address->size + size >= sizeof address->text)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        address->text[address->size++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return true;
}

/* What a token stands for in a spoken address: '.', '_', '-', '+', or 'w' for its own letters. */
static char address_sign(const struct extract_scratch *scratch, uint32_t at)
{
    const struct grammar *grammar = scratch->grammar;
    const struct token *token = &scratch->tokens[at];
    if (token->kind == TOKEN_PUNCTUATION)
        return strchr("._-+", token->byte) && (token->flags & TOKEN_GLUED) &&
                       at + 1 < scratch->token_count &&
                       (scratch->tokens[at + 1].flags & TOKEN_GLUED)
                   ? token->byte
                   : '\0';
    if (token_is(scratch, at, grammar->literal_dot))
        return '.';
    if (token_is(scratch, at, grammar->literal_underscore))
        return '_';
    if (token_is(scratch, at, grammar->literal_dash) ||
        token_is(scratch, at, grammar->literal_hyphen))
        return '-';
    if (token_is(scratch, at, grammar->literal_plus))
        return '+';
    return token->kind == TOKEN_EMAIL ? '\0' : 'w';
}

static bool put_token(const struct extract_scratch *scratch, uint32_t at, struct address *address)
{
    const struct token *token = &scratch->tokens[at];
    char sign = address_sign(scratch, at);
    if (sign == '\0')
        return false;
    if (sign != 'w')
        return put(address, &sign, 1);
    bool tens = token->kind == TOKEN_NUMBER && token->word && token->value >= 20 &&
                token->alternative_count && token->alternatives[0].end == at + 2;
    if (tens) { /* "seventy two": the tens here, the unit at its own token */
        char digit = (char)('0' + token->value / 10);
        return put(address, &digit, 1);
    }
    if (token->kind == TOKEN_NUMBER && token->word && token->value < 100) {
        char digits[2] = {(char)('0' + token->value / 10), (char)('0' + token->value % 10)};
        return put(address, token->value < 10 ? digits + 1 : digits, token->value < 10 ? 1 : 2);
    }
    return put(address, scratch->text + token->start, token->end - token->start);
}

/* The end of "gmail dot com" from `at`; 0 when it is no domain. */
static uint32_t domain_end(const struct extract_scratch *scratch, uint32_t at)
{
    uint32_t i = at;
    if (token_is(scratch, at, scratch->grammar->literal_the))
        return 0;
    while (i < scratch->token_count && i < at + 4 && address_sign(scratch, i) == 'w' &&
           !token_is(scratch, i, scratch->grammar->literal_at))
        i++;
    if (i == at || i >= scratch->token_count)
        return 0;
    char sign = address_sign(scratch, i);
    if (sign == '-' && i + 1 < scratch->token_count && address_sign(scratch, i + 1) == 'w') {
        i += 2;
        sign = i < scratch->token_count ? address_sign(scratch, i) : '\0';
    }
    uint32_t end = 0;
    while (sign == '.' && i + 1 < scratch->token_count && address_sign(scratch, i + 1) == 'w' &&
           scratch->tokens[i + 1].kind == TOKEN_WORD && (!end || i == end)) {
        end = i + 2;
        i = end;
        sign = i < scratch->token_count ? address_sign(scratch, i) : '\0';
        if (scratch->tokens[i - 1].end - scratch->tokens[i - 1].start > 6)
            break;
    }
    return end;
}

/* The last word of "b as in boy". */
static bool is_example(const struct extract_scratch *scratch, uint32_t at)
{
    const char *text = scratch->text;
    const struct token *token = &scratch->tokens[at];
    return at >= 3 && token->kind == TOKEN_WORD &&
           token_is(scratch, at - 1, scratch->grammar->literal_in) &&
           token[-2].end - token[-2].start == 2 && memcmp(text + token[-2].start, "as", 2) == 0 &&
           token[-3].end - token[-3].start == 1 && text[token[-3].start] == text[token->start];
}

/* Where the part before "at" begins. */
static uint32_t local_start(const struct extract_scratch *scratch, uint32_t at, bool cue)
{
    uint32_t start = at;
    bool joined = true; /* the word to the right is joined to what comes before it */
    while (start > 0 && at - start < 14) {
        uint32_t before = start - 1;
        char sign = address_sign(scratch, before);
        const struct token *token = &scratch->tokens[before];
        if (sign == '\0')
            break;
        bool small = token->end - token->start == 1 || token->kind == TOKEN_NUMBER;
        bool opening = token->word &&
                       (token_is(scratch, before, C_STOP) || token_is(scratch, before, C_PREP)) &&
                       !small && !token_is(scratch, before, C_GIVEN);
        if (sign == 'w' && (opening || (!joined && !cue && !small)))
            break;
        joined = sign != 'w' || small;
        start = before;
        if (is_example(scratch, start)) /* "b as in boy" */
            start -= 3;
    }
    return start;
}

static bool read_spoken_email(struct extract_scratch *scratch, uint32_t at)
{
    uint32_t end = domain_end(scratch, at + 1);
    if (!end)
        return true;
    bool cue = (scratch->cue_types >> N_EMAILCUE & 1) ||
               (scratch->request->asked_types >> EXTRACT_EMAIL & 1);
    uint32_t start = local_start(scratch, at, cue);
    struct address address = {.size = 0};
    bool good = start < at;
    uint8_t times = 1;
    for (uint32_t i = start; i < end && good; i++) {
        if (i == at) {
            good = put(&address, "@", 1);
            continue;
        }
        if (i + 3 < at && is_example(scratch, i + 3)) {
            good = put_token(scratch, i, &address);
            i += 3;
            continue;
        }
        if (token_is(scratch, i, scratch->grammar->literal_double) && i + 1 < end &&
            scratch->tokens[i + 1].end - scratch->tokens[i + 1].start <= 5) {
            times = 2;
            continue;
        }
        for (; times && good; times--)
            good = put_token(scratch, i, &address);
        times = 1;
    }
    if (!good)
        return true;
    struct edge edge = {.start = start,
                        .end = end,
                        .meaning = -1,
                        .makes = N_EMAIL,
                        .score = (int32_t)(end - start) * 12 + 30,
                        .value = extract_scratch_keep(scratch, address.text, address.size)};
    return chart_parser_add(scratch, &edge);
}

static bool read_emails(struct extract_scratch *scratch)
{
    for (uint32_t at = 0; at < scratch->token_count; at++) {
        const struct token *token = &scratch->tokens[at];
        if (token->kind == TOKEN_EMAIL) {
            struct edge edge = {.start = at,
                                .end = at + 1,
                                .meaning = -1,
                                .makes = N_EMAIL,
                                .score = 50,
                                .value = {scratch->text + token->start, token->end - token->start}};
            if (!chart_parser_add(scratch, &edge))
                return false;
        } else if (at > 0 && token->word && token_is(scratch, at, scratch->grammar->literal_at) &&
                   !read_spoken_email(scratch, at)) {
            return false;
        }
    }
    return true;
}

bool contact_reader_run(struct extract_scratch *scratch)
{
    return read_emails(scratch) && read_phones(scratch);
}
