// link: -Wl,--wrap=utf8_check,--wrap=realloc,--wrap=malloc,--wrap=held_first,--wrap=held_after,--wrap=held_at_or_before
/*
 * linear_test.c: twice the traffic, twice the work: 50,000 fragments of a message, 32,000 frames in one segment, 20,000 segments in
 * reverse order, a direction that nobody acknowledges. Everything arrives, exactly.
 *
 * Time is not measured. Counted are steps that grow with the square when something is done again and again: searches among
 * waiting segments and how deep they lie, bytes that are allocated, bytes that are looked at as UTF-8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "net/held.h"
#include "support/packets.h"
#include "support/recorder.h"

#include <stdlib.h>
#include <string.h>

/* ---- steps */

static uint64_t checked, allocated, searched;

size_t __real_utf8_check(struct utf8 *state, const uint8_t *bytes, size_t n);
size_t __wrap_utf8_check(struct utf8 *state, const uint8_t *bytes, size_t n);
size_t __wrap_utf8_check(struct utf8 *state, const uint8_t *bytes, size_t n)
{
    checked += n + 1;
    return __real_utf8_check(state, bytes, n);
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    allocated += n;
    return __real_malloc(n);
}

void *__real_realloc(void *old, size_t n);
void *__wrap_realloc(void *old, size_t n);
void *__wrap_realloc(void *old, size_t n)
{
    allocated += n;
    return __real_realloc(old, n);
}

struct held *__real_held_first(struct held *root);
struct held *__wrap_held_first(struct held *root);
struct held *__wrap_held_first(struct held *root)
{
    searched++;
    return __real_held_first(root);
}

struct held *__real_held_after(struct held *root, uint32_t seq);
struct held *__wrap_held_after(struct held *root, uint32_t seq);
struct held *__wrap_held_after(struct held *root, uint32_t seq)
{
    searched++;
    return __real_held_after(root, seq);
}

struct held *__real_held_at_or_before(struct held *root, uint32_t seq);
struct held *__wrap_held_at_or_before(struct held *root, uint32_t seq);
struct held *__wrap_held_at_or_before(struct held *root, uint32_t seq)
{
    searched++;
    return __real_held_at_or_before(root, seq);
}

/* ---- one conversation */

static struct recorder r;
static struct talk t;
static uint8_t *stream; /* of frames */
static size_t stream_length;

static void begin(uint64_t keep_payload)
{
    struct wsd_options o;
    wsd_options_init(&o);
    o.keep_payload = keep_payload;
    assert_non_null(recorder_start(&r, &o));
    r.counts_only = true;
    talk_begin(&t, r.dissector, 51022);
    t.step = 1000; /* all within the time that a silent peer is waited for */
    talk_open(&t);
    talk_upgrade(&t, "");
    stream = malloc(8 << 20);
    assert_non_null(stream);
    stream_length = 0;
    checked = allocated = searched = 0;
}

static void put(uint8_t first, const char *text)
{
    struct wsd_bytes b = {(const uint8_t *)text, strlen(text)};
    stream_length += frame_make(stream + stream_length, first, true, b);
}

static struct wsd_bytes part(size_t from, size_t n)
{
    return (struct wsd_bytes){stream + from, from + n <= stream_length ? n : stream_length - from};
}

/* So many messages and bytes of them, all whole; nothing else was found. */
static void end(uint64_t messages, uint64_t bytes)
{
    assert_true(t.result >= 0);
    assert_int_equal(recorder_finish(&r), 0);
    free(stream);
    assert_int_equal(r.data_messages, messages);
    assert_int_equal(r.incomplete, 0);
    assert_int_equal(r.payload_bytes, bytes);
    assert_int_equal(r.events[WSD_EVENT_GAP], 0);
    assert_int_equal(r.totals.messages, messages);
}

/* The hash of so many times the same payload. */
static uint64_t repeated(const char *text, uint32_t times)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; times > 0; times--)
        for (const char *c = text; *c != 0; c++)
            h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    return h;
}

/* ---- messages */

static void fragments_of_one_message(void **state)
{
    (void)state;
    for (uint32_t n = 25000; n <= 50000; n += 25000) {
        begin(1 << 20);
        for (uint32_t i = 0; i < n; i++)
            put(i == 0 ? 0x01 : i == n - 1 ? 0x80 : 0x00, "\xE2\x82\xAC");
        talk_send(&t, WSD_CLIENT, part(0, stream_length));
        end(1, 3 * n);
        assert_true(r.payload_hash == repeated("\xE2\x82\xAC", n));
        assert_true(checked <= 3 * 3 * n);
        assert_true(allocated <= 40 * n + 100000);
    }
}

static void empty_fragments_of_one_message(void **state)
{
    (void)state;
    begin(65536);
    for (uint32_t i = 0; i < 50000; i++)
        put(i == 0 ? 0x01 : i == 49999 ? 0x80 : 0x00, i % 1000 == 7 ? "x" : "");
    talk_send(&t, WSD_CLIENT, part(0, stream_length));
    end(1, 50);
    assert_true(allocated <= 100000);
}

