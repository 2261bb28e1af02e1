#include "base/file.h"
#include "replay/prompt_folder.h"
#include "unit/replay/replay_case.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct replay_case at;
static char folder[64];

static void put(const char *name, const char *text)
{
    char path[128];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(eq(int, file_write(path, strview_of(text), &err), STATUS_OK));
}

static void drop(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static void begin(void)
{
    replay_case_init(&at);
    snprintf(folder, sizeof folder, "/tmp/assay_prompt_XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
}

static void end(void)
{
    drop("default.txt");
    drop("ask_date.txt");
    drop("notes.md");
    rmdir(folder);
    replay_case_done(&at);
}

TestSuite(prompt_folder_load, .init = begin, .fini = end);

static char *render(const char *notes)
{
    struct prompt_folder loaded;
    struct error err = {0};
    struct strbuf out = {0};
    struct json_write writer = {.out = &out};
    cr_assert(eq(int, prompt_folder_load(folder, at.builder.arena, &loaded, &err), STATUS_OK),
              "%s %s", err.where, err.what);
    prompt_folder_render(&loaded, &at.world, &at.view, strview_of(notes), &writer);
    char *text = arena_copy_text(at.builder.arena, out.data);
    strbuf_done(&out);
    return text;
}

Test(prompt_folder_load, a_line_of_dashes_parts_system_from_user)
{
    put("default.txt", "You book.\n---\nCaller: {{user_text}} [{{ state }}]\n");
    replay_case_say(&at, "ask_date", "", "say \"friday\"");
    cr_expect(eq(str, render(""),
                 "[{\"role\": \"system\", \"content\": \"You book.\"}, {\"role\": \"user\", "
                 "\"content\": \"Caller: say \\\"friday\\\" [ask_date]\"}]"));
}

Test(prompt_folder_load, a_file_with_windows_line_ends_asks_the_same)
{
    put("default.txt", "You book.\nBe short.\n---\nCaller: {{user_text}}\nNow.\n");
    replay_case_say(&at, "", "", "hello");
    char *with_lf = render("");
    put("default.txt", "You book.\r\nBe short.\r\n---\r\nCaller: {{user_text}}\r\nNow.\r\n");
    cr_expect(eq(str, render(""), with_lf));
    cr_expect(strstr(with_lf, "\"system\", \"content\": \"You book.\\nBe short.\"") != NULL, "%s",
              with_lf);
}

Test(prompt_folder_load, the_mark_may_be_the_first_or_the_last_line)
{
    replay_case_say(&at, "", "", "hello");
    put("default.txt", "---\nCaller: {{user_text}}");
    cr_expect(eq(str, render(""), "[{\"role\": \"user\", \"content\": \"Caller: hello\"}]"));
    put("default.txt", "You book.\n---");
    cr_expect(eq(str, render(""),
                 "[{\"role\": \"system\", \"content\": \"You book.\"}, "
                 "{\"role\": \"user\", \"content\": \"\"}]"));
}

Test(prompt_folder_load, values_are_put_in_and_what_a_caller_says_is_no_template)
{
    put("default.txt", "---- is no mark\n---\n{{slots}}|{{user_text}}|{{history}}|{{task}}");
    replay_case_say(&at, "", "date=2025-01-16", "{{state}}");
    char *text = render(" NOTES");
    cr_expect(strstr(text, "{\\\"date\\\": \\\"2025-01-16\\\"}|{{state}}||") != NULL, "%s", text);
    cr_expect(strstr(text, "reminder") != NULL, "%s", text);
    cr_expect(strstr(text, " NOTES\"}]") != NULL, "%s", text);
}

Test(prompt_folder_load, a_state_has_its_own_template)
{
    put("default.txt", "a\n---\ndefault");
    put("ask_date.txt", "a\n---\nown");
    put("notes.md", "{{unknown}} is not read here");
    replay_case_say(&at, "ask_date", "", "x");
    cr_expect(strstr(render(""), "\"own\"") != NULL);
    replay_case_say(&at, "ask_time", "", "x");
    cr_expect(strstr(render(""), "\"default\"") != NULL);
}

Test(prompt_folder_load, an_unknown_value_is_told_with_its_line)
{
    struct prompt_folder loaded;
    struct error err = {0};
    put("default.txt", "one\ntwo {{slots}}\nthree {{slotz}}\n");
    cr_expect(eq(int, prompt_folder_load(folder, at.builder.arena, &loaded, &err), STATUS_CONFIG));
    cr_expect(strstr(err.where, "default.txt:3") != NULL, "%s", err.where);
    cr_expect(strstr(err.what, "{{slotz}}") != NULL, "%s", err.what);
}

Test(prompt_folder_load, a_folder_without_a_default_and_a_missing_one_are_told)
{
    struct prompt_folder loaded;
    struct error err = {0};
    put("ask_date.txt", "x");
    cr_expect(eq(int, prompt_folder_load(folder, at.builder.arena, &loaded, &err), STATUS_CONFIG));
    cr_expect(strstr(err.what, "has no default.txt") != NULL);
    cr_expect(eq(int, prompt_folder_load("/nowhere/at/all", at.builder.arena, &loaded, &err),
                 STATUS_CONFIG));
    cr_expect(strstr(err.what, "there is no folder '/nowhere/at/all'") != NULL);
}
