#include "base/memory.h"
#include "net/flight.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct call_header headers[] = {
    {.name = "Authorization", .value = "Bearer sk-very-secret", .secret = true},
    {.name = "Content-Type", .value = "application/json"},
};

static struct flight *flight_with_headers(void)
{
    struct call call = {.url = "http://x/y",
                        .headers = headers,
                        .header_count = 2,
                        .body = {"{}", 2},
                        .ordinal = 9};
    struct flight *flight = NULL;
    cr_assert(eq(int, flight_create(&call, &flight, NULL), STATUS_OK));
    return flight;
}

Test(flight, copies_everything_the_call_points_to)
{
    char url[] = "http://x/y";
    char name[] = "A";
    char value[] = "b";
    char body[] = "{}";
    struct call_header header = {name, value, false};
    struct call call = {
        .url = url, .headers = &header, .header_count = 1, .body = {body, strlen(body)}};
    struct flight *flight = NULL;
    cr_assert(eq(int, flight_create(&call, &flight, NULL), STATUS_OK));
    memset(url, '#', sizeof url - 1);
    memset(body, '#', sizeof body - 1);
    name[0] = value[0] = '#';
    cr_expect(eq(str, (char *)flight->call.url, "http://x/y"));
    cr_expect(eq(str, (char *)flight->call.body.data, "{}"));
    cr_expect(eq(str, flight->header_list->data, "Expect:"));
    cr_expect(eq(str, flight->header_list->next->data, "A: b"));
    cr_expect(eq(ptr, flight->header_list->next->next, NULL));
    flight_destroy(flight);
}

Test(flight, a_secret_header_never_gets_into_an_error)
{
    struct flight *flight = flight_with_headers();
    flight_set_error(flight, "peer said: %s (%s)\n\x1b[0m", "Bearer sk-very-secret",
                     "key sk-very-secret, application/json");
    cr_expect(eq(ptr, strstr(flight->result.error, "secret"), NULL));
    cr_expect(ne(ptr, strstr(flight->result.error, "application/json"), NULL));
    cr_expect(eq(ptr, strchr(flight->result.error, '\n'), NULL));
    cr_expect(eq(ptr, strchr(flight->result.error, '\x1b'), NULL));
    flight_destroy(flight);
}

Test(flight, a_text_that_is_too_long_is_cut)
{
    struct flight *flight = flight_with_headers();
    char text[1000];
    memset(text, 'x', sizeof text);
    text[999] = '\0';
    flight_set_error(flight, "%s", text);
    cr_expect(eq(sz, strlen(flight->result.error), CALL_ERROR_BYTES - 1));
    flight_destroy(flight);
}

Test(flight, lists_keep_their_order_and_count)
{
    struct flight a = {0};
    struct flight b = {0};
    struct flight c = {0};
    struct flight_list list = {0};
    struct flight_list other = {0};
    flight_list_add(&list, &b);
    flight_list_add_first(&list, &a);
    flight_list_add(&other, &c);
    flight_list_join(&list, &other);
    cr_expect(eq(u32, list.count, 3));
    cr_expect(eq(ptr, flight_list_take(&list), &a));
    cr_expect(eq(ptr, flight_list_take(&list), &b));
    cr_expect(eq(ptr, flight_list_take(&list), &c));
    cr_expect(eq(ptr, flight_list_take(&list), NULL));
    flight_list_add_first(&list, &a);
    flight_list_add(&list, &b);
    cr_expect(eq(ptr, list.last, &b));
    cr_expect(eq(ptr, list.first, &a));
}

Test(flight, no_memory_is_an_error)
{
    struct call call = {.url = "http://x/"};
    struct flight *flight = NULL;
    struct error err;
    memory_fail_nth(1);
    cr_expect(eq(int, flight_create(&call, &flight, &err), STATUS_NO_MEMORY));
    memory_fail_nth(0);
    cr_expect(eq(ptr, flight, NULL));
}
