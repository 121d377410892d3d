/*
 * net_fragment_test.c: IP fragments in every order, doubled, overlapping, missing, lying, too many and too late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "net/fragment.h"
#include "support/random.h"

#define SECOND INT64_C(1000000000)

static uint8_t original[65536];
static struct fragments *f;
static int64_t now;
static struct ip_packet whole;  /* what the last fragment completed */
static struct packet_cost cost; /* and what it cost */

static int setup(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (size_t i = 0; i < sizeof original; i++)
        original[i] = (uint8_t)random_next(&random);
    f = fragments_new(4);
    now = 1000 * SECOND;
    return f == NULL;
}

static int teardown(void **state)
{
    (void)state;
    fragments_free(f);
    return 0;
}

/* A fragment that carries these bytes of the original. */
static struct ip_packet piece(uint32_t id, uint32_t offset, uint32_t n, bool more)
{
    static const uint8_t address[2][4] = {{10, 0, 0, 7}, {10, 0, 0, 1}};
    return (struct ip_packet){.family = 4,
                              .protocol = 6,
                              .address = {address[0], address[1]},
                              .payload = bytes_of(original + offset, n),
                              .payload_length = n,
                              .fragment = true,
                              .more = more,
                              .id = id,
                              .fragment_offset = offset};
}

static int add(struct ip_packet p)
{
    cost = (struct packet_cost){.wire = 34 + p.payload_length, .link = 14, .ip = 20};
    int rc = fragments_add(f, &p, &cost, now);
    whole = p;
    return rc;
}

static void is_original(size_t n)
{
    assert_false(whole.fragment);
    assert_int_equal(whole.protocol, 6);
    assert_int_equal(whole.payload_length, n);
    assert_int_equal(whole.payload.length, n);
    assert_memory_equal(whole.payload.data, original, n);
}

static void in_order_and_reverse(void **state)
{
    (void)state;
    assert_int_equal(add(piece(1, 0, 1480, true)), 0);
    assert_int_equal(add(piece(1, 1480, 1480, true)), 0);
    assert_int_equal(add(piece(1, 2960, 100, false)), 1);
    is_original(3060);
    assert_int_equal(add(piece(2, 2960, 101, false)), 0);
    assert_int_equal(add(piece(2, 1480, 1480, true)), 0);
    assert_int_equal(add(piece(2, 0, 1480, true)), 1);
    is_original(3061);
    assert_int_equal(add(piece(2, 0, 1480, true)), 0); /* the first of another datagram with the same number */
}

/* The whole has cost what all its packets did, copies too; another datagram's are not among them. */
static void costs_add_up(void **state)
{
    (void)state;
    assert_int_equal(add(piece(1, 0, 1480, true)), 0);
    assert_true(cost.wire == 1514 && cost.link == 14 && cost.ip == 20);
    assert_int_equal(add(piece(2, 0, 1480, true)), 0);
    assert_int_equal(add(piece(1, 0, 1480, true)), 0);
    assert_int_equal(add(piece(1, 1480, 100, false)), 1);
    assert_true(cost.wire == 2 * 1514 + 134 && cost.link == 3 * 14 && cost.ip == 3 * 20);
    assert_int_equal(add(piece(1, 0, 8, true)), 0);
    assert_int_equal(add(piece(1, 8, 8, false)), 1);
    assert_true(cost.wire == 2 * 42 && cost.link == 2 * 14 && cost.ip == 2 * 20);
}

/* Any sizes in any order, some twice, some overlapping: told once, when the last missing byte comes. */
static void random_orders(void **state)
{
    (void)state;
    uint64_t random = 9;
    for (uint32_t turn = 0; turn < 1000; turn++) {
        struct ip_packet pieces[200];
        size_t count = 0;
        uint32_t total = 8 + random_below(&random, turn % 20 == 0 ? 65000 : 3000);
        const uint32_t longest = total / 8 < 20 ? 4 : total / 16;
        for (uint32_t at = 0; at < total;) {
            uint32_t n = 8 * (1 + random_below(&random, longest / 8 + 1));
            bool last = n >= total - at;
            uint32_t back = at > 0 ? 8 * random_below(&random, 3) : 0; /* overlaps what was before */
            if (back > at)
                back = 0;
            pieces[count++] = piece(turn, at - back, last ? total - at + back : n + back, !last);
            at = last ? total : at + n;
        }
        for (size_t doubled = count / 4; doubled > 0; doubled--, count++)
            pieces[count] = pieces[random_below(&random, (uint32_t)count)];
        unsigned told = 0;
        bool have[8192] = {false};
        uint32_t missing = (total + 7) / 8;
        while (count > 0) {
            uint32_t pick = random_below(&random, (uint32_t)count);
            struct ip_packet p = pieces[pick];
            pieces[pick] = pieces[--count];
            for (uint32_t unit = p.fragment_offset / 8; unit * 8 < p.fragment_offset + p.payload_length; unit++) {
                missing -= !have[unit];
                have[unit] = true;
            }
            int rc = add(p);
            assert_int_equal(rc, missing == 0);
            if (rc == 1) {
                is_original(total);
                told++;
                break; /* what comes later begins a datagram anew */
            }
        }
        assert_int_equal(told, 1);
        now += 60 * SECOND;
    }
}

