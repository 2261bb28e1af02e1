/*
 * user_spec.c: the option table of the section `user`. Read by pipeline_spec.c.
 */
#include "config/user_spec.h"

#define AT(type, member) offsetof(struct type, member)

/* clang-format off */
const struct option user_spec_options[] = {
    {"volunteers", OPTION_REAL, "0", AT(user_spec, volunteers), "share of turns in which the caller says more than was asked", 0, NULL, 0, 1},
    {"misheard", OPTION_REAL, "0", AT(user_spec, misheard), "share of words that recognition gets wrong", 0, NULL, 0, 1},
    {"interrupts", OPTION_REAL, "0", AT(user_spec, interrupts), "share of turns in which the caller speaks over the agent", 0, NULL, 0, 1},
    {"asks_besides", OPTION_REAL, "0.3", AT(user_spec, asks_besides), "share of turns in which a question of the goal is put into an answer", 0, NULL, 0, 1},
    {"changes_mind", OPTION_REAL, "0", AT(user_spec, changes_mind), "share of calls in which the time is first another", 0, NULL, 0, 1},
    {"hangs_up", OPTION_REAL, "0", AT(user_spec, hangs_up), "share of calls in which the caller leaves although nothing is wrong", 0, NULL, 0, 1},
    {"lies", OPTION_REAL, "0", AT(user_spec, lies), "for tests: share of calls in which the caller says what its goal does not hold", 0, NULL, 0, 1},
    {"patience", OPTION_I64, "3", AT(user_spec, patience), "answers without progress before the caller gives up", 0, NULL, 1, 50},
    {"max_turns", OPTION_I64, "30", AT(user_spec, max_turns), "the caller hangs up after so many", 0, NULL, 1, 200},
    {0}};
/* clang-format on */
