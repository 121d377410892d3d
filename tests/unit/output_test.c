/*
 * The sinks, fed with events made by hand: lines as the design shows them, and nothing from the wire that reaches a
 * terminal as a control, wherever it stood: payload, URL, header, subprotocol, close reason.
 */
#include "dissector/base/escape.h"
#include "output/sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum { ROOM = 1 << 22 };

static char got[ROOM];
static size_t got_length;

static void collect(void *user, const char *data, size_t length)
{
    (void)user;
    assert_true(got_length + length < sizeof got);
    memcpy(got + got_length, data, length);
    got_length += length;
    got[got_length] = 0;
}

/* ---- a sink and what it is fed with */

struct fixture {
    struct options options;
    struct output output;
    const struct sink *sink;
    void *state;
    struct wsd_connection connection;
};

static struct fixture *begin(enum output_format format, enum escape_charset charset)
{
    struct fixture *f = calloc(1, sizeof *f);
    got_length = 0;
    got[0] = 0;
    f->options.max_payload = 65536;
    output_init(&f->output, -1, &f->options);
    f->output.out.drain = collect;
    f->output.terminal = (struct terminal){.charset = charset};
    f->sink = sink_of(format);
    f->state = calloc(1, f->sink->state_size);
    f->sink->begin(f->state, &f->output);
    f->connection = (struct wsd_connection){
        .id = 1,
        .endpoint = {{{10, 0, 0, 7}, 4, 51022}, {{10, 0, 0, 1}, 4, 8080}},
        .status = 101,
        .version = 13,
    };
    return f;
}

static void end(struct fixture *f)
{
    output_flush(&f->output);
    free(f->state);
    free(f);
}

static struct wsd_bytes bytes(const char *text)
{
    return (struct wsd_bytes){(const uint8_t *)text, strlen(text)};
}

static const int64_t ten = 1795341600000000000; /* 2026-11-22 10:00:00 UTC */

static struct wsd_event event(struct fixture *f, enum wsd_event_type type, int64_t microseconds)
{
    return (struct wsd_event){
        .type = type, .at = {.time = ten + microseconds * 1000, .packet = 7}, .connection = &f->connection};
}

static void send(struct fixture *f, const struct wsd_event *e)
{
    f->sink->event(f->state, e);
}

static void send_open(struct fixture *f, const struct wsd_head *request, const struct wsd_head *response,
                      struct wsd_bytes extensions)
{
    struct wsd_event e = event(f, WSD_EVENT_CONNECTION, 1123456);
    e.opening = (struct wsd_opening){
        .request = request, .response = response, .extensions = extensions, .community_id = "1:abc="};
    send(f, &e);
}

static void send_message(struct fixture *f, int64_t microseconds, struct wsd_message m)
{
    struct wsd_event e = event(f, WSD_EVENT_MESSAGE, microseconds);
    m.first_time = e.at.time;
    e.message = m;
    send(f, &e);
}

/* ---- lines as designed */

static void text_lines(void **state)
{
    (void)state;
    struct fixture *f = begin(OUTPUT_TEXT, ESCAPE_UTF8);
    f->connection.url = bytes("ws://shop.example/feed");
    f->connection.subprotocol = bytes("chat.v2");
    send_open(f, NULL, NULL, bytes("permessage-deflate"));
    send_message(f, 1125310,
                 (struct wsd_message){.opcode = 1,
                                      .length = 16,
                                      .wire_length = 16,
                                      .frames = 1,
                                      .complete = true,
                                      .text = true,
                                      .payload = bytes("{\"sub\":\"trades\"}"),
                                      .close_code = -1});
    send_message(f, 1140022,
                 (struct wsd_message){.direction = WSD_SERVER,
                                      .opcode = 1,
                                      .length = 1203,
                                      .wire_length = 373,
                                      .frames = 3,
                                      .complete = true,
                                      .compressed = true,
                                      .inflated = true,
                                      .truncated = true,
                                      .text = true,
                                      .payload = bytes("{\"ch\":"),
                                      .close_code = -1});
    struct wsd_event finding = event(f, WSD_EVENT_FINDING, 1150000);
    finding.finding = (struct wsd_finding){WSD_SERVER, WSD_FINDING_FRAME_SERVER_MASKED, ""};
    send(f, &finding);
    struct wsd_event close = event(f, WSD_EVENT_CLOSE, 31000411);
    close.close = (struct wsd_close){
        .by = WSD_SERVER, .how = WSD_BY_HANDSHAKE, .code = 1001, .reported = 1001, .duration = 29876955000};
    f->connection.counts[WSD_CLIENT] = (struct wsd_counts){.messages = 12, .payload_bytes = 3070};
    f->connection.counts[WSD_SERVER] = (struct wsd_counts){.messages = 2041, .payload_bytes = 1900000};
    send(f, &close);
    end(f);
    assert_string_equal(
        got, "10:00:01.123456  #1  open     10.0.0.7:51022 → 10.0.0.1:8080  ws://shop.example/feed  chat.v2  "
             "permessage-deflate\n"
             "10:00:01.125310  #1  → text   16 B   {\"sub\":\"trades\"}\n"
             "10:00:01.140022  #1  ← text   1.2 kB (deflate 31%, 3 frames)  {\"ch\":…\n"
             "10:00:01.150000  #1  ← !      server frame is masked  [RFC 6455 5.1]\n"
             "10:00:31.000411  #1  close    by server, 1001 going away, after 29.8 s   → 12 msg 3.1 kB   ← 2041 msg "
             "1.9 MB\n");
}

