/*
 * extract_private.h: what the parts of the extractor share; for this room only.
 *
 * A text becomes tokens (each with the set of symbols it may be), the chart finds edges (a form of
 * the grammar over a span of tokens, with its meaning), the best cover of edges becomes phrases,
 * and phrases become slots. Everything lives in the scratch. Indices instead of pointers, since the
 * arrays grow.
 */
#ifndef ASSAY_EXTRACT_EXTRACT_PRIVATE_H
#define ASSAY_EXTRACT_EXTRACT_PRIVATE_H

#include "extract/calibration_table.h"
#include "extract/extractor.h"

/* ---- symbols: what a place in a pattern can ask for ---- */

/* clang-format off */
#define NONTERMINAL_LIST(X) /* made by forms; at most 31 */                                        \
    X(BARE, "bare") X(CLOCK, "clock") X(TIMEPART, "part") X(DAY, "day") X(SPAN, "span")            \
    X(MOMENT, "moment") X(DURATION, "duration") X(RANGE, "range") X(EDGES, "edges") X(HALFDAY, "halfday")                                 \
    X(ANSWER, "answer") X(SILENT, "silent") X(EDIT, "edit") X(CANCEL, "cancel") X(NOT, "not")      \
    X(NOTAFTER, "notafter") X(MOVE, "move") X(STRONGNAME, "strongname") X(WEAKNAME, "weakname")    \
    X(PHONECUE, "phonecue") X(EMAILCUE, "emailcue") X(IDCUE, "idcue") X(DEFER, "defer")            \
    X(REFUSE, "refuse") X(NAME, "name") X(PHONE, "phone") X(EMAIL, "email") X(CATEGORY, "category")\
    X(COUNT, "count")
#define CLASS_LIST(X) /* given to tokens by the lexer and the word list */                         \
    X(H12, "h12") X(H24, "h24") X(H00, "h00") X(HW, "hw") X(MIN, "min") X(MINW, "minw") X(MINX, "minx") X(HM4, "hm4")      \
    X(HM, "hm") X(HMDOT, "hmdot") X(MDAY, "mday") X(ORD, "ord") X(YEAR, "year") X(YEAR2, "year2")                        \
    X(NUM, "num") X(DECIMAL, "decimal") X(DATEISO, "dateiso") X(DATENUM, "datenum") X(DATEDM, "datedm")             \
    X(AMPM, "ampm") X(PARTWORD, "partword") X(PARTS, "parts") X(WEEKDAY, "weekday") X(WEEKDAYW, "weekdayw")                  \
    X(WEEKDAYS, "weekdays") X(MONTH, "month") X(MONTHW, "monthw") X(RELDAY, "relday")               \
    X(UNIT, "unit") X(CLOCKUNIT, "clockunit") X(DAYUNIT, "dayunit") X(OCLOCK, "oclock")                                  \
    X(HOLIDAY, "holiday") X(NOON, "noon") X(TO, "to") X(FOLLOW, "follow") X(LABEL, "label")         \
    X(TITLE, "title") X(STOP, "stop") X(GIVEN, "given") X(FOREIGN, "foreign") X(ENGLISH, "english")  \
    X(PARTICLE, "particle") X(FILLER, "filler") X(DIGITWORD, "digitword") X(STREET, "street")       \
    X(MDAYD, "mdayd") X(ORDS, "ords") X(STATE, "state")               \
    X(PREP, "prep") X(COUNTED, "counted") X(CLAUSE, "clause") X(SURNAME, "surname") X(GREETING, "greeting") X(OTHERS, "others")        \
    X(RELATIVE, "relative")
/* clang-format on */

enum symbol {
    SYMBOL_NONE,
#define X(name, text) N_##name,
    NONTERMINAL_LIST(X)
#undef X
        N_END,
    SYMBOL_CLASS_FIRST = 32,
    SYMBOL_CLASS_BEFORE = SYMBOL_CLASS_FIRST - 1,
#define X(name, text) C_##name,
    CLASS_LIST(X)
#undef X
        SYMBOL_LITERAL_FIRST,
    SYMBOL_COUNT = 1024,
};

