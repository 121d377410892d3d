/*
 * base_utf8_test.c: UTF-8 against a slow reference made from the definition: every code point, every edge of RFC 3629, every
 * split, and the fast path for ASCII at every length and offset.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "support/random.h"
#include "support/utf8_reference.h"

#include <stdlib.h>

/* The whole text at once, then in two pieces at every place, then byte by byte: always the same answer. Each piece ends
 * where its memory ends, so that reading on would be seen. */
static void check(const uint8_t *bytes, size_t n)
{
    size_t expected = reference_impossible(bytes, n);
    bool valid = reference_whole(bytes, n) == n;
    for (size_t split = 0; split <= n; split++) {
        struct utf8 s = {0};
        uint8_t *a = malloc(split + 1), *b = malloc(n - split + 1);
        assert_non_null(a);
        assert_non_null(b);
        memcpy(a + 1, bytes, split);
        memcpy(b + 1, bytes + split, n - split);
        size_t at = utf8_check(&s, a + 1, split);
        if (at == split)
            at += utf8_check(&s, b + 1, n - split);
        free(a);
        free(b);
        if (at != expected || (at == n && utf8_whole(&s) != valid))
            fail_msg("split at %zu of %zu: %zu, not %zu", split, n, at, expected);
    }
    struct utf8 s = {0};
    size_t at = 0;
    while (at < n && utf8_check(&s, bytes + at, 1) == 1)
        at++;
    assert_int_equal(at, expected);
    assert_int_equal(utf8_valid(bytes_of(bytes, n)), valid);
}

static void every_code_point(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        uint8_t form[4];
        size_t n = reference_encode(c, form);
        if (n == 0)
            continue;
        struct utf8 s = {0};
        if (utf8_check(&s, form, n) != n || !utf8_whole(&s))
            fail_msg("U+%04X", (unsigned)c);
        for (size_t i = 1; i < n; i++) {
            s = (struct utf8){0};
            if (utf8_check(&s, form, i) != i || utf8_whole(&s))
                fail_msg("the first %zu bytes of U+%04X", i, (unsigned)c);
        }
    }
}

/* All texts of one and two bytes, and of three and four where each byte is one of those at which RFC 3629 changes. */
static void every_edge(void **state)
{
    (void)state;
    static const uint8_t edges[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
                                    0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFE, 0xFF};
    const size_t count = sizeof edges;
    for (uint32_t i = 0; i < 65536; i++) {
        uint8_t text[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        struct utf8 s = {0};
        if (utf8_check(&s, text, 2) != reference_impossible(text, 2))
            fail_msg("%02x %02x", text[0], text[1]);
    }
    for (size_t i = 0; i < count * count * count * count; i++) {
        uint8_t text[4] = {edges[i / count / count / count], edges[i / count / count % count], edges[i / count % count],
                           edges[i % count]};
        struct utf8 s = {0};
        if (utf8_check(&s, text, 4) != reference_impossible(text, 4))
            fail_msg("%02x %02x %02x %02x", text[0], text[1], text[2], text[3]);
    }
}

/* What must never pass, by name. The number is where it becomes impossible. */
static void known_bad_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
    } bad[] = {
        {"\x80", 0},             /* a continuation byte alone */
        {"\xC0\x80", 0},         /* NUL, overlong */
        {"\xC1\xBF", 0},         /* U+007F, overlong */
        {"\xE0\x9F\xBF", 1},     /* U+07FF, overlong */
        {"\xF0\x8F\xBF\xBF", 1}, /* U+FFFF, overlong */
        {"\xED\xA0\x80", 1},     /* U+D800 */
        {"\xED\xBF\xBF", 1},     /* U+DFFF */
        {"\xF4\x90\x80\x80", 1}, /* U+110000 */
        {"\xF5\x80\x80\x80", 0}, /* above */
        {"\xFF", 0},
        {"a\xC3(", 2},           /* cut by an ASCII character */
        {"\xE2\x82\xC3\xA9", 2}, /* cut by another character */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct wsd_bytes b = bytes_text(bad[i].text);
        struct utf8 s = {0};
        assert_int_equal(utf8_check(&s, b.data, b.length), bad[i].at);
        check(b.data, b.length);
    }
}

/* The fast path for ASCII reads 16 bytes at a time and its tail by a load that overlaps: one byte that is not ASCII at
 * each place of each length. */
static void ascii_runs_of_every_length(void **state)
{
    (void)state;
    static const uint8_t odd[] = {0x80, 0xC3, 0xFF, 0xE2};
    for (size_t n = 0; n <= 64; n++) {
        uint8_t text[64];
        for (size_t i = 0; i < n; i++)
            text[i] = (uint8_t)(i % 0x60 + 0x20);
        check(text, n);
        for (size_t place = 0; place < n; place++) {
            uint8_t was = text[place];
            for (size_t k = 0; k < sizeof odd; k++) {
                text[place] = odd[k];
                struct utf8 s = {0};
                uint8_t *exact = malloc(n);
                assert_non_null(exact);
                memcpy(exact, text, n);
                if (utf8_check(&s, exact, n) != reference_impossible(text, n))
                    fail_msg("byte %02x at %zu of %zu", odd[k], place, n);
                free(exact);
            }
            text[place] = was;
        }
    }
}

/* Characters of all sizes between runs of ASCII of all lengths, sometimes damaged. */
static void random_texts(void **state)
{
    (void)state;
    uint64_t random = 42;
    for (int turn = 0; turn < 1500; turn++) {
        uint8_t text[80];
        size_t n = 0;
        while (n < 72) {
            static const uint32_t most[] = {0x80, 0x800, 0x10000, 0x110000};
            uint8_t form[4] = {0};
            size_t size = reference_encode(random_below(&random, most[random_below(&random, 4)]), form);
            memcpy(text + n, form, size);
            n += size;
            for (uint32_t run = random_below(&random, 20); run > 0 && n < 72; run--)
                text[n++] = 'a';
        }
        if (turn % 2)
            text[random_below(&random, (uint32_t)n)] = (uint8_t)random_next(&random);
        check(text, n);
    }
}

/* A text cut anywhere is cut back to whole characters. */
static void border_of_every_cut(void **state)
{
    (void)state;
    static const char text[] = "a\xC3\xA9"
                               "b\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\xEF\xBF\xBF"
                               "zz";
    for (size_t n = 0; n < sizeof text; n++)
        assert_int_equal(utf8_border(bytes_of(text, n)), reference_whole((const uint8_t *)text, n));
    assert_int_equal(utf8_border((struct wsd_bytes){NULL, 0}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point), cmocka_unit_test(every_edge),
        cmocka_unit_test(known_bad_texts),  cmocka_unit_test(ascii_runs_of_every_length),
        cmocka_unit_test(random_texts),     cmocka_unit_test(border_of_every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