static void text_without_utf8(void **state)
{
    (void)state;
    struct fixture *f = begin(OUTPUT_TEXT, ESCAPE_ASCII);
    send_message(f, 1125310,
                 (struct wsd_message){.opcode = 1,
                                      .length = 9,
                                      .frames = 1,
                                      .complete = true,
                                      .truncated = true,
                                      .text = true,
                                      .payload = bytes("caf\u00e9"),
                                      .close_code = -1});
    send_message(f, 1125310,
                 (struct wsd_message){.direction = WSD_SERVER,
                                      .opcode = 2,
                                      .length = 3,
                                      .frames = 1,
                                      .complete = true,
                                      .payload = bytes("\x01\x02\xff"),
                                      .close_code = -1});
    end(f);
    assert_string_equal(got, "10:00:01.125310  #1  -> text   9 B    caf\\u{e9}...\n"
                             "10:00:01.125310  #1  <- binary 3 B    01 02 ff\n");
}

static void a_day_changes(void **state)
{
    (void)state;
    struct fixture *f = begin(OUTPUT_TEXT, ESCAPE_UTF8);
    struct wsd_event gap = event(f, WSD_EVENT_GAP, 0);
    gap.gap = (struct wsd_gap){WSD_CLIENT, 1460};
    send(f, &gap);
    gap.at.time += 14 * 3600 * 1000000000LL;
    send(f, &gap);
    end(f);
    assert_string_equal(got, "10:00:00.000000  #1  → gap    1.5 kB missing in the capture\n"
                             "-- 2026-11-23 --\n"
                             "00:00:00.000000  #1  → gap    1.5 kB missing in the capture\n");
}

static void json_message(void **state)
{
    (void)state;
    struct fixture *f = begin(OUTPUT_JSON, ESCAPE_UTF8);
    struct wsd_message m = {.opcode = 1,
                            .length = 16,
                            .wire_length = 9,
                            .frames = 2,
                            .complete = true,
                            .truncated = true,
                            .text = true,
                            .payload = bytes("ab\xe4\xb8"),
                            .close_code = -1};
    send_message(f, 1, m);
    m = (struct wsd_message){.direction = WSD_SERVER,
                             .opcode = 8,
                             .length = 5,
                             .wire_length = 5,
                             .frames = 1,
                             .complete = true,
                             .close_code = 1001,
                             .close_reason = bytes("by\xff")};
    send_message(f, 2, m);
    m.complete = false; /* cut off inside a character */
    m.close_reason = bytes("by\xe4\xb8");
    send_message(f, 2, m);
    end(f);
    char *last = strstr(got, "\"complete\":false");
    assert_non_null(last);
    assert_non_null(strstr(last, "\"code\":1001,\"reason\":\"by\"}\n"));
    while (*last != '\n')
        last--;
    last[1] = 0;
    assert_string_equal(got,
                        "{\"type\":\"message\",\"ts\":\"2026-11-22T10:00:00.000001000Z\",\"conn\":1,\"dir\":\"client\","
                        "\"opcode\":\"text\",\"length\":16,\"wire_length\":9,\"frames\":2,\"compressed\":false,"
                        "\"complete\":true,\"truncated\":true,\"first_ts\":\"2026-11-22T10:00:00.000001000Z\","
                        "\"text\":\"ab\"}\n"
                        "{\"type\":\"message\",\"ts\":\"2026-11-22T10:00:00.000002000Z\",\"conn\":1,\"dir\":\"server\","
                        "\"opcode\":\"close\",\"length\":5,\"wire_length\":5,\"frames\":1,\"compressed\":false,"
                        "\"complete\":true,\"truncated\":false,\"first_ts\":\"2026-11-22T10:00:00.000002000Z\","
                        "\"code\":1001,\"reason\":\"by\uFFFD\",\"reason_base64\":\"Ynn/\"}\n");
}

