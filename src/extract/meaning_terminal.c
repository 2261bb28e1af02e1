/*
 * meaning_terminal.c: what one token adds to a meaning: an hour, a weekday, a month, an amount.
 * Part of time_meaning.c's work; pure.
 */
#include "extract/meaning_parts.h"

static bool set_hour(struct meaning *m, int32_t hour, bool is_24h)
{
    if (m->has & HAS_CLOCK)
        return false;
    m->has |= HAS_CLOCK;
    m->hour = (int8_t)hour;
    if (is_24h || hour > 12 || hour == 0)
        m->meridiem = MERIDIEM_24H;
    return hour <= 24;
}

static bool set_packed_clock(struct meaning *m, int32_t packed)
{
    bool zero = packed >= 10000;
    packed %= 10000;
    m->minute = (int8_t)(packed % 100);
    m->flags |= MEANING_MINUTE;
    return set_hour(m, packed / 100, zero);
}

bool meaning_terminal_set(struct meaning *m, uint32_t bit, int32_t value)
{
    if (m->has & bit)
        return false;
    m->has |= bit;
    switch (bit) {
    case HAS_PART:
        m->part = (uint8_t)value;
        break;
    case HAS_WEEKDAY:
        m->weekday = (uint8_t)value;
        break;
    case HAS_MONTH:
        m->month = (int8_t)value;
        break;
    case HAS_MDAY:
        m->mday = (int8_t)value;
        break;
    case HAS_YEAR:
        m->year = (int16_t)value;
        break;
    default:
        m->offset = (int16_t)value;
    }
    return true;
}

static void set_amount(struct meaning *m, int32_t value)
{
    if (m->flags & MEANING_AMOUNT)
        m->amount2 = value;
    else
        m->amount = value;
    m->flags |= MEANING_AMOUNT;
}

/* A date of the lexer: packed a/b/year or year-month-day. */
static bool set_numeric_date(struct meaning *m, uint32_t symbol, int32_t value)
{
    if (symbol == C_DATEISO) {
        m->year = (int16_t)(value / 10000);
        m->month = (int8_t)(value / 100 % 100);
        m->mday = (int8_t)(value % 100);
        m->has |= HAS_YEAR | HAS_MONTH | HAS_MDAY;
        return true;
    }
    m->has |= HAS_TWOWAY;
    if (symbol == C_DATEDM) {
        m->month = (int8_t)(value / 100);
        m->mday = (int8_t)(value % 100);
        return true;
    }
    m->month = (int8_t)(value / 1000000);
    m->mday = (int8_t)(value / 10000 % 100);
    int32_t year = value % 10000;
    m->year = (int16_t)(year < 100 ? 2000 + year : year);
    if (year < 100)
        m->flags |= MEANING_YEAR2;
    m->has |= HAS_YEAR;
    return true;
}

static bool take_clock_terminal(struct meaning *m, const struct token *token,
                                const struct path_step *step)
{
    int32_t value = step->value;
    switch (step->symbol) {
    case C_H12:
    case C_HW:
        if (value == 1 && token->word)
            m->flags |= MEANING_ONE;
        return set_hour(m, value, false);
    case C_HISH:
        return set_hour(m, value, false);
    case C_H24:
        return set_hour(m, value, true);
    case C_HM:
        return set_packed_clock(m, value) && (m->flags |= MEANING_WRITTEN);
    case C_HMDOT:
        return set_packed_clock(m, value);
    case C_HM4:
        return set_packed_clock(m, value + (token->digits == 4 && value < 1000 ? 10000 : 0));
    case C_MIN:
    case C_MINW:
    case C_MINX:
        if (m->literal == 0)
            m->literal = (int16_t)value;
        m->minute = (int8_t)value;
        m->flags |= MEANING_MINUTE;
        return true;
    case C_NOON:
        if (m->has & HAS_CLOCK) { /* "twelve noon" */
            m->meridiem = MERIDIEM_24H;
            bool twelve = m->hour == 12;
            m->hour = (int8_t)value;
            return twelve;
        }
        return set_hour(m, value, true);
    default: /* C_AMPM */
        if (m->hour > 12 && value == MERIDIEM_AM)
            return false;
        if (m->hour <= 12)
            m->meridiem = (uint8_t)value;
        return true;
    }
}

static bool take_literal(struct meaning *m, const struct token *token)
{
    if (token->kind == TOKEN_NUMBER && token->word)
        m->literal = (int16_t)(m->literal + token->value);
    return true;
}

bool meaning_terminal_take(const struct extract_scratch *scratch, struct meaning *m,
                           const struct path_step *step)
{
    const struct token *token = &scratch->tokens[step->end - 1];
    switch (step->symbol) {
    case C_H12:
    case C_HW:
    case C_HISH:
    case C_H24:
    case C_HM:
    case C_HMDOT:
    case C_HM4:
    case C_MIN:
    case C_MINW:
    case C_MINX:
    case C_NOON:
    case C_AMPM:
        return take_clock_terminal(m, token, step);
    case C_PARTWORD:
    case C_PARTS:
        return meaning_terminal_set(m, HAS_PART, step->value);
    case C_WEEKDAY:
    case C_WEEKDAYW:
    case C_WEEKDAYS:
        return meaning_terminal_set(m, HAS_WEEKDAY, step->value);
    case C_MONTH:
    case C_MONTHW:
        return meaning_terminal_set(m, HAS_MONTH, step->value);
    case C_ORD:
    case C_ORDS:
        m->flags |= MEANING_ORDINAL;
        if (m->has & HAS_MDAY) { /* "the third of the fourth": see OP_DAYMONTH */
            m->literal = (int16_t)step->value;
            return true;
        }
        return meaning_terminal_set(m, HAS_MDAY, step->value);
    case C_MDAY:
    case C_MDAYD:
        return meaning_terminal_set(m, HAS_MDAY, step->value);
    case C_YEAR:
        return meaning_terminal_set(m, HAS_YEAR, step->value);
    case C_RELDAY:
        return meaning_terminal_set(m, HAS_OFFSET, step->value);
    case C_DATEISO:
    case C_DATENUM:
    case C_DATEDM:
        return set_numeric_date(m, step->symbol, step->value);
    case C_NUM:
        set_amount(m, step->value);
        return true;
    case C_DECIMAL:
        m->flags |= MEANING_TENTHS;
        set_amount(m, step->value);
        return true;
    case C_UNIT:
    case C_CLOCKUNIT:
    case C_DAYUNIT:
        m->unit = (uint8_t)step->value;
        return true;
    default:
        return step->symbol < SYMBOL_LITERAL_FIRST || take_literal(m, token);
    }
}
