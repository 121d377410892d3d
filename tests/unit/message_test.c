/*
 * Messages with all kinds of keep_payload: what is kept changes nothing but what is kept. And what a bomb costs.
 */
#include "base/bytes.h"
#include "support/compress.h"
#include "support/packets.h"
#include "support/random.h"
#include "support/replay.h"
#include "websocket/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { MESSAGES = 64, LONGEST = 4096 };

/* What was told of one message, and as much of its payload as there was. */
struct told {
    struct wsd_message message;
    uint8_t payload[LONGEST];
};

struct run {
    struct wire wire;
    struct wsd_counts counts[2];
    size_t count, findings;
    uint64_t finding_codes; /* a sum of all, in order */
    struct told told[MESSAGES];
};

static struct run whole, cut;

static void on_event(void *user, const struct wsd_event *e)
{
    struct run *r = user;
    if (e->type == WSD_EVENT_FINDING) {
        r->findings++;
        r->finding_codes = r->finding_codes * 67 + (uint64_t)e->finding.code;
    }
    if (e->type == WSD_EVENT_CLOSE)
        memcpy(r->counts, e->connection->counts, sizeof r->counts);
    if (e->type != WSD_EVENT_MESSAGE)
        return;
    assert_true(r->count < MESSAGES && e->message.payload.length <= LONGEST);
    struct told *t = &r->told[r->count++];
    t->message = e->message;
    if (e->message.payload.length > 0)
        memcpy(t->payload, e->message.payload.data, e->message.payload.length);
}

static void send_bytes(struct run *r, enum wsd_direction d, struct wsd_bytes bytes, size_t piece)
{
    for (; bytes.length > 0; bytes = bytes_after(bytes, piece))
        wire_data(&r->wire, d, bytes_first(bytes, piece));
}

static void send_frame(struct run *r, enum wsd_direction d, uint8_t first, struct wsd_bytes payload, size_t piece)
{
    static uint8_t frame[LONGEST + 64];
    send_bytes(r, d, bytes_of(frame, frame_make(frame, first, d == WSD_CLIENT, payload)), piece);
}

static void send_handshake(struct run *r)
{
    static const char request[] =
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    static const char answer[] = "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                                 "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    send_bytes(r, WSD_CLIENT, bytes_text(request), SIZE_MAX);
    send_bytes(r, WSD_SERVER, bytes_text(answer), SIZE_MAX);
}

static void start(struct run *r, uint64_t keep)
{
    struct wsd_options o;
    wsd_options_init(&o);
    o.event = on_event;
    o.user = r;
    o.keep_payload = keep;
    memset(r, 0, sizeof *r);
    wire_start(&r->wire, &o);
    send_handshake(r);
}

/* Plain and compressed, whole and in fragments, valid and not, both ways, with a hole, up to 3000 bytes. */
static void talk(struct run *r, uint64_t keep, size_t piece)
{
    static uint8_t text[3001], packed[LONGEST];
    uint64_t random = 7;
    z_stream z;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)("abc\n"[random_below(&random, 4)]);
    memcpy(text + 998, "\xe2\x82\xac", 3); /* a character across the thousandth byte */
    start(r, keep);
    compress_begin(&z, 15);
    for (int d = 0; d < 2; d++) {
        enum wsd_direction from = (enum wsd_direction)d;
        send_frame(r, from, 0x81, bytes_of(text, 3000), piece);
        send_frame(r, from, 0x82, bytes_of(text, 1000), piece);
        send_frame(r, from, 0x01, bytes_of(text, 999), piece);
        send_frame(r, from, 0x89, bytes_of(text, 125), piece);
        send_frame(r, from, 0x80, bytes_of(text + 999, 1500), piece);
        send_frame(r, from, 0x81, bytes_of("\xff", 1), piece);
        send_frame(r, from, 0x81, bytes_of(NULL, 0), piece);
    }
    for (int i = 0; i < 3; i++) {
        size_t n = compress_message(&z, bytes_of(text, (size_t)(i + 1) * 1000 + 1), packed, sizeof packed);
        send_frame(r, WSD_SERVER, 0xC1, bytes_of(packed, n), piece);
    }
    send_frame(r, WSD_CLIENT, 0xC1, bytes_of("\xff\xff\xff\xff\xff\xff\xff", 7), piece);
    send_bytes(r, WSD_SERVER, bytes_of("\x82\x7e\x05\xdc....", 8), piece);
    wire_gap(&r->wire, WSD_SERVER, 1400);
    send_bytes(r, WSD_SERVER, bytes_of(text, 96), piece);
    send_frame(r, WSD_SERVER, 0x88, bytes_of("\x03\xe8 bye", 6), piece);
    compress_end(&z);
    wire_finish(&r->wire);
}