struct symbol_set {
    uint64_t bits[SYMBOL_COUNT / 64];
};

static inline bool symbol_set_has(const struct symbol_set *set, uint32_t symbol)
{
    return set->bits[symbol >> 6] >> (symbol & 63) & 1;
}

static inline void symbol_set_add(struct symbol_set *set, uint32_t symbol)
{
    set->bits[symbol >> 6] |= UINT64_C(1) << (symbol & 63);
}

/* ---- the language: declared data ---- */

struct word_row {
    const char *text; /* lower case; several words of one meaning may be given, split by blanks */
    const char *classes; /* "weekday" or "ord unit": names of classes, split by blanks */
    int16_t values[2];   /* one for each class */
};

enum form_op {
    OP_NONE,       /* the parts say it all */
    OP_PAST,       /* minutes past the hour: value, or the consumed minutes */
    OP_TO,         /* minutes to the hour */
    OP_SETPART,    /* part of day `value` */
    OP_OFFSET,     /* day offset `value` */
    OP_THIS,       /* this/next/... on a weekday, week, month: value is the modifier */
    OP_WEEK,       /* a week, `value` weeks from this one */
    OP_WEEKEND,    /* a weekend, `value` weeks from this one */
    OP_MONTHREL,   /* a month, `value` months from this one */
    OP_YEARREL,    /* a year */
    OP_AHEAD,      /* duration after now or after the day */
    OP_AGO,        /* duration before now */
    OP_LASTDAY,    /* the last day of a month */
    OP_FIRSTDAY,   /* the first day of a month */
    OP_NTH,        /* the nth weekday of a month */
    OP_WEEKOF,     /* the week that holds a day */
    OP_DURATION,   /* n units */
    OP_DURHALF,    /* half a unit; n and a half units */
    OP_DURQUARTER, /* quarters of an hour */
    OP_BETWEEN,    /* both ends */
    OP_UNTIL,      /* right end only */
    OP_SINCE,      /* left end only */
    OP_TONIGHT,    /* part of today (value: which; negative: of yesterday; 0: as said) */
    OP_MDAY,       /* a cardinal as a day of the month */
    OP_HM4,        /* four digits as a clock */
    OP_HUNDRED,    /* "thirteen hundred" */
    OP_COUPLE,     /* duration of two units */
    OP_ISODATE,    /* packed dates of the lexer */
    OP_ADDWEEKS,   /* `value` weeks after the day */
    OP_ADDDAYS,    /* `value` days after the day */
    OP_AGREES,     /* weekday and day of the month must fit each other */
    OP_WITHIN,     /* from now on, for a duration */
    OP_RANGEDAY,   /* a range within a day or a part of it */
    OP_HOLIDAY,    /* a day with a name; value: which */
    OP_OVERPART,   /* the clock lies within the part of day */
};

enum form_flag {
    FORM_FOLLOW = 1,     /* what follows must be a function word, punctuation or the end */
    FORM_ASKED = 2,      /* only as an answer to what was asked, or after an editing term */
    FORM_INFERRED = 4,   /* part of the value was inferred */
    FORM_START = 8,      /* only at the start of a sentence */
    FORM_AFTERPREP = 16, /* only behind a preposition, an editing term or at the start */
    FORM_NOTFOR = 32,    /* not behind a word that counts people or things */
    FORM_STREET = 64,    /* not before "street", "road", ... */
    FORM_LASTLY = 128,   /* the phrase must end the sentence */
    FORM_NOTONE = 256,   /* the word "one" is no clock here: "that one sounds good" */
};

/*
 * One form: one line of the grammar. The pattern is made of literals, <classes>, <nonterminals>,
 * (alternatives | split by bars) and x? for what may be absent. `example` must give `expected`
 * ("type value", or "" for silence) at the reference of the tests; see english_forms.c.
 */
struct form {
    const char *name; /* rule name in results */
    uint8_t makes;    /* a nonterminal */
    uint8_t layer;    /* 1..7: may start with nonterminals of lower layers */
    const char *pattern;
    enum form_op op;
    int16_t value;
    uint8_t confidence; /* percent */
    uint16_t flags;
    const char *example;
    const char *expected;
};
enum { FORM_LAYERS = 7, FORM_AUTOMATA = FORM_LAYERS + 1 };

