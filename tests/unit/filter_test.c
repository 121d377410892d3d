/*
 * filter_test.c: what passes a filter, and what is said about one that is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "filter/program.h"

/* ---- events --------------------------------------------------------------------------------------------------- */

static struct wsd_connection connection;
static struct wsd_event opening, frame, message, binary, gap, finding, ending;

static int setup(void **state)
{
    (void)state;
    connection = (struct wsd_connection){.id = 3,
                                         .endpoint = {{{10, 0, 0, 7}, 4, 51022}, {{192, 0, 2, 1}, 4, 8080}},
                                         .handshake = WSD_HANDSHAKE_COMPLETE,
                                         .status = 101,
                                         .version = 13,
                                         .url = bytes_text("ws://shop.example/feed?x=1"),
                                         .deflate = {.negotiated = true}};
    const struct wsd_moment at = {.time = INT64_C(1763832172500000000), .packet = 9}; /* 2025-11-22T17:22:52.5Z */
    opening = (struct wsd_event){.type = WSD_EVENT_CONNECTION, .at = at, .connection = &connection};
    frame = (struct wsd_event){.type = WSD_EVENT_FRAME, .at = at, .connection = &connection};
    frame.frame = (struct wsd_frame){.direction = WSD_SERVER,
                                     .opcode = WSD_OPCODE_TEXT,
                                     .rsv = {true, false, false},
                                     .length = 2048,
                                     .complete = true,
                                     .header = bytes_text("\x41\x7e\x08"),
                                     .first = {.packet = 8}};
    message = (struct wsd_event){.type = WSD_EVENT_MESSAGE, .at = at, .connection = &connection};
    message.message = (struct wsd_message){.direction = WSD_CLIENT,
                                           .opcode = WSD_OPCODE_TEXT,
                                           .length = 22,
                                           .wire_length = 20,
                                           .frames = 2,
                                           .complete = true,
                                           .compressed = true,
                                           .payload = bytes_text("connection TIMEOUT \"err\""),
                                           .close_code = -1};
    binary = message;
    binary.message.opcode = WSD_OPCODE_BINARY;
    binary.message.payload = bytes_of("a\0\xff\nb", 5);
    gap = (struct wsd_event){.type = WSD_EVENT_GAP, .at = at, .connection = &connection, .gap = {WSD_CLIENT, 1460}};
    finding = (struct wsd_event){.type = WSD_EVENT_FINDING, .at = at, .connection = &connection};
    finding.finding = (struct wsd_finding){WSD_SERVER, WSD_FINDING_FRAME_SERVER_MASKED, "again"};
    ending = (struct wsd_event){.type = WSD_EVENT_CLOSE, .at = at, .connection = &connection};
    ending.close = (struct wsd_close){.by = WSD_SERVER,
                                      .how = WSD_BY_FIN,
                                      .code = 1001,
                                      .reported = 1006,
                                      .reason = bytes_text("bye"),
                                      .duration = INT64_C(90000000000)};
    return 0;
}

static bool passes(const char *text, const struct wsd_event *event)
{
    struct filter_error error;
    struct filter *f = filter_compile(text, &error);
    if (f == NULL)
        fail_msg("%s: column %u: %s", text, error.column, error.message);
    const struct filter_subject subject = filter_subject_of(event);
    bool result = filter_match(f, &subject);
    filter_free(f);
    return result;
}

#define PASSES(event, text)                                                                                            \
    do {                                                                                                               \
        if (!passes(text, &(event)))                                                                                   \
            fail_msg("%s should pass", text);                                                                          \
    } while (0)
#define FAILS(event, text)                                                                                             \
    do {                                                                                                               \
        if (passes(text, &(event)))                                                                                    \
            fail_msg("%s should not pass", text);                                                                      \
    } while (0)

/* ---- what passes ---------------------------------------------------------------------------------------------- */

static void numbers(void **state)
{
    (void)state;
    PASSES(frame, "ws.length == 2048");
    PASSES(frame, "ws.length == 2k && ws.length >= 2K && ws.length <= 0x800");
    PASSES(frame, "ws.length > 2047 and ws.length lt 2049 and ws.length ne 1");
    FAILS(frame, "ws.length > 2k");
    FAILS(frame, "ws.length < 2k");
    PASSES(message, "ws.length == 22 && length == 22 && wire_length == 20 && frames == 2");
    PASSES(message, "length in {1 22, 3}");
    FAILS(message, "length in {1, 2}");
    PASSES(frame, "packet == 8"); /* of its first byte */
    PASSES(message, "packet == 9 && conn == 3 && status == 101 && version == 13");
    PASSES(gap, "gap.bytes > 1k");
    PASSES(ending, "close.code == 1001 && close.reported == 1006");
}

