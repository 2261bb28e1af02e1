#include "base/memory.h"
#include "cli/cli_args.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <string.h>

static bool verbose;
static const char *out;
static int64_t limit;
static struct cli_texts sets, positional;
static const struct cli_command command = {.name = "run", .summary = "s", .usage = "u"};
static const struct cli_option options[] = {
    {"verbose", 'v', CLI_FLAG, &verbose, NULL, "more"},
    {"out", 'o', CLI_TEXT, &out, "FILE", "where"},
    {"limit", 0, CLI_COUNT, &limit, "N", "how many"},
    {"set", 's', CLI_TEXTS, &sets, "PATH=VALUE", "again and again"},
    {0}};

static void end(void)
{
    cli_texts_done(&sets);
    cli_texts_done(&positional);
}

TestSuite(cli_args, .fini = end);

/* Words with blanks between. */
static enum status parse(const char *line, struct error *err)
{
    static char text[256];
    char *words[32];
    int count = 0;
    bool helped = false;
    end();
    verbose = false;
    out = NULL;
    limit = -7;
    snprintf(text, sizeof text, "%s", line);
    char *rest = text, *word;
    while ((word = strsep(&rest, " ")))
        if (*word)
            words[count++] = word;
    enum status status = cli_args_parse(&command, options, count, words, &positional, &helped, err);
    cr_expect(not(helped));
    return status;
}

Test(cli_args, long_short_and_joined_forms_say_the_same)
{
    static const char *const lines[] = {
        "--verbose --out file --set a=1 --set b=2 x y", "-v -o file -s a=1 -s b=2 x y",
        "x --set=a=1 -sb=2 y -ofile -v", "-v --out=file x -s a=1 -- y"};
    for (size_t i = 0; i < 3; i++) {
        struct error err = {0};
        cr_assert(eq(int, parse(lines[i], &err), STATUS_OK), "%s", err.what);
        cr_expect(verbose);
        cr_expect(eq(str, (char *)(uintptr_t)out, "file"));
        cr_assert(eq(sz, sets.count, 2), "line %zu", i);
        cr_expect(eq(str, (char *)(uintptr_t)sets.items[0], "a=1"));
        cr_expect(eq(str, (char *)(uintptr_t)sets.items[1], "b=2"));
        cr_assert(eq(sz, positional.count, 2));
        cr_expect(eq(str, (char *)(uintptr_t)positional.items[0], "x"));
        cr_expect(eq(str, (char *)(uintptr_t)positional.items[1], "y"));
    }
}

Test(cli_args, behind_two_dashes_everything_is_positional)
{
    struct error err = {0};
    cr_assert(eq(int, parse("-v -- --out -x - --help", &err), STATUS_OK), "%s", err.what);
    cr_expect(verbose);
    cr_expect(eq(ptr, (void *)(uintptr_t)out, NULL));
    cr_assert(eq(sz, positional.count, 4));
    cr_expect(eq(str, (char *)(uintptr_t)positional.items[0], "--out"));
    cr_expect(eq(str, (char *)(uintptr_t)positional.items[3], "--help"));
}

Test(cli_args, a_lone_dash_is_a_file_name_and_nothing_is_nothing)
{
    struct error err = {0};
    cr_assert(eq(int, parse("- -o -", &err), STATUS_OK));
    cr_assert(eq(sz, positional.count, 1));
    cr_expect(eq(str, (char *)(uintptr_t)out, "-"));
    cr_assert(eq(int, parse("", &err), STATUS_OK));
    cr_expect(eq(sz, positional.count, 0));
}

Test(cli_args, what_is_wrong_is_told_with_the_nearest_option)
{
    static const struct {
        const char *line, *what, *fix;
    } rows[] = {
        {"--verbos", "unknown option '--verbos'", "Did you mean '--verbose'? `assay run --help`"},
        {"--ouput=x", "unknown option '--ouput'", "Did you mean '--out'?"},
        {"--zzzzzzzzzzzz", "unknown option '--zzzzzzzzzzzz'", "`assay run --help` shows"},
        {"-x", "unknown option '-x'", "`assay run --help` shows"},
        {"--out", "--out needs a value (FILE)", ""},
        {"x -o", "--out needs a value (FILE)", ""},
        {"--verbose=yes", "--verbose takes no value", ""},
        {"-vo", "--verbose takes no value", ""},
        {"--limit=many", "--limit takes a whole number, not 'many'", ""},
        {"--limit 3x", "--limit takes a whole number, not '3x'", ""},
        {"--limit=", "--limit takes a whole number, not ''", ""},
        {"--limit -1", "--limit takes a whole number, not '-1'", ""},
        {"--limit 99999999999999999999", "--limit takes a whole number", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        cr_expect(eq(int, parse(rows[i].line, &err), STATUS_CONFIG), "%s", rows[i].line);
        cr_expect(strstr(err.what, rows[i].what) != NULL, "%s: %s", rows[i].line, err.what);
        cr_expect(strstr(err.fix, rows[i].fix) != NULL, "%s: %s", rows[i].line, err.fix);
    }
}

Test(cli_args, counts_are_whole_numbers_from_zero)
{
    struct error err = {0};
    cr_assert(eq(int, parse("--limit 0", &err), STATUS_OK));
    cr_expect(eq(i64, limit, 0));
    cr_assert(eq(int, parse("--limit=12", &err), STATUS_OK));
    cr_expect(eq(i64, limit, 12));
    cr_assert(eq(int, parse("", &err), STATUS_OK));
    cr_expect(eq(i64, limit, -7)); /* left as it was */
}

Test(cli_args, lost_memory_is_told)
{
    struct error err = {0};
    memory_fail_nth(1);
    cr_expect(eq(int, parse("a", &err), STATUS_NO_MEMORY));
    memory_fail_nth(1);
    cr_expect(eq(int, parse("--set a=1", &err), STATUS_NO_MEMORY));
    memory_fail_nth(0);
}

Test(cli_args, a_failure_has_the_exit_code_of_its_status)
{
    struct error err = {0};
    error_set(&err, STATUS_CONFIG, "x");
    cr_expect(eq(int, cli_args_fail(&err), 2));
    error_set(&err, STATUS_GATE_FAILED, "x");
    cr_expect(eq(int, cli_args_fail(&err), 100));
}