static void json_nulls(void **state)
{
    (void)state;
    struct fixture *f = begin(OUTPUT_JSON, ESCAPE_UTF8);
    f->connection.handshake = WSD_HANDSHAKE_MISSING;
    f->connection.status = 0;
    f->connection.version = -1;
    send_open(f, NULL, NULL, bytes(""));
    struct wsd_event close = event(f, WSD_EVENT_CLOSE, 1);
    close.close = (struct wsd_close){.by = WSD_NEITHER, .how = WSD_BY_CAPTURE_END, .code = -1, .reported = -1};
    send(f, &close);
    end(f);
    assert_non_null(strstr(got, "\"handshake\":\"missing\",\"url\":null,\"status\":null,\"version\":null,"
                                "\"subprotocol\":null,\"extensions\":null,\"deflate\":null,\"request\":null,"
                                "\"response\":null}\n"));
    assert_non_null(strstr(got, "\"by\":\"unknown\",\"how\":\"capture-end\",\"code\":null,\"reported\":null,"
                                "\"reason\":\"\",\"duration\":0.000000000,\"diagnosis\":null,\"client\":{"));
}

/* ---- the largest connections */

static void summary_keeps_the_largest(void **state)
{
    (void)state;
    struct fixture *f = begin(OUTPUT_SUMMARY, ESCAPE_UTF8);
    struct wsd_totals totals = {.connections = 1000};
    for (uint64_t i = 0; i < 1000; i++) {
        struct wsd_event close = event(f, WSD_EVENT_CLOSE, 1);
        close.close = (struct wsd_close){.by = WSD_NEITHER, .how = WSD_BY_FIN, .code = -1, .reported = 1006};
        f->connection.id = i + 1;
        f->connection.counts[WSD_SERVER].payload_bytes = i * 7919 % 1000;
        f->connection.counts[WSD_SERVER].messages = 1;
        send(f, &close);
    }
    struct sink_end at_end = {.totals = &totals};
    f->sink->finish(f->state, &at_end);
    end(f);
    assert_non_null(strstr(got, "999 B"));
    assert_non_null(strstr(got, "950 B"));
    assert_null(strstr(got, "949 B"));
    assert_non_null(strstr(got, "950 more"));
}

/* ---- hostile bytes */

/* Nothing but printable characters and line ends; with a charset of ASCII nothing else at all. */
static void assert_harmless(enum escape_charset charset)
{
    const uint8_t *at = (const uint8_t *)got, *stop = at + got_length;
    while (at < stop) {
        uint32_t c;
        size_t n = escape_decode(at, (size_t)(stop - at), &c);
        assert_true(n > 0);
        assert_true(c == '\n' || (c >= 0x20 && c != 0x7F));
        assert_true(charset == ESCAPE_UTF8 ? c < 0x80 || !escape_hidden(c) : c < 0x80);
        at += n;
    }
}

/* JSON keeps zero-width characters as they are: it is for programs. Controls and what turns text around it does not. */
static void assert_json_harmless(void)
{
    const uint8_t *at = (const uint8_t *)got, *stop = at + got_length;
    while (at < stop) {
        uint32_t c;
        size_t n = escape_decode(at, (size_t)(stop - at), &c);
        assert_true(n > 0);
        assert_true(c == '\n' || (c >= 0x20 && !(c >= 0x7F && c <= 0x9F)));
        assert_false(c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E));
        assert_false(c >= 0x2066 && c <= 0x2069);
        at += n;
    }
}