static void frames_in_one_segment(void **state)
{
    (void)state;
    begin(65536);
    for (uint32_t i = 0; i < 10000; i++)
        put(0x81, "");
    talk_send(&t, WSD_CLIENT, part(0, stream_length)); /* 60,000 bytes, one IP packet */
    end(10000, 0);
    begin(65536);
    for (int i = 0; i < 32000; i++) { /* unmasked: 64,000 bytes */
        stream[stream_length++] = 0x81;
        stream[stream_length++] = 0;
    }
    talk_segment(&t, WSD_SERVER, t.sent[WSD_SERVER], TCP_ACK, part(0, stream_length));
    end(32000, 0);
    assert_true(checked <= 64000);
    assert_true(allocated <= 10000);
}

/* ---- segments */

static void segments_in_reverse(void **state)
{
    (void)state;
    for (uint32_t n = 10000; n <= 20000; n += 10000) {
        begin(65536);
        for (uint32_t i = 0; i < n; i++)
            put(0x82, "0123456789");
        for (size_t at = stream_length; at > 0; at -= 16)
            talk_segment(&t, WSD_CLIENT, t.sent[WSD_CLIENT] + (uint32_t)at - 16, TCP_ACK, part(at - 16, 16));
        end(n, 10 * n);
        assert_true(r.payload_hash == repeated("0123456789", n));
        assert_true(searched <= 12 * n);
    }
}

/* Every second segment first, then those between: the worst for a list, whichever end it is searched from. */
static void segments_by_turns(void **state)
{
    (void)state;
    const uint32_t n = 20000;
    begin(65536);
    for (uint32_t i = 0; i < n; i++)
        put(0x82, "0123456789");
    for (uint32_t odd = 1; odd < 2; odd--)
        for (uint32_t i = odd; i < n; i += 2)
            talk_segment(&t, WSD_CLIENT, t.sent[WSD_CLIENT] + 16 * i, TCP_ACK, part(16 * i, 16));
    end(n, 10 * n);
    assert_true(searched <= 12 * n);
}

/* The last half of the stream again and again, while its first byte is missing. */
static void retransmissions_behind_a_hole(void **state)
{
    (void)state;
    const uint32_t n = 2000;
    begin(65536);
    for (uint32_t i = 0; i < n; i++)
        put(0x82, "0123456789");
    for (int turn = 0; turn < 10; turn++)
        for (uint32_t i = 1; i < n; i++)
            talk_segment(&t, WSD_CLIENT, t.sent[WSD_CLIENT] + 16 * i, TCP_ACK, part(16 * i, 16));
    talk_segment(&t, WSD_CLIENT, t.sent[WSD_CLIENT], TCP_ACK, part(0, 16));
    end(n, 10 * n);
    assert_true(searched <= 10 * 12 * n);
}

/* The server is never heard after its 101. In order nothing waits; out of order only what has to. */
static void never_acknowledged(void **state)
{
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        const uint32_t n = 20000;
        begin(65536);
        for (uint32_t i = 0; i < n; i++)
            put(0x82, "0123456789");
        for (uint32_t i = 0; i < n; i++) {
            uint32_t k = swapped ? i ^ 1 : i;
            talk_segment(&t, WSD_CLIENT, t.sent[WSD_CLIENT] + 16 * k, TCP_ACK, part(16 * k, 16));
            assert_true(r.data_messages + 1 >= i);
        }
        end(n, 10 * n);
        assert_true(swapped ? searched <= 12 * n : searched == 0);
        assert_true(allocated <= (swapped ? 200 * n : 10000));
    }
}

/* ---- the tree of waiting segments */

static unsigned depth(const struct held *run)
{
    if (run == NULL)
        return 0;
    unsigned left = depth(run->left), right = depth(run->right);
    return 1 + (left > right ? left : right);
}

/* Whatever the order, 32,768 segments lie no more than 48 deep (a balanced tree: 16; some 35 is what random priorities cost
 * in practice). */
static void the_tree_stays_shallow(void **state)
{
    (void)state;
    enum { RUNS = 32768 };
    static struct held runs[RUNS];
    for (int order = 0; order < 4; order++) {
        struct held *root = NULL;
        uint64_t random = 1234;
        for (uint32_t i = 0; i < RUNS; i++) {
            uint32_t k = order == 0   ? i
                         : order == 1 ? RUNS - 1 - i
                         : order == 2 ? (i % 2 ? RUNS - 1 - i / 2 : i / 2)
                                      : i * 12345 % RUNS;
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            runs[k] = (struct held){.seq = k * 100, .priority = (uint32_t)(random >> 32)};
            held_insert(&root, &runs[k]);
        }
        assert_in_range(depth(root), 15, 48);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragments_of_one_message), cmocka_unit_test(empty_fragments_of_one_message),
        cmocka_unit_test(frames_in_one_segment),    cmocka_unit_test(segments_in_reverse),
        cmocka_unit_test(segments_by_turns),        cmocka_unit_test(retransmissions_behind_a_hole),
        cmocka_unit_test(never_acknowledged),       cmocka_unit_test(the_tree_stays_shallow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