extern const struct word_row english_words_rows[];
extern const size_t english_words_count;
extern const struct form english_forms_rows[];
extern const size_t english_forms_count;
extern const struct form english_cues_rows[];
extern const size_t english_cues_count;
/* Given names, and words that are no names; blank-separated lower case. */
extern const char *const english_names_given[];
extern const size_t english_names_given_count;
extern const char *const english_names_stop[];
extern const size_t english_names_stop_count;
extern const char *const english_names_state[]; /* "I'm fine": no names after a weak cue */
extern const size_t english_names_state_count;
extern const char *const english_names_surname[]; /* words that are surnames behind a given name */
extern const size_t english_names_surname_count;

/* ---- the compiled grammar: immutable ---- */

struct word_entry {
    uint64_t low, high; /* the bytes of the word, lower case, at most 16; 0: an empty place */
    uint16_t set;       /* index into `sets` */
    uint8_t class_count;
    uint8_t symbols[3];
    int16_t values[3];
};

struct trie_arc {
    uint16_t symbol;
    uint16_t node;
};

struct trie_node {
    uint32_t first_arc;
    uint32_t first_accept;            /* forms that end here */
    uint16_t arc_count, accept_count; /* arcs are sorted by symbol: nonterminals come first */
    uint16_t nonterminal_count;
};

struct grammar {
    struct word_entry *words;
    size_t word_mask; /* size of the table - 1 */
    size_t word_count;
    struct symbol_set *sets;
    size_t set_count, set_capacity;
    struct trie_node *nodes;
    struct trie_arc *arcs;
    uint16_t *accepts;
    size_t node_count, arc_count, accept_count;
    /* Automaton 0 takes the forms that begin with a token, of all layers; automaton k those of
     * layer k that begin with a nonterminal. */
    uint16_t roots[FORM_AUTOMATA];
    struct {
        uint32_t first;
        uint32_t count;
    } *set_symbols;                            /* by set: its symbols that occur in patterns, */
    uint16_t *symbols;                         /* which lie here, sorted */
    uint16_t root_arcs[SYMBOL_COUNT];          /* of automaton 0: node + 1; 0: none */
    bool *set_starts;                          /* by set: a form may begin with it */
    uint32_t type_starts[FORM_AUTOMATA];       /* nonterminals that may begin a form of a layer */
    uint16_t word_number_sets[100];            /* of a cardinal in words */
    uint16_t digit_sets[3][100];               /* of one or two digits, by their count */
    uint16_t three_digit_sets[2];              /* no clock, a clock */
    uint16_t four_digit_sets[4];               /* bit 0: a clock, bit 1: a year */
    uint16_t ordinal_sets[2][32];              /* in words, in digits */
    uint16_t class_sets[SYMBOL_LITERAL_FIRST]; /* of one class alone; 0 is the empty set */
    uint16_t byte_sets[128];                   /* of punctuation */
    /* literals that code asks for */
    uint32_t literal_thousand, literal_and, literal_oh, literal_o, literal_or, literal_to,
        literal_nor, literal_at, literal_dot, literal_but, literal_the, literal_either,
        literal_between, literal_for, literal_here, literal_speaking, literal_is, literal_my,
        literal_double, literal_triple, literal_hundred, literal_plus, literal_underscore,
        literal_dash, literal_hyphen;
    const struct form **forms; /* all forms of all tables, in order */
    size_t form_count;
};

/* The data of one language. */
struct language {
    const struct word_row *words;
    size_t word_count;
    const struct form *tables[2];
    size_t table_counts[2];
    struct {
        const char *class_name;
        const char *const *lines;
        size_t count;
    } lists[4];
};

enum status grammar_compile_create(const struct language *language, struct grammar **ret_grammar,
                                   struct error *err);
void grammar_compile_destroy(struct grammar *grammar);
const struct word_entry *grammar_words_find(const struct grammar *grammar, uint64_t low,
                                            uint64_t high);