static void words(void **state)
{
    (void)state;
    PASSES(frame, "ws.opcode == text");
    PASSES(frame, "ws.opcode == 1");
    PASSES(frame, "ws.opcode in {binary text}");
    PASSES(frame, "ws.opcode != binary && type == frame && dir == server");
    FAILS(frame, "ws.opcode == ping");
    PASSES(message, "dir == client");
    PASSES(ending, "close.by == server && close.how == fin && handshake == complete && carrier == tcp");
    PASSES(finding, "finding.code == frame-server-masked && finding.severity == error");
    PASSES(finding, "finding.rule contains \"5.1\" && finding.detail == \"again\"");
    FAILS(finding, "finding.severity in {warning note}");
}

static void addresses(void **state)
{
    (void)state;
    PASSES(message, "ip.addr == 10.0.0.0/8 && ip.addr == 192.0.2.1");
    FAILS(message, "ip.addr == 10.0.1.0/24");
    FAILS(message, "ip.addr != 10.0.0.7"); /* one of them is */
    PASSES(message, "ip.addr != 10.0.0.8");
    PASSES(message, "ip.src == 10.0.0.7 && ip.dst == 192.0.2.0/25 && tcp.srcport == 51022");
    PASSES(frame, "ip.src == 192.0.2.1 && ip.dst == 10.0.0.7 && tcp.dstport == 51022");
    PASSES(frame, "client.ip == 10.0.0.7 && server.ip == 192.0.2.1 && server.port == 8080 && client.port > 50000");
    PASSES(frame, "tcp.port in {80 8080}");
    FAILS(frame, "ip.addr == 2001:db8::/32");
    PASSES(frame, "ip.addr == 0.0.0.0/0");
    connection.endpoint[WSD_CLIENT] = (struct wsd_endpoint){{0x20, 0x01, 0x0d, 0xb8, 0x80}, 6, 51022};
    PASSES(frame, "client.ip == 2001:db8::/32 && client.ip == 2001:db8:8000::/33 && ip.addr == 2001:db8:8000::");
    FAILS(frame, "client.ip == 2001:db8::/33");
}

static void texts(void **state)
{
    (void)state;
    PASSES(message, "payload contains \"TIMEOUT\" && payload contains \"\\\"err\\\"\" && payload contains \"\"");
    FAILS(message, "payload contains \"timeout\"");
    PASSES(message, "payload matches \"(?i)timeout\" && payload ~ \"^conn\\w+ \"");
    FAILS(message, "payload ~ \"^$\"");
    PASSES(message, "url ~ \"/feed\" && url contains shop.example");
    PASSES(binary, "payload contains \"a\\0\\xff\\n\" && payload == \"a\\x00\\xff\\nb\"");
    PASSES(binary, "payload ~ \"b$\"");
    FAILS(message, "subprotocol"); /* none was agreed upon */
    PASSES(ending, "close.reason == \"bye\" && close.reason < \"byf\" && close.reason >= \"by\"");
}

/* A pattern that would take for ever comes to an end. */
static void costly_pattern(void **state)
{
    (void)state;
    static char many[4096];
    memset(many, 'a', sizeof many);
    message.message.payload = bytes_of(many, sizeof many);
    FAILS(message, "payload ~ \"^(a|aa|a*)*b$\"");
}

static void times(void **state)
{
    (void)state;
    PASSES(message, "time == \"2025-11-22T17:22:52.5Z\" && time > \"2025-11-22 17:22:52Z\"");
    FAILS(message, "time < 2025-11-22T17:22:52Z");
    PASSES(ending, "close.duration > 1m && close.duration == 90s && close.duration == 1.5m && close.duration < 91");
    PASSES(ending, "close.duration > 500ms");
}

/* What an event does not have is neither true nor false. */
static void absent(void **state)
{
    (void)state;
    PASSES(frame, "!ws.masked");
    PASSES(frame, "ws.rsv1 == true && ws.rsv2 == false && !ws.fin && ws.header_length == 3");
    FAILS(frame, "ws.masked");
    FAILS(message, "!ws.masked");
    FAILS(message, "ws.masked");
    FAILS(opening, "ws.opcode != text");
    FAILS(opening, "not (ws.opcode == text)");
    PASSES(message, "ws.masked || length == 22");
    FAILS(message, "ws.masked && length == 22");
    PASSES(message, "!(ws.masked && length == 1)");
    FAILS(message, "gap.bytes == 0 || gap.bytes != 0");
    PASSES(finding, "finding");
    FAILS(message, "finding");
    PASSES(message, "!finding");
    PASSES(message, "message && compressed && deflate && !truncated");
    PASSES(opening, "connection && !close");
    FAILS(message, "close.code");
}

static void precedence(void **state)
{
    (void)state;
    PASSES(message, "conn == 3 || conn == 4 && conn == 5");
    FAILS(message, "(conn == 3 || conn == 4) && conn == 5");
    PASSES(message, "not conn == 4 and conn == 3");
    PASSES(message, "!!(conn == 3)");
    PASSES(message, "conn==3&&!(conn==4)");
}

