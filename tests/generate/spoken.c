/*
 * spoken.c: see spoken.h. Telephone numbers are of the ranges kept for fiction (555-01xx; 020 7946
 * 0xxx).
 */
#include "spoken.h"

#include "base/civil_time.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

/* canonical, then what callers say; each goes with the article "a" */
static const char *const services[][4] = {
    {"checkup", "physical", "check up", "wellness visit"},
    {"follow_up", "follow up", "follow up", "return visit"},
    {"vaccination", "flu shot", "vaccine", "booster"},
    {"blood_test", "blood test", "blood test", "blood draw"},
    {"physiotherapy", "pt session", "physio", "physical therapy"},
    {"dental_cleaning", "cleaning", "teeth cleaning", "dental cleaning"},
    {"filling", "tooth filling", "filling", "cavity"},
    {"eye_exam", "vision test", "sight test", "vision test"},
    {"skin_check", "skin check", "mole check", "skin screening"},
    {"haircut", "haircut", "trim", "hair cut"},
    {"hair_color", "root touch up", "color", "balayage"},
    {"beard_trim", "beard trim", "shave", "beard trim"},
    {"manicure", "manicure", "mani", "manicure"},
    {"pedicure", "pedicure", "pedi", "pedicure"},
    {"facial", "facial", "face treatment", "facial"},
    {"massage", "massage", "back massage", "swedish massage"},
    {"waxing", "leg wax", "brow wax", "wax"},
};
static const char *const practitioners[][3] = {
    {"Dr. Okafor", "doctor okafor", "dr okafor"},
    {"Dr. Lindqvist", "doctor lindqvist", "doctor lindquist"},
    {"Dr. Patel", "doctor patel", "dr patel"},
    {"Dr. Reyes", "doctor reyes", "dr reyes"},
    {"Nurse Kim", "nurse kim", "nurse kim"},
    {"Maya", "maya", "maia"},
    {"Tomasz", "tomasz", "tomas"},
    {"Ren\xc3\xa9"
     "e",
     "renee",
     "ren\xc3\xa9"
     "e"},
    {"Dominic", "dominic", "dominick"},
};
static const char *const first_names[] = {
    "Abigail",    "Akira",       "Alina",    "Amara",   "Andre",  "Anneke", "Beatrix",
    "Bram",       "Camila",      "Cedric",   "Chloe",   "Dalia",  "Darius", "Deepa",
    "Elif",       "Emeka",       "Esteban",  "Fatima",  "Felix",  "Freya",  "Gareth",
    "Giulia",     "Hana",        "Henrik",   "Ilse",    "Imran",  "Ines",   "Jamal",
    "Joelle",     "Jos\xc3\xa9", "Kenji",    "Klara",   "Lars",   "Leila",  "Lorenzo",
    "Mai",        "Marcus",      "Mireille", "Nadia",   "Nils",   "Noor",   "Ola",
    "Oscar",      "Paloma",      "Pierre",   "Quentin", "Rosa",   "Rashid", "Saskia",
    "Selim",      "Simone",      "Tara",     "Theo",    "Ursula", "Vikram", "Wanda",
    "Xavier",     "Yara",        "Yusuf",    "Zelda",   "Zoltan", "Marisa", "Bj\xc3\xb8rn",
    "Ren\xc3\xa9"};
static const char *const last_names[] = {"Abara",        "Almeida",
                                         "Anders",       "Bakker",
                                         "Bianchi",      "Bukowski",
                                         "Calloway",     "Castillo",
                                         "Chowdhury",    "Dahl",
                                         "Delgado",      "Demir",
                                         "Ekberg",       "Eriksen",
                                         "Farouk",       "Ferreira",
                                         "Fischer",      "Gallagher",
                                         "Ghosh",        "Gutierrez",
                                         "Haddad",       "Hoang",
                                         "Ibrahim",      "Ivanova",
                                         "Jansen",       "Kaur",
                                         "Keller",       "Kowalski",
                                         "Laurent",      "Lindgren",
                                         "Lombardi",     "Maddox",
                                         "Marin",        "Mbeki",
                                         "Moreau",       "Nakamura",
                                         "Novak",        "Oduya",
                                         "Okonkwo",      "Olsen",
                                         "Pereira",      "Petrov",
                                         "Quigley",      "Ramirez",
                                         "Rossi",        "Salazar",
                                         "Schreiber",    "Sharma",
                                         "Silva",        "Tanaka",
                                         "Thorne",       "Tremblay",
                                         "Uddin",        "Vance",
                                         "Vasquez",      "Whitlock",
                                         "Wozniak",      "Yamada",
                                         "Yilmaz",       "Zapata",
                                         "Mu\xc3\xb1oz", "Garc\303\255a-Lopez",
                                         "Smith-Hale",   "De Vries"};
