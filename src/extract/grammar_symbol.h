/*
 * grammar_symbol.h: the symbols: what a place in a pattern can ask for. Nonterminals are made by
 * forms, classes are given to tokens, and every word that a pattern names is a literal.
 */
#ifndef ASSAY_EXTRACT_GRAMMAR_SYMBOL_H
#define ASSAY_EXTRACT_GRAMMAR_SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

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
    X(RELATIVE, "relative") X(ANSWER, "answerword") X(HISH, "hish") X(LINK, "link") X(HINT, "hint") X(COMMON, "common")
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

#endif
