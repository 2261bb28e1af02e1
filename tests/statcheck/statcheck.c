/*
 * statcheck.c: answers statistics questions, one JSON object a line, with the functions that the
 * reports call, so that anyone can hold them against scipy and its like. Reads stdin, writes
 * stdout: {"id", "fn", "result"} or {"id", "fn", "undefined"}; a line that cannot be answered gets
 * "error", the others go on, and the exit code is 1 at the end. One thread.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct check *const all_checks[] = {check_laws, check_estimates, check_tests,
                                                 check_drift, check_hash};

static const struct check *find_check(const char *fn)
{
    for (size_t list = 0; list < sizeof all_checks / sizeof *all_checks; list++) {
        for (const struct check *check = all_checks[list]; check->fn; check++) {
            if (strcmp(check->fn, fn) == 0)
                return check;
        }
    }
    return NULL;
}

static void print_line(const json_t *answer)
{
    char *text = json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(17));
    puts(text ? text : "{\"id\":null,\"fn\":null,\"error\":\"memory ran out\"}");
    free(text);
}

/* Answers one well-formed line into `reply`; false: there was an error. */
static bool answer_case(const char *fn, const json_t *input, json_t *reply)
{
    const struct check *check = find_check(fn);
    if (!check) {
        json_object_set_new(reply, "error", json_sprintf("unknown function '%s'", fn));
        return false;
    }
    CLEANUP(arena_cleanup) struct arena *arena = arena_create(64 * 1024, 0);
    struct check_case c = {.input = input, .arena = arena};
    json_t *result = arena ? check->answer(&c) : NULL;
    bool good = false;
    if (!arena || c.err.status != STATUS_OK)
        json_object_set_new(reply, "error", json_string(arena ? c.err.what : "memory ran out"));
    else if (c.fault[0])
        json_object_set_new(reply, "error", json_string(c.fault));
    else if (c.undefined)
        good = json_object_set_new(reply, "undefined", json_string(c.undefined)) == 0;
    else
        good = json_object_set(reply, "result", result) == 0;
    json_decref(result);
    return good;
}

static bool answer_line(const char *line, size_t size)
{
    json_error_t fault;
    json_t *question = json_loadb(line, size, JSON_ALLOW_NUL, &fault);
    const json_t *id = json_object_get(question, "id");
    const char *fn = json_string_value(json_object_get(question, "fn"));
    const json_t *input = json_object_get(question, "input");
    bool good = id && fn && json_is_object(input);
    json_t *reply;
    if (good) {
        reply = json_pack("{s:O,s:s}", "id", id, "fn", fn);
        good = answer_case(fn, input, reply);
    } else {
        reply =
            json_pack("{s:n,s:n,s:s}", "id", "fn", "error",
                      question ? "the line is not an object with id, fn and input" : fault.text);
    }
    print_line(reply);
    json_decref(reply);
    json_decref(question);
    return good;
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    bool good = true;
    while ((size = getline(&line, &capacity, stdin)) >= 0) {
        if (strspn(line, " \t\r\n") < (size_t)size)
            good &= answer_line(line, (size_t)size);
    }
    free(line);
    return good ? 0 : 1;
}
