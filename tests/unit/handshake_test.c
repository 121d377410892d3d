/*
 * The judgement of an opening handshake (RFC 6455 4): what it says of one head without the other, of URLs, and its own limits. The
 * rules one by one are cases in tests/vectors/handshake.txt.
 */
#include "base/bytes.h"
#include "stream/http.h"
#include "support/page.h"
#include "websocket/handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#define REST                                                                                                           \
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                     \
    "Sec-WebSocket-Version: 13\r\n"
#define REQUEST "GET /chat HTTP/1.1\r\nHost: server.example\r\n" REST
#define ANSWER                                                                                                         \
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                \
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static struct http_head request, answer;

/* NULL: that head was not seen. */
static struct handshake judge(const char *request_text, const char *answer_text, bool secure)
{
    struct handshake h;
    if (request_text != NULL)
        assert_int_equal(http_parse_request(bytes_text(request_text), &request), 0);
    if (answer_text != NULL)
        assert_int_equal(http_parse_response(bytes_text(answer_text), &answer), 0);
    assert_int_equal(handshake_judge(request_text != NULL ? &request.head : NULL,
                                     answer_text != NULL ? &answer.head : NULL, secure, &h),
                     0);
    return h;
}

static void expect_url(const char *request_text, bool secure, const char *wanted)
{
    struct handshake h = judge(request_text, ANSWER "\r\n", secure);
    assert_int_equal(h.url.length, strlen(wanted));
    if (h.url.length > 0)
        assert_memory_equal(h.url.data, wanted, h.url.length);
    handshake_free(&h);
}

static void example_of_the_rfc(void **state)
{
    (void)state;
    struct handshake h = judge(REQUEST "\r\n", ANSWER "\r\n", false);
    assert_int_equal(h.outcome, WSD_HANDSHAKE_COMPLETE);
    assert_int_equal(h.version, 13);
    assert_int_equal(h.finding_count, 0);
    assert_false(h.draft != DRAFT_NONE || h.per_frame || h.deflate.negotiated);
    handshake_free(&h);
}

static void urls(void **state)
{
    (void)state;
    expect_url(REQUEST "\r\n", false, "ws://server.example/chat");
    expect_url(REQUEST "\r\n", true, "wss://server.example/chat");
    expect_url("GET /a?b=c HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n" REST "\r\n", false,
               "ws://[2001:db8::1]:8080/a?b=c");
    expect_url("GET / HTTP/1.1\r\n" REST "\r\n", false, "");
    expect_url("GET http://a/b HTTP/1.1\r\nHost: c\r\n" REST "\r\n", false, "ws://a/b");
    expect_url("GET wss://a/b HTTP/1.1\r\n" REST "\r\n", true, "wss://a/b");
}

static void one_head_without_the_other(void **state)
{
    (void)state;
    struct handshake h = judge(REQUEST "\r\n", NULL, false);
    assert_int_equal(h.outcome, WSD_HANDSHAKE_UNANSWERED);
    assert_int_equal(h.finding_count, 1);
    assert_int_equal(h.findings[0].code, WSD_FINDING_HANDSHAKE_UNANSWERED);
    handshake_free(&h);
    h = judge(NULL, ANSWER "Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", false);
    assert_int_equal(h.outcome, WSD_HANDSHAKE_COMPLETE);
    assert_int_equal(h.finding_count, 0); /* nobody knows what was offered, or which key was sent */
    assert_int_equal(h.version, -1);
    assert_int_equal(h.url.length, 0);
    assert_true(h.deflate.negotiated);
    handshake_free(&h);
}

/* Whose rule it was: findings about the request are the client's, about the answer the server's. */
static void findings_have_an_owner(void **state)
{
    (void)state;
    struct handshake h = judge("POST / HTTP/1.0\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Key: y\r\n"
                               "Sec-WebSocket-Extensions: permessage-deflate; a\r\n\r\n",
                               "HTTP/1.1 101 X\r\nSec-WebSocket-Accept: z\r\nSec-WebSocket-Accept: z\r\n"
                               "Sec-WebSocket-Protocol: p\r\nSec-WebSocket-Extensions: foo\r\n\r\n",
                               false);
    static const enum wsd_finding_code server[] = {WSD_FINDING_HANDSHAKE_ACCEPT_MISMATCH,
                                                   WSD_FINDING_HANDSHAKE_SUBPROTOCOL_NOT_OFFERED,
                                                   WSD_FINDING_HANDSHAKE_EXTENSION_NOT_OFFERED};
    static const enum wsd_finding_code client[] = {
        WSD_FINDING_HANDSHAKE_METHOD,          WSD_FINDING_HANDSHAKE_HTTP_VERSION,
        WSD_FINDING_HANDSHAKE_HOST_MISSING,    WSD_FINDING_HANDSHAKE_KEY_INVALID,
        WSD_FINDING_HANDSHAKE_VERSION_MISSING, WSD_FINDING_HANDSHAKE_DEFLATE_PARAMETER};
    unsigned count[2][WSD_FINDING_COUNT] = {{0}};
    for (size_t i = 0; i < h.finding_count; i++)
        count[h.findings[i].direction][h.findings[i].code]++;
    for (size_t i = 0; i < sizeof client / sizeof *client; i++)
        assert_true(count[WSD_CLIENT][client[i]] == 1 && count[WSD_SERVER][client[i]] == 0);
    for (size_t i = 0; i < sizeof server / sizeof *server; i++)
        assert_true(count[WSD_SERVER][server[i]] == 1 && count[WSD_CLIENT][server[i]] == 0);
    for (int d = 0; d < 2; d++) {
        assert_true(count[d][WSD_FINDING_HANDSHAKE_HEADER_REPEATED] == 1);
        assert_true(count[d][WSD_FINDING_HANDSHAKE_UPGRADE_INVALID] == 1);
        assert_true(count[d][WSD_FINDING_HANDSHAKE_CONNECTION_INVALID] == 1);
    }
    assert_int_equal(h.outcome, WSD_HANDSHAKE_REJECTED);
    handshake_free(&h);
}