static const char *const weekdays[] = {"",         "Monday", "Tuesday",  "Wednesday",
                                       "Thursday", "Friday", "Saturday", "Sunday"};
static const char *const months[] = {"",        "January",  "February", "March",  "April",
                                     "May",     "June",     "July",     "August", "September",
                                     "October", "November", "December"};
static const char *const numbers[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                      "seven", "eight", "nine", "ten",   "eleven", "twelve"};
static const char *const ordinals[] = {"",
                                       "first",
                                       "second",
                                       "third",
                                       "fourth",
                                       "fifth",
                                       "sixth",
                                       "seventh",
                                       "eighth",
                                       "ninth",
                                       "tenth",
                                       "eleventh",
                                       "twelfth",
                                       "thirteenth",
                                       "fourteenth",
                                       "fifteenth",
                                       "sixteenth",
                                       "seventeenth",
                                       "eighteenth",
                                       "nineteenth",
                                       "twentieth",
                                       "twenty first",
                                       "twenty second",
                                       "twenty third",
                                       "twenty fourth",
                                       "twenty fifth",
                                       "twenty sixth",
                                       "twenty seventh",
                                       "twenty eighth",
                                       "twenty ninth",
                                       "thirtieth",
                                       "thirty first"};
static const char *const area_codes[] = {"212", "646", "917", "718", "347", "929"};

