/*
 * describe_test.c: every field of a frame's packet, for each link type, extension header and option.
 *
 * A case is a packet in hex and the lines it must give, in order ("layer: name: meaning"). Each is described whole and
 * cut at every length, its bytes ending at an unreadable page; whatever is told must tile the bytes: every bit once,
 * from the first byte on, and a cut tells what the whole tells up to there, and then "not captured".
 */
#include "describe_packets.h"
#include "dissector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST_FIELDS = 256 };

/* ---- what was told ------------------------------------------------------------------------------------------- */

struct told {
    struct wsd_field field[MOST_FIELDS]; /* layer and name are static; raw points into the input */
    char meaning[MOST_FIELDS][512];
    size_t count;
};

static void tell(void *user, const struct wsd_field *field)
{
    struct told *told = user;
    assert_true(told->count < MOST_FIELDS);
    told->field[told->count] = *field;
    snprintf(told->meaning[told->count++], sizeof told->meaning[0], "%s", field->meaning);
}

static bool is_line(const struct told *told, size_t i, const char *line)
{
    char text[1024];
    snprintf(text, sizeof text, "%s: %s: %s", told->field[i].layer, told->field[i].name, told->meaning[i]);
    return strcmp(text, line) == 0;
}

static void expect_lines(const struct told *told, const char *const lines[])
{
    size_t at = 0;
    for (size_t i = 0; i < MOST_LINES && lines[i] != NULL; i++, at++) {
        while (at < told->count && !is_line(told, at, lines[i]))
            at++;
        if (at == told->count)
            fail_msg("not told, or not in this order: \"%s\"", lines[i]);
    }
}

/* Every bit exactly once, without a hole, from the first byte to the end of the last field. Returns that end. */
static size_t expect_tiles(const struct told *told, struct wsd_bytes bytes)
{
    size_t bit = 0;
    for (size_t i = 0; i < told->count; i++) {
        const struct wsd_field *f = &told->field[i];
        assert_int_equal(bit, (size_t)f->offset * 8 + f->bit);
        assert_ptr_equal(f->raw.data, bytes.data + f->offset);
        assert_int_equal(f->raw.length, f->length);
        bit += f->bits != 0 ? f->bits : (size_t)f->length * 8;
        assert_true(bit <= bytes.length * 8);
        assert_int_equal((bit + 7) / 8, f->offset + f->length);
    }
    assert_int_equal(bit % 8, 0);
    return bit / 8;
}

/* ---- input that ends at an unreadable page ------------------------------------------------------------------- */

static uint8_t *guard;

static int guard_set_up(void **state)
{
    (void)state;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) != 0)
        return -1;
    guard = pages + page;
    return 0;
}

static struct wsd_bytes guarded(const uint8_t *bytes, size_t n)
{
    memcpy(guard - n, bytes, n);
    return (struct wsd_bytes){guard - n, n};
}

/* The bytes of hex digits; blanks do not count. */
static size_t unhex(uint8_t *out, const char *hex)
{
    size_t n = 0;
    for (unsigned digits = 0, value = 0; *hex != 0; hex++) {
        if (*hex == ' ')
            continue;
        value = value << 4 | (unsigned)strtoul((char[]){*hex, 0}, NULL, 16);
        if (++digits % 2 == 0)
            out[n++] = (uint8_t)value;
    }
    return n;
}

static void describe_packet(struct told *told, uint32_t link_type, struct wsd_bytes headers)
{
    struct wsd_event event = {.type = WSD_EVENT_FRAME};
    event.frame.first.headers = headers;
    event.frame.first.link_type = link_type;
    event.frame.header = (struct wsd_bytes){(const uint8_t *)"\x8a\x00", 2};
    event.frame.opcode = 0xA;
    told->count = 0;
    wsd_describe(&event, tell, told);
    assert_true(told->count > 7);
    told->count -= 7; /* of the WebSocket header, which is tested below */
    assert_string_equal(told->field[told->count].layer, "WebSocket");
}

/* What a cut tells is the whole's, but for a meaning that looks ahead: the checksum's, the acknowledgment number's. */
static void expect_prefix(const struct told *cut, const struct told *whole)
{
    for (size_t i = 0; i + 1 < cut->count; i++) {
        assert_string_equal(cut->field[i].layer, whole->field[i].layer);
        assert_string_equal(cut->field[i].name, whole->field[i].name);
        assert_int_equal(cut->field[i].offset, whole->field[i].offset);
        assert_int_equal(cut->field[i].length, whole->field[i].length);
    }
}

