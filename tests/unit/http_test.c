/*
 * HTTP heads and lists (RFC 9112, RFC 9110), every input ending at an unreadable page; then the limits of a connection.
 */
#include "base/bytes.h"
#include "stream/http.h"
#include "stream/http1.h"
#include "support/page.h"
#include "support/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static struct page page;

static int setup(void **state)
{
    (void)state;
    page = page_new(1 << 17);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    page_free(&page);
    return 0;
}

static struct wsd_bytes put(const char *text)
{
    return page_put(&page, bytes_text(text));
}

static void expect(struct wsd_bytes got, const char *wanted)
{
    assert_int_equal(got.length, strlen(wanted));
    if (got.length > 0)
        assert_memory_equal(got.data, wanted, got.length);
}

/* ---- heads ---------------------------------------------------------------------------------------------------- */

static const char *const heads[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\n",   "GET / HTTP/1.1\r\n\r\n",      "a\n\n",
};

/* Wherever the search was interrupted, and whatever follows, the head ends at the same byte; no shorter prefix has an end. */
static void end_of_a_head(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t n = strlen(heads[i]);
        for (size_t have = 0; have < n; have++)
            assert_int_equal(http_head_length(page_put(&page, bytes_of(heads[i], have)), 0), 0);
        for (size_t from = 0; from < n; from++) {
            char more[64];
            snprintf(more, sizeof more, "%s%s", heads[i], "\r\n\r\nx");
            assert_int_equal(http_head_length(put(heads[i]), from), n);
            assert_int_equal(http_head_length(put(more), from), n);
        }
    }
}

static void not_the_end_of_a_head(void **state)
{
    (void)state;
    assert_int_equal(http_head_length(put("a\r\n\rb\r\n"), 0), 0);
    assert_int_equal(http_head_length(put("a\r\n\r\rb"), 0), 0);
    assert_int_equal(http_head_length(put("a\r\r\n \r\n"), 0), 0);
    assert_int_equal(http_head_length(put("\n"), 0), 0);
}

static void request_parsed(void **state)
{
    (void)state;
    struct http_head h;
    assert_int_equal(http_parse_request(put("GET /a?b c HTTP/1.1\r\nHost: a:80\r\nX:\r\nno colon\r\n: none\r\n"
                                            " continued: yes\r\nY :\t 1 2 \t\r\n\r\n"),
                                        &h),
                     0);
    expect(h.head.method, "GET");
    expect(h.head.target, "/a?b c");
    expect(h.head.http, "HTTP/1.1");
    assert_int_equal(h.head.header_count, 3);
    expect(h.head.headers[0].name, "Host");
    expect(h.head.headers[0].value, "a:80");
    expect(h.head.headers[1].name, "X");
    expect(h.head.headers[1].value, "");
    expect(h.head.headers[2].name, "Y");
    expect(h.head.headers[2].value, "1 2");
}

static void response_parsed(void **state)
{
    (void)state;
    struct http_head h;
    assert_int_equal(http_parse_response(put("HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n"), &h), 0);
    assert_int_equal(h.head.status, 101);
    expect(h.head.reason, "Switching Protocols");
    expect(h.head.http, "HTTP/1.1");
    assert_int_equal(h.head.header_count, 1);
    assert_int_equal(http_parse_response(put("HTTP/1.0 404\n\n"), &h), 0);
    assert_int_equal(h.head.status, 404);
    expect(h.head.reason, "");
}

static void first_lines_that_are_none(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "", "\r\n", "\n\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / FTP/1.1\r\n\r\n", " / HTTP/1.1\r\n\r\n"};
    static const char *const responses[] = {"",
                                            "\r\n",
                                            "HTTP/1.1\r\n\r\n",
                                            "HTTP/1.1 99 A\r\n\r\n",
                                            "HTTP/1.1 1000 A\r\n",
                                            "HTTP/1.1 -1 A\r\n",
                                            "HTTP/1.1 abc\r\n",
                                            "ICY 200 OK\r\n\r\n"};
    struct http_head h;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        assert_int_equal(http_parse_request(put(requests[i]), &h), -1);
    for (size_t i = 0; i < sizeof responses / sizeof *responses; i++)
        assert_int_equal(http_parse_response(put(responses[i]), &h), -1);
}

