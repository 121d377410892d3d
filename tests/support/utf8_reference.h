/*
 * utf8_reference.h: UTF-8 decided the slow way, from the definition: decode, encode again in the shortest form, compare.
 */
#ifndef SUPPORT_UTF8_REFERENCE_H
#define SUPPORT_UTF8_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Writes the shortest form of a code point (RFC 3629 3); 0 when it has none. */
static inline size_t reference_encode(uint32_t c, uint8_t out[4])
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3F));
    out[0] = (uint8_t)(n == 1 ? c : (0xF00u >> n & 0xFF) | c);
    return n;
}

/* How many bytes from the start make whole characters; the rest is no character, or only the beginning of one. */
static inline size_t reference_whole(const uint8_t *b, size_t n)
{
    size_t at = 0;
    while (at < n) {
        size_t size = b[at] < 0x80 ? 1 : b[at] < 0xC0 ? 0 : b[at] < 0xE0 ? 2 : b[at] < 0xF0 ? 3 : 4;
        if (size == 0 || size > n - at)
            break;
        uint32_t c = size == 1 ? b[at] : b[at] & (0xFFu >> (size + 1));
        for (size_t i = 1; i < size; i++)
            c = c << 6 | (b[at + i] & 0x3F);
        uint8_t again[4];
        if (reference_encode(c, again) != size || memcmp(again, b + at, size) != 0)
            break;
        at += size;
    }
    return at;
}

/* Whether some bytes behind these (at most three) would make the last of them, at `from`, a character. */
static inline bool reference_may_go_on(const uint8_t *b, size_t n, size_t from)
{
    size_t have = n - from;
    if (have == 0 || have > 3)
        return false;
    static const uint8_t tails[] = {0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF};
    for (size_t more = 1; more + have <= 4; more++)
        for (size_t first = 0; first < sizeof tails; first++) {
            uint8_t whole[4] = {0x80, 0x80, 0x80, 0x80};
            memcpy(whole, b + from, have);
            whole[have] = tails[first];
            if (reference_whole(whole, have + more) == have + more)
                return true;
        }
    return false;
}

/* What utf8_check() must return for a whole text: the first byte that makes it impossible, or n. */
static inline size_t reference_impossible(const uint8_t *b, size_t n)
{
    size_t from = reference_whole(b, n), end = from;
    while (end < n && reference_may_go_on(b, end + 1, from))
        end++;
    return end;
}

#endif
