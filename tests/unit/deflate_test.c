/*
 * Inflating (RFC 7692 7.2.2): the same bytes however the input is cut, never more than was allowed, nothing read or written
 * past its memory.
 */
#include "base/bytes.h"
#include "support/compress.h"
#include "support/page.h"
#include "support/random.h"
#include "websocket/deflate.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

enum { ROOM = 1 << 18 };

static const struct wsd_allocator from_malloc;

static struct page input, scratch; /* that ends where DEFLATE_SCRATCH does */
static uint8_t message[ROOM], packed[ROOM];

struct out {
    size_t length;
    uint64_t calls;
    int stop; /* returned by the callback */
    size_t unknown;
    uint8_t bytes[ROOM];
    bool known[ROOM]; /* of each byte */
};
static struct out out;

static int setup(void **state)
{
    (void)state;
    input = page_new(ROOM);
    scratch = page_new(DEFLATE_SCRATCH);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    page_free(&input);
    page_free(&scratch);
    return 0;
}

static void *take_counted(void *user, size_t size)
{
    *(size_t *)user += size;
    return malloc(size);
}

static void give_counted(void *user, void *block, size_t size)
{
    *(size_t *)user -= size;
    free(block);
}

static int take(void *user, struct wsd_bytes bytes, bool known)
{
    struct out *o = user;
    assert_true(bytes.length > 0 && bytes.length <= DEFLATE_BLOCK && bytes.length <= ROOM - o->length);
    memcpy(o->bytes + o->length, bytes.data, bytes.length);
    memset(o->known + o->length, known, bytes.length * sizeof *o->known);
    o->unknown += known ? 0 : bytes.length;
    o->length += bytes.length;
    o->calls++;
    return o->stop;
}

static int piece(struct deflate *d, struct wsd_bytes bytes, size_t tail, uint64_t most)
{
    return deflate_piece(d, page_put(&input, bytes), tail, most, scratch.end - DEFLATE_SCRATCH, take, &out);
}

/* One message in pieces of `size`, the tail with the last piece or behind it. Returns what the first piece that is not 0 did. */
static int inflate_message(struct deflate *d, struct wsd_bytes bytes, size_t size, bool tail_apart)
{
    static uint8_t with_tail[ROOM + DEFLATE_TAIL];
    int rc = 0;
    memcpy(with_tail, bytes.data, bytes.length);
    memcpy(with_tail + bytes.length, deflate_tail, DEFLATE_TAIL);
    out.length = out.calls = out.unknown = 0;
    while (rc == 0 && bytes.length > size) {
        rc = piece(d, bytes_first(bytes, size), 0, ROOM);
        bytes = bytes_after(bytes, size);
    }
    size_t last = bytes.length;
    const uint8_t *at = with_tail;
    if (bytes.data != NULL)
        memmove(with_tail, bytes.data, last);
    memcpy(with_tail + last, deflate_tail, DEFLATE_TAIL);
    if (rc == 0 && tail_apart && last > 0) {
        rc = piece(d, bytes_of(at, last), 0, ROOM);
        at += last;
        last = 0;
    }
    return rc != 0 ? rc : piece(d, bytes_of(at, last + DEFLATE_TAIL), DEFLATE_TAIL, ROOM);
}

static void fill(size_t n, unsigned kind)
{
    uint64_t random = n + kind + 1;
    for (size_t i = 0; i < n; i++)
        message[i] = kind == 0   ? 'x'
                     : kind == 1 ? (uint8_t)random_next(&random)
                                 : (uint8_t)("abcdefgh"[random_below(&random, 8)]);
}

/* Sizes around the block's, contents that compress well, not at all, and a little. */
static void sizes_and_pieces(void **state)
{
    (void)state;
    static const size_t sizes[] = {0,
                                   1,
                                   5,
                                   1000,
                                   DEFLATE_BLOCK - 1,
                                   DEFLATE_BLOCK,
                                   DEFLATE_BLOCK + 1,
                                   2 * DEFLATE_BLOCK,
                                   2 * DEFLATE_BLOCK + 1,
                                   100000};
    static const size_t pieces[] = {1, 3, 7, 1000, ROOM};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (unsigned kind = 0; kind < 3; kind++) {
            z_stream z;
            compress_begin(&z, 15);
            fill(sizes[i], kind);
            size_t n = compress_message(&z, bytes_of(message, sizes[i]), packed, sizeof packed);
            compress_end(&z);
            for (size_t k = n > 20000 ? 2 : 0; k < sizeof pieces / sizeof *pieces; k++) {
                struct deflate *d = deflate_new(&from_malloc, 15);
                assert_non_null(d);
                assert_int_equal(inflate_message(d, bytes_of(packed, n), pieces[k], k % 2 == 0), 0);
                assert_true(deflate_at_border(d));
                assert_int_equal(out.length, sizes[i]);
                assert_memory_equal(out.bytes, message, sizes[i]);
                deflate_free(d);
            }
        }
}