/* Heads cut anywhere are parsed without a byte read past them. */
static void heads_cut_anywhere(void **state)
{
    (void)state;
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: \"x\\\",y\", websocket\r\n\r\n";
    static const char response[] = "HTTP/1.1 101 Switching\r\nUpgrade:websocket\r\nA\r\n";
    struct http_head h;
    for (size_t n = 0; n < sizeof request; n++)
        if (http_parse_request(page_put(&page, bytes_of(request, n)), &h) == 0)
            http_has_token(&h.head, "Upgrade", "websocket");
    for (size_t n = 0; n < sizeof response; n++)
        if (http_parse_response(page_put(&page, bytes_of(response, n)), &h) == 0)
            http_has_token(&h.head, "Upgrade", "websocket");
    for (size_t n = 0; n < sizeof request; n++) {
        http_may_be_request(page_put(&page, bytes_of(request, n)));
        http_is_no_request(page_put(&page, bytes_of(request, n)));
        http_may_be_response(page_put(&page, bytes_of(response, n < sizeof response ? n : 0)));
    }
}

static void more_headers_than_are_parsed(void **state)
{
    (void)state;
    static char text[HTTP_HEADERS_MOST * 8 + 128];
    struct http_head h;
    size_t n = (size_t)snprintf(text, sizeof text, "GET / HTTP/1.1\r\n");
    for (int i = 0; i < HTTP_HEADERS_MOST + 10; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "A: %d\r\n", i % 10);
    assert_int_equal(http_parse_request(page_put(&page, bytes_of(text, n)), &h), 0);
    assert_int_equal(h.head.header_count, HTTP_HEADERS_MOST);
    assert_int_equal(h.head.raw.length, n);
}

