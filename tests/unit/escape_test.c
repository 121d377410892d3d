/*
 * Escaping for terminals: nothing that could move a cursor, hide, or turn text around comes out raw, whatever goes in.
 */
#include "base/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct wsd_bytes bytes(const char *text)
{
    return (struct wsd_bytes){(const uint8_t *)text, strlen(text)};
}

static void expect(const char *in, enum escape_charset charset, const char *wanted)
{
    char out[256];
    struct escaped done = escape_text(out, sizeof out, SIZE_MAX, bytes(in), charset);
    assert_string_equal(out, wanted);
    assert_int_equal(done.used, strlen(in));
    assert_int_equal(done.length, strlen(wanted));
}

static void escapes_by_kind(void **state)
{
    (void)state;
    expect("plain \\ \"text\"", ESCAPE_UTF8, "plain \\ \"text\"");
    expect("a\nb\rc\td", ESCAPE_UTF8, "a\\nb\\rc\\td");
    expect("\x1b[2J\x7f\x01", ESCAPE_UTF8, "\\x1b[2J\\x7f\\x01");
    expect("\u00e9\u4e2d\U0001f600", ESCAPE_UTF8, "\u00e9\u4e2d\U0001f600");
    expect("\u00e9\u4e2d\U0001f600", ESCAPE_ASCII, "\\u{e9}\\u{4e2d}\\u{1f600}");
    expect("\u202e\u200b\ufeff\u2066", ESCAPE_UTF8, "\\u{202e}\\u{200b}\\u{feff}\\u{2066}");
    expect("\xc2\x9b"
           "2J",
           ESCAPE_UTF8, "\\u{9b}2J");
    expect("\x9b\xff\xc3", ESCAPE_UTF8, "\\x9b\\xff\\xc3");
    expect("\xc0\x9b\xe0\x80\x9b\xed\xa0\x80", ESCAPE_UTF8, "\\xc0\\x9b\\xe0\\x80\\x9b\\xed\\xa0\\x80");
    expect("\xf4\x90\x80\x80", ESCAPE_UTF8, "\\xf4\\x90\\x80\\x80");
}

/* Every character there is comes out visible, or as ASCII. */
static void every_character(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        uint8_t in[4];
        size_t n = 0;
        if (c < 0x80) {
            in[n++] = (uint8_t)c;
        } else if (c < 0x800) {
            in[n++] = (uint8_t)(0xC0 | c >> 6);
        } else if (c < 0x10000) {
            in[n++] = (uint8_t)(0xE0 | c >> 12);
            in[n++] = (uint8_t)(0x80 | (c >> 6 & 63));
        } else {
            in[n++] = (uint8_t)(0xF0 | c >> 18);
            in[n++] = (uint8_t)(0x80 | (c >> 12 & 63));
            in[n++] = (uint8_t)(0x80 | (c >> 6 & 63));
        }
        if (c >= 0x80)
            in[n++] = (uint8_t)(0x80 | (c & 63));
        char out[64];
        struct escaped done = escape_text(out, sizeof out, SIZE_MAX, (struct wsd_bytes){in, n}, ESCAPE_UTF8);
        bool raw = done.length == n && memcmp(out, in, n) == 0;
        bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        assert_int_equal(raw, !control && !surrogate && !escape_hidden(c));
        assert_true(done.used == n);
        for (size_t i = 0; !raw && i < done.length; i++)
            assert_true(out[i] >= 0x20 && out[i] < 0x7F);
    }
}

static void hidden_are_known(void **state)
{
    (void)state;
    static const uint32_t list[] = {0xAD,   0x61C,  0x180E, 0x200B, 0x200C, 0x200D,  0x200E,  0x200F,  0x2028,
                                    0x2029, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069,  0x3164,  0xFE0F,  0xFEFF,
                                    0xFFF9, 0xFFFE, 0xFFFF, 0x85,   0x9B,   0xE0041, 0x1FFFE, 0x10FFFF};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        assert_true(escape_hidden(list[i]));
    assert_false(escape_hidden('a'));
    assert_false(escape_hidden(0xE9));
    assert_false(escape_hidden(0x4E2D));
}

/* Neither a character nor an escape is cut, whatever the room. */
static void bounds(void **state)
{
    (void)state;
    struct wsd_bytes in = bytes("ab\x1b\u4e2d\u202ez");
    for (size_t size = 1; size < 40; size++) {
        for (size_t columns = 0; columns < 30; columns++) {
            char *out = malloc(size);
            struct escaped done = escape_text(out, size, columns, in, ESCAPE_UTF8);
            assert_true(done.length < size);
            assert_true(done.columns <= columns);
            assert_int_equal(strlen(out), done.length);
            const char *whole = "ab\\x1b\u4e2d\\u{202e}z";
            assert_memory_equal(out, whole, done.length);
            free(out);
        }
    }
    char out[8];
    assert_int_equal(escape_text(out, sizeof out, 1, bytes("\u4e2d"), ESCAPE_UTF8).used, 0);
    assert_int_equal(escape_text(out, sizeof out, 2, bytes("\u4e2d"), ESCAPE_UTF8).columns, 2);
    assert_int_equal(escape_text(out, sizeof out, 1, bytes("e\u0301"), ESCAPE_UTF8).used, 3);
    assert_int_equal(escape_text(out, sizeof out, 9, (struct wsd_bytes){NULL, 0}, ESCAPE_UTF8).length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_by_kind),
        cmocka_unit_test(every_character),
        cmocka_unit_test(hidden_are_known),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
