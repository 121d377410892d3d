/*
 * Finding the next frame after bytes that the capture lacks: streams of known frames, cut where a gap would end.
 */
#include "base/bytes.h"
#include "websocket/frame.h"
#include "websocket/resync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STREAM_MOST = 1 << 20 };

struct stream_of_frames {
    uint8_t bytes[STREAM_MOST];
    size_t length;
    size_t starts[4096];
    size_t count;
};

static struct stream_of_frames s;
static uint64_t state_of_random;

static uint32_t next_random(void)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state_of_random >> 33);
}

/* Appends a frame of n bytes: text of letters, or random bytes for binary. */
static void put(uint8_t first, size_t n, bool masked)
{
    uint8_t *at = s.bytes + s.length, key[4] = {0};
    s.starts[s.count++] = s.length;
    *at++ = first;
    *at++ = (uint8_t)((masked ? 0x80 : 0) | (n < 126 ? n : n < 65536 ? 126 : 127));
    for (int shift = n < 65536 ? 8 : 56; n >= 126 && shift >= 0; shift -= 8)
        *at++ = (uint8_t)((uint64_t)n >> shift);
    for (int i = 0; masked && i < 4; i++)
        *at++ = key[i] = (uint8_t)next_random();
    for (size_t i = 0; i < n; i++) {
        uint8_t b = (first & 15) == 1 ? (uint8_t)('a' + next_random() % 26) : (uint8_t)next_random();
        *at++ = b ^ key[i & 3];
    }
    s.length = (size_t)(at - s.bytes);
}

static void begin(uint64_t seed)
{
    state_of_random = seed;
    s.length = s.count = 0;
}

/* known: first bytes of frames, of which the last four different ones are remembered. */
static struct resync *search_for(bool masked, const uint8_t *known, size_t n)
{
    struct resync_terms terms = {.masked = masked};
    for (size_t i = n; i > 0 && terms.known_count < sizeof terms.known; i--)
        if (memchr(terms.known, known[i - 1], terms.known_count) == NULL)
            terms.known[terms.known_count++] = known[i - 1];
    struct resync *r = resync_new(&terms);
    assert_non_null(r);
    return r;
}

static struct resync *search(bool masked)
{
    static const uint8_t known[] = {0x81, 0x82};
    return search_for(masked, known, sizeof known);
}

/* A segment of the stream. Returns where in what was given a frame begins, or -1. */
static long offer(struct resync *r, size_t at, size_t end, bool final)
{
    const struct wsd_moment moment = {.time = 1, .packet = 1};
    struct early held;
    assert_int_equal(resync_add(r, bytes_of(s.bytes + at, end - at), &moment), 0);
    if (!resync_found(r, final))
        return -1;
    long found = (long)resync_take(r, &held);
    early_free(&held);
    return found;
}

/* Hands over the stream from `from` on in segments that end where frames do; returns where the search says that frames begin, or
 * -1. */
static long find(bool masked, size_t from, bool by_frame)
{
    struct resync *r = search(masked);
    long found = -1;
    size_t next = 0;
    while (next < s.count && s.starts[next] <= from)
        next++;
    for (size_t at = from; at < s.length && found < 0;) {
        size_t end = by_frame && next < s.count ? s.starts[next++] : at + 700 < s.length ? at + 700 : s.length;
        found = offer(r, at, end, end == s.length);
        at = end;
    }
    resync_free(r);
    return found < 0 ? -1 : (long)from + found;
}

static size_t first_start_from(size_t at)
{
    for (size_t i = 0; i < s.count; i++)
        if (s.starts[i] >= at)
            return s.starts[i];
    return s.length;
}

/* Cut anywhere in its first frames, the stream goes on at the first whole frame: never before, never after. */
static void cut_anywhere(uint8_t first, bool masked, bool by_frame)
{
    begin(first);
    for (int i = 0; i < 60; i++)
        put(first, 20 + next_random() % 900, masked);
    for (size_t cut = 0; cut < s.starts[4]; cut++)
        assert_int_equal(find(masked, cut, by_frame), first_start_from(cut));
}

static void server_text(void **state)
{
    (void)state;
    cut_anywhere(0x81, false, true);
    cut_anywhere(0x81, false, false);
}

static void client_text(void **state)
{
    (void)state;
    cut_anywhere(0x81, true, true);
    cut_anywhere(0x81, true, false);
}

/* Random bytes look like frames now and then: what is found must be a frame all the same. */
static void binary(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        begin(seed);
        for (int i = 0; i < 40; i++)
            put(0x82, 20 + next_random() % 900, (seed & 1) != 0);
        size_t cut = 1 + next_random() % (s.starts[3] - 1);
        long found = find((seed & 1) != 0, cut, true);
        assert_int_equal(found, first_start_from((size_t)found));
    }
}

/* Frames of all kinds and lengths, written one by one and cut into segments: a loss in the midst of one, then whatever comes. Two bytes
 * of a payload are like a short frame that leads to the right one now and then, at a segment's start too. */