/* A second message that is nothing but references to the first, for each window. */
static void windows(void **state)
{
    (void)state;
    for (int bits = 8; bits <= 15; bits++) {
        int sender = bits < 9 ? 9 : bits;
        size_t size = ((size_t)1 << sender) - 300, n[2];
        z_stream z;
        struct deflate *d = deflate_new(&from_malloc, (uint8_t)bits);
        assert_non_null(d);
        compress_begin(&z, sender);
        fill(size, 1);
        n[0] = compress_message(&z, bytes_of(message, size), packed, sizeof packed);
        n[1] = compress_message(&z, bytes_of(message, 100), packed + n[0], sizeof packed - n[0]);
        compress_end(&z);
        assert_true(n[1] < 40);
        assert_int_equal(inflate_message(d, bytes_of(packed, n[0]), ROOM, false), 0);
        assert_int_equal(inflate_message(d, bytes_of(packed + n[0], n[1]), ROOM, false), 0);
        assert_int_equal(out.length, 100);
        assert_memory_equal(out.bytes, message, 100);
        assert_int_equal(deflate_reset(d, (uint8_t)bits), 0); /* forgets */
        assert_int_equal(inflate_message(d, bytes_of(packed + n[0], n[1]), ROOM, false), DEFLATE_BROKEN);
        assert_true(deflate_error(d)[0] != 0);
        deflate_free(d);
    }
}

/* Behind a limit not one byte more, whatever the limit; up to it every byte. */
static void limits(void **state)
{
    (void)state;
    static const uint64_t most[] = {0,     1,      999,   DEFLATE_BLOCK - 1, DEFLATE_BLOCK, DEFLATE_BLOCK + 1,
                                    99999, 100000, 100001};
    z_stream z;
    compress_begin(&z, 15);
    fill(100000, 0);
    size_t n = compress_message(&z, bytes_of(message, 100000), packed, sizeof packed);
    compress_end(&z);
    for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
        struct deflate *d = deflate_new(&from_malloc, 15);
        assert_non_null(d);
        out.length = out.calls = out.unknown = 0;
        assert_int_equal(piece(d, bytes_of(packed, n), 0, most[i]), most[i] < 100000 ? DEFLATE_LIMIT : 0);
        assert_true(out.length == (most[i] < 100000 ? most[i] : 100000));
        deflate_free(d);
    }
}

/* 50 MB in 50 KB: no more of it is made than was allowed. */
static void bomb(void **state)
{
    (void)state;
    static uint8_t bomb_bytes[1 << 16];
    z_stream z;
    compress_begin(&z, 15);
    memset(message, 0, sizeof message);
    size_t n = 0;
    for (int i = 0; i < 200; i++) /* 50 MiB; the tails between stay in, they are empty blocks */
        n += compress_message(&z, bytes_of(message, ROOM), bomb_bytes + n, sizeof bomb_bytes - n) + 4;
    compress_end(&z);
    assert_true(n < 60000);
    struct deflate *d = deflate_new(&from_malloc, 15);
    assert_non_null(d);
    out.length = out.calls = out.unknown = 0;
    assert_int_equal(piece(d, bytes_of(bomb_bytes, n), 0, ROOM), DEFLATE_LIMIT);
    assert_int_equal(out.length, ROOM);
    assert_true(out.calls <= ROOM / DEFLATE_BLOCK + 2);
    deflate_free(d);
}

static void final_blocks(void **state)
{
    (void)state;
    static const uint8_t twice[] = {0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xf3,
                                    0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00};
    for (size_t size = 1; size <= sizeof twice; size++)
        for (size_t n = sizeof twice - 1; n <= sizeof twice; n++) { /* with and without the empty byte */
            struct deflate *d = deflate_new(&from_malloc, 15);
            assert_non_null(d);
            for (int again = 0; again < 3; again++) {
                assert_int_equal(inflate_message(d, bytes_of(twice, n), size, again == 1), 0);
                assert_true(deflate_at_border(d));
                assert_int_equal(out.length, 10);
                assert_memory_equal(out.bytes, "HelloHello", 10);
            }
            deflate_free(d);
        }
}

