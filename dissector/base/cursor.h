/*
 * cursor.h: reads borrowed bytes in network order and remembers failure.
 *
 * Past the end every read yields zero and sets the flag `short_of`; read a whole header, then test once. An inner
 * parser gets a cursor cut to the declared length, so a lying length can only under-read.
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "base/event.h"

struct cursor {
    const uint8_t *at, *end;
    bool short_of; /* a read went past the end; it stays set */
};

static inline struct cursor cursor_of(struct wsd_bytes bytes)
{
    return (struct cursor){bytes.data, bytes.length != 0 ? bytes.data + bytes.length : bytes.data, false};
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->at);
}

/* Says whether n bytes are there, and remembers when they are not. */
static inline bool cursor_has(struct cursor *c, size_t n)
{
    if (cursor_left(c) >= n)
        return true;
    c->short_of = true;
    c->at = c->end;
    return false;
}

/* Four bytes that are known to be there. */
static inline uint32_t cursor_peek_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    return cursor_has(c, 1) ? *c->at++ : 0;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    if (!cursor_has(c, 2))
        return 0;
    uint16_t v = (uint16_t)(c->at[0] << 8 | c->at[1]);
    c->at += 2;
    return v;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    if (!cursor_has(c, 4))
        return 0;
    uint32_t v = cursor_peek_u32(c->at);
    c->at += 4;
    return v;
}

static inline uint64_t cursor_u64(struct cursor *c)
{
    uint64_t high = cursor_u32(c);
    return high << 32 | cursor_u32(c);
}

/* The next n bytes, borrowed; empty when they are not all there. */
static inline struct wsd_bytes cursor_bytes(struct cursor *c, size_t n)
{
    if (!cursor_has(c, n))
        return (struct wsd_bytes){NULL, 0};
    struct wsd_bytes b = {c->at, n};
    if (n > 0) /* of nothing there may be no pointer */
        c->at += n;
    return b;
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
    if (cursor_has(c, n))
        c->at += n;
}

/* What is left, without moving. */
static inline struct wsd_bytes cursor_rest(const struct cursor *c)
{
    return (struct wsd_bytes){c->at, cursor_left(c)};
}

#endif
