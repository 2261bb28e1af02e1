#include "ingest/conversation_filter.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct strview texts[] = {{"en-US", 5}, {"north", 5}, {"7", 1}, {"true", 4}, {"c-1", 3}};

static bool matches(const char *key, size_t value, const struct conversation_started *started,
                    const struct gold_conversation *gold)
{
    struct source_filter filter = {strview_of(key), {&texts[value], 1}};
    struct conversation conversation = {.id = strview_of("c-1"), .started = started};
    return conversation_filter_matches(&filter, 1, &conversation, gold);
}

Test(conversation_filter, fields_metadata_and_the_id_are_keys)
{
    const struct conversation_started started = {
        .language = strview_of("en-US"),
        .metadata =
            strview_of("{\"site\": \"north\", \"line\": 7, \"pilot\": true, \"no\": null}")};
    cr_assert(matches("language", 0, &started, NULL));
    cr_assert(matches("site", 1, &started, NULL));
    cr_assert(matches("line", 2, &started, NULL));
    cr_assert(matches("pilot", 3, &started, NULL));
    cr_assert(matches("conversation_id", 4, &started, NULL));
    cr_assert(not(matches("language", 1, &started, NULL)));
    cr_assert(not(matches("site", 0, &started, NULL)));
    cr_assert(not(matches("no", 1, &started, NULL)));
    cr_assert(not(matches("locale", 0, &started, NULL)));
    cr_assert(not(matches("elsewhere", 0, &started, NULL)));
}

Test(conversation_filter, a_conversation_without_start_or_with_broken_metadata_has_no_keys)
{
    const struct conversation_started broken = {.metadata = strview_of("{\"site\": ")};
    const struct conversation_started list = {.metadata = strview_of("[\"site\"]")};
    cr_assert(not(matches("site", 1, NULL, NULL)));
    cr_assert(not(matches("site", 1, &broken, NULL)));
    cr_assert(not(matches("site", 1, &list, NULL)));
}

Test(conversation_filter, split_and_tag_come_from_gold_and_every_condition_must_hold)
{
    struct strview tags[] = {strview_of("correction"), strview_of("two_people")};
    struct strview wanted[] = {strview_of("random"), strview_of("challenge")};
    const struct gold_conversation gold = {.split = SPLIT_CHALLENGE, .tags = {tags, 2}};
    const struct conversation conversation = {.id = strview_of("c-1")};
    struct source_filter filters[] = {{strview_of("split"), {wanted, 2}},
                                      {strview_of("tag"), {&tags[1], 1}}};
    cr_assert(conversation_filter_matches(filters, 2, &conversation, &gold));
    cr_assert(not(conversation_filter_matches(filters, 2, &conversation, NULL)));
    filters[0].values.count = 1; /* random alone */
    cr_assert(not(conversation_filter_matches(filters, 2, &conversation, &gold)));
    cr_assert(conversation_filter_matches(filters, 0, &conversation, NULL));
}
