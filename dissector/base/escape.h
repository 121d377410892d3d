/*
 * escape.h: the one way of untrusted bytes to a terminal or a text file.
 *
 * Text stays text; whatever could move the cursor, change the order or hide is written out in ASCII:
 *
 *     \n \r \t       the controls that have a short form
 *     \x1b           any other C0 control, DEL, and every byte that is not part of valid UTF-8
 *     \u{202e}       a character that is not to be seen: C1 controls, bidirectional controls, zero-width and filler
 *                    characters, variation selectors, line and paragraph separator, tags, noncharacters; and, where the
 *                    terminal has no UTF-8, everything above ASCII
 *
 * A backslash stays as it is, so that JSON payloads can be read and searched for: this form is made for people, and
 * cannot be turned back (JSON output can). Combining marks stay too, since words are written with them.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/event.h"

enum escape_charset { ESCAPE_UTF8, ESCAPE_ASCII };

enum { ESCAPE_WORST = 4 }; /* characters that one byte of input may become, at most */

struct escaped {
    size_t used;    /* bytes of the input that were written */
    size_t length;  /* bytes that were written, without the final 0 */
    size_t columns; /* what they take on a terminal */
};

/* Writes as much of in as fits into size bytes (a final 0 included, size at least 1) and into columns; no character and
 * no escape is cut. */
struct escaped escape_text(char *out, size_t size, size_t columns, struct wsd_bytes in, enum escape_charset charset);

/* Reads the character at bytes (RFC 3629): returns its length, 1 to 4, or 0 where there is none. n is at least 1. */
size_t escape_decode(const uint8_t *bytes, size_t n, uint32_t *character);

/* Whether a character above ASCII is not to be seen as it is (the second list above). */
bool escape_hidden(uint32_t character);

/* Columns that a visible character takes: 0 (combining), 1, or 2 (East Asian wide, emoji). */
unsigned escape_width(uint32_t character);

#endif