/* A hundred broken offers are HANDSHAKE_FINDINGS_MOST findings at most. */
static void many_findings(void **state)
{
    (void)state;
    static char text[8192];
    size_t n = (size_t)snprintf(text, sizeof text, "%s", REQUEST "Sec-WebSocket-Extensions: x");
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, ", permessage-deflate; x%d", i);
    snprintf(text + n, sizeof text - n, "\r\n\r\n");
    struct handshake h = judge(text, ANSWER "\r\n", false);
    assert_int_equal(h.finding_count, HANDSHAKE_FINDINGS_MOST);
    handshake_free(&h);
}

static void details_are_short_and_printable(void **state)
{
    (void)state;
    char text[512], value[201];
    memset(value, 'k', sizeof value - 1);
    memcpy(value, "\x1b\xff\x01\x7f", 4);
    value[200] = 0;
    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Key: %s\r\n\r\n",
             value);
    struct handshake h = judge(text, NULL, false);
    for (size_t i = 0; i < h.finding_count; i++) {
        const char *detail = h.findings[i].detail;
        assert_true(strlen(detail) < HANDSHAKE_DETAIL_MOST);
        for (; *detail != 0; detail++)
            assert_true(*detail >= 0x20 && *detail < 0x7F);
    }
    handshake_free(&h);
}

/* Values without an end are kept up to a limit. */
static void long_values_are_cut(void **state)
{
    (void)state;
    static char long_request[40000], long_answer[40000], value[20001];
    memset(value, 'v', sizeof value - 1);
    snprintf(long_request, sizeof long_request, "GET /%s HTTP/1.1\r\nHost: a\r\n" REST "\r\n", value);
    snprintf(long_answer, sizeof long_answer, ANSWER "Sec-WebSocket-Extensions: %s\r\n\r\n", value);
    struct handshake h = judge(long_request, long_answer, false);
    assert_int_equal(h.url.length, 8192);
    assert_int_equal(h.extensions.length, 8192);
    handshake_free(&h);
}

static void extensions_of_several_headers_joined(void **state)
{
    (void)state;
    struct handshake h =
        judge(REQUEST "\r\n", ANSWER "Sec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: b; c\r\n\r\n", false);
    assert_int_equal(h.extensions.length, 7);
    assert_memory_equal(h.extensions.data, "a, b; c", 7);
    handshake_free(&h);
}

/* Any prefix of both heads is judged without a byte read past it. */
static void heads_cut_anywhere(void **state)
{
    (void)state;
    static const char extension[] =
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=\"10\"\r\n\r\n";
    char texts[2][512];
    struct page pages[2] = {page_new(1024), page_new(1024)};
    snprintf(texts[0], sizeof texts[0], "%s%s", REQUEST, extension);
    snprintf(texts[1], sizeof texts[1], "%s%s", ANSWER, extension);
    for (size_t n = 0; n < 512; n++) {
        struct handshake h;
        struct wsd_bytes first = page_put(&pages[0], bytes_first(bytes_text(texts[0]), n));
        struct wsd_bytes second = page_put(&pages[1], bytes_first(bytes_text(texts[1]), n));
        bool heads[] = {http_parse_request(first, &request) == 0, http_parse_response(second, &answer) == 0};
        assert_int_equal(handshake_judge(heads[0] ? &request.head : NULL, heads[1] ? &answer.head : NULL, false, &h),
                         0);
        handshake_free(&h);
    }
    page_free(&pages[0]);
    page_free(&pages[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_the_rfc),
        cmocka_unit_test(urls),
        cmocka_unit_test(one_head_without_the_other),
        cmocka_unit_test(findings_have_an_owner),
        cmocka_unit_test(many_findings),
        cmocka_unit_test(details_are_short_and_printable),
        cmocka_unit_test(long_values_are_cut),
        cmocka_unit_test(extensions_of_several_headers_joined),
        cmocka_unit_test(heads_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
