/*
 * ui_compare_test.c: what differs between two payloads (src/ui/compare.h), and that nothing but that is told.
 */
#include "ui/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct wsd_bytes bytes(const char *text)
{
    return (struct wsd_bytes){(const uint8_t *)text, strlen(text)};
}

/* Each line as "SIGN PATH:A>B;". */
static void differs(const char *a, const char *b, const char *expected)
{
    struct compare c;
    char told[1024] = "";
    assert_int_equal(compare_make(&c, bytes(a), true, bytes(b), true), 0);
    for (size_t i = 0; i < c.count; i++) {
        const struct compare_line *l = &c.lines[i];
        size_t length = strlen(told);
        snprintf(told + length, sizeof told - length, "%c%s:%.*s>%.*s;", " ~-+"[l->kind],
                 l -> path != NULL ? l -> path : "", (int)l->a.length, (const char *)l->a.data, (int)l->b.length,
                 (const char *)l->b.data);
    }
    compare_free(&c);
    assert_string_equal(told, expected);
}

static void json_by_structure(void **state)
{
    (void)state;
    differs("{\"a\":1,\"b\":2}", "{ \"b\" : 2, \"a\" : 1 }", "");
    differs("{\"a\":1}", "{\"a\":1.0}", "~a:1>1.0;");
    differs("{\"a\":{\"b\":[1,2,3]}}", "{\"a\":{\"b\":[1,5]}}", "~a.b[1]:2>5;-a.b[2]:3>;");
    differs("{\"x\":null}", "{\"y\":null}", "-x:null>;+y:>null;");
    differs("{\"x\":[1]}", "{\"x\":{\"0\":1}}", "~x:[1]>{\"0\":1};");
    differs("[1]", "{}", "~(all):[1]>{};");
    differs("{\"k\":1,\"k\":2}", "{\"k\":1,\"k\":3}", "~k:2>3;");
    differs("{\"a\":", "{\"a\":1}", "~(all):{\"a\":>{\"a\":1};");
}

static void text_by_lines(void **state)
{
    (void)state;
    differs("one\ntwo\nthree", "one\nthree\nfour", " :one>;-:two>; :three>;+:>four;");
    differs("same\n", "same\n", " :same>;");
    differs("", "x", "+:>x;");
}

static void bytes_by_rows(void **state)
{
    static const uint8_t a[40] = {1}, b[40] = {[20] = 7};
    struct compare c;
    (void)state;
    assert_int_equal(compare_make(&c, (struct wsd_bytes){a, 40}, false, (struct wsd_bytes){b, 33}, false), 0);
    assert_int_equal(c.how, COMPARE_BYTES);
    assert_int_equal(c.differences, 3);
    assert_int_equal(c.count, 6);
    assert_int_equal(c.lines[2].offset, 16);
    assert_int_equal(c.lines[2].kind, COMPARE_REMOVED);
    compare_free(&c);
}

/* Deep nesting ends, and what is too long is cut and says so. */
static void ceilings(void **state)
{
    static char deep[2][3000], large[COMPARE_MOST + 10];
    struct compare c;
    (void)state;
    for (int i = 0; i < 2; i++) {
        memset(deep[i], '[', 1000);
        deep[i][1000] = (char)('1' + i);
        memset(deep[i] + 1001, ']', 1000);
    }
    assert_int_equal(compare_make(&c, bytes(deep[0]), true, bytes(deep[1]), true), 0);
    assert_int_equal(c.count, 1);
    compare_free(&c);
    memset(large, '\n', sizeof large - 1);
    assert_int_equal(compare_make(&c, bytes(large), true, bytes("x"), true), 0);
    assert_true(c.cut);
    assert_int_equal(c.count, COMPARE_LINES);
    compare_free(&c);
}

/* What differs far behind in long messages is seen, and what does not differ at all is not called perhaps different. */
static void long_messages(void **state)
{
    enum { LENGTH = 5 * 1000 * 1000 };
    char *a = calloc(1, LENGTH), *b = calloc(1, LENGTH);
    struct compare c;
    (void)state;
    memset(a, 'x', LENGTH);
    for (int i = 79; i < LENGTH; i += 80)
        a[i] = '\n';
    memcpy(b, a, LENGTH);
    struct wsd_bytes left = {(uint8_t *)a, LENGTH}, right = {(uint8_t *)b, LENGTH};
    assert_int_equal(compare_make(&c, left, true, right, true), 0);
    assert_int_equal(c.differences, 0);
    assert_false(c.cut);
    compare_free(&c);
    b[4000000] = 'y';
    assert_int_equal(compare_make(&c, left, true, right, true), 0);
    assert_int_equal(c.differences, 2);
    assert_int_equal(c.how, COMPARE_TEXT);
    assert_true(c.from > 3990000 && c.from < 4000000 && c.from % 80 == 0);
    compare_free(&c);
    assert_int_equal(compare_make(&c, left, false, right, false), 0);
    assert_int_equal(c.differences, 1);
    assert_int_equal(c.from % 16, 0);
    for (size_t i = 0; i < c.count; i++)
        if (c.lines[i].kind != COMPARE_SAME)
            assert_int_equal(c.lines[i].offset, 4000000);
    compare_free(&c);
    right.length = 4000000 - 10; /* the beginning of the other */
    assert_int_equal(compare_make(&c, left, false, right, false), 0);
    assert_true(c.differences > 0);
    assert_true(c.from > 0);
    compare_free(&c);
    free(a);
    free(b);
}

/* A hundred thousand members of one name cost no more than others. */
static void repeated_members(void **state)
{
    enum { MEMBERS = 100000 };
    char *a = malloc(MEMBERS * 6 + 16), *b = malloc(MEMBERS * 6 + 16);
    struct compare c;
    size_t n = 1;
    (void)state;
    a[0] = '{';
    for (int i = 0; i < MEMBERS; i++, n += 6)
        memcpy(a + n, "\"k\":1,", 6);
    memcpy(a + n - 1, "}", 2);
    memcpy(b, a, n + 1);
    b[n - 2] = '2';
    assert_int_equal(compare_make(&c, bytes(a), true, bytes(b), true), 0);
    assert_int_equal(c.how, COMPARE_JSON);
    assert_int_equal(c.differences, 1);
    compare_free(&c);
    free(a);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_by_structure), cmocka_unit_test(text_by_lines), cmocka_unit_test(bytes_by_rows),
        cmocka_unit_test(ceilings),          cmocka_unit_test(long_messages), cmocka_unit_test(repeated_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
