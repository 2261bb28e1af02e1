/*
 * phrase.h: what callers and the agent say, from a grammar of alternatives (phrase_rules.c). In an
 * alternative {rule} stands for one of that rule's alternatives and <slot> for the words of a
 * value.
 */
#ifndef ASSAY_TESTS_GENERATE_PHRASE_H
#define ASSAY_TESTS_GENERATE_PHRASE_H

#include "draw.h"

#include <stddef.h>

/* clang-format off */
#define PHRASE_SLOTS(X) /* those of task.yaml first; `old` is a value that is taken back at once */ \
    X(service) X(practitioner) X(date) X(time) X(name) X(phone) X(current_date) X(old)

#define PHRASE_RULES(X)                                                                            \
    X(hello) X(um) X(please) X(want) X(book) X(have_it) X(day_word) X(at_about) X(sorry) X(ok)     \
    X(reason_tail) X(bye)                                                                          \
    X(open_book) X(open_service) X(open_service_date) X(open_service_date_time)                    \
    X(open_service_practitioner) X(open_service_name)                                              \
    X(open_reschedule) X(open_reschedule_current) X(open_reschedule_both)                          \
    X(open_cancel) X(open_cancel_current) X(open_cancel_name) X(open_lookup) X(open_lookup_name)   \
    X(open_ask_price) X(open_handover)                                                             \
    X(give_service) X(give_practitioner) X(any_practitioner) X(give_date) X(give_time)             \
    X(give_date_time) X(give_name) X(give_phone) X(give_name_phone) X(give_current_date)           \
    X(correct_date) X(correct_time) X(ask_price) X(ask_address) X(ask_parking)       \
    X(yes) X(fix_service) X(fix_practitioner) X(fix_date) X(fix_time) X(fix_name) X(fix_phone)     \
    X(fix_current_date) X(change_date) X(change_time) X(thanks)                                    \
    X(agent_greet) X(agent_ok) X(agent_again) X(agent_service) X(agent_practitioner) X(agent_date) \
    X(agent_time) X(agent_name) X(agent_phone) X(agent_current_date) X(agent_identify)             \
    X(agent_price) X(agent_address) X(agent_parking) X(agent_confirm_book)                         \
    X(agent_confirm_reschedule) X(agent_confirm_cancel) X(agent_booked) X(agent_moved)             \
    X(agent_cancelled) X(agent_found) X(agent_transfer) X(agent_answered)
/* clang-format on */

enum phrase_slot {
#define X(name) PHRASE_##name,
    PHRASE_SLOTS(X)
#undef X
        PHRASE_SLOT_COUNT
};

enum phrase_rule {
#define X(name) RULE_##name,
    PHRASE_RULES(X)
#undef X
        RULE_COUNT
};

extern const char *const phrase_slot_names[];
extern const char *const *const phrase_rule_texts[RULE_COUNT]; /* each ends with NULL */

struct phrase_span {
    enum phrase_slot slot;
    int64_t start, end; /* code points of `heard` */
};

struct phrase {
    char heard[512]; /* what the agent got; equal to `said` without noise */
    char said[512];
    size_t heard_size, said_size;
    int64_t heard_length; /* code points */
    struct phrase_span spans[8];
    size_t span_count;
};

/* Reads the rules; ends the program with the fault's place when one is wrong. Call once. */
void phrase_compile(void);
/* words[slot] is what stands for <slot>. noise_per_mille: how often a word outside of the slots is
 * misheard. */
void phrase_say(struct draw *draw, enum phrase_rule rule, const char *const *words,
                uint32_t noise_per_mille, struct phrase *ret_phrase);

#endif
