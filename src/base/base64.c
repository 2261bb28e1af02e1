/*
 * base64.c: bytes as text, for what is a text to others: an HTTP header, the metadata of a commit.
 * Thread: any.
 */
#include "base/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct strview bytes, struct strbuf *out)
{
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t word = (uint32_t)(unsigned char)bytes.data[i] << 16;
        word |= left > 1 ? (uint32_t)(unsigned char)bytes.data[i + 1] << 8 : 0;
        word |= left > 2 ? (uint32_t)(unsigned char)bytes.data[i + 2] : 0;
        strbuf_add_char(out, alphabet[word >> 18]);
        strbuf_add_char(out, alphabet[word >> 12 & 63]);
        strbuf_add_char(out, left > 1 ? alphabet[word >> 6 & 63] : '=');
        strbuf_add_char(out, left > 2 ? alphabet[word & 63] : '=');
    }
}

static int value_of(char letter)
{
    const char *at = letter ? strchr(alphabet, letter) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

bool base64_decode(struct strview text, struct strbuf *out)
{
    if (text.size % 4)
        return false;
    for (size_t i = 0; i < text.size; i += 4) {
        bool is_last = i + 4 == text.size;
        int padding = is_last ? (text.data[i + 3] == '=') + (text.data[i + 2] == '=') : 0;
        uint32_t word = 0;
        for (size_t k = 0; k < 4; k++) {
            int value = k >= 4 - (size_t)padding ? 0 : value_of(text.data[i + k]);
            if (value < 0)
                return false;
            word = word << 6 | (uint32_t)value;
        }
        strbuf_add_char(out, (char)(word >> 16));
        if (padding < 2)
            strbuf_add_char(out, (char)(word >> 8 & 255));
        if (padding < 1)
            strbuf_add_char(out, (char)(word & 255));
    }
    return !out->failed;
}
