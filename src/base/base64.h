/* base64.h: RFC 4648, standard alphabet, with padding. Thread: any. */
#ifndef ASSAY_BASE_BASE64_H
#define ASSAY_BASE_BASE64_H

#include "base/strbuf.h"

void base64_encode(struct strview bytes, struct strbuf *out);
/* Appends the bytes. False: not base64; then what was appended is undefined. */
bool base64_decode(struct strview text, struct strbuf *out);

#endif