static void cut_short(void **state)
{
    (void)state;
    static const uint8_t hello[] = {0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00};
    for (size_t n = 1; n < sizeof hello; n++) {
        struct deflate *d = deflate_new(&from_malloc, 15);
        assert_non_null(d);
        int rc = inflate_message(d, bytes_of(hello, n), ROOM, false);
        assert_true(rc == DEFLATE_BROKEN || !deflate_at_border(d) || out.length < 5);
        deflate_free(d);
    }
}

static void callback_stops_it(void **state)
{
    (void)state;
    struct deflate *d = deflate_new(&from_malloc, 15);
    assert_non_null(d);
    out.length = out.calls = out.unknown = 0;
    out.stop = -ENOMEM;
    static const uint8_t hello[] = {0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00};
    assert_int_equal(piece(d, bytes_of(hello, sizeof hello), 0, ROOM), -ENOMEM);
    out.stop = 0;
    deflate_free(d);
    deflate_free(NULL);
}

/* ---- windows that are not known */

/* What came out is the message where it is known. Returns how many bytes are. */
static size_t check_known(const uint8_t *sent, size_t length)
{
    size_t known = 0;
    assert_int_equal(out.length, length);
    for (size_t i = 0; i < length; i++)
        if (out.known[i]) {
            assert_int_equal(out.bytes[i], sent[i]);
            known++;
        }
    assert_int_equal(known, length - out.unknown);
    return known;
}

static struct deflate *unknown_new(int bits)
{
    struct deflate *d = deflate_new(&from_malloc, (uint8_t)bits);
    assert_non_null(d);
    assert_int_equal(deflate_unknown(d, (uint8_t)bits, scratch.end - DEFLATE_SCRATCH), 0);
    assert_false(deflate_exact(d));
    return d;
}

/* What is copied from the message that nobody saw, at first and at second hand, and nothing else. */
static void copies_are_unknown(void **state)
{
    (void)state;
    /* '?': must be unknown; '*': may be, as the sender likes. */
    static const char *const sent[] = {"- the quick brown fox", "A the quick brown fox B", "BA the quick brown fox C",
                                       "nothing here was said: 0123456789", "0123456789, nothing here was said"};
    static const char *const told[] = {NULL, "A***????????????????* B", "BA***????????????????* C",
                                       "nothing here was said: 0123456789", "0123456789, nothing here was said"};
    z_stream z;
    struct deflate *d = unknown_new(15);
    compress_begin(&z, 15);
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        size_t n = compress_message(&z, bytes_text(sent[i]), packed, sizeof packed);
        if (told[i] == NULL)
            continue;
        for (size_t size = 1; size < 8; size += 2) { /* the last way goes on with the window */
            struct deflate *again = unknown_new(15);
            assert_int_equal(inflate_message(i == 1 && size < 7 ? again : d, bytes_of(packed, n), size, size == 3), 0);
            check_known((const uint8_t *)sent[i], strlen(sent[i]));
            deflate_free(again);
            if (i > 1)
                break;
        }
        for (size_t k = 0; k < out.length; k++)
            if (told[i][k] != '*' && out.known[k] != (told[i][k] != '?'))
                fail_msg("message %zu, byte %zu: known is %d", i, k, out.known[k]);
    }
    assert_false(deflate_exact(d));
    compress_end(&z);
    deflate_free(d);
}

/* Words from a small set, so that messages refer to each other all the time. */
static size_t speak(uint64_t *random, uint8_t *to)
{
    size_t n = 0, words = 1 + random_below(random, 40);
    for (size_t i = 0; i < words; i++) {
        uint64_t word = random_below(random, 50) * 2654435761u;
        size_t length = 1 + random_below(random, 12);
        for (size_t k = 0; k < length; k++)
            to[n++] = (uint8_t)('a' + (word >> (k % 8 * 4)) % 16);
    }
    return n;
}