static void first_copy_wins(void **state)
{
    (void)state;
    static const uint8_t other[64] = {0};
    struct ip_packet p = piece(1, 16, 32, true);
    p.payload.data = other;
    assert_int_equal(add(piece(1, 0, 24, true)), 0);
    assert_int_equal(add(p), 0); /* 16 to 47, of which 16 to 23 are there */
    assert_int_equal(add(piece(1, 24, 40, false)), 1);
    assert_int_equal(whole.payload_length, 64);
    assert_memory_equal(whole.payload.data, original, 24);
    assert_memory_equal(whole.payload.data + 24, other, 24);
    assert_memory_equal(whole.payload.data + 48, original + 48, 16);
}

static void hole_is_never_filled(void **state)
{
    (void)state;
    assert_int_equal(add(piece(1, 0, 800, true)), 0);
    assert_int_equal(add(piece(1, 808, 800, true)), 0);
    for (int i = 0; i < 200; i++)
        assert_int_equal(add(piece(1, 1608, 100, false)), 0);
    assert_int_equal(add(piece(1, 800, 8, true)), 1);
    is_original(1708);
}

/* The end that came first counts, and what lies past it does not stand for what is missing before it. */
static void end_that_lies(void **state)
{
    (void)state;
    assert_int_equal(add(piece(1, 80, 8, false)), 0);
    assert_int_equal(add(piece(1, 88, 800, true)), 0);
    assert_int_equal(add(piece(1, 888, 8, false)), 0);
    assert_int_equal(add(piece(1, 8, 72, true)), 0);
    assert_int_equal(add(piece(1, 0, 8, true)), 1);
    is_original(88);
}

static void what_is_refused(void **state)
{
    (void)state;
    struct ip_packet cut = piece(1, 0, 16, true);
    cut.payload.length = 12; /* by the snaplen */
    assert_int_equal(add(cut), 0);
    assert_int_equal(add(piece(1, 0, 12, true)), 0);     /* only the last one may have any length */
    assert_int_equal(add(piece(1, 65528, 8, false)), 0); /* past the largest datagram */
    assert_int_equal(add(piece(1, 16, 0, false)), 0);    /* empty */
    assert_int_equal(add(piece(1, 16, 8, false)), 0);
    assert_int_equal(add(piece(1, 0, 16, true)), 1); /* nothing of it spoiled the datagram */
    is_original(24);
    assert_int_equal(add(piece(2, 0, 65528, true)), 0); /* the largest datagram there is */
    assert_int_equal(add(piece(2, 65528, 7, false)), 1);
    is_original(65535);
}

/* Numbers, addresses and (for IPv4) protocols are not mixed up. */
static void datagrams_are_kept_apart(void **state)
{
    (void)state;
    static const uint8_t other[16] = {10, 0, 0, 8}, v6[16] = {0x20, 1};
    struct ip_packet a = piece(1, 8, 8, false), b = a, c = a, d = a;
    a.address[0] = other;
    b.address[1] = other;
    c.protocol = 17;
    d.family = 6;
    d.address[0] = d.address[1] = v6;
    assert_int_equal(add(piece(1, 0, 8, true)), 0);
    assert_int_equal(add(a), 0);
    assert_int_equal(add(b), 0);
    assert_int_equal(add(c), 0);
    assert_int_equal(add(piece(1, 8, 8, false)), 1);
    is_original(16);
    assert_int_equal(add(d), 0);
    struct ip_packet first = piece(1, 0, 8, true);
    first.family = 6;
    first.address[0] = first.address[1] = v6;
    d.protocol = 60; /* in IPv6 the first fragment says what the datagram carries (RFC 8200 4.5) */
    assert_int_equal(add(d), 0);
    assert_int_equal(add(first), 1);
    assert_int_equal(whole.protocol, 6);
}

static void too_late(void **state)
{
    (void)state;
    assert_int_equal(add(piece(1, 0, 8, true)), 0);
    now += 30 * SECOND;
    assert_int_equal(add(piece(1, 8, 8, true)), 0); /* just in time */
    now += 1;
    assert_int_equal(add(piece(1, 16, 8, false)), 0); /* begins anew */
    assert_int_equal(add(piece(1, 0, 8, true)), 0);
    assert_int_equal(add(piece(1, 8, 8, true)), 1);
    is_original(24);
    now -= 1000 * SECOND; /* the clock was set back */
    assert_int_equal(add(piece(1, 0, 8, true)), 0);
    assert_int_equal(add(piece(1, 8, 8, false)), 1);
}

/* With all four places taken the oldest gives way, and only that. */
static void too_many(void **state)
{
    (void)state;
    for (uint32_t id = 1; id <= 5; id++, now += SECOND)
        assert_int_equal(add(piece(id, 0, 8, true)), 0);
    for (uint32_t id = 2; id <= 5; id++)
        assert_int_equal(add(piece(id, 8, 8, false)), 1);
    assert_int_equal(add(piece(1, 8, 8, false)), 0);
    for (uint32_t id = 0; id < 20000; id++, now += SECOND / 1000)
        assert_int_equal(add(piece(id, 8 * (id % 8000), 8, true)), 0);
    assert_int_equal(add(piece(19999, 0, 8 * (19999 % 8000), true)), 0);
    assert_int_equal(add(piece(19999, 8 * (19999 % 8000) + 8, 8, false)), 1);
    is_original(8 * (19999 % 8000) + 16);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(in_order_and_reverse),
        TEST(random_orders),
        TEST(first_copy_wins),
        TEST(hole_is_never_filled),
        TEST(end_that_lies),
        TEST(what_is_refused),
        TEST(datagrams_are_kept_apart),
        TEST(too_late),
        TEST(too_many),
        TEST(costs_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