/* Told the same as with everything kept, but for the payload, which is its beginning. */
static void compare(uint64_t keep, size_t piece)
{
    talk(&cut, keep, piece);
    assert_int_equal(cut.count, whole.count);
    assert_true(cut.findings == whole.findings && cut.finding_codes == whole.finding_codes);
    assert_memory_equal(cut.counts, whole.counts, sizeof whole.counts);
    for (size_t i = 0; i < whole.count; i++) {
        const struct wsd_message *a = &whole.told[i].message, *b = &cut.told[i].message;
        uint64_t kept = b->opcode >= 8 && keep < 125 ? 125 : keep;
        assert_true(a->direction == b->direction && a->opcode == b->opcode && a->frames == b->frames);
        assert_true(a->length == b->length && a->wire_length == b->wire_length && a->text == b->text);
        assert_true(a->complete == b->complete && a->compressed == b->compressed && a->inflated == b->inflated);
        assert_true(a->close_code == b->close_code && a->unknown_bytes == b->unknown_bytes && !a->truncated);
        assert_true(b->payload.length == (a->length < kept ? a->length : kept));
        assert_true(b->truncated == (a->length > kept));
        assert_memory_equal(cut.told[i].payload, whole.told[i].payload, b->payload.length);
    }
}

static void keep_changes_only_what_is_kept(void **state)
{
    (void)state;
    static const uint64_t keeps[] = {0, 1, 2, 999, 1000, 1001, 65536, UINT64_MAX};
    static const size_t pieces[] = {SIZE_MAX, 1, 700};
    talk(&whole, UINT64_MAX, SIZE_MAX);
    assert_int_equal(whole.count, 2 * 6 + 6); /* control frames too */
    for (size_t i = 0; i < sizeof keeps / sizeof *keeps; i++)
        for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++)
            compare(keeps[i], pieces[k]);
}

/* A close reason that is cut by keep_payload inside a character is not judged by its cut. */
static void cut_close_reason(void **state)
{
    (void)state;
    uint8_t payload[202] = {0x03, 0xE8};
    for (size_t i = 2; i + 2 <= sizeof payload; i += 2)
        memcpy(payload + i, "\xc3\xa4", 2);
    for (uint64_t keep = 0; keep <= 202; keep += 101) {
        start(&cut, keep);
        send_frame(&cut, WSD_SERVER, 0x88, bytes_of(payload, sizeof payload), SIZE_MAX);
        wire_finish(&cut.wire);
        assert_int_equal(cut.findings, 1); /* too long for a control frame */
    }
}

