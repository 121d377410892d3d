/*
 * base_table_test.c: the hash against a second implementation, written from the paper, and the table against a plain array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/table.h"
#include "support/random.h"

#include <string.h>

/* ---- SipHash-c-d as the paper has it, over bytes */

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static void sip_rounds(uint64_t v[4], unsigned rounds)
{
    for (; rounds > 0; rounds--) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static uint64_t siphash(unsigned c, unsigned d, uint64_t k0, uint64_t k1, const uint8_t *bytes, size_t n)
{
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
                     k1 ^ 0x7465646279746573u};
    for (size_t block = 0; block <= n / 8; block++) {
        uint64_t m = block == n / 8 ? (uint64_t)n << 56 : 0;
        for (size_t i = 0; i < 8 && block * 8 + i < n; i++)
            m |= (uint64_t)bytes[block * 8 + i] << 8 * i;
        v[3] ^= m;
        sip_rounds(v, c);
        v[0] ^= m;
    }
    v[2] ^= 0xff;
    sip_rounds(v, d);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The reference itself: SipHash-2-4 of the paper's appendix A (15 bytes, 0 to 14, with the key 0 to 15). */
static void reference_knows_the_paper(void **state)
{
    (void)state;
    uint8_t bytes[15];
    for (uint8_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i;
    assert_true(siphash(2, 4, 0x0706050403020100u, 0x0f0e0d0c0b0a0908u, bytes, 15) == 0xa129ca6149be45e5u);
}

static void hash_is_siphash_1_3(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (size_t count = 1; count <= 33; count++) {
        uint64_t words[33] = {0};
        uint8_t bytes[33 * 8];
        struct hash_key key = {(uint64_t)random_next(&random) << 32 | random_next(&random), random_next(&random)};
        for (size_t i = 0; i < count; i++) {
            words[i] = (uint64_t)random_next(&random) << 32 | random_next(&random);
            for (size_t b = 0; b < 8; b++)
                bytes[i * 8 + b] = (uint8_t)(words[i] >> 8 * b);
        }
        words[count - 1] &= UINT64_MAX >> 8; /* the length goes there */
        assert_true(hash_words(&key, words, count) == siphash(1, 3, key.k0, key.k1, bytes, count * 8 - 1));
    }
}

/* ---- table */

enum { NUMBERS = 3000 };

/* Each number's hash, and whether it is in the table. */
struct model {
    uint64_t hash[NUMBERS];
    bool in[NUMBERS];
    uint32_t used;
};

/* Every number that is in is found once by its hash, and none that is not. */
static void compare(const struct table *t, const struct model *m)
{
    assert_int_equal(t->used, m->used);
    for (uint32_t i = 0; i < NUMBERS; i++) {
        unsigned found = 0;
        for (struct probe p = table_probe(t, m->hash[i]); table_next(t, &p);) {
            assert_true(p.value < NUMBERS && m->in[p.value]);
            assert_int_equal((uint32_t)m->hash[p.value], (uint32_t)m->hash[i]);
            found += p.value == i;
        }
        if (found != m->in[i])
            fail_msg("number %u found %u times, not %d", i, found, m->in[i]);
    }
}

static void toggle(struct table *t, struct model *m, uint32_t i)
{
    if (m->in[i])
        table_remove(t, m->hash[i], i);
    else
        assert_int_equal(table_add(t, m->hash[i], i), 0);
    m->used = m->in[i] ? m->used - 1 : m->used + 1;
    m->in[i] = !m->in[i];
}

/* Random additions and removals. shape 0: good hashes; 1: few different ones, so long clusters; 2: all at the end of the
 * slots, so that clusters wrap around; 3: low bits equal, high bits not. */
static void random_model(unsigned shape)
{
    static struct model m;
    struct table t;
    uint64_t random = 1000 + shape;
    memset(&m, 0, sizeof m);
    assert_int_equal(table_init(&t), 0);
    for (uint32_t i = 0; i < NUMBERS; i++) {
        uint64_t h = (uint64_t)random_next(&random) << 32 | random_next(&random);
        m.hash[i] = shape == 0 ? h : shape == 1 ? h % 16 : shape == 2 ? UINT64_MAX - h % 8 : h << 20;
    }
    const uint32_t numbers = shape == 0 ? NUMBERS : 150;
    for (int turn = 0; turn < 6000; turn++) {
        toggle(&t, &m, random_below(&random, numbers));
        if (turn % 500 == 0 || (shape != 0 && turn < 200))
            compare(&t, &m);
    }
    for (uint32_t i = 0; i < numbers; i++)
        if (m.in[i])
            toggle(&t, &m, i);
    compare(&t, &m);
    for (uint32_t at = 0; at <= t.mask; at++)
        assert_int_equal(t.slots[at].value, 0);
    table_free(&t);
}

static void table_with_good_hashes(void **state)
{
    (void)state;
    random_model(0);
}

static void table_with_long_clusters(void **state)
{
    (void)state;
    random_model(1);
}

static void table_with_clusters_that_wrap(void **state)
{
    (void)state;
    random_model(2);
}

static void table_with_equal_low_bits(void **state)
{
    (void)state;
    random_model(3);
}

/* At most three slots in four are used: a search for what is not there always ends. */
static void table_keeps_free_slots(void **state)
{
    (void)state;
    struct table t;
    assert_int_equal(table_init(&t), 0);
    for (uint32_t i = 0; i < 100000; i++) {
        assert_int_equal(table_add(&t, i * UINT64_C(0x9E3779B97F4A7C15), i), 0);
        assert_true((uint64_t)t.used * 4 <= ((uint64_t)t.mask + 1) * 3);
    }
    assert_int_equal(t.used, 100000);
    assert_int_equal(t.mask & (t.mask + 1), 0);
    table_free(&t);
    assert_null(t.slots);
}

/* The same hash for different numbers, among them 0 and the largest that the slots can hold. */
static void table_tells_all_numbers_of_a_hash(void **state)
{
    (void)state;
    struct table t;
    static const uint32_t numbers[] = {0, 1, UINT32_MAX - 1};
    assert_int_equal(table_init(&t), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(table_add(&t, UINT64_C(0xABCDEF0000000005), numbers[i]), 0);
    struct probe p = table_probe(&t, UINT64_C(0x1200000005)); /* only the low 32 bits are kept */
    for (int i = 0; i < 3; i++) {
        assert_true(table_next(&t, &p));
        assert_int_equal(p.value, numbers[i]);
    }
    assert_false(table_next(&t, &p));
    table_remove(&t, 5, 1);
    p = table_probe(&t, 5);
    assert_true(table_next(&t, &p) && p.value == 0);
    assert_true(table_next(&t, &p) && p.value == UINT32_MAX - 1);
    assert_false(table_next(&t, &p));
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_knows_the_paper),     cmocka_unit_test(hash_is_siphash_1_3),
        cmocka_unit_test(table_with_good_hashes),        cmocka_unit_test(table_with_long_clusters),
        cmocka_unit_test(table_with_clusters_that_wrap), cmocka_unit_test(table_with_equal_low_bits),
        cmocka_unit_test(table_keeps_free_slots),        cmocka_unit_test(table_tells_all_numbers_of_a_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