static void nothing_invented(void **state)
{
    static const uint8_t firsts[] = {0x82, 0x82, 0x82, 0x02, 0x00, 0x80, 0x89};
    enum { SEEDS = 4000, FRAMES = 16, SEGMENT = 97 };
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        bool masked = (seed & 1) != 0;
        struct resync *r;
        size_t cut, at;
        long found = -1;
        begin(seed);
        for (int i = 0; i < FRAMES; i++) {
            uint8_t first = firsts[next_random() % sizeof firsts];
            size_t most = first == 0x89 ? 30 : i % 3 == 0 ? 1500 : 120;
            put(first, 1 + next_random() % most, masked);
        }
        cut = at = 1 + next_random() % (s.starts[1] - 1);
        r = search_for(masked, firsts, sizeof firsts);
        for (size_t next = 1; at < s.length && found < 0;) {
            size_t end = next < s.count ? s.starts[next] : s.length;
            end = end - at > SEGMENT ? at + SEGMENT : end;
            next += next < s.count && end == s.starts[next];
            found = offer(r, at, end, end == s.length);
            at = end;
        }
        resync_free(r);
        if (found >= 0 && first_start_from(cut + (size_t)found) != cut + (size_t)found)
            fail_msg("seed %d: no frame begins at %ld", (int)seed, (long)cut + found);
    }
}

/* Masked zeros are their key again and again, which may look like the header of a frame whose payload, unmasked with a key that is the same
 * bytes again, is zeros. Cut anywhere in such a frame, the search finds one of those behind it. */
static void masked_zeros(void **state)
{
    static const uint8_t key[] = {0x81, 0xCE, 0xDE, 0xFA};
    enum { ZEROS = 1500, HEADER = 8 };
    (void)state;
    begin(11);
    put(0x82, ZEROS, true);
    for (size_t i = 4; i < HEADER + ZEROS; i++)
        s.bytes[i] = key[i % 4];
    for (int i = 0; i < 6; i++)
        put(0x82, 200, true);
    for (size_t cut = HEADER; cut < HEADER + ZEROS; cut++) {
        long found = find(true, cut, true);
        assert_int_equal(found, first_start_from((size_t)found));
    }
}

/* A payload that is a short frame again and again, and of which a segment begins with one: the last of them leads to the right frame. */
static void pattern(void **state)
{
    enum { UNITS = 300 };
    (void)state;
    for (size_t unit = 0; unit < UNITS; unit++) {
        begin(12);
        put(0x82, 4 * UNITS, false);
        for (size_t i = 0; i < 4 * UNITS; i++)
            s.bytes[4 + i] = i % 4 == 0 ? 0x82 : i % 4 == 1 ? 2 : 'x';
        for (int i = 0; i < 6; i++)
            put(0x82, 200, false);
        if (UNITS - unit > 4)
            assert_int_equal(find(false, 4 + 4 * unit, true), s.starts[1]);
    }
}

/* No frames, none found. */
static void nothing_in_noise(void **state)
{
    (void)state;
    static const char *const texts[] = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "lorem ipsum dolor sit amet ",
                                        "\x17\x03\x03"};
    for (size_t kind = 0; kind < 5; kind++) {
        begin(kind + 77);
        for (size_t i = 0; i < 300000; i++) {
            const char *text = kind < 3 ? texts[kind] : "";
            s.bytes[i] = kind < 2 ? (uint8_t)text[i % strlen(text)] : kind == 4 ? 0 : (uint8_t)next_random();
            if (kind == 2 && i % 1400 < 3)
                s.bytes[i] = (uint8_t)text[i % 1400];
        }
        s.length = 300000;
        assert_int_equal(find(false, 0, false), -1);
    }
}

/* Bytes that are held have a ceiling, and a search that goes on for long goes on working. */
static void ceiling(void **state)
{
    (void)state;
    struct resync *r = search(false);
    const struct wsd_moment moment = {.time = 1, .packet = 1};
    static const uint8_t noise[1400] = {7};
    struct early held;
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(resync_add(r, bytes_of(noise, sizeof noise), &moment), 0);
        assert_false(resync_found(r, false));
    }
    begin(5);
    put(0x81, 100, false);
    put(0x81, 100, false);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(resync_add(r, bytes_of(s.bytes + s.starts[i], 102), &moment), 0);
    assert_true(resync_found(r, true));
    assert_int_equal(resync_take(r, &held), 3000 * sizeof noise);
    assert_int_equal(held.bytes.length, s.length);
    early_free(&held);
    resync_free(r);
}

/* Long frames of a stream that may be no WebSocket: few borders must do, and until then the search stays likely. */
static void long_frames(void **unused)
{
    struct resync_terms terms = {.either = true, .deflate = true, .strict = true};
    struct resync *r = resync_new(&terms);
    size_t cut = 50000, held = 0;
    bool found = false;
    (void)unused;
    begin(5);
    for (int i = 0; i < 5; i++)
        put(0x82, 100000, false);
    assert_non_null(r);
    for (size_t frame = 0; frame < s.count && !found; frame++) {
        size_t end = frame + 1 < s.count ? s.starts[frame + 1] : s.length;
        for (size_t at = frame == 0 ? cut : s.starts[frame]; at < end && !found;) {
            size_t n = end - at < 1448 ? end - at : 1448;
            const struct wsd_moment moment = {.packet = 1};
            assert_int_equal(resync_add(r, bytes_of(s.bytes + at, n), &moment), 0);
            at += n;
            held = at - cut;
            found = resync_found(r, false);
            if (frame > 0 && !found)
                assert_true(resync_likely(r));
        }
    }
    assert_true(found);
    assert_true(held < 400000);
    resync_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server_text),      cmocka_unit_test(client_text),  cmocka_unit_test(binary),
        cmocka_unit_test(nothing_in_noise), cmocka_unit_test(ceiling),      cmocka_unit_test(long_frames),
        cmocka_unit_test(nothing_invented), cmocka_unit_test(masked_zeros), cmocka_unit_test(pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
