/*
 * utf8.h: UTF-8 (RFC 3629) checked as it arrives, in pieces cut anywhere.
 *
 * The state between two pieces is how many continuation bytes are still due and which values the next one may have:
 * the ranges of RFC 3629 section 4, which leave out overlong forms, surrogates and what lies above U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/event.h"

struct utf8 {
    uint8_t due;       /* continuation bytes still to come */
    uint8_t low, high; /* what the next one may be, when due > 0 */
    uint8_t size;      /* of the character that they belong to */
};

enum { UTF8_MOST = 4 /* bytes of a character */ };

/* Returns the index of the first byte that makes the text impossible, or n when all of it may stand. */
size_t utf8_check(struct utf8 *state, const uint8_t *bytes, size_t n);

/* The text may end here: no character is unfinished. */
static inline bool utf8_whole(const struct utf8 *state)
{
    return state->due == 0;
}

/* Bytes of the unfinished character that have come. */
static inline unsigned utf8_begun(const struct utf8 *state)
{
    return state->due == 0 ? 0 : (unsigned)(state->size - state->due);
}

/* Whether all of it is valid and whole. */
bool utf8_valid(struct wsd_bytes bytes);

/* The length of bytes without a character that its end cuts; bytes are otherwise valid. */
size_t utf8_border(struct wsd_bytes bytes);

#endif