/* The symbol of a word or sign that occurs in a pattern; 0 when none has it. */
uint32_t grammar_compile_literal(const struct grammar *grammar, const char *text);

/* ---- tokens ---- */

enum token_kind { TOKEN_WORD, TOKEN_NUMBER, TOKEN_PUNCTUATION, TOKEN_EMAIL, TOKEN_ODD };
enum token_flag {
    TOKEN_CAPITAL = 1,  /* a word that starts with a capital */
    TOKEN_GLUED = 2,    /* no white space before it */
    TOKEN_PRICE = 4,    /* a number that cannot be a time or a phone */
    TOKEN_KNOWN = 8,    /* in the word list */
    TOKEN_STOPS = 16,   /* ends a sentence */
    TOKEN_ALLCAPS = 32, /* a word of capitals, two letters or more */
    TOKEN_POSSESSIVE = 64,
    TOKEN_HESITATED = 128, /* "uh" or alike was left out before it */
};

struct token {
    uint32_t start, end; /* bytes */
    uint16_t set;
    uint8_t kind;
    uint8_t flags;
    uint8_t digits; /* of a number token, 0 otherwise */
    uint8_t alternative_count;
    char byte; /* of punctuation */
    int32_t value;
    const struct word_entry *word; /* NULL when unknown */
    struct {
        uint32_t end; /* token index behind the composite */
        int32_t value;
        uint16_t set;
    } alternatives[2]; /* composites: "twenty five", "twenty twenty six" */
};

/* ---- meanings ---- */

enum meaning_has {
    HAS_CLOCK = 1,
    HAS_PART = 2,
    HAS_OFFSET = 4,
    HAS_WEEKDAY = 8,
    HAS_MDAY = 16,
    HAS_MONTH = 32,
    HAS_YEAR = 64,
    HAS_WEEK = 128,
    HAS_MONTHREL = 256,
    HAS_WEEKEND = 512,
    HAS_EDGE = 1024,
    HAS_NTH = 2048,
    HAS_TWOWAY = 8192, /* a/b: day and month in either order */
    HAS_DURATION = 16384,
    HAS_SHIFT = 32768,
    HAS_RANGE = 65536,
    HAS_YEARREL = 131072,
    HAS_NOW = 524288,  /* the shift counts from the reference instant */
    HAS_ADD = 1048576, /* days added to the resolved day */
};
#define HAS_ANY_DAY                                                                                \
    (HAS_OFFSET | HAS_WEEKDAY | HAS_MDAY | HAS_MONTH | HAS_WEEK | HAS_MONTHREL | HAS_WEEKEND |     \
     HAS_NTH | HAS_TWOWAY | HAS_YEARREL | HAS_SHIFT | HAS_YEAR)
#define HAS_ANY_TIME (HAS_CLOCK | HAS_PART)

enum meridiem { MERIDIEM_UNKNOWN, MERIDIEM_AM, MERIDIEM_PM, MERIDIEM_24H };
enum day_part { PART_NONE, PART_MORNING, PART_MIDDAY, PART_AFTERNOON, PART_EVENING, PART_NIGHT };
enum week_modifier { WEEK_PLAIN, WEEK_THIS, WEEK_NEXT, WEEK_COMING, WEEK_LAST, WEEK_AFTER_NEXT };
enum time_unit { UNIT_SECOND, UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_YEAR };
enum meaning_flag {
    MEANING_BARE = 1,          /* the clock is a bare number */
    MEANING_ORDINAL = 2,       /* the day of month was an ordinal */
    MEANING_MINUTE = 4,        /* minutes were said */
    MEANING_YEAR2 = 8,         /* a year of two digits */
    MEANING_WRITTEN = 16,      /* a clock with a colon */
    MEANING_TO_INCLUSIVE = 32, /* the right end is a day or larger and belongs to the range */
    MEANING_WEAK = 64,         /* no evidence but bare numbers: "2 to 4" */
    MEANING_PAST = 128,        /* "last", "ago": meant to be past */
    MEANING_AMOUNT = 256,      /* an amount was read */
    MEANING_TENTHS = 512,      /* it counts tenths */
    MEANING_ONE = 1024,        /* the bare number is the word "one" */
};

