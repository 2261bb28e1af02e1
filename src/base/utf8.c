/*
 * utf8.c: see utf8.h.
 */
#include "base/utf8.h"

#include <utf8proc.h>

#include <stdint.h>

static bool is_tail(struct strview text, size_t at, unsigned char low, unsigned char high)
{
    return at < text.size && (unsigned char)text.data[at] >= low &&
           (unsigned char)text.data[at] <= high;
}

size_t utf8_sequence_size(struct strview text, size_t at)
{
    unsigned char lead = (unsigned char)text.data[at];
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return is_tail(text, at + 1, 0x80, 0xbf) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        unsigned char low = lead == 0xe0 ? 0xa0 : 0x80, high = lead == 0xed ? 0x9f : 0xbf;
        return is_tail(text, at + 1, low, high) && is_tail(text, at + 2, 0x80, 0xbf) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        unsigned char low = lead == 0xf0 ? 0x90 : 0x80, high = lead == 0xf4 ? 0x8f : 0xbf;
        return is_tail(text, at + 1, low, high) && is_tail(text, at + 2, 0x80, 0xbf) &&
                       is_tail(text, at + 3, 0x80, 0xbf)
                   ? 4
                   : 0;
    }
    return 0;
}

size_t utf8_first_invalid(struct strview text)
{
    size_t at = 0;
    while (at < text.size) {
        uint64_t eight;
        if (text.size - at >= sizeof eight) { /* most text is ASCII */
            memcpy(&eight, text.data + at, sizeof eight);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                at += sizeof eight;
                continue;
            }
        }
        size_t size = utf8_sequence_size(text, at);
        if (!size)
            return at;
        at += size;
    }
    return at;
}

size_t utf8_length(struct strview text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return count;
}

uint32_t utf8_code_point(struct strview text, size_t at)
{
    static const unsigned char lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t size = utf8_sequence_size(text, at);
    uint32_t point = (unsigned char)text.data[at] & lead_bits[size];
    for (size_t i = 1; i < size; i++)
        point = point << 6 | ((unsigned char)text.data[at + i] & 0x3f);
    return point;
}

size_t utf8_display_width(struct strview text)
{
    size_t width = 0, at = 0;
    while (at < text.size) {
        size_t size = utf8_sequence_size(text, at);
        int columns = size ? utf8proc_charwidth((utf8proc_int32_t)utf8_code_point(text, at)) : 1;
        width += columns > 0 ? (size_t)columns : 0;
        at += size ? size : 1;
    }
    return width;
}