/* Joins up to four pieces; cheaper than a format for what is called a hundred times a call. */
static void join(char out[SPOKEN_BYTES], const char *a, const char *b, const char *c, const char *d)
{
    const char *const pieces[] = {a, b, c, d};
    size_t at = 0;
    for (size_t i = 0; i < 4; i++)
        for (const char *from = pieces[i]; *from && at < SPOKEN_BYTES - 1; from++)
            out[at++] = *from;
    out[at] = '\0';
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

static void set_date(struct spoken_value *value, int32_t days)
{
    char text[CIVIL_TIME_TEXT_BYTES];
    value->number = days;
    civil_time_print_date(days, text);
    join(value->text, text, "", "", "");
}

static void set_time(struct spoken_value *value, int32_t minutes)
{
    value->number = minutes;
    value->text[0] = (char)('0' + minutes / 600);
    value->text[1] = (char)('0' + minutes / 60 % 10);
    value->text[2] = ':';
    value->text[3] = (char)('0' + minutes % 60 / 10);
    value->text[4] = (char)('0' + minutes % 10);
    value->text[5] = '\0';
}

/* A day with full opening hours, so that a time without am or pm has one reading. */
static int32_t open_day(int32_t days)
{
    int32_t weekday = civil_time_weekday(days);
    return weekday > 5 ? days + 8 - weekday : days;
}

static void draw_phone(struct draw *draw, const struct spoken_place *place,
                       struct spoken_value *value)
{
    char tail[4] = {(char)('0' + draw_below(draw, 10)), (char)('0' + draw_below(draw, 10)),
                    (char)('0' + draw_below(draw, 10)), '\0'};
    value->number = place->british;
    if (place->british)
        join(value->text, "+4420", "79460", tail, "");
    else
        join(value->text, "+1", area_codes[draw_below(draw, COUNT(area_codes))], "55501", tail + 1);
}

void spoken_draw(struct draw *draw, enum phrase_slot slot, const struct spoken_place *place,
                 struct spoken_value *ret_value)
{
    ret_value->slot = slot;
    int32_t today = (int32_t)place->today_days;
    if (slot == PHRASE_service) {
        ret_value->number = (int32_t)draw_below(draw, COUNT(services));
        join(ret_value->text, services[ret_value->number][0], "", "", "");
    } else if (slot == PHRASE_practitioner) {
        ret_value->number = (int32_t)draw_below(draw, COUNT(practitioners));
        join(ret_value->text, practitioners[ret_value->number][0], "", "", "");
    } else if (slot == PHRASE_date) {
        set_date(ret_value,
                 open_day(today + draw_between(draw, 1, draw_chance(draw, 700) ? 9 : 26)));
    } else if (slot == PHRASE_current_date) {
        set_date(ret_value, open_day(today + draw_between(draw, 2, 20)));
    } else if (slot == PHRASE_time) {
        set_time(ret_value, 540 + draw_between(draw, 0, 33) * 15); /* 9:00 to 17:15 */
    } else if (slot == PHRASE_name) {
        join(ret_value->text, first_names[draw_below(draw, COUNT(first_names))], " ",
             last_names[draw_below(draw, COUNT(last_names))], "");
    } else {
        draw_phone(draw, place, ret_value);
    }
}

void spoken_mistake(struct draw *draw, const struct spoken_place *place,
                    const struct spoken_value *value, struct spoken_value *ret_wrong)
{
    *ret_wrong = *value;
    char *last = ret_wrong->text + strlen(ret_wrong->text) - 1;
    switch (value->slot) {
    case PHRASE_date:
    case PHRASE_current_date:
        set_date(ret_wrong, open_day(value->number + (draw_chance(draw, 600) ? 7 : 1)));
        break;
    case PHRASE_time: /* half an hour off, or the hour of another number */
        set_time(ret_wrong, value->number + (value->number < 960 ? 30 : -60));
        break;
    case PHRASE_phone:
        *last = *last == '9' ? '0' : (char)(*last + 1);
        break;
    case PHRASE_name:
        if (draw_chance(draw, 500)) { /* the last name alone */
            const char *space = strchr(value->text, ' ');
            join(ret_wrong->text, space ? space + 1 : "Smith", "", "", "");
            break;
        }
        join(last, *last == 's' ? "" : (char[]){*last, '\0'}, "s", "", "");
        break;
    case PHRASE_service:
    case PHRASE_practitioner:
        do
            spoken_draw(draw, value->slot, place, ret_wrong);
        while (ret_wrong->number == value->number);
        break;
    case PHRASE_old:
    case PHRASE_SLOT_COUNT:
        break;
    }
}

static const char *ordinal_suffix(int32_t day)
{
    if (day / 10 == 1 || day % 10 > 3 || day % 10 == 0)
        return "th";
    return day % 10 == 1 ? "st" : day % 10 == 2 ? "nd" : "rd";
}

static const char *digits_of(int32_t number, char out[12])
{
    snprintf(out, 12, "%d", (int)number);
    return out;
}

static void full_date_words(struct draw *draw, const struct spoken_place *place,
                            struct civil_date date, char words[SPOKEN_BYTES])
{
    char day[12];
    if (place->written) {
        digits_of(date.day, day);
        if (place->british)
            join(words, day, ordinal_suffix(date.day), " of ", months[date.month]);
        else
            join(words, months[date.month], " ", day, "");
    } else if (place->british || draw_chance(draw, 250)) {
        join(words, "the ", ordinals[date.day], " of ", months[date.month]);
    } else {
        join(words, months[date.month], " ", ordinals[date.day], "");
    }
}

static void date_words(struct draw *draw, const struct spoken_place *place, int32_t days,
                       bool plain, char words[SPOKEN_BYTES])
{
    int32_t ahead = days - (int32_t)place->today_days;
    int32_t weekday = civil_time_weekday(days), today = civil_time_weekday(place->today_days);
    struct civil_date date = civil_time_date(days);
    const char *day_name = weekdays[weekday];
    bool next_week = ahead - (8 - today) >= 0 && ahead - (8 - today) < 7;
    uint32_t way = draw_below(draw, 6);
    if (!plain && ahead == 1 && way < 4)
        join(words, "tomorrow", "", "", "");
    else if (!plain && ahead == 2 && way < 2)
        join(words, "the day after tomorrow", "", "", "");
    else if (!plain && ahead == 14 && way < 4)
        join(words, "in two weeks", "", "", "");
    else if (!plain && next_week && weekday <= today && way < 4)
        join(words, "next ", day_name, "", "");
    else if (ahead < 7 && weekday > today && way < 1)
        join(words, "this ", day_name, "", "");
    else if (ahead < 7 && way < 4)
        join(words, day_name, "", "", "");
    else if (!plain && ahead >= 8 && ahead < 14 && way < 2)
        join(words, "a week from ", day_name, "", "");
    else if (ahead < 27 && way < 5 && !place->written)
        join(words, "the ", ordinals[date.day], "", "");
    else
        full_date_words(draw, place, date, words);
    if (!place->written)
        lower(words);
}

static void time_words(struct draw *draw, const struct spoken_place *place, int32_t minutes,
                       char words[SPOKEN_BYTES])
{
    int32_t hour = minutes / 60, minute = minutes % 60, short_hour = hour > 12 ? hour - 12 : hour;
    const char *half = hour < 12 ? " am" : " pm";
    if (place->written) {
        char hours[12];
        digits_of(short_hour, hours);
        join(words, hours,
             minute == 15   ? ":15"
             : minute == 30 ? ":30"
             : minute       ? ":45"
                            : "",
             half, "");
        return;
    }
    const char *tail = draw_chance(draw, 500) ? "" : half;
    const char *name = numbers[short_hour];
    uint32_t way = draw_below(draw, 3);
    if (minutes == 720 && way)
        join(words, "noon", "", "", "");
    else if (minute == 0)
        join(words, name, way ? tail : " o'clock", "", "");
    else if (minute == 30)
        join(words, way ? name : "half past ", way ? " thirty" : name, way ? tail : "", "");
    else if (minute == 15)
        join(words, way ? name : "quarter past ", way ? " fifteen" : name, way ? tail : "", "");
    else
        join(words, way ? name : "quarter to ",
             way ? " forty five" : numbers[short_hour == 12 ? 1 : short_hour + 1], way ? tail : "",
             "");
}

/* "two one two five five five oh one four two" */
static void digit_words(struct draw *draw, const char *digits, char words[SPOKEN_BYTES])
{
    const char *zero = draw_chance(draw, 600) ? "oh" : "zero";
    size_t at = 0;
    for (; *digits; digits++) {
        const char *word = *digits == '0' ? zero : numbers[*digits - '0'];
        if (at + strlen(word) + 2 > SPOKEN_BYTES)
            break;
        if (at)
            words[at++] = ' ';
        memcpy(words + at, word, strlen(word));
        at += strlen(word);
    }
    words[at] = '\0';
}

static void phone_words(struct draw *draw, const struct spoken_value *value,
                        char words[SPOKEN_BYTES])
{
    bool british = value->number;
    char digits[16];
    join(words, british ? "0" : "", value->text + (british ? 3 : 2), "", "");
    memcpy(digits, words, strlen(words) + 1);
    uint32_t way = draw_below(draw, 3);
    if (way == 0) {
        digit_words(draw, digits, words);
        return;
    }
    const char *gap = way == 1 ? " " : "-";
    size_t first = 3;
    size_t second = british ? 7 : 6, at = 0;
    for (size_t i = 0; digits[i]; i++) {
        if (i == first || i == second)
            words[at++] = *gap;
        words[at++] = digits[i];
    }
    words[at] = '\0';
}

void spoken_words(struct draw *draw, const struct spoken_place *place,
                  const struct spoken_value *value, char ret_words[SPOKEN_BYTES])
{
    switch (value->slot) {
    case PHRASE_service:
        join(ret_words, services[value->number][draw_between(draw, 1, 3)], "", "", "");
        break;
    case PHRASE_practitioner:
        join(ret_words, practitioners[value->number][draw_between(draw, 1, 2)], "", "", "");
        break;
    case PHRASE_date:
        date_words(draw, place, value->number, false, ret_words);
        break;
    case PHRASE_current_date:
        date_words(draw, place, value->number, true, ret_words);
        break;
    case PHRASE_time:
        time_words(draw, place, value->number, ret_words);
        break;
    case PHRASE_phone:
        phone_words(draw, value, ret_words);
        break;
    case PHRASE_name:
    case PHRASE_old:
    case PHRASE_SLOT_COUNT:
        join(ret_words, value->text, "", "", "");
        if (!place->written)
            lower(ret_words);
        break;
    }
}

void spoken_formal(const struct spoken_value *value, char ret_words[SPOKEN_BYTES])
{
    char day[12];
    if (value->slot == PHRASE_date || value->slot == PHRASE_current_date) {
        struct civil_date date = civil_time_date(value->number);
        join(ret_words, weekdays[civil_time_weekday(value->number)], ", ", months[date.month], " ");
        join(ret_words + strlen(ret_words), digits_of(date.day, day), "", "", "");
    } else if (value->slot == PHRASE_time) {
        struct spoken_place written = {.written = true};
        struct draw unused = {0};
        time_words(&unused, &written, value->number, ret_words);
    } else {
        join(ret_words, value->text, "", "", "");
        for (char *at = ret_words; *at && value->slot == PHRASE_service; at++)
            if (*at == '_')
                *at = ' ';
    }
}
