/*
 * Sec-WebSocket-Extensions and the parameters of permessage-deflate (RFC 6455 9.1, RFC 7692 7.1), at an unreadable page.
 */
#include "base/bytes.h"
#include "support/page.h"
#include "websocket/extension.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static struct page page;

static int setup(void **state)
{
    (void)state;
    page = page_new(4096);
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

/* "name(parameter=value|flag)" for each extension. */
static void spell(struct wsd_bytes list, char out[512])
{
    struct extension e;
    struct parameter p;
    size_t n = 0;
    out[0] = 0;
    while (extension_next(&list, &e)) {
        n += (size_t)snprintf(out + n, 512 - n, "%.*s(", (int)e.name.length, (const char *)e.name.data);
        for (bool first = true; extension_parameter(&e.parameters, &p); first = false)
            n += (size_t)snprintf(out + n, 512 - n, "%s%.*s%s%.*s", first ? "" : "|", (int)p.name.length,
                                  (const char *)p.name.data, p.has_value ? "=" : "", (int)p.value.length,
                                  (const char *)p.value.data);
        n += (size_t)snprintf(out + n, 512 - n, ")");
    }
}

static void grammar(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {" ,, ", ""},
        {"a", "a()"},
        {"a,b", "a()b()"},
        {"a;x;y=1 , b ; z = 2", "a(x|y=1)b(z=2)"},
        {"a;x=\"1, 2; 3\",b", "a(x=1, 2; 3)b()"},
        {"a;x=\"\"", "a(x=)"},
        {"a;x=", "a(x=)"},
        {"a;=1", "a(=1)"},
        {"a;;x", "a(x)"},
        {"a;x=\"", "a(x=\")"},
        {"a;x=\"1", "a(x=\"1)"},
        {";", "()"},
        {"a;x=y=z", "a(x=y=z)"},
    };
    char got[512];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        spell(put(rows[i][0]), got);
        assert_string_equal(got, rows[i][1]);
    }
}

static void cut_anywhere(void **state)
{
    (void)state;
    static const char text[] = "a; b=\"c\\\", d\" ; e , permessage-deflate; client_max_window_bits=\"10\"; x=\"";
    char got[512];
    for (size_t n = 0; n < sizeof text; n++)
        spell(page_put(&page, bytes_of(text, n)), got);
}

/* "client no/bits server no/bits", 0 for a value that is not there, - when it is not given; "!" and the culprit. */
static void expect_terms(const char *parameters, bool answer, const char *wanted)
{
    char got[128];
    size_t n = 0;
    struct deflate_terms t = extension_deflate_terms(put(parameters), answer);
    for (int d = 0; d < 2; d++)
        n += (size_t)snprintf(got + n, sizeof got - n, t.bits_given[d] ? "%s%d " : "%s- ",
                              t.no_context_takeover[d] ? "n" : "", t.bits[d]);
    if (t.invalid)
        snprintf(got + n, sizeof got - n, "!%.*s", (int)t.culprit.length, (const char *)t.culprit.data);
    assert_string_equal(got, wanted);
}

static void terms_of_an_offer(void **state)
{
    (void)state;
    expect_terms("", false, "- - ");
    expect_terms("client_no_context_takeover", false, "n- - ");
    expect_terms("server_no_context_takeover", false, "- n- ");
    expect_terms("client_max_window_bits", false, "0 - ");
    expect_terms("client_max_window_bits=8; server_max_window_bits=15", false, "8 15 ");
    expect_terms("server_max_window_bits", false, "- 0 !server_max_window_bits");
    expect_terms("server_max_window_bits=7", false, "- 0 !server_max_window_bits");
    expect_terms("client_max_window_bits=16", false, "0 - !client_max_window_bits");
    expect_terms("client_max_window_bits=", false, "0 - !client_max_window_bits");
    expect_terms("client_max_window_bits=10; client_max_window_bits=10", false, "10 - !client_max_window_bits");
    expect_terms("x; y", false, "- - !x");
    expect_terms("client_no_context_takeover=\"\"", false, "n- - !client_no_context_takeover");
}

static void terms_of_an_answer(void **state)
{
    (void)state;
    expect_terms("client_max_window_bits", true, "0 - !client_max_window_bits");
    expect_terms("client_max_window_bits=\"9\"; server_no_context_takeover", true, "9 n- ");
}

/* Every number of bits from 0 to 99 in every place. */
static void bits(void **state)
{
    (void)state;
    for (int n = 0; n < 100; n++) {
        char text[64];
        for (int d = 0; d < 2; d++) {
            snprintf(text, sizeof text, "%s_max_window_bits=%d", d == 0 ? "client" : "server", n);
            struct deflate_terms t = extension_deflate_terms(put(text), true);
            assert_true(t.bits_given[d] && !t.bits_given[!d]);
            assert_int_equal(t.invalid, n < 8 || n > 15);
            assert_int_equal(t.bits[d], n < 8 || n > 15 ? 0 : n);
        }
    }
}

/* RFC 7692 7.1.1, 7.1.2: NULL where the offer allows the answer, else the parameter that it does not. */
static void answers_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *offer, *answer, *culprit;
    } rows[] = {
        {"", "", NULL},
        {"", "server_no_context_takeover; client_no_context_takeover", NULL},
        {"", "server_max_window_bits=8", NULL},
        {"", "client_max_window_bits=15", "client_max_window_bits"},
        {"client_max_window_bits", "client_max_window_bits=8", NULL},
        {"client_max_window_bits", "", NULL},
        {"client_max_window_bits=10", "client_max_window_bits=10", NULL},
        {"client_max_window_bits=10", "client_max_window_bits=11", "client_max_window_bits"},
        {"client_no_context_takeover", "", NULL},
        {"server_no_context_takeover", "server_no_context_takeover", NULL},
        {"server_no_context_takeover", "", "server_no_context_takeover"},
        {"server_max_window_bits=10", "server_max_window_bits=10", NULL},
        {"server_max_window_bits=10", "server_max_window_bits=9", NULL},
        {"server_max_window_bits=10", "server_max_window_bits=11", "server_max_window_bits"},
        {"server_max_window_bits=10", "", "server_max_window_bits"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct deflate_terms offer = extension_deflate_terms(bytes_text(rows[i].offer), false);
        struct deflate_terms answer = extension_deflate_terms(bytes_text(rows[i].answer), true);
        const char *culprit = NULL;
        bool allowed = extension_deflate_allowed(&offer, &answer, &culprit);
        assert_int_equal(allowed, rows[i].culprit == NULL);
        if (!allowed)
            assert_string_equal(culprit, rows[i].culprit);
    }
}

static void terms_of_deflate_frame(void **state)
{
    (void)state;
    struct deflate_frame_terms t = extension_deflate_frame_terms(put(""));
    assert_true(!t.no_context_takeover && t.bits == 15);
    t = extension_deflate_frame_terms(put("no_context_takeover; max_window_bits=8"));
    assert_true(t.no_context_takeover && t.bits == 8);
    t = extension_deflate_frame_terms(put("max_window_bits=16; x"));
    assert_true(!t.no_context_takeover && t.bits == 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grammar),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(terms_of_an_offer),
        cmocka_unit_test(terms_of_an_answer),
        cmocka_unit_test(bits),
        cmocka_unit_test(answers_allowed),
        cmocka_unit_test(terms_of_deflate_frame),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
