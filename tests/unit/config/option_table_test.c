#include "base/memory.h"
#include "config/option_table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <math.h>

struct sample {
    struct strview text;
    bool flag;
    int64_t whole, duration_ns, usd_nano;
    double real;
    int choice;
    struct option_texts texts;
    struct yaml_node *node;
};

static const char *const colours[] = {"red", "green", "blue", NULL};

#define AT(member) offsetof(struct sample, member)
static const struct option table[] = {
    {"text", OPTION_TEXT, "hello", AT(text), "a text", 0, NULL, 0, 0},
    {"flag", OPTION_BOOL, "yes", AT(flag), NULL, 0, NULL, 0, 0},
    {"whole", OPTION_I64, "7", AT(whole), NULL, 0, NULL, 1, 10},
    {"real", OPTION_REAL, NULL, AT(real), NULL, 0, NULL, 0, 1},
    {"duration", OPTION_DURATION, "10s", AT(duration_ns), NULL, 0, NULL, 0, 0},
    {"usd", OPTION_USD, "1.50", AT(usd_nano), NULL, 0, NULL, 0, 0},
    {"colour", OPTION_CHOICE, "green", AT(choice), NULL, 0, colours, 0, 0},
    {"texts", OPTION_TEXTS, NULL, AT(texts), NULL, 0, NULL, 0, 0},
    {"node", OPTION_NODE, NULL, AT(node), NULL, 0, NULL, 0, 0},
    {0}};
static const struct option needy[] = {
    {"must", OPTION_TEXT, NULL, AT(text), "Write it.", OPTION_MUST, NULL, 0, 0}, {0}};

static struct arena *arena;
static struct fault_list faults;

static void begin(void)
{
    arena = arena_create(64 * 1024, 0);
    faults = (struct fault_list){0};
}

static void end(void)
{
    arena_destroy(arena);
}

TestSuite(option_table, .init = begin, .fini = end);

static struct sample apply(const struct option *options, const char *text)
{
    struct yaml_node *root = NULL;
    struct error err = {0};
    struct sample sample;
    memset(&sample, 0xa5, sizeof sample);
    faults = (struct fault_list){0};
    cr_assert(eq(int, yaml_tree_parse("p.yaml", strview_of(text), arena, &faults, &root, &err),
                 STATUS_OK));
    cr_assert(eq(sz, faults.count, 0));
    option_table_apply(options, root, &sample, &faults);
    return sample;
}

Test(option_table, what_is_not_written_has_its_default)
{
    struct sample sample;
    memset(&sample, 0xa5, sizeof sample);
    option_table_apply(table, NULL, &sample, &faults);
    cr_expect(eq(sz, faults.count, 0));
    cr_expect(strview_is(sample.text, "hello"));
    cr_expect(sample.flag);
    cr_expect(eq(i64, sample.whole, 7));
    cr_expect(isnan(sample.real));
    cr_expect(eq(i64, sample.duration_ns, INT64_C(10000000000)));
    cr_expect(eq(i64, sample.usd_nano, 1500000000));
    cr_expect(eq(int, sample.choice, 1));
    cr_expect(eq(sz, sample.texts.count, 0));
    cr_expect(eq(ptr, sample.node, NULL));
}

Test(option_table, every_kind_is_read)
{
    struct sample sample = apply(table, "text: x y\nflag: false\nwhole: 10\nreal: 0.25\nduration: "
                                        "200ms\nusd: $0.000000001\ncolour: blue\ntexts: [a, 'b c']"
                                        "\nnode: {deep: 1}\n");
    cr_expect(eq(sz, faults.count, 0));
    cr_expect(strview_is(sample.text, "x y"));
    cr_expect(not(sample.flag));
    cr_expect(eq(i64, sample.whole, 10));
    cr_expect(eq(dbl, sample.real, 0.25));
    cr_expect(eq(i64, sample.duration_ns, 200000000));
    cr_expect(eq(i64, sample.usd_nano, 1));
    cr_expect(eq(int, sample.choice, 2));
    cr_assert(eq(sz, sample.texts.count, 2));
    cr_expect(strview_is(sample.texts.items[1], "b c"));
    cr_expect(strview_is(yaml_find(sample.node, "deep")->text, "1"));
    sample = apply(table, "texts: alone\n");
    cr_assert(eq(sz, sample.texts.count, 1));
    cr_expect(strview_is(sample.texts.items[0], "alone"));
}

