/*
 * Searching in a payload that is shown as lines: a match that the width broke is found, in the line that it begins in; nothing is passed
 * over, in either direction; lines are the same in whatever order they are asked for.
 */
#include "dissector/base/bytes.h"
#include "tests/support/random.h"
#include "ui/document_search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct pattern *compile(const char *text)
{
    size_t at;
    char message[128];
    struct pattern *p = pattern_compile(bytes_text(text), &at, message, sizeof message);
    assert_non_null(p);
    return p;
}

static void open_all(struct document *d, struct wsd_bytes bytes, enum document_mode mode, unsigned width)
{
    document_set(d, bytes, mode, width);
    while (document_work(d, 100))
        ;
}

static bool begins(struct document *d, uint64_t number, const struct pattern *p)
{
    struct document_line line;
    struct document_match matches[DOCUMENT_MATCHES];
    document_line(d, number, &line);
    size_t count = document_matches(d, &line, p, matches), shown = 0;
    for (size_t i = 0; i < line.pieces; i++)
        shown += line.piece[i].bytes.length;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        assert_true(matches[i].from <= matches[i].to && matches[i].to <= shown);
        any = any || matches[i].begins;
    }
    return any;
}

static void wants_lines(const char *text, enum document_mode mode, unsigned width, const char *pattern,
                        const char *wanted)
{
    struct document d = {0};
    struct pattern *p = compile(pattern);
    char found[256] = "";
    open_all(&d, bytes_text(text), mode, width);
    for (uint64_t i = 0; i < d.lines; i++)
        if (begins(&d, i, p))
            found[strlen(found)] = (char)('0' + i);
    assert_string_equal(found, wanted);
    document_free(&d);
    pattern_free(p);
}

static void a_broken_line_goes_on(void **state)
{
    (void)state;
    wants_lines("abcdefghijklmnop\nxy\n", DOCUMENT_TEXT, 10, "ijkl", "0");
    wants_lines("abcdefghijklmnop\nxy\n", DOCUMENT_TEXT, 10, "kl", "1");
    wants_lines("abcdefghijklmnop\nxy\n", DOCUMENT_TEXT, 10, "op.?xy", "");  /* not beyond a line feed */
    wants_lines("abcdefghijklmnop\nxy\n", DOCUMENT_TEXT, 10, "^[klx]", "2"); /* which alone begins a line */
    wants_lines("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\na", DOCUMENT_TEXT, 10, "a+", "03");
    wants_lines("[\"abcdefghijklmnop\",1]", DOCUMENT_JSON, 10, "fghi", "1");
    wants_lines("[\"abcdefghijklmnop\",1]", DOCUMENT_JSON, 10, "p\",", "3");
    wants_lines("{\"id\":5,\"a\":[5]}", DOCUMENT_JSON, 80, "\"id\": 5", "1"); /* as it is shown */
    wants_lines("0123456789abcdef0123", DOCUMENT_HEX, 16, "ef01", "0");
}

enum { LENGTH = 200 * 1000 };

/* A search that passes stretches over finds what one line by line finds. */
static void nothing_is_passed_over(void **state)
{
    static const enum document_mode modes[] = {DOCUMENT_TEXT, DOCUMENT_HEX, DOCUMENT_JSON};
    static const char *const patterns[] = {"needle", "nee.*dle", "^n", "[^x]eed", "\"key\": \"", "(?=le)"};
    uint64_t random = 7;
    char *text = malloc(LENGTH);
    (void)state;
    for (size_t round = 0; round < 24; round++) {
        struct document d = {0};
        struct pattern *p = compile(patterns[round % (sizeof patterns / sizeof *patterns)]);
        enum document_mode mode = modes[round % 3];
        memset(text, 'x', LENGTH);
        for (int i = 0; i < 12; i++) {
            size_t at = random_below(&random, LENGTH - 20);
            memcpy(text + at, i % 3 == 0 ? "\"needle\"" : i % 3 == 1 ? "needle\n" : "nee\\\"dle", 7);
        }
        if (mode == DOCUMENT_JSON) {
            memcpy(text, "{\"key\":\"", 8);
            memcpy(text + LENGTH / 2, "\",\"key\" : \"", 11);
        }
        open_all(&d, (struct wsd_bytes){(uint8_t *)text, LENGTH}, mode,
                 mode == DOCUMENT_HEX ? 16 : 40 + (unsigned)round);
        for (int direction = -1; direction <= 1; direction += 2) {
            uint64_t number = direction > 0 ? 0 : d.lines - 1, seen = number;
            size_t tested = 0;
            while (number < d.lines) {
                struct document_line line;
                for (; seen != number; seen += (uint64_t)direction)
                    assert_false(begins(&d, seen, p)); /* one that was passed over */
                if (begins(&d, number, p))
                    tested = 0;
                document_line(&d, number, &line);
                if (number == 0 && direction < 0)
                    break;
                uint64_t next = document_skip(&d, number, &line, p, direction, &tested);
                assert_true(direction > 0 ? next > number : next < number);
                seen = number + (uint64_t)direction;
                number = next;
            }
        }
        document_free(&d);
        pattern_free(p);
    }
    free(text);
}

/* Where there is nothing, a long text costs a few looks. */
static void stretches_are_passed_over(void **state)
{
    struct document d = {0};
    struct pattern *p = compile("needle");
    char *text = malloc(LENGTH);
    uint64_t number = 0, steps = 0;
    size_t tested = 0;
    (void)state;
    memset(text, 'x', LENGTH);
    memcpy(text + LENGTH / 2, "needle", 6);
    open_all(&d, (struct wsd_bytes){(uint8_t *)text, LENGTH}, DOCUMENT_TEXT, 40);
    for (struct document_line line; !begins(&d, number, p); steps++) {
        document_line(&d, number, &line);
        number = document_skip(&d, number, &line, p, 1, &tested);
    }
    assert_int_equal(number, LENGTH / 2 / 40);
    assert_true(steps < 1000);
    document_free(&d);
    pattern_free(p);
    free(text);
}

static void lines_are_the_same_in_any_order(void **state)
{
    static const char text[] =
        "{\"a\":[1,2,{\"b\":\"a long string that is broken more than once, since it is long\"}],\"c\":null}";
    struct document d = {0}, other = {0};
    uint64_t random = 3;
    (void)state;
    open_all(&d, bytes_text(text), DOCUMENT_JSON, 12);
    open_all(&other, bytes_text(text), DOCUMENT_JSON, 12);
    for (int i = 0; i < 500; i++) {
        struct document_line a, b;
        uint64_t number = i < 100 ? d.lines - 1 - (uint64_t)i % d.lines : random_below(&random, d.lines);
        document_line(&d, number, &a);
        document_set(&other, other.bytes, DOCUMENT_JSON, 12);
        while (document_work(&other, 100))
            ;
        document_line(&other, number, &b);
        assert_int_equal(a.offset, b.offset);
        assert_int_equal(a.length, b.length);
        assert_int_equal(a.pieces, b.pieces);
    }
    document_free(&d);
    document_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_line_goes_on),
        cmocka_unit_test(nothing_is_passed_over),
        cmocka_unit_test(stretches_are_passed_over),
        cmocka_unit_test(lines_are_the_same_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
