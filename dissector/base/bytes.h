/*
 * bytes.h: small questions about borrowed bytes.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "base/event.h"

#include <string.h>

static inline struct wsd_bytes bytes_of(const void *data, size_t length)
{
    return (struct wsd_bytes){data, length};
}

static inline struct wsd_bytes bytes_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

/* Without its first n bytes, or empty. */
static inline struct wsd_bytes bytes_after(struct wsd_bytes b, size_t n)
{
    return n >= b.length ? (struct wsd_bytes){NULL, 0} : (struct wsd_bytes){b.data + n, b.length - n};
}

static inline struct wsd_bytes bytes_first(struct wsd_bytes b, size_t n)
{
    return (struct wsd_bytes){b.data, n < b.length ? n : b.length};
}

static inline bool bytes_equal(struct wsd_bytes a, struct wsd_bytes b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline uint8_t bytes_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* ASCII letters compare without case, as header names and tokens do (RFC 9110 5.1). */
static inline bool bytes_equal_nocase(struct wsd_bytes a, const char *text)
{
    for (size_t i = 0; i < a.length; i++)
        if (text[i] == 0 || bytes_lower(a.data[i]) != bytes_lower((uint8_t)text[i]))
            return false;
    return text[a.length] == 0;
}

static inline bool bytes_begin(struct wsd_bytes b, const char *text)
{
    size_t n = strlen(text);
    return b.length >= n && memcmp(b.data, text, n) == 0;
}

/* Without spaces and tabs at both ends (RFC 9110 5.6.3, OWS). */
static inline struct wsd_bytes bytes_trim(struct wsd_bytes b)
{
    while (b.length > 0 && (b.data[0] == ' ' || b.data[0] == '\t'))
        b.data++, b.length--;
    while (b.length > 0 && (b.data[b.length - 1] == ' ' || b.data[b.length - 1] == '\t'))
        b.length--;
    return b;
}

#endif