static void expect_packet(const struct packet *packet, bool ends_in_tcp)
{
    static struct told whole, cut;
    uint8_t bytes[WSD_DETAIL_HEADERS];
    size_t n = unhex(bytes, packet->hex);
    print_message("%s\n", packet->name);
    struct wsd_bytes input = guarded(bytes, n);
    describe_packet(&whole, packet->link_type, input);
    expect_lines(&whole, packet->lines);
    assert_int_equal(expect_tiles(&whole, input), n);
    for (size_t k = 1; k < n; k++) {
        input = guarded(bytes, k);
        describe_packet(&cut, packet->link_type, input);
        assert_int_equal(expect_tiles(&cut, input), k);
        expect_prefix(&cut, &whole);
        if (ends_in_tcp)
            assert_string_equal(cut.field[cut.count - 1].name, "not captured");
    }
}

static void test_packets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++)
        expect_packet(&packets[i], true);
}

static void test_strange_packets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
        expect_packet(&strange[i], false);
}

/* Every byte of every packet, in turn, with each bit turned over, and empty. */
static void test_damaged_packets(void **state)
{
    static struct told told;
    (void)state;
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        uint8_t bytes[WSD_DETAIL_HEADERS];
        size_t n = unhex(bytes, packets[i].hex);
        struct wsd_bytes input = guarded(bytes, n);
        for (size_t at = 0; at < n; at++) {
            for (unsigned bit = 0; bit <= 8; bit++) {
                (guard - n)[at] = bit < 8 ? bytes[at] ^ (uint8_t)(1u << bit) : 0;
                describe_packet(&told, packets[i].link_type, input);
                assert_true(expect_tiles(&told, input) <= n);
            }
            (guard - n)[at] = bytes[at];
        }
    }
}

static void test_headers_past_their_limit(void **state)
{
    static struct told told;
    uint8_t bytes[WSD_DETAIL_HEADERS + 14] = {[12] = 0x88, [13] = 0x47};
    (void)state; /* a stack of labels without a bottom */
    describe_packet(&told, 1, guarded(bytes, sizeof bytes));
    const struct wsd_field *last = &told.field[told.count - 1];
    assert_string_equal(last->name, "not captured");
    assert_int_equal(last->offset + last->length, WSD_DETAIL_HEADERS);
}

/* ---- frames -------------------------------------------------------------------------------------------------- */

struct frame {
    const char *name;
    const char *header, *payload; /* hex */
    uint64_t length;
    const char *lines[MOST_LINES];
};

/* clang-format off */
static const struct frame frames[] = {
    {"text", "8105", "48656c6c6f", 5,
     {"WebSocket: FIN: last frame of its message", "WebSocket: RSV1: not set", "WebSocket: RSV2: not set",
      "WebSocket: RSV3: not set", "WebSocket: opcode: text (1)", "WebSocket: MASK: not set",
      "WebSocket: payload length: 5", "payload: payload data: Hello"}},
    {"masked text", "8185 37fa213d", "7f9f4d5158", 5,
     {"WebSocket: MASK: masked", "WebSocket: masking key: 0x37fa213d", "payload: payload data: Hello"}},
    {"text that goes on, cut inside a character", "017e 0100", "4869e282", 256,
     {"WebSocket: FIN: more frames follow", "WebSocket: payload length: 126: in the next 2 bytes",
      "WebSocket: extended payload length: 256", "payload: payload data: Hi..."}},
    {"text with an escape sequence", "8104", "1b5b326d", 4, {"payload: payload data: \\x1b[2m"}},
    {"64-bit length", "827f 0000000100000000", "000102", UINT64_C(1) << 32,
     {"WebSocket: opcode: binary (2)", "WebSocket: payload length: 127: in the next 8 bytes",
      "WebSocket: extended payload length: 4294967296", "payload: payload data: 000102..."}},
    {"compressed text", "c103", "4a0000", 3, {"WebSocket: RSV1: RSV1 set", "payload: payload data: 4a0000"}},
    {"RSV2 and RSV3, reserved opcode", "b301", "41", 1,
     {"WebSocket: RSV2: RSV2 set", "WebSocket: RSV3: RSV3 set", "WebSocket: opcode: reserved-3 (3)",
      "payload: payload data: A"}},
    {"continuation of text", "8002", "6f6b", 2, {"payload: payload data: ok"}},
    {"continuation of something else", "8002", "0001", 2, {"payload: payload data: 0001"}},
    {"ping of bytes that are no text", "8902", "fffe", 2, {"payload: payload data: fffe"}},
    {"close", "8802", "03e8", 2, {"payload: close code: normal closure (1000)"}},
    {"masked close with a reason", "8885 01020304", "02eb 6c7d64", 5,
     {"payload: close code: going away (1001)", "payload: close reason: oye"}},
    {"close too short", "8801", "03", 1, {"payload: payload data: 03"}},
    {"nothing kept", "8105", "", 5, {"payload: not captured: none of its bytes were kept"}},
    {"empty", "8100", "", 0, {"WebSocket: payload length: 0"}},
};
/* clang-format on */

