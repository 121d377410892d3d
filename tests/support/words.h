/*
 * words.h: a line of a script as words; a quoted one may hold any bytes (\r \n \t \" \\ \xNN).
 */
#ifndef SUPPORT_WORDS_H
#define SUPPORT_WORDS_H

#include "base/bytes.h"

enum { WORDS_MOST = 256, WORD_BYTES = 8192 };

/* One word of a line; of a quoted one its bytes. */
struct word {
    bool quoted;
    struct wsd_bytes bytes;
};

struct words {
    size_t count, used;
    struct word word[WORDS_MOST];
    char store[WORD_BYTES]; /* each word ends with a 0 */
};

/* Words borrow from *w. False when a quotation mark is missing, or the line is too long. */
bool words_split(const char *line, struct words *w);

/* Whether word i is this one, not quoted. */
bool words_is(const struct words *w, size_t i, const char *text);

/* Word i, or "" behind the last. */
const char *words_text(const struct words *w, size_t i);

/* The value of a hexadecimal digit, -1: it is none. */
int words_hex(char c);

#endif