/* Every event with the same bytes in every place that takes some. */
static void feed(struct fixture *f, struct wsd_bytes evil)
{
    struct wsd_header header = {evil, evil};
    struct wsd_head head = {.method = evil,
                            .target = evil,
                            .status = 403,
                            .reason = evil,
                            .http = evil,
                            .headers = &header,
                            .header_count = 1,
                            .raw = evil};
    static const enum wsd_handshake handshakes[] = {WSD_HANDSHAKE_COMPLETE, WSD_HANDSHAKE_REJECTED,
                                                    WSD_HANDSHAKE_UNANSWERED, WSD_HANDSHAKE_MISSING};
    f->connection.url = evil;
    f->connection.subprotocol = evil;
    for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes; i++) {
        f->connection.handshake = handshakes[i];
        send_open(f, &head, &head, evil);
    }
    for (unsigned opcode = 0; opcode < 16; opcode++) {
        struct wsd_message m = {.opcode = (uint8_t)opcode,
                                .length = evil.length,
                                .wire_length = evil.length,
                                .frames = 1,
                                .complete = true,
                                .payload = evil,
                                .close_code = 1000,
                                .close_reason = evil};
        send_message(f, 1, m);
        m.text = true;
        send_message(f, 1, m);
        m.complete = false;
        m.truncated = true;
        send_message(f, 1, m);
    }
    struct wsd_event e = event(f, WSD_EVENT_FRAME, 1);
    e.frame = (struct wsd_frame){.opcode = 1, .masked = true, .header = evil, .payload = evil};
    send(f, &e);
    e = event(f, WSD_EVENT_CLOSE, 1);
    e.close = (struct wsd_close){.by = WSD_SERVER, .code = 1000, .reported = 1006, .reason = evil};
    send(f, &e);
    struct wsd_totals totals = {.packets = 1, .connections = 1, .rejected = 1, .layer_bytes = {1, 2, 3, 4, 5, 6}};
    struct sink_end at_end = {.totals = &totals};
    f->sink->finish(f->state, &at_end);
}

static void check_hostile(struct wsd_bytes evil)
{
    for (int format = 0; format < OUTPUT_FORMAT_COUNT; format++) {
        if (format == OUTPUT_TUI)
            continue; /* it keeps records, and prints nothing by itself */
        for (int variant = 0; variant < 4; variant++) {
            enum escape_charset charset = variant & 1 ? ESCAPE_ASCII : ESCAPE_UTF8;
            struct fixture *f = begin((enum output_format)format, charset);
            f->options.hex = variant & 2;
            f->options.frames = true;
            feed(f, evil);
            end(f);
            assert_true(got_length > 0);
            if (format == OUTPUT_JSON)
                assert_json_harmless();
            else
                assert_harmless(charset);
        }
    }
}

static void hostile_bytes(void **state)
{
    (void)state;
    uint8_t all[256];
    for (unsigned i = 0; i < 256; i++) {
        uint8_t twice[4] = {'x', (uint8_t)i, 'x', (uint8_t)i};
        all[i] = (uint8_t)i;
        check_hostile((struct wsd_bytes){twice, sizeof twice});
    }
    check_hostile((struct wsd_bytes){all, sizeof all});
}

static void hostile_sequences(void **state)
{
    (void)state;
    static const char *const list[] = {
        "\x1b[2J\x1b]0;title\x07\x1bP+q\x1b\\",
        "\xc2\x9b\x33\x31m\xc2\x85\xc2\x90\xc2\x9d",
        "\xc0\x9b[2J\xe0\x80\x9b\xf0\x80\x80\x9b",
        "\xed\xa0\x80\xf4\x90\x80\x80\xf8\x88\x80\x80\x80",
        "\u202egnp.exe\u202c\u2066x\u2069\u200e\u200f\u061c",
        "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e",
        "\u2028\u2029\r\n\t\b",
        "\U000e0041\U000e007f\ufe0f\ufff9",
        "\xe2\x80",
        "\xc2",
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        check_hostile(bytes(list[i]));
}

static int pin_time_zone(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_lines),    cmocka_unit_test(text_without_utf8),
        cmocka_unit_test(a_day_changes), cmocka_unit_test(json_message),
        cmocka_unit_test(json_nulls),    cmocka_unit_test(summary_keeps_the_largest),
        cmocka_unit_test(hostile_bytes), cmocka_unit_test(hostile_sequences),
    };
    return cmocka_run_group_tests(tests, pin_time_zone, NULL);
}