Test(option_table, a_wrong_value_is_told_with_place_and_fix)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"flag: maybe\n", "p.yaml:1:7: 'flag' takes a value of kind true or false, not 'maybe'."},
        {"whole: 1.5\n", "p.yaml:1:8: 'whole' takes a value of kind whole number, not '1.5'."},
        {"whole: 99999999999999999999\n", "takes a value of kind whole number"},
        {"whole: 0\n", "'whole' must lie between 1 and 10, but is 0."},
        {"whole: 11\n", "'whole' must lie between 1 and 10, but is 11."},
        {"real: 1.01\n", "'real' must lie between 0 and 1, but is 1.01."},
        {"real: nan\n", "'real' takes a value of kind number, not 'nan'."},
        {"real: 0.5x\n", "'real' takes a value of kind number"},
        {"duration: 10\n", "not '10'. Write a number and a unit: 200ms, 10s, 5m, 1h."},
        {"duration: -1s\n", "'duration' takes a value of kind duration"},
        {"usd: -1\n", "'usd' takes a value of kind amount in USD, not '-1'."},
        {"usd: 1 EUR\n", "'usd' takes a value of kind amount in USD"},
        {"colour: gren\n", "not 'gren'. Did you mean 'green'?"},
        {"text: [a]\n", "'text' takes a value of kind text"},
        {"texts: {a: b}\n", "'texts' takes a value of kind text or list of texts"},
        {"texts: [a, [b]]\n", "p.yaml:1:12: 'texts' takes a list of texts."},
        {"colur: red\n", "p.yaml:1:1: unknown key 'colur'. Did you mean 'colour'?"},
        {"zzzzzzzzzz: red\n", "p.yaml:1:1: unknown key 'zzzzzzzzzz'.\n"},
        {"[a, b]\n", "p.yaml:1:1: a section with keys belongs here."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct strbuf out = {0};
        apply(table, rows[i].text);
        cr_assert(eq(sz, faults.count, 1), "row %zu", i);
        fault_print(&faults, &out);
        cr_expect(strstr(out.data, rows[i].wanted) != NULL, "row %zu: %s", i, out.data);
        strbuf_done(&out);
    }
}

Test(option_table, all_faults_come_at_once_and_what_is_right_is_kept)
{
    struct sample sample = apply(table, "whole: x\nflag: y\ncolour: z\nunknown: 1\ntext: kept\n");
    cr_expect(eq(sz, faults.count, 4));
    cr_expect(strview_is(sample.text, "kept"));
    apply(needy, "other: 1\n");
    cr_expect(eq(sz, faults.count, 2));
    apply(needy, "must: x\n");
    cr_expect(eq(sz, faults.count, 0));
}

Test(option_table, a_missing_key_is_told_with_its_help)
{
    struct strbuf out = {0};
    apply(needy, "{}\n");
    fault_print(&faults, &out);
    cr_expect(eq(str, out.data, "p.yaml:1:1: key 'must' is missing. Write it.\n"));
    strbuf_done(&out);
}

Test(option_table, durations_take_seven_units)
{
    static const struct {
        const char *text;
        int64_t ns; /* -1: refused */
    } rows[] = {{"7ns", 7},
                {"2us", 2000},
                {"200ms", 200000000},
                {"1.5s", 1500000000},
                {"5m", INT64_C(300000000000)},
                {"1h", INT64_C(3600000000000)},
                {"2d", INT64_C(172800000000000)},
                {"0s", 0},
                {"10", -1},
                {"", -1},
                {"s", -1},
                {"-1s", -1},
                {"1 s", -1},
                {"1min", -1},
                {"infs", -1},
                {"nans", -1},
                {"1e30d", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ns = -1;
        bool read = option_parse_duration(strview_of(rows[i].text), &ns);
        cr_expect(eq(int, read, rows[i].ns >= 0), "'%s'", rows[i].text);
        cr_expect(eq(i64, ns, rows[i].ns), "'%s'", rows[i].text);
    }
}

Test(option_table, dollars_are_rounded_to_the_nano_dollar)
{
    static const struct {
        const char *text;
        int64_t usd_nano; /* -1: refused */
    } rows[] = {{"1.50", 1500000000},
                {"$2", 2000000000},
                {"0", 0},
                {"0.1", 100000000},
                {"0.0000000006", 1},
                {"0.0000000004", 0},
                {"-0.5", -1},
                {"", -1},
                {"$", -1},
                {"1e10", -1},
                {"nan", -1},
                {"one", -1},
                {"0.29", 290000000},
                {"1e-3", 1000000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t usd_nano = -1;
        bool read = option_parse_usd(strview_of(rows[i].text), &usd_nano);
        cr_expect(eq(int, read, rows[i].usd_nano >= 0), "'%s'", rows[i].text);
        cr_expect(eq(i64, usd_nano, rows[i].usd_nano), "'%s'", rows[i].text);
    }
}

Test(option_table, the_description_names_kinds_defaults_and_choices)
{
    struct strbuf out = {0};
    option_table_describe(table, &out);
    cr_expect(strstr(out.data, "text (hello)\n") != NULL, "%s", out.data);
    cr_expect(strstr(out.data, "one of a list: red green blue (green)\n") != NULL, "%s", out.data);
    strbuf_clear(&out);
    option_table_describe(needy, &out);
    cr_expect(strstr(out.data, "text, required\n") != NULL, "%s", out.data);
    cr_expect(strstr(out.data, "Write it.\n") != NULL);
    strbuf_done(&out);
}

Test(option_table, a_list_that_is_lost_with_memory_is_a_fault)
{
    struct yaml_node *root = NULL;
    struct error err = {0};
    struct sample sample;
    CLEANUP(arena_cleanup) struct arena *small = arena_create(32, 0);
    cr_assert(eq(
        int,
        yaml_tree_parse("p.yaml", strview_of("texts: [a, b, c, d]\n"), small, &faults, &root, &err),
        STATUS_OK));
    memory_fail_nth(1);
    option_table_apply(table, root, &sample, &faults);
    memory_fail_nth(0);
    cr_expect(sample.texts.count == 4 || faults.count == 1);
}