/* 50 MiB of zeros in 50 KB, in one message: counted up to the limit, kept up to keep_payload, and nothing else grows. */
static void bomb(void **state)
{
    (void)state;
    static uint8_t zeros[1 << 20], packed[1 << 17];
    uint8_t header[10] = {0xC2, 127};
    z_stream z;
    size_t n = 0;
    compress_begin(&z, 15);
    for (int i = 0; i < 50; i++)
        n += compress_message(&z, bytes_of(zeros, sizeof zeros), packed + n, sizeof packed - n) + 4;
    compress_end(&z);
    for (int i = 0; i < 8; i++)
        header[2 + i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
    start(&cut, 1000);
    send_bytes(&cut, WSD_SERVER, bytes_of(header, sizeof header), SIZE_MAX);
    send_bytes(&cut, WSD_SERVER, bytes_of(packed, n), 1448);
    send_frame(&cut, WSD_SERVER, 0x81, bytes_of("behind", 6), SIZE_MAX);
    assert_true(cut.wire.host->scratch.capacity <= 1 << 16);
    for (const struct message *m = cut.wire.host->spare_messages; m != NULL; m = m->next_spare)
        assert_true(m->kept.capacity <= 4096 && m->wire.capacity <= 4096);
    wire_finish(&cut.wire);
    assert_int_equal(cut.count, 2);
    assert_true(cut.told[0].message.length == 16 << 20 && cut.told[0].message.payload.length == 1000);
    assert_true(!cut.told[0].message.complete && cut.told[0].message.truncated && cut.told[0].message.wire_length == n);
    assert_true(cut.counts[WSD_SERVER].inflated_bytes == 16 << 20);
    assert_true(cut.told[1].message.complete && cut.told[1].message.length == 6);
}

/* Messages that each stay below their limit and together do not: after the direction's share they are told as on the wire, with one
 * finding; the other direction goes on. Messages that only repeat earlier ones, or are small, never come there. */
static void many_bombs(void **state)
{
    (void)state;
    static uint8_t zeros[LONGEST * 512], packed[LONGEST];
    enum { EXCESS = 3 * sizeof zeros };
    z_stream z;
    start(&cut, 100);
    cut.wire.host->inflate_excess = EXCESS;
    compress_begin(&z, 15);
    for (int i = 0; i < 10000; i++) {
        size_t n = compress_message(&z, bytes_of(zeros, 32768), packed, sizeof packed);
        assert_true(n * 64 < 32768 / 4);
        cut.count = 0;
        send_frame(&cut, WSD_SERVER, 0xC1, bytes_of(packed, n), SIZE_MAX);
        assert_true(cut.told[0].message.complete && cut.findings == 0);
    }
    size_t inflated = 0;
    cut.count = 0;
    for (int i = 0; i < 10; i++) {
        size_t n = compress_message(&z, bytes_of(zeros, sizeof zeros), packed, sizeof packed);
        send_frame(&cut, WSD_SERVER, 0xC2, bytes_of(packed, n), 1000);
        const struct wsd_message *m = &cut.told[i].message;
        inflated += m->inflated;
        if (m->inflated)
            assert_true(m->complete && m->length == sizeof zeros);
        else
            assert_true(!m->complete && m->length == n && memcmp(cut.told[i].payload, packed, 100) == 0);
    }
    compress_end(&z);
    assert_int_equal(inflated, 4); /* the fourth passes it */
    assert_int_equal(cut.findings, 1);
    compress_begin(&z, 15);
    size_t n = compress_message(&z, bytes_of(zeros, 1000), packed, sizeof packed);
    send_frame(&cut, WSD_CLIENT, 0xC2, bytes_of(packed, n), SIZE_MAX);
    assert_true(cut.told[10].message.complete && cut.told[10].message.length == 1000);
    compress_end(&z);
    wire_finish(&cut.wire);
}

/* Every event names the packet that carried the byte: the header's first, the payload's last. */
static void packets_named(void **state)
{
    (void)state;
    start(&cut, 1000);
    uint64_t before = cut.wire.moment.packet;
    send_frame(&cut, WSD_CLIENT, 0x01, bytes_of("ab", 2), 1);
    send_frame(&cut, WSD_CLIENT, 0x89, bytes_of("p", 1), 1);
    send_frame(&cut, WSD_CLIENT, 0x80, bytes_of("cd", 2), 1);
    wire_finish(&cut.wire);
    assert_int_equal(cut.count, 2);
    assert_true(cut.told[0].message.first_packet == before + 9); /* 6 and 2 bytes, then the ping */
    assert_true(cut.told[1].message.first_packet == before + 1);
    assert_true(cut.told[1].message.first_time == INT64_C(1000000000000000) + (int64_t)(before + 1) * 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_changes_only_what_is_kept),
        cmocka_unit_test(cut_close_reason),
        cmocka_unit_test(bomb),
        cmocka_unit_test(many_bombs),
        cmocka_unit_test(packets_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
