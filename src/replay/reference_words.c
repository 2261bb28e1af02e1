/*
 * reference_words.c: the reference agent's sentences. Under reference_candidate. Thread: any.
 */
#include "replay/reference_words.h"

#include "base/civil_time.h"

void reference_words_value(struct strview value, struct strbuf *out)
{
    static const char *const months[] = {"",        "January",  "February", "March",  "April",
                                         "May",     "June",     "July",     "August", "September",
                                         "October", "November", "December"};
    static const char *const weekdays[] = {"",         "Monday", "Tuesday",  "Wednesday",
                                           "Thursday", "Friday", "Saturday", "Sunday"};
    int64_t day, minute;
    if (back_end_read_day(value, &day)) {
        struct civil_date date = civil_time_date(day);
        strbuf_add_format(out, "%s, %s %d", weekdays[civil_time_weekday(day)], months[date.month],
                          (int)date.day);
    } else if (back_end_read_minute(value, &minute)) {
        int64_t hour = minute / 60;
        strbuf_add_format(out, "%d:%02d %s", (int)(hour % 12 ? hour % 12 : 12), (int)(minute % 60),
                          hour < 12 ? "AM" : "PM");
    } else {
        for (size_t i = 0; i < value.size; i++)
            strbuf_add_char(out, value.data[i] == '_' ? ' ' : value.data[i]);
    }
}

void reference_words_ask(struct strview slot, struct strbuf *out)
{
    static const char *const questions[][2] = {
        {"service", "What would you like to come in for?"},
        {"date", "Which day would suit you?"},
        {"time", "What time would you like?"},
        {"name", "What is the name, please?"},
        {"phone", "And a phone number where we can reach you?"},
        {"current_date", "Which day is the appointment that you have now?"},
        {"practitioner", "Whom would you like to see?"}};
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strview_is(slot, questions[i][0])) {
            strbuf_add_text(out, questions[i][1]);
            return;
        }
    strbuf_add_text(out, "Could you tell me the ");
    reference_words_value(slot, out);
    strbuf_add_text(out, "?");
}

void reference_words_offer(const struct back_end_answer *free, struct strbuf *out)
{
    strbuf_add_text(out, "On ");
    reference_words_value(free->date, out);
    strbuf_add_text(out, free->times.count ? " I have " : " I have nothing.");
    for (size_t i = 0; i < free->times.count; i++) {
        if (i)
            strbuf_add_text(out, i + 1 == free->times.count ? " and " : ", ");
        reference_words_value(free->times.items[i], out);
    }
    if (free->times.count)
        strbuf_add_text(out, ".");
}

void reference_words_read_back(struct strview intent, const struct slot_map *slots,
                               struct strbuf *out)
{
    static const char *const order[][2] = {
        {"service", " "}, {"practitioner", " with "}, {"current_date", " of "}, {"date", " on "},
        {"time", " at "}, {"name", " for "},          {"phone", ", phone "}};
    strbuf_add_text(out, strview_is(intent, "cancel")       ? "So I cancel the appointment"
                         : strview_is(intent, "reschedule") ? "So I move the appointment"
                                                            : "So that is the appointment");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const struct slot *slot = slot_map_find(slots, strview_of(order[i][0]));
        if (!slot || slot->value.count == 0)
            continue;
        strbuf_add_text(out, order[i][1]);
        reference_words_value(slot_value_first(&slot->value), out);
    }
    strbuf_add_text(out, ". Is that right?");
}
