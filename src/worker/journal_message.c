/* journal_message.c: see journal_message.h. Thread: any. */
#include "worker/journal_message.h"

#include <string.h>

enum status journal_message_read(struct strview value, struct journal_message *ret_message,
                                 struct error *err)
{
    const char *line = value.size ? memchr(value.data, '\n', value.size) : NULL;
    if (!line || !strchr("CTAF", value.data[0]))
        return error_set(err, STATUS_DATA, "a record of the journal topic is not assay's");
    size_t size = (size_t)(line - value.data);
    struct journal_message message = {.letter = (enum journal_letter)value.data[0],
                                      .payload = {line + 1, value.size - size - 1}};
    enum status status =
        json_record_parse((struct strview){value.data + 1, size - 1}, &message.head, err);
    if (status == STATUS_OK)
        *ret_message = message;
    return status;
}

int64_t journal_message_number(const struct journal_message *message, const char *key)
{
    return json_integer_value(json_object_get(message->head, key));
}