struct meaning {
    uint32_t has;
    int8_t hour, minute;
    uint8_t meridiem, part;
    uint8_t weekday, modifier;
    int8_t mday, month;
    int16_t year;
    int16_t offset, week, month_rel, year_rel, add_days;
    uint8_t edge; /* 3: last day; 4, 5: the week of, after the day */
    int8_t nth;
    uint8_t unit, unit2;
    uint16_t flags;
    uint8_t confidence;      /* percent: the least of the forms used */
    uint8_t inferred;        /* a form with FORM_INFERRED was used */
    int16_t literal;         /* sum of the number words a form names literally */
    int32_t amount, amount2; /* duration, shift or number; tenths with MEANING_TENTHS */
    uint16_t form;           /* the outermost */
    int32_t left, right;     /* indices of meanings: the ends of a range; -1: open */
};

/* ---- edges and phrases ---- */

struct edge {
    uint32_t start, end; /* tokens */
    int32_t meaning;     /* index; -1 for cues */
    int32_t next;        /* next edge that starts here */
    uint16_t form;
    uint8_t makes;
    bool weak;       /* only part of others, an answer or a correction */
    uint8_t reasons; /* enum phrase_reason */
    int32_t score;
    struct strview value, slot; /* of names, contacts and categories */
};

/* A chosen edge, and what became of it. */
struct phrase {
    uint32_t start, end; /* tokens */
    int32_t meaning;
    uint16_t form;
    uint8_t makes;
    uint8_t polarity;
    uint8_t reasons; /* enum phrase_reason */
    bool dropped;
    bool weak;            /* may only be used as an answer or a correction */
    int32_t rival;        /* the phrase it is an alternative to; -1 */
    struct strview value; /* names, phones, emails, categories */
    struct strview slot;  /* categories */
};
enum phrase_reason {
    PHRASE_CORRECTED = 1, /* an editing term was heard */
    PHRASE_OFFERED = 2,   /* "A or B" */
    PHRASE_ANSWER = 4,    /* read only because it was asked for */
    PHRASE_WEAK_NAME = 8, /* a weak cue and no known given name */
    PHRASE_CLOSE = 16,    /* a close spelling */
};

/* ---- the scratch ---- */

struct locale_rule {
    char language[4];
    char country[4];
    bool day_first;        /* 03/04 is the 3rd of April */
    bool month_first;      /* 03/04 is March 4th; neither: two readings */
    uint8_t week_start;    /* 1 Monday, 7 Sunday */
    uint16_t calling_code; /* 0: unknown */
    bool trunk_zero;       /* national numbers start with a 0 that E.164 leaves out */
    uint8_t national_digits_low, national_digits_high;
};

struct extract_scratch {
    uint64_t allocations;
    char *text; /* a copy with 16 zero bytes behind it */
    size_t text_capacity, text_size;
    struct token *tokens;
    size_t token_count, token_capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    int32_t *first_edge; /* per token */
    size_t first_edge_capacity;
    uint32_t *edge_types; /* per token: bits of nonterminals that start there */
    size_t edge_types_capacity;
    struct meaning *meanings;
    size_t meaning_count, meaning_capacity;
    int32_t *best;
    size_t best_capacity;
    int32_t *choice;
    size_t choice_capacity;
    struct phrase *phrases;
    size_t phrase_count, phrase_capacity;
    struct extract_slot *slots;
    size_t slot_count, slot_capacity;
    struct extract_reading *readings;
    size_t reading_count, reading_capacity;
    char *values; /* value texts; fixed while slots are made, so views stay valid */
    size_t value_size, value_capacity;
    bool failed; /* memory ran out */
    bool after_filler;

    /* of the running request */
    const struct extractor *extractor;
    const struct grammar *grammar;
    const struct extract_request *request;
    struct locale_rule locale;
    int64_t local_ns;   /* the reference on the wall clock */
    int64_t today;      /* its day */
    uint32_t cue_types; /* bits of nonterminals that were found anywhere */
};

