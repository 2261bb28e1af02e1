/* Properties: secrets come from outside, and what exactly-once depends on cannot be set. */
#include "kafka/kafka_config.h"
#include "kafka/schema_registry.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>

static enum status check(const char *name, const char *value, struct error *err)
{
    struct kafka_property items[] = {{"bootstrap.servers", "127.0.0.1:1"}, {name, value}};
    return kafka_config_check(&(struct kafka_config){items, 2}, err);
}

Test(kafka_config, a_secret_that_is_written_out_is_refused_and_not_told)
{
    struct error err;
    cr_assert(check("sasl.password", "hunter2", &err) == STATUS_CONFIG);
    cr_expect(strstr(err.what, "hunter2") == NULL, "%s", err.what);
    cr_expect(strstr(err.what, "sasl.password") != NULL, "%s", err.what);
    cr_assert(check("schema.registry.basic.auth.user.info", "me:hunter2", &err) == STATUS_CONFIG);
}

Test(kafka_config, a_secret_comes_from_the_environment)
{
    struct error err = {0};
    setenv("ASSAY_TEST_SECRET", "hunter2", 1);
    cr_assert(check("sasl.password", "env:ASSAY_TEST_SECRET", &err) == STATUS_OK, "%s", err.what);
    cr_assert(check("sasl.password", "env:ASSAY_TEST_NOTHING", &err) == STATUS_CONFIG);
    cr_expect(strstr(err.what, "ASSAY_TEST_NOTHING") != NULL, "%s", err.what);
}

Test(kafka_config, what_is_assays_own_cannot_be_set)
{
    static const char *const names[] = {"group.id", "enable.auto.commit", "isolation.level",
                                        "transactional.id"};
    struct error err;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect(check(names[i], "x", &err) == STATUS_CONFIG, "%s", names[i]);
}

Test(kafka_config, an_unknown_property_is_refused)
{
    struct error err;
    cr_assert(check("fetch.min.bites", "1", &err) == STATUS_CONFIG);
    cr_assert(check("fetch.min.bytes", "1", &err) == STATUS_OK);
}

Test(kafka_config, no_broker_is_an_error)
{
    struct error err;
    cr_assert(kafka_config_check(&(struct kafka_config){0}, &err) == STATUS_CONFIG);
}

Test(schema_registry, the_frame_before_a_value)
{
    char frame[8] = {0};
    uint32_t id = 0;
    schema_registry_frame(0x01020304, frame);
    frame[5] = 'x';
    struct strview value = {frame, 6};
    cr_assert(schema_registry_unframe(&value, &id));
    cr_expect(eq(u32, id, 0x01020304));
    cr_expect(eq(sz, value.size, 1));
    cr_expect(eq(chr, *value.data, 'x'));
    struct strview small = {frame, 4};
    cr_expect(not(schema_registry_unframe(&small, &id)));
}