static struct wsd_event frame_event(const struct frame *frame, uint8_t *header, uint8_t *payload)
{
    struct wsd_event event = {.type = WSD_EVENT_FRAME};
    struct wsd_frame *f = &event.frame;
    f->header = (struct wsd_bytes){header, unhex(header, frame->header)};
    f->payload = (struct wsd_bytes){payload, unhex(payload, frame->payload)};
    f->length = frame->length;
    f->opcode = header[0] & 15;
    f->rsv[0] = (header[0] & 0x40) != 0;
    f->masked = (header[1] & 0x80) != 0;
    if (f->masked)
        memcpy(f->mask, header + f->header.length - 4, 4);
    f->first.headers = (struct wsd_bytes){(const uint8_t *)"", 1};
    f->first.link_type = 101;
    return event;
}

/* The WebSocket fields tile the header, the payload's lie behind it with the bytes that were kept. */
static void expect_frame(const struct told *told, const struct wsd_frame *frame)
{
    static struct told part;
    part.count = 0;
    size_t i = 1; /* the packet's only byte comes first: not decoded */
    for (; i < told->count && strcmp(told->field[i].layer, "WebSocket") == 0; i++)
        part.field[part.count++] = told->field[i];
    assert_int_equal(expect_tiles(&part, frame->header), frame->header.length);
    uint64_t at = frame->header.length, kept = 0;
    for (; i < told->count; i++) {
        assert_int_equal(told->field[i].offset, at);
        at += told->field[i].length;
        kept += told->field[i].raw.length;
    }
    assert_int_equal(kept, frame->payload.length);
    if (frame->length <= UINT32_MAX)
        assert_int_equal(at, frame->header.length + frame->length);
}

static void test_frames(void **state)
{
    static struct told told;
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        uint8_t header[16], payload[64];
        struct wsd_event event = frame_event(&frames[i], header, payload);
        print_message("%s\n", frames[i].name);
        event.frame.payload = guarded(payload, event.frame.payload.length);
        told.count = 0;
        wsd_describe(&event, tell, &told);
        expect_lines(&told, frames[i].lines);
        expect_frame(&told, &event.frame);
    }
}

static void test_frame_headers_cut(void **state)
{
    static struct told told;
    (void)state;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        uint8_t header[16], payload[64];
        struct wsd_event event = frame_event(&frames[i], header, payload);
        size_t n = event.frame.header.length;
        event.frame.length = event.frame.payload.length = event.frame.first.headers.length = 0;
        for (size_t k = 0; k < n; k++) {
            event.frame.header = guarded(header, k);
            told.count = 0;
            wsd_describe(&event, tell, &told);
            assert_int_equal(expect_tiles(&told, event.frame.header), k);
            assert_string_equal(told.field[told.count - 1].name, "not captured");
        }
    }
}

static void test_without_detail(void **state)
{
    static struct told told;
    uint8_t header[16], payload[64];
    (void)state;
    struct wsd_event event = frame_event(&frames[0], header, payload);
    event.frame.first.headers = event.frame.payload = (struct wsd_bytes){NULL, 0};
    told.count = 0;
    wsd_describe(&event, tell, &told);
    assert_int_equal(told.count, 7);
    assert_string_equal(told.field[0].layer, "WebSocket");
    assert_string_equal(told.field[6].layer, "WebSocket");
}