/* A list of connections asks without an event. */
static void connections_by_themselves(void **state)
{
    (void)state;
    struct filter_error error;
    struct filter *f = filter_compile("url ~ \"feed\" && close.reported == 1006 && finding.severity == error", &error);
    assert_non_null(f);
    struct filter_subject subject = {.connection = &connection, .close = &ending.close, .finding = &finding.finding};
    assert_true(filter_match(f, &subject));
    subject.close = NULL;
    assert_false(filter_match(f, &subject));
    filter_free(f);
}

/* ---- mistakes ------------------------------------------------------------------------------------------------- */

static void mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned column, length;
        const char *says;
    } cases[] = {
        {"", 1, 0, "the end: here should be a field"},
        {"ws.opcod == text", 1, 8, "'ws.opcod': there is no such field; there is ws.opcode"},
        {"conn == 1 && nonsense", 14, 8, "'nonsense': there is no such field"},
        {"ws.opcode == txt", 14, 3, "'txt': there are continuation, text, binary, close, ping, pong"},
        {"ws.length == many", 14, 4, "'many': here should be a number"},
        {"ws.length == 99999999999999999999", 14, 20, "here should be a number"},
        {"ws.length ==", 13, 0, "the end: here should be a number"},
        {"ws.length contains 3", 11, 8, "'contains': ws.length cannot be compared like that"},
        {"finding == 3", 9, 2, "'==': finding cannot be compared like that"},
        {"ip.addr < 10.0.0.1", 9, 1, "'<': ip.addr cannot be compared like that"},
        {"ip.addr == 10.0.0.0/33", 12, 11, "here should be an address"},
        {"ip.addr == 10.0.0", 12, 6, "here should be an address"},
        {"conn = 3", 6, 1, "'=': equality is =="},
        {"conn == 3 & conn == 4", 11, 1, "'&': and is &&"},
        {"conn == 3 conn == 4", 11, 4, "'conn': here should be && or ||, or the end"},
        {"(conn == 3", 1, 1, "'(': it is not closed"},
        {"(conn == 3 conn", 12, 4, "'conn': here should be &&, || or )"},
        {"conn == 3)", 10, 1, "')': here should be && or ||"},
        {"payload contains \"x", 18, 2, "the quotation mark has no end"},
        {"payload matches \"(\"", 17, 3, "missing closing parenthesis"},
        {"url ~ \"\xc3\xa9\" && \xc3\xa9", 14, 1, "not understood"}, /* columns are characters */
        {"conn in 3", 9, 1, "'3': here should be {"},
        {"conn in {}", 10, 1, "'}': here should be a number"},
        {"conn in {1", 11, 0, "the end: here should be"},
        {"time > yesterday", 8, 9, "here should be a time"},
        {"close.duration > 3 x", 20, 1, "'x'"},
        {"close.duration > 3x", 18, 2, "here should be a duration"},
        {"finding.code == no-such", 17, 7, "there is no such finding"},
        {"ws.masked == maybe", 14, 5, "here should be true or false"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter_error error;
        struct filter *f = filter_compile(cases[i].text, &error);
        if (f != NULL || strstr(error.message, cases[i].says) == NULL || error.column != cases[i].column ||
            error.length != cases[i].length)
            fail_msg("%s: column %u, length %u: %s", cases[i].text, error.column, error.length, error.message);
    }
}

static void limits(void **state)
{
    (void)state;
    struct filter_error error;
    static char text[FILTER_TEXT_MOST + 2];
    memset(text, '(', FILTER_DEPTH_MOST + 1);
    assert_null(filter_compile(text, &error));
    assert_non_null(strstr(error.message, "nested too deep"));
    memset(text, '!', FILTER_DEPTH_MOST + 1);
    assert_null(filter_compile(text, &error));
    assert_non_null(strstr(error.message, "nested too deep"));
    memset(text, ' ', FILTER_TEXT_MOST + 1);
    assert_null(filter_compile(text, &error));
    assert_non_null(strstr(error.message, "longer"));
    text[0] = 0;
    for (int i = 0; i < 400; i++) /* a long chain is not deep */
        strncat(text, i == 0 ? "conn==3" : "&&conn==3", 12);
    assert_true(passes(text, &message));
}

static void fields(void **state)
{
    (void)state;
    unsigned all = 0;
    while (filter_field("", all) != NULL)
        all++;
    assert_int_equal(all, FIELD_COUNT);
    assert_string_equal(filter_field("ws.o", 0)->name, "ws.opcode");
    assert_null(filter_field("ws.o", 1));
    assert_string_equal(filter_field("close.", 1)->name, "close.reason");
    assert_string_equal(filter_field("length", 0)->type, "number");
    struct filter_error error;
    struct filter *f = filter_compile("ws.masked", &error), *g = filter_compile("ws.length > 3", &error);
    assert_true(filter_wants_frames(f));
    assert_false(filter_wants_frames(g));
    filter_free(f);
    filter_free(g);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        TEST(numbers),  TEST(words),  TEST(addresses),  TEST(texts),
        TEST(times),    TEST(absent), TEST(precedence), TEST(connections_by_themselves),
        TEST(mistakes), TEST(limits), TEST(fields),     TEST(costly_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