/* Never a wrong byte, in any window, wherever one joins; and exact again when the window has been filled with known ones. */
static void joined_anywhere(void **state)
{
    (void)state;
    static uint8_t noise[DEFLATE_BLOCK + 300];
    uint64_t random = 7;
    for (int bits = 8; bits <= 15; bits++)
        for (unsigned joined = 0; joined < 12; joined += 3) {
            z_stream z;
            size_t known = 0, total = 0;
            compress_begin(&z, bits < 9 ? 9 : bits);
            struct deflate *d = unknown_new(bits);
            for (unsigned i = 0; i < 40; i++) {
                size_t length = speak(&random, message);
                size_t n = compress_message(&z, bytes_of(message, length), packed, sizeof packed);
                if (i < joined)
                    continue;
                assert_int_equal(inflate_message(d, bytes_of(packed, n), 1 + random_below(&random, 50), false), 0);
                known += check_known(message, length);
                total += length;
            }
            assert_true(joined > 0 || known == total); /* from the first one on nothing can be unknown */
            size_t size = deflate_window((uint8_t)bits) + 300;
            for (size_t i = 0; i < size; i++)
                noise[i] = (uint8_t)random_next(&random);
            size_t n = compress_message(&z, bytes_of(noise, size), packed, sizeof packed);
            assert_int_equal(inflate_message(d, bytes_of(packed, n), 1000, false), 0);
            check_known(noise, size);
            assert_true(deflate_exact(d));
            n = compress_message(&z, bytes_of(noise + size - 250, 100), packed, sizeof packed);
            assert_true(n < 40);
            assert_int_equal(inflate_message(d, bytes_of(packed, n), 1000, false), 0);
            assert_int_equal(check_known(noise + size - 250, 100), 100);
            compress_end(&z);
            deflate_free(d);
        }
}

/* Unknown as long as one unknown byte is left in the window, and not longer. */
static void exact_again(void **state)
{
    (void)state;
    for (int short_by = 1; short_by >= 0; short_by--) {
        z_stream z;
        uint64_t random = 3;
        struct deflate *d = unknown_new(9);
        for (size_t i = 0; i < 512; i++)
            message[i] = (uint8_t)random_next(&random);
        compress_begin(&z, 9);
        size_t n = compress_message(&z, bytes_of(message, 512 - (size_t)short_by), packed, sizeof packed);
        assert_int_equal(inflate_message(d, bytes_of(packed, n), 1000, false), 0);
        assert_int_equal(out.unknown, 0);
        assert_int_equal(deflate_exact(d), short_by == 0);
        compress_end(&z);
        deflate_free(d);
    }
}

/* Behind a final block the window is still the same. */
static void final_block_keeps_what_is_unknown(void **state)
{
    (void)state;
    static const char window[] = "-what nobody saw", text[] = "12 what nobody saw 34";
    struct deflate *d = unknown_new(15);
    z_stream z;
    compress_begin(&z, 15);
    assert_int_equal(deflateSetDictionary(&z, (const uint8_t *)window, sizeof window - 1), Z_OK);
    packed[0] = 3; /* an empty final block */
    packed[1] = 0;
    size_t n = 2 + compress_message(&z, bytes_text(text), packed + 2, sizeof packed - 2);
    compress_end(&z);
    assert_int_equal(inflate_message(d, bytes_of(packed, n), ROOM, false), 0);
    check_known((const uint8_t *)text, strlen(text));
    assert_int_equal(out.unknown, sizeof window - 2);
    assert_true(out.known[0] && out.known[2] && out.known[strlen(text) - 3]);
    deflate_free(d);
}

/* What counts against the limit on memory is what is taken, also where a window takes the place of a smaller one. */
static void memory_is_what_it_takes(void **state)
{
    (void)state;
    for (uint8_t bits = 9; bits <= 15; bits++) {
        size_t taken = 0;
        const struct wsd_allocator counted = {take_counted, give_counted, &taken};
        struct deflate *d = deflate_new(&counted, bits);
        assert_non_null(d);
        assert_int_equal(deflate_memory(d), taken);
        assert_in_range(taken, deflate_window(bits), deflate_window(bits) + 9000);
        assert_int_equal(deflate_unknown(d, bits, scratch.end - DEFLATE_SCRATCH), 0);
        assert_in_range(deflate_memory(d), taken + deflate_window(bits) + 7000, 2 * taken);
        assert_int_equal(deflate_reset(d, 15), 0);
        assert_int_equal(deflate_memory(d), taken + (bits < 15 ? deflate_window(15) : 0));
        deflate_free(d);
        assert_int_equal(taken, 0);
    }
    assert_int_equal(deflate_memory(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_pieces),
        cmocka_unit_test(windows),
        cmocka_unit_test(limits),
        cmocka_unit_test(bomb),
        cmocka_unit_test(final_blocks),
        cmocka_unit_test(cut_short),
        cmocka_unit_test(callback_stops_it),
        cmocka_unit_test(copies_are_unknown),
        cmocka_unit_test(joined_anywhere),
        cmocka_unit_test(exact_again),
        cmocka_unit_test(final_block_keeps_what_is_unknown),
        cmocka_unit_test(memory_is_what_it_takes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
