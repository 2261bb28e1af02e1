/*
 * grammar_form.h: a language as declared data: word rows and forms. The tables are in english_*.c;
 * examples beside each form are run by the unit tests.
 */
#ifndef ASSAY_EXTRACT_GRAMMAR_FORM_H
#define ASSAY_EXTRACT_GRAMMAR_FORM_H

#include <stddef.h>
#include <stdint.h>

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
    OP_WORDCLOCK,  /* hour and minutes in words; "the two thirty one" is not 2:31 */
    OP_ZEROHOUR,   /* "oh eight thirty" */
    OP_DAYMONTH,   /* "the third of the fourth" */
    OP_FROMNOW,    /* from today on */
    OP_WITHIN,     /* from now on, for a duration */
    OP_RANGEDAY,   /* a range within a day or a part of it */
    OP_HOLIDAY,    /* a day with a name; value: which */
    OP_NTHWEEK,    /* the week of a month that holds its day `value` */
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
    FORM_OWNED = 512,    /* only behind a possessive: "Monday's out" */
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
extern const char *const english_common_words[]; /* plain words: no names behind a weak cue */
extern const size_t english_common_count;
extern const char *const english_names_surname[]; /* words that are surnames behind a given name */
extern const size_t english_names_surname_count;

#endif