/* ---- TLS ----------------------------------------------------------------------------------------------------- */

/* The fields of a layer: they lie one behind the other, and tell the bytes that are kept, once each. Returns how many bytes the fields have. */
static size_t expect_layer(const struct told *told, const char *layer, struct wsd_bytes kept, size_t start)
{
    size_t at = start, bytes = 0;
    for (size_t i = 0; i < told->count; i++) {
        const struct wsd_field *f = &told->field[i];
        if (strcmp(f->layer, layer) != 0 || (start > 0 && f->offset < start))
            continue;
        assert_int_equal(f->offset, at);
        assert_true(f->raw.length <= f->length);
        if (f->raw.length > 0)
            assert_ptr_equal(f->raw.data, kept.data + (at - start));
        at += f->length;
        bytes += f->raw.length;
    }
    assert_int_equal(bytes, kept.length);
    return at - start;
}

static void test_records(void **state)
{
    static const struct {
        const char *name;
        struct wsd_record record;
        const char *sealed, *opened, *lines[MOST_LINES];
    } records[] = {
        {"TLS 1.3, padded",
         {{23, 3, 3, 0, 29}, 23, 7, 29, 3, 10, {0}, {0}},
         "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c",
         "81014117000000000000000000",
         {"TLS: content type: application_data (23)", "TLS: record version: TLS 1.2", "TLS: length: 29",
          "TLS: sequence number: 7", "TLS: ciphertext: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c",
          "TLS opened: plaintext: 810141", "TLS opened: content type: application_data (23)",
          "TLS opened: padding: 9 bytes of 0", "WebSocket: opcode: pong (10)"}},
        {"TLS 1.2",
         {{23, 3, 3, 0, 27}, 23, 1, 27, 3, 0, {0}, {0}},
         "0001020304",
         "810141",
         {"TLS: ciphertext: 0001020304...  22 of 27 bytes left out", "TLS opened: plaintext: 810141",
          "WebSocket: FIN: last frame of its message"}},
        {"TLS 1.3, of which the beginning is kept",
         {{23, 3, 3, 64, 17}, 23, 9, 16401, 16384, 1, {0}, {0}},
         "0001",
         "8101",
         {"TLS: length: 16401", "TLS: ciphertext: 0001...  16399 of 16401 bytes left out",
          "TLS opened: plaintext: 8101...  16382 of 16384 bytes left out",
          "TLS opened: content type: application_data (23)"}},
    };
    static struct told told;
    (void)state;
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        uint8_t sealed[64], opened[64];
        struct wsd_record record = records[i].record;
        struct wsd_event event = {.type = WSD_EVENT_FRAME};
        print_message("%s\n", records[i].name);
        record.sealed = (struct wsd_bytes){sealed, unhex(sealed, records[i].sealed)};
        record.opened = (struct wsd_bytes){opened, unhex(opened, records[i].opened)};
        event.frame.header = (struct wsd_bytes){(const uint8_t *)"\x8a\x00", 2};
        event.frame.first.record = &record;
        for (size_t kept = record.opened.length; kept != SIZE_MAX; kept--) {
            record.opened = guarded(opened, kept);
            told.count = 0;
            wsd_describe(&event, tell, &told);
            if (record.opened.length == unhex(opened, records[i].opened))
                expect_lines(&told, records[i].lines);
            assert_int_equal(expect_layer(&told, "TLS opened", record.opened, 0), record.plaintext + record.behind);
        }
        assert_int_equal(expect_layer(&told, "TLS", record.sealed, sizeof record.header), record.ciphertext);
    }
}

static void test_other_events(void **state)
{
    static struct told told;
    (void)state;
    told.count = 0;
    wsd_describe(&(struct wsd_event){.type = WSD_EVENT_GAP}, tell, &told);
    assert_int_equal(told.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets),         cmocka_unit_test(test_strange_packets),
        cmocka_unit_test(test_damaged_packets), cmocka_unit_test(test_headers_past_their_limit),
        cmocka_unit_test(test_frames),          cmocka_unit_test(test_frame_headers_cut),
        cmocka_unit_test(test_without_detail),  cmocka_unit_test(test_records),
        cmocka_unit_test(test_other_events),
    };
    return cmocka_run_group_tests(tests, guard_set_up, NULL);
}
