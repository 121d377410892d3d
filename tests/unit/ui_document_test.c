/*
 * JSON tokens, and payloads as lines.
 */
#include "dissector/base/json_token.h"
#include "ui/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct wsd_bytes text(const char *s)
{
    return (struct wsd_bytes){(const uint8_t *)s, strlen(s)};
}

/* All lines as text, with their indent. */
static char shown[8192];
static const char *all_lines(struct document *d)
{
    size_t n = 0;
    while (document_work(d, 3))
        ;
    for (uint64_t i = 0; i < d->lines; i++) {
        struct document_line line;
        document_line(d, i, &line);
        n += (size_t)snprintf(shown + n, sizeof shown - n, "%*s", (int)line.indent, "");
        for (size_t p = 0; p < line.pieces; p++)
            n += (size_t)snprintf(shown + n, sizeof shown - n, "%.*s", (int)line.piece[p].bytes.length,
                                  (const char *)line.piece[p].bytes.data);
        n += (size_t)snprintf(shown + n, sizeof shown - n, "\n");
    }
    shown[n] = 0;
    return shown;
}

static void check(const char *in, enum document_mode mode, unsigned width, const char *wanted)
{
    struct document d = {0};
    document_set(&d, text(in), mode, width);
    assert_string_equal(all_lines(&d), wanted);
    document_free(&d);
}

static void json_gets_structure(void **state)
{
    (void)state;
    check("{\"b\":1.50,\"a\":[1,2 , {}],\"c\":\"x\\\"y\"}", DOCUMENT_JSON, 80,
          "{\n  \"b\": 1.50,\n  \"a\": [\n    1,\n    2,\n    {}\n  ],\n  \"c\": \"x\\\"y\"\n}\n");
    check(" [ ] ", DOCUMENT_JSON, 80, "[]\n");
    check("[12345678901234567890, 1e400, -0]", DOCUMENT_JSON, 80, "[\n  12345678901234567890,\n  1e400,\n  -0\n]\n");
    check("{\"a\":{\"b\":[true,null]},\"c\":{}}", DOCUMENT_JSON, 80,
          "{\n  \"a\": {\n    \"b\": [\n      true,\n      null\n    ]\n  },\n  \"c\": {}\n}\n");
}

static void broken_json_ends(void **state)
{
    (void)state;
    check("{\"a\":[1,", DOCUMENT_JSON, 80, "{\n  \"a\": [\n    1,\n");
    check("{\"a\":\"unfinis", DOCUMENT_JSON, 80, "{\n  \"a\": \"unfinis\n");
    check("]]}}", DOCUMENT_JSON, 80, "]\n]\n}\n}\n");
    check("{,,:@ 1 2}", DOCUMENT_JSON, 80, "{\n  ,,\n  :\n  @\n  1\n  2\n}\n");
}

static void long_lines_are_broken(void **state)
{
    (void)state;
    check("abcdefghijklmnop\nxy\r\n\n", DOCUMENT_TEXT, 10, "abcdefghij\nklmnop\nxy\n\n");
    check("[\"abcdefghijklmnop\",1]", DOCUMENT_JSON, 10, "[\n  \"abcdefg\n  hijklmno\n  p\",\n  1\n]\n");
}

/* Whatever comes, every byte that is no blank is shown once, at every width. */
static void nothing_is_lost(void **state)
{
    static const char *const inputs[] = {
        "{\"key\":\"a \\\\ long \\\" string with \\u00e9\",\"n\":[1,22,333,{\"x\":{}}],\"e\":[]}", "{\"a\":tru,\"b\"}",
        "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", "\"\\", "{\"a\":\"\\"};
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        for (unsigned width = 8; width < 50; width++) {
            struct document d = {0};
            document_set(&d, text(inputs[i]), DOCUMENT_JSON, width);
            const char *got = all_lines(&d), *in = inputs[i];
            for (; *in != 0; in++) {
                if (*in == ' ')
                    continue;
                while (*got == ' ' || *got == '\n')
                    got++;
                assert_int_equal(*got, *in);
                got++;
            }
            document_free(&d);
        }
    }
}

/* What a line shows is again what stands there, byte for byte, but for blanks and what was put between. */
static size_t check_line(const struct wsd_bytes *in, size_t at, const struct document_line *line)
{
    for (size_t p = 0; p < line->pieces; p++) {
        const struct piece *piece = &line->piece[p];
        if (piece->bytes.data < in->data || piece->bytes.data >= in->data + in->length) {
            assert_memory_equal(piece->bytes.data, ": ", 2);
            at += in->data[at] == ':';
            continue;
        }
        while (in->data[at] == ' ')
            at++;
        assert_ptr_equal(piece->bytes.data, in->data + at);
        at += piece->bytes.length;
    }
    return at;
}

