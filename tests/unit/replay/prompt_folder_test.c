#include "config/task_spec.h"
#include "replay/prompt_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char *render(struct arena *arena, const char *state, int64_t time_ns)
{
    struct error err = {0};
    struct prompt_folder folder;
    cr_assert(
        eq(int,
           prompt_folder_load(ASSAY_SOURCE_DIR "/pipelines/prompts/v2.0", arena, &folder, &err),
           STATUS_OK),
        "%s %s", err.where, err.what);
    struct task_spec task = {0};
    struct candidate_world world = {.task = &task};
    struct user_turn user = {.text = strview_of("friday please")};
    struct conversation_turn turn = {.user = &user, .user_time_ns = time_ns};
    struct conversation conversation = {.turns = &turn, .turn_count = 1};
    struct turn_view view = {.conversation = &conversation,
                             .state = strview_of(state),
                             .slots = slot_map_empty(),
                             .arena = arena};
    struct strbuf out = {0};
    struct json_write writer = {.out = &out};
    prompt_folder_render(&folder, &world, &view, strview_of(""), &writer);
    char *text = arena_copy_text(arena, out.data);
    strbuf_done(&out);
    return text;
}

Test(prompt_folder, the_local_time_names_its_weekday)
{
    static const struct {
        int64_t second;
        char *wanted;
    } rows[] = {{1736121600, "Local time: Monday, 2025-01-06T00:00:00"},
                {1736380799, "Local time: Wednesday, 2025-01-08T23:59:59"},
                {1736640000, "Local time: Sunday, 2025-01-12T00:00:00"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
        char *text = render(arena, "collect_date", rows[i].second * INT64_C(1000000000));
        cr_expect(strstr(text, rows[i].wanted) != NULL, "%s is not in %s", rows[i].wanted, text);
    }
}

Test(prompt_folder, a_state_without_a_template_gets_the_default_one)
{
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(65536, 0);
    cr_expect(strstr(render(arena, "collect_date", 0), "just asked for a day") != NULL);
    cr_expect(strstr(render(arena, "collect_email", 0), "just asked") == NULL);
}
