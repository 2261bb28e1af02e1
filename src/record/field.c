/*
 * field.c: absent values by table, and the nearest known name for a misspelt one.
 */
#include "record/field.h"

#include "record/slot_value.h"

#include <math.h>

void record_init(const struct record_type *type, void *record)
{
    memset(record, 0, type->size);
    for (const struct field *field = type->fields; field->name; field++) {
        char *at = (char *)record + field->offset;
        switch (field->kind) {
        case FIELD_BOOL:
            *(int8_t *)at = FIELD_ABSENT_BOOL;
            break;
        case FIELD_I64:
        case FIELD_USD:
        case FIELD_TIME:
            *(int64_t *)(void *)at = FIELD_ABSENT_I64;
            break;
        case FIELD_REAL:
        case FIELD_NUMBER:
            *(double *)(void *)at = (double)NAN;
            break;
        case FIELD_TEXT:
        case FIELD_ENUM:
        case FIELD_JSON:
        case FIELD_TEXTS:
        case FIELD_REALS:
        case FIELD_SLOTS:
        case FIELD_NUMBERS:
        case FIELD_RECORD:
        case FIELD_RECORDS:
            break; /* zero is absent */
        }
    }
}

const struct field *record_field(const struct record_type *type, struct strview name)
{
    for (const struct field *field = type->fields; field->name; field++)
        if (strview_is(name, field->name))
            return field;
    return NULL;
}

const char *record_nearest_field(const struct record_type *type, struct strview name)
{
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    for (const struct field *field = type->fields; field->name; field++) {
        size_t distance = strview_edit_distance(name, strview_of(field->name));
        if (distance < best) {
            best = distance;
            nearest = field->name;
        }
    }
    return best <= 1 + name.size / 4 ? nearest : NULL;
}
