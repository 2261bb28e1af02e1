/*
 * phrase.c: reads the rules once into tokens and says a phrase by walking them. Noise drops a word,
 * doubles it, puts a filler before it or hears a like-sounding one; never inside the words of a
 * slot, so that gold stays true of what was heard.
 */
#include "phrase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKENS_MAX = 8192, ALTERNATIVES_MAX = 1024 };

struct token {
    enum { TOKEN_WORDS, TOKEN_RULE, TOKEN_SLOT } kind;
    int index; /* rule or slot */
    const char *text;
    size_t size;
};

struct alternative {
    size_t first, count;
};

static struct token tokens[TOKENS_MAX];
static struct alternative alternatives[ALTERNATIVES_MAX];
static size_t rule_first[RULE_COUNT];
static uint32_t rule_size[RULE_COUNT];
static size_t token_count, alternative_count;

const char *const phrase_slot_names[] = {
#define X(name) #name,
    PHRASE_SLOTS(X)
#undef X
        NULL};

static const char *const rule_names[] = {
#define X(name) #name,
    PHRASE_RULES(X)
#undef X
        NULL};

static int index_of(const char *const *names, const char *name, size_t size)
{
    for (int i = 0; names[i]; i++)
        if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0)
            return i;
    fprintf(stderr, "phrase_rules.c: '%.*s' is neither a rule nor a slot\n", (int)size, name);
    exit(1);
}

static void add_token(struct token token)
{
    if (token_count == TOKENS_MAX) {
        fputs("phrase.c: TOKENS_MAX is too small\n", stderr);
        exit(1);
    }
    tokens[token_count++] = token;
}

static void compile_alternative(const char *text)
{
    if (alternative_count == ALTERNATIVES_MAX) {
        fputs("phrase.c: ALTERNATIVES_MAX is too small\n", stderr);
        exit(1);
    }
    struct alternative *alternative = &alternatives[alternative_count++];
    alternative->first = token_count;
    while (*text) {
        size_t size = strcspn(text, "{<");
        if (size) {
            add_token((struct token){TOKEN_WORDS, 0, text, size});
            text += size;
            continue;
        }
        bool is_rule = *text == '{';
        size = strcspn(++text, is_rule ? "}" : ">");
        int index = index_of(is_rule ? rule_names : phrase_slot_names, text, size);
        add_token((struct token){is_rule ? TOKEN_RULE : TOKEN_SLOT, index, text, size});
        text += size + 1;
    }
    alternative->count = token_count - alternative->first;
}

void phrase_compile(void)
{
    for (int rule = 0; rule < RULE_COUNT; rule++) {
        rule_first[rule] = alternative_count;
        for (const char *const *text = phrase_rule_texts[rule]; *text; text++)
            compile_alternative(*text);
        rule_size[rule] = (uint32_t)(alternative_count - rule_first[rule]);
    }
}

static void hear(struct phrase *phrase, const char *text, size_t size)
{
    if (size > sizeof phrase->heard - phrase->heard_size - 1)
        size = 0;
    memcpy(phrase->heard + phrase->heard_size, text, size);
    phrase->heard_size += size;
    for (size_t i = 0; i < size; i++)
        phrase->heard_length += (text[i] & 0xc0) != 0x80;
}

static void hear_noisily(struct draw *draw, struct phrase *phrase, const char *word, size_t size)
{
    static const char *const like[][2] = {
        {"would", "wood"},  {"book", "look"},
        {"need", "knead"},  {"please", "peas"},
        {"name", "main"},   {"my", "by"},
        {"see", "sea"},     {"hair", "hare"},
        {"could", "good"},  {"appointment", "a pointment"},
        {"there", "their"},
    };
    uint32_t way = draw_below(draw, 4);
    for (size_t i = 0; way < 2 && i < sizeof like / sizeof *like; i++) {
        if (strlen(like[i][0]) == size && memcmp(like[i][0], word, size) == 0) {
            hear(phrase, like[i][1], strlen(like[i][1]));
            return;
        }
    }
    if (way == 0)
        return; /* dropped */
    if (way == 1)
        hear(phrase, "uh ", 3);
    if (way == 2) {
        hear(phrase, word, size);
        hear(phrase, " ", 1);
    }
    hear(phrase, word, size);
}

static void add_words(struct draw *draw, struct phrase *phrase, const struct token *token,
                      uint32_t noise_per_mille)
{
    size_t room = sizeof phrase->said - phrase->said_size - 1;
    size_t size = token->size < room ? token->size : 0;
    memcpy(phrase->said + phrase->said_size, token->text, size);
    phrase->said_size += size;
    if (!noise_per_mille) {
        hear(phrase, token->text, token->size);
        return;
    }
    for (size_t at = 0; at < token->size;) {
        size_t word = 0;
        while (at + word < token->size && token->text[at + word] != ' ')
            word++;
        if (word && draw_chance(draw, noise_per_mille))
            hear_noisily(draw, phrase, token->text + at, word);
        else
            hear(phrase, token->text + at, word);
        at += word;
        if (at == token->size)
            break;
        at++;
        if (phrase->heard_size && phrase->heard[phrase->heard_size - 1] != ' ')
            hear(phrase, " ", 1); /* a dropped word takes its blank with it */
    }
}

static void add_slot(struct phrase *phrase, enum phrase_slot slot, const char *words)
{
    struct token token = {.text = words, .size = strlen(words)};
    int64_t start = phrase->heard_length;
    add_words(NULL, phrase, &token, 0);
    if (phrase->span_count < sizeof phrase->spans / sizeof *phrase->spans && slot != PHRASE_old)
        phrase->spans[phrase->span_count++] =
            (struct phrase_span){slot, start, phrase->heard_length};
}

static void expand(struct draw *draw, enum phrase_rule rule, const char *const *words,
                   uint32_t noise_per_mille, struct phrase *phrase)
{
    const struct alternative *chosen =
        &alternatives[rule_first[rule] + draw_below(draw, rule_size[rule])];
    for (size_t i = 0; i < chosen->count; i++) {
        const struct token *token = &tokens[chosen->first + i];
        if (token->kind == TOKEN_WORDS)
            add_words(draw, phrase, token, noise_per_mille);
        else if (token->kind == TOKEN_RULE)
            expand(draw, (enum phrase_rule)token->index, words, noise_per_mille, phrase);
        else if (words[token->index])
            add_slot(phrase, (enum phrase_slot)token->index, words[token->index]);
        else {
            fprintf(stderr, "phrase_rules.c: rule '%s' needs <%s>\n", rule_names[rule],
                    phrase_slot_names[token->index]);
            exit(1);
        }
    }
}

void phrase_say(struct draw *draw, enum phrase_rule rule, const char *const *words,
                uint32_t noise_per_mille, struct phrase *ret_phrase)
{
    ret_phrase->heard_size = ret_phrase->said_size = ret_phrase->span_count = 0;
    ret_phrase->heard_length = 0;
    expand(draw, rule, words, noise_per_mille, ret_phrase);
    if (ret_phrase->heard_size == 0) /* noise took every word */
        hear(ret_phrase, ret_phrase->said, ret_phrase->said_size);
    ret_phrase->heard[ret_phrase->heard_size] = '\0';
    ret_phrase->said[ret_phrase->said_size] = '\0';
}
