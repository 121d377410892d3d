/*
 * hash.h: SipHash-1-3, a keyed hash for tables that strangers fill (Aumasson and Bernstein, 2012).
 *
 * The key is random for each dissector, so that nobody can make keys that collide on purpose.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key {
    uint64_t k0, k1;
};

/* words: the key as 64-bit words, count of them, at least one; the top byte of the last one must be zero: the length of the
 * message goes there, as SipHash asks. */
static inline uint64_t hash_rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

#define HASH_ROUND(a, b, c, d)                                                                                         \
    do {                                                                                                               \
        (a) += (b), (b) = hash_rotate((b), 13), (b) ^= (a), (a) = hash_rotate((a), 32);                                \
        (c) += (d), (d) = hash_rotate((d), 16), (d) ^= (c);                                                            \
        (a) += (d), (d) = hash_rotate((d), 21), (d) ^= (a);                                                            \
        (c) += (b), (b) = hash_rotate((b), 17), (b) ^= (c), (c) = hash_rotate((c), 32);                                \
    } while (0)

static inline uint64_t hash_words(const struct hash_key *key, const uint64_t *words, size_t count)
{
    uint64_t a = key->k0 ^ 0x736f6d6570736575u, b = key->k1 ^ 0x646f72616e646f6du;
    uint64_t c = key->k0 ^ 0x6c7967656e657261u, d = key->k1 ^ 0x7465646279746573u;
    for (size_t i = 0; i < count; i++) {
        uint64_t word = words[i] ^ (i + 1 == count ? ((uint64_t)count * 8 - 1) << 56 : 0);
        d ^= word;
        HASH_ROUND(a, b, c, d);
        a ^= word;
    }
    c ^= 0xff;
    HASH_ROUND(a, b, c, d);
    HASH_ROUND(a, b, c, d);
    HASH_ROUND(a, b, c, d);
    return a ^ b ^ c ^ d;
}

/* Of a number that we count up ourselves: such numbers spread by themselves, and nobody can choose them, so no key is needed. */
static inline uint64_t hash_counter(uint64_t number)
{
    return number * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

#endif