static void guesses(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "", "G", "GET", "GET ", "GET /", "M-SEARCH * HTTP/1.1", "\r\n\r\nGET /", "OPTIONS *", "get /"};
    static const char *const no[] = {"GET\t/", "GET  /", "GET \x7f", "SSH-2.0-a\r\n", "SSH-2.0", " GET /", "1"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(http_may_be_request(put(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(http_may_be_request(put(no[i])));
    assert_true(http_may_be_response(put("")) && http_may_be_response(put("HT")) &&
                http_may_be_response(put("HTTP/1.0 2")));
    assert_false(http_may_be_response(put("HTTP/2")) || http_may_be_response(put("h")) ||
                 http_may_be_response(put("XT")));
    assert_int_equal(http1_sender(put("HTTP/1.1 200 OK")), WSD_SERVER);
    assert_int_equal(http1_sender(put("GET / HTTP/1.1")), WSD_CLIENT);
    assert_int_equal(http1_sender(put("\x81\x05Hello")), WSD_NEITHER);
    assert_int_equal(http1_sender(put("")), WSD_NEITHER);
}

static void first_lines(void **state)
{
    (void)state;
    static const char *const none[] = {"EHLO a\r\n", "get key\n", "QUIT\r\n", "A\nB HTTP/1.1", "GET / HTTP/1.1 \r\n"};
    static const char *const some[] = {
        "", "\r\n", "GET / HT", "EHLO a", "GET / HTTP/1.1\r\nA: b", "GET /a b HTTP/1.0\n", "\r\n\nGET / HTTP/1.1\n"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(http_is_no_request(put(none[i])));
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        assert_false(http_is_no_request(put(some[i])));
}

/* ---- lists and numbers ---------------------------------------------------------------------------------------- */

static void expect_list(const char *list, const char *wanted)
{
    char got[256] = "";
    struct wsd_bytes rest = put(list), element;
    while (http_list_next(&rest, ',', &element)) {
        strncat(got, "[", 2);
        strncat(got, (const char *)element.data, element.length);
        strncat(got, "]", 2);
    }
    assert_string_equal(got, wanted);
    assert_false(http_list_next(&rest, ',', &element));
}

static void lists(void **state)
{
    (void)state;
    expect_list("", "");
    expect_list(" , ,\t,", "");
    expect_list("a", "[a]");
    expect_list(" a , b,c ", "[a][b][c]");
    expect_list("\"a,b\", c", "[\"a,b\"][c]");
    expect_list("a=\"x\\\",y\",b", "[a=\"x\\\",y\"][b]");
    expect_list("a=\"never, ends", "[a=\"never, ends]");
    expect_list("\"ends in a backslash\\", "[\"ends in a backslash\\]");
}

static void numbers(void **state)
{
    (void)state;
    assert_true(http_number(put("0")) == 0 && http_number(put("007")) == 7);
    assert_true(http_number(put("999999999999999999")) == 999999999999999999);
    static const char *const none[] = {"", "1000000000000000000", "-1", "+1", "1 ", "0x1", "1a", "1,2"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(http_number(put(none[i])) == -1);
}

/* ---- limits of a connection ----------------------------------------------------------------------------------- */

static struct replay one;

static void start(void)
{
    struct wsd_options o;
    wsd_options_init(&o);
    replay_start(&one, &o);
}

static void send_text(enum wsd_direction d, const char *text)
{
    wire_data(&one.wire, d, bytes_text(text));
}

/* A request of exactly n bytes, in pieces of 1000. */
static void send_request_of(size_t n)
{
    static char text[1 << 17];
    size_t at = (size_t)snprintf(text, sizeof text, "GET / HTTP/1.1\r\nUpgrade: websocket\r\nX: ");
    memset(text + at, 'x', n - at - 4);
    memcpy(text + n - 4, "\r\n\r\n", 4);
    for (size_t i = 0; i < n; i += 1000)
        wire_data(&one.wire, WSD_CLIENT, bytes_of(text + i, n - i < 1000 ? n - i : 1000));
}

static void head_of_64_kib(void **state)
{
    (void)state;
    start();
    send_request_of(65536);
    wire_finish(&one.wire);
    assert_true(one.wire.flow.attempted);
    assert_true(one.recorder.findings[WSD_FINDING_LIMIT_REACHED] == 0);
}

static void head_past_64_kib(void **state)
{
    (void)state;
    start();
    send_request_of(65537);
    assert_null(one.wire.flow.upper);
    wire_finish(&one.wire);
    assert_true(!one.wire.flow.attempted);
    assert_string_equal(one.recorder.text, "#- finding -> limit-reached [HTTP head]\n");
}

/* So many requests may wait for their answers; with one more the connection is given up. */
static void pipeline_of(int n, bool kept)
{
    start();
    for (int i = 0; i < n; i++)
        send_text(WSD_CLIENT, "GET / HTTP/1.1\r\n\r\n");
    assert_true((one.wire.flow.upper != NULL) == kept);
    wire_finish(&one.wire);
}

static void requests_pipelined(void **state)
{
    (void)state;
    pipeline_of(255, true);
    pipeline_of(256, false);
}

/* What is no HTTP is let go with its first bytes; bodies are not kept. */
static void nothing_is_kept_of_others(void **state)
{
    (void)state;
    start();
    send_text(WSD_CLIENT, "SSH-2.0-a\r\n");
    assert_null(one.wire.flow.upper);
    wire_finish(&one.wire);
    assert_true(one.recorder.length == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(end_of_a_head),
        cmocka_unit_test(not_the_end_of_a_head),
        cmocka_unit_test(request_parsed),
        cmocka_unit_test(response_parsed),
        cmocka_unit_test(first_lines_that_are_none),
        cmocka_unit_test(heads_cut_anywhere),
        cmocka_unit_test(more_headers_than_are_parsed),
        cmocka_unit_test(guesses),
        cmocka_unit_test(first_lines),
        cmocka_unit_test(lists),
        cmocka_unit_test(numbers),
        cmocka_unit_test(head_of_64_kib),
        cmocka_unit_test(head_past_64_kib),
        cmocka_unit_test(requests_pipelined),
        cmocka_unit_test(nothing_is_kept_of_others),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