/* Tokens of megabytes take no longer than as many bytes in short ones: else this would not end. */
static void long_tokens_go_on(void **state)
{
    enum { LONG = 3 << 20 };
    char *big = malloc(2 * LONG);
    size_t n = 0, at = 0;
    struct document d = {0};
    struct document_line line = {0};
    (void)state;
    assert_non_null(big);
    n += (size_t)snprintf(big, 64, "{\"image\": \"");
    for (unsigned i = 0; i < LONG; i++)
        big[n++] = i % 3 == 0 ? '\\' : i % 3 == 1 ? '"' : 'x';
    n += (size_t)snprintf(big + n, 64, "\", \"n\": ");
    memset(big + n, '7', LONG / 4);
    n += LONG / 4;
    n += (size_t)snprintf(big + n, 64, ", \"");
    memset(big + n, 'k', 5000); /* a long key */
    n += 5000;
    n += (size_t)snprintf(big + n, 64, "\": true, \"last\": [1,2], \"open\": \"%s", "and it ends");
    struct wsd_bytes in = {(uint8_t *)big, n};
    document_set(&d, in, DOCUMENT_JSON, 80);
    while (document_work(&d, 1000))
        ;
    for (uint64_t i = 0; i < d.lines; i++) {
        document_line(&d, i, &line);
        at = check_line(&in, at, &line);
    }
    assert_int_equal(at, n);
    assert_memory_equal(line.piece[line.pieces - 1].bytes.data, "\"and it ends", 12);
    document_fold(&d, 0); /* all of it */
    while (document_work(&d, 1000))
        ;
    assert_int_equal(d.lines, 1);
    document_line(&d, 0, &line);
    assert_string_equal(line.fold_text, " 5 members ");
    document_free(&d);
    free(big);
}

static void folding(void **state)
{
    struct document d = {0};
    (void)state;
    document_set(&d, text("{\"a\":[1,2,3],\"b\":{\"c\":{}}}"), DOCUMENT_JSON, 80);
    all_lines(&d);
    document_fold(&d, 5);
    assert_string_equal(all_lines(&d), "{\n  \"a\": [ 3 elements ],\n  \"b\": {\n    \"c\": {}\n  }\n}\n");
    document_fold(&d, 5);
    assert_int_equal(d.fold_count, 0);
    document_fold_all(&d);
    assert_string_equal(all_lines(&d), "{\n  \"a\": [ 3 elements ],\n  \"b\": { 1 member }\n}\n");
    document_fold_all(&d);
    assert_int_equal(d.fold_count, 0);
    assert_int_equal(document_find(&d, 0), 0);
    document_free(&d);
}

/* A line far down is found by its byte, and the other way round. */
static void lines_and_bytes(void **state)
{
    char *big = malloc(200000);
    size_t n = 0;
    struct document d = {0};
    (void)state;
    assert_non_null(big);
    big[n++] = '[';
    for (int i = 0; n < 190000; i++)
        n += (size_t)snprintf(big + n, 32, "%s{\"i\":%d}", i > 0 ? "," : "", i);
    big[n++] = ']';
    document_set(&d, (struct wsd_bytes){(uint8_t *)big, n}, DOCUMENT_JSON, 60);
    assert_true(document_work(&d, 100)); /* a slice */
    while (document_work(&d, 1000))
        ;
    for (uint64_t line = 0; line < d.lines; line += 997) {
        struct document_line l;
        document_line(&d, line, &l);
        assert_int_equal(document_find(&d, l.offset), line);
    }
    document_free(&d);
    free(big);
}

static void what_is_json(void **state)
{
    uint64_t members;
    (void)state;
    assert_true(json_looks_like(text("{\"a\":1}")));
    assert_true(json_looks_like(text("[1,2")));
    assert_true(json_looks_like(text("  [")));
    assert_false(json_looks_like(text("hello")));
    assert_false(json_looks_like(text("[object Object]")));
    assert_false(json_looks_like(text("{\"a\" \"b\"}")));
    assert_false(json_looks_like(text("")));
    assert_int_equal(json_skip(text("[1,[2,3],{\"a\":1}],9"), 0, &members), 17);
    assert_int_equal(members, 3);
    assert_int_equal(json_skip(text("[]"), 0, &members), 2);
    assert_int_equal(members, 0);
}

/* What is folded away may be long: it is passed over a slice at a time, and the lines in front of it are there meanwhile. */
static void folding_takes_slices(void **state)
{
    enum { ELEMENTS = 10000 };
    static char in[ELEMENTS * 2 + 64];
    struct document d = {0};
    struct document_line line;
    unsigned slices = 0;
    (void)state;
    size_t n = (size_t)snprintf(in, sizeof in, "{\"a\":1,\"list\":[");
    for (int i = 0; i < ELEMENTS; i++, n += 2)
        memcpy(in + n, "7,", 2);
    snprintf(in + n - 1, sizeof in - n, "],\"b\":2}");
    document_set(&d, text(in), DOCUMENT_JSON, 80);
    while (document_work(&d, 1000))
        ;
    assert_int_equal(d.lines, ELEMENTS + 6);
    document_line(&d, 2, &line);
    document_fold(&d, line.bracket);
    for (; document_work(&d, 100); slices++)
        if (slices == 3)
            assert_true(d.lines == 2 && d.looked > 500 && d.looked < n);
    assert_true(slices > 10);
    assert_int_equal(d.lines, 5);
    document_line(&d, 2, &line);
    assert_true(line.folded);
    assert_string_equal(line.fold_text, " 10000 elements ");
    document_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_gets_structure),   cmocka_unit_test(broken_json_ends),
        cmocka_unit_test(long_lines_are_broken), cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(long_tokens_go_on),     cmocka_unit_test(folding),
        cmocka_unit_test(lines_and_bytes),       cmocka_unit_test(what_is_json),
        cmocka_unit_test(folding_takes_slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
