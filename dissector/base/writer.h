/*
 * writer.h: characters on their way out, through memory of fixed size.
 *
 * The caller lends the memory and says where it drains to: a function that is called whenever the memory is full, and by
 * writer_flush(). Nothing is allocated and nothing grows, however long one line gets. Without a drain, what does not fit
 * is left out and `lost` says so. Whether draining worked is the drain's business: a writer never fails.
 */
#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include "base/event.h"

#include <string.h>

enum { WRITER_STEP = 4096 }; /* the most that writer_room() may be asked for; a writer with a drain is larger */

struct writer {
    char *data; /* borrowed for as long as the writer is used */
    size_t length, size;
    void (*drain)(void *user, const char *data, size_t length); /* may be NULL */
    void *user;
    bool lost; /* something did not fit */
};

/* Hands all that is held to the drain. */
void writer_flush(struct writer *w);

/* Makes room for n more characters, n at most WRITER_STEP; false when there is none. */
bool writer_make_room(struct writer *w, size_t n);

/* What writer_put() does when n characters do not fit. */
void writer_put_slowly(struct writer *w, const char *text, size_t n);

/* A decimal number: into a writer, or to where 20 characters have room; the latter returns its end. */
void writer_unsigned(struct writer *w, uint64_t value);
char *writer_unsigned_at(char *at, uint64_t value);

/* A number with exactly `digits` digits, 1 to 19, from the left filled with zeros. */
void writer_digits(struct writer *w, uint64_t value, unsigned digits);

/* The nine digits of a value below 10^9, as fractions of a second have them. */
void writer_nine(char out[9], uint32_t value);

/* Two hexadecimal digits a byte, without blanks. */
void writer_hex(struct writer *w, struct wsd_bytes bytes);

/* The same character n times. */
void writer_fill(struct writer *w, char c, size_t n);

/* As printf, at most 512 characters. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void writer_format(struct writer *w, const char *format, ...);

static inline bool writer_room(struct writer *w, size_t n)
{
    return w->size - w->length >= n || writer_make_room(w, n);
}

static inline void writer_put(struct writer *w, const char *text, size_t n)
{
    if (w->size - w->length < n) {
        writer_put_slowly(w, text, n);
        return;
    }
    memcpy(w->data + w->length, text, n);
    w->length += n;
}

/* A constant piece of text. */
#define WRITER_JUST(w, literal) writer_put(w, literal, sizeof(literal) - 1)

static inline void writer_text(struct writer *w, const char *text)
{
    writer_put(w, text, strlen(text));
}

/* For lines of bounded length, of which there are many: room for n is made once, n at most WRITER_STEP, the characters are
 * put there by the pointer that this returns (NULL: no room), and writer_end() is told where they end. */
static inline char *writer_begin(struct writer *w, size_t n)
{
    return writer_room(w, n) ? w->data + w->length : NULL;
}

static inline void writer_end(struct writer *w, const char *at)
{
    w->length = (size_t)(at - w->data);
}

#endif
