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

bool record_field_is_absent(const struct field *field, const void *at)
{
    switch (field->kind) {
    case FIELD_BOOL:
        return *(const int8_t *)at == FIELD_ABSENT_BOOL;
    case FIELD_I64:
    case FIELD_USD:
    case FIELD_TIME:
        return *(const int64_t *)at == FIELD_ABSENT_I64;
    case FIELD_REAL:
    case FIELD_NUMBER:
        return isnan(*(const double *)at);
    case FIELD_TEXT:
    case FIELD_JSON:
        return !((const struct strview *)at)->data;
    case FIELD_ENUM:
        return *(const int *)at == 0;
    case FIELD_TEXTS:
        return !((const struct text_list *)at)->items;
    case FIELD_REALS:
        return !((const struct real_list *)at)->items;
    case FIELD_SLOTS:
        return !((const struct slot_map *)at)->slots;
    case FIELD_NUMBERS:
        return !((const struct number_map *)at)->items;
    case FIELD_RECORD:
        return !*(void *const *)at;
    case FIELD_RECORDS:
        return !((const struct record_list *)at)->items;
    }
    return true;
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