struct extractor {
    struct extractor_options options;
    struct grammar *english;
    struct locale_rule default_locale;
    struct category_table *categories;
    struct extract_calibration calibration;
};

/* Room for `needed` elements in a growing array of the scratch; counts what it asks for. */
bool extract_scratch_reserve(struct extract_scratch *scratch, void *array_pointer, size_t *capacity,
                             size_t needed, size_t element_size);
/* A copy of the text in the scratch; absent when memory ran out. */
struct strview extract_scratch_keep(struct extract_scratch *scratch, const char *text, size_t size);

/* token_lexer.c */
bool token_lexer_run(struct extract_scratch *scratch);
static inline const struct symbol_set *token_set(const struct extract_scratch *scratch, size_t at)
{
    return &scratch->grammar->sets[scratch->tokens[at].set];
}
static inline bool token_is(const struct extract_scratch *scratch, size_t at, uint32_t symbol)
{
    return at < scratch->token_count && symbol_set_has(token_set(scratch, at), symbol);
}
/* The value of a word for one of its classes. */
int32_t token_lexer_value(const struct token *token, uint32_t symbol);
/* Packs a word of at most 16 bytes, lower-cased; false when it is longer. */
bool token_lexer_key(const char *text, size_t size, uint64_t *ret_low, uint64_t *ret_high);

/* number_words.c: finds composites of number words. */
void number_words_run(struct extract_scratch *scratch);

/* chart_parser.c */
bool chart_parser_run(struct extract_scratch *scratch);
/* Adds an edge that no form makes (a name, a phone). Before chart_parser_cover. */
bool chart_parser_add(struct extract_scratch *scratch, const struct edge *edge);
/* Chooses the best cover and writes the phrases. */
bool chart_parser_cover(struct extract_scratch *scratch);

/* time_meaning.c */
struct path_step {
    uint16_t symbol;
    int32_t value;   /* of a terminal */
    int32_t meaning; /* of a nonterminal, else -1 */
    uint32_t end;
};
/* The meaning of a form over what it consumed; false when it makes no sense. */
bool time_meaning_make(struct extract_scratch *scratch, uint16_t form, const struct path_step *path,
                       size_t count, int32_t *ret_meaning);
/* A later value over an earlier one: what it says replaces, what it leaves open stays. */
struct meaning time_meaning_overlay(const struct meaning *base, const struct meaning *over);
/* True when both speak of the same part (day with day, clock with clock). */
bool time_meaning_conflicts(const struct meaning *a, const struct meaning *b);

/* time_resolve.c */
struct resolved {
    enum extract_type type;
    enum extract_grain grain;
    char value[40];
    char to[40];        /* intervals: value is `from`; "" when open */
    uint8_t confidence; /* percent */
    bool am_pm_inferred, past, two_way, next_ambiguous, no_such_time, conflict;
};
enum { RESOLVED_LIMIT = 4 };
/* Readings of a meaning, best first; 0 when there is none. */
size_t time_resolve_run(const struct extract_scratch *scratch, const struct meaning *meaning,
                        struct resolved ret_readings[RESOLVED_LIMIT]);

/* name_reader.c, contact_reader.c, category_table.c: edges of their own */
bool name_reader_run(struct extract_scratch *scratch);
bool contact_reader_run(struct extract_scratch *scratch);
bool contact_reader_phone_value(const struct extract_scratch *scratch, const char *digits,
                                size_t count, bool international, char ret_value[24]);
struct category_table;
enum status category_table_create(const struct extractor_options *options,
                                  struct category_table **ret_table, struct error *err);
void category_table_destroy(struct category_table *table);
bool category_table_run(const struct category_table *table, struct extract_scratch *scratch);

/* discourse.c: corrections, negation, answers */
void discourse_run(struct extract_scratch *scratch);

/* slot_ranking.c: phrases -> slots */
bool slot_ranking_run(struct extract_scratch *scratch);

/* locale_table.c */
struct locale_rule locale_table_find(struct strview locale);

#endif
