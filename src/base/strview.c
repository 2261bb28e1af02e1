/*
 * strview.c: what is too long for the header. Any thread.
 */
#include "base/strview.h"

#include <stdint.h>

enum { LONGEST = 64 };

size_t strview_edit_distance(struct strview a, struct strview b)
{
    if (a.size > LONGEST || b.size > LONGEST)
        return SIZE_MAX;
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= b.size; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t substitute = diagonal + (a.data[i - 1] != b.data[j - 1]);
            size_t one_more = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = substitute < one_more ? substitute : one_more;
        }
    }
    return row[b.size];
}
