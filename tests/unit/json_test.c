/*
 * JSON text: valid whatever goes in, no control character in it, the same at every size of the memory that it drains from.
 */
#include "base/escape.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { PIECE = WRITER_STEP };

static char drained[1 << 20];
static size_t drained_length;

static void collect(void *user, const char *data, size_t length)
{
    (void)user;
    assert_true(drained_length + length < sizeof drained);
    memcpy(drained + drained_length, data, length);
    drained_length += length;
}

static struct writer collecting(char memory[PIECE])
{
    drained_length = 0;
    return (struct writer){.data = memory, .size = PIECE, .drain = collect};
}

static void ends(struct writer *w)
{
    writer_flush(w);
    drained[drained_length] = 0;
    assert_false(w->lost);
}

static struct wsd_bytes bytes(const char *text)
{
    return (struct wsd_bytes){(const uint8_t *)text, strlen(text)};
}

/* Byte by byte, by the definition: what json_string() is compared with. */
static size_t plain_string(char *out, struct wsd_bytes in)
{
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < in.length;) {
        uint32_t c;
        size_t length = escape_decode(in.data + i, in.length - i, &c);
        bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F) || (length > 0 && escape_hidden(c));
        const char *shorts = "\b\t\n\f\r", *letters = "btnfr", *at;
        if (length == 0) {
            memcpy(out + n, "\xEF\xBF\xBD", 3);
            n += 3;
            length = 1;
        } else if (c == '"' || c == '\\') {
            out[n++] = '\\';
            out[n++] = (char)c;
        } else if (c != 0 && c < 0x20 && (at = strchr(shorts, (int)c)) != NULL) {
            out[n++] = '\\';
            out[n++] = letters[at - shorts];
        } else if (control && c > 0xFFFF) {
            n += (size_t)snprintf(out + n, 13, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
                                  (unsigned)(0xDC00 | (c & 0x3FF)));
        } else if (control) {
            n += (size_t)snprintf(out + n, 7, "\\u%04x", (unsigned)c);
        } else {
            memcpy(out + n, in.data + i, length);
            n += length;
        }
        i += length;
    }
    out[n++] = '"';
    out[n] = 0;
    return n;
}

static void compare(struct wsd_bytes in)
{
    char *memory = malloc(PIECE), *wanted = malloc(in.length * 6 + 3);
    struct writer w = collecting(memory);
    json_string(&w, in);
    ends(&w);
    plain_string(wanted, in);
    assert_string_equal(drained, wanted);
    free(memory);
    free(wanted);
}

static void known_strings(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"", "\"\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"\b\t\n\v\f\r\x1b\x7f", "\"\\b\\t\\n\\u000b\\f\\r\\u001b\\u007f\""},
        {"\xc2\x85\u061c\u200e\u2028\u2029\u202e\u2066", "\"\\u0085\\u061c\\u200e\\u2028\\u2029\\u202e\\u2066\""},
        {"\U0001f469\u200d\U0001f680\ufeff\U000e0041", "\"\U0001f469\\u200d\U0001f680\\ufeff\\udb40\\udc41\""},
        {"\u00e9\u4e2d\U0001f600", "\"\u00e9\u4e2d\U0001f600\""},
        {"x\xffy\xc0\x80", "\"x\uFFFDy\uFFFD\uFFFD\""},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char memory[PIECE];
        struct writer w = collecting(memory);
        assert_int_equal(json_string(&w, bytes(pairs[i][0])), strchr(pairs[i][0], '\xff') == NULL);
        ends(&w);
        assert_string_equal(drained, pairs[i][1]);
    }
}

/* Every byte at every place of strings of every small length, in memory that ends where the string does. */
static void special_bytes_anywhere(void **state)
{
    (void)state;
    static const uint8_t specials[] = {0, 0x1B, '"', '\\', 0x7F, 0x80, 0xC2, 0xE2, 0xFF, '\n'};
    for (size_t length = 1; length < 70; length++) {
        uint8_t *in = malloc(length);
        for (size_t at = 0; at < length; at++) {
            for (size_t s = 0; s < sizeof specials; s++) {
                memset(in, 'a', length);
                in[at] = specials[s];
                in[length - 1 - at] = specials[(s + at) % sizeof specials];
                compare((struct wsd_bytes){in, length});
            }
        }
        free(in);
    }
}

static void random_strings(void **state)
{
    (void)state;
    static const char *const parts[] = {"\"",        "\\",      "word",  "\u00e9",           "\u202e",
                                        "\xff",      "\u4e2d",  "\x9bJ", "0123456789abcdef", "\n",
                                        ",\"key\":", "\x1b[31m"};
    uint64_t random = 1;
    for (int round = 0; round < 3000; round++) {
        uint8_t in[4096];
        size_t n = 0, most = (size_t)(round % 4000);
        for (;;) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            const char *part = parts[(random >> 33) % (sizeof parts / sizeof *parts)];
            if (n + strlen(part) > most)
                break;
            memcpy(in + n, part, strlen(part));
            n += strlen(part);
        }
        uint8_t *exact = malloc(n + 1);
        memcpy(exact, in, n);
        compare((struct wsd_bytes){exact, n});
        free(exact);
    }
}

static void base64_vectors(void **state)
{
    (void)state;
    /* RFC 4648 10 */
    static const char *const pairs[][2] = {{"", "\"\""},
                                           {"f", "\"Zg==\""},
                                           {"fo", "\"Zm8=\""},
                                           {"foo", "\"Zm9v\""},
                                           {"foob", "\"Zm9vYg==\""},
                                           {"fooba", "\"Zm9vYmE=\""},
                                           {"foobar", "\"Zm9vYmFy\""},
                                           {"\xff\xfe\xfd", "\"//79\""}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char memory[PIECE];
        struct writer w = collecting(memory);
        json_base64(&w, bytes(pairs[i][0]));
        ends(&w);
        assert_string_equal(drained, pairs[i][1]);
    }
    for (size_t n = 0; n < 3000; n += 7) {
        char memory[PIECE];
        uint8_t zeros[3000] = {0};
        struct writer w = collecting(memory);
        json_base64(&w, (struct wsd_bytes){zeros, n});
        ends(&w);
        assert_int_equal(drained_length, 2 + (n + 2) / 3 * 4);
    }
}

static void expect_time(int64_t time, const char *wanted)
{
    char memory[PIECE];
    struct json_clock clock = {0};
    struct writer w = collecting(memory);
    json_time(&w, &clock, 12345);
    json_time(&w, &clock, time);
    ends(&w);
    assert_string_equal(drained + 32, wanted);
}

static void times(void **state)
{
    (void)state;
    expect_time(0, "\"1970-01-01T00:00:00.000000000Z\"");
    expect_time(1, "\"1970-01-01T00:00:00.000000001Z\"");
    expect_time(-1, "\"1969-12-31T23:59:59.999999999Z\"");
    expect_time(1795341601123456789, "\"2026-11-22T10:00:01.123456789Z\"");
    expect_time(951782400000000000, "\"2000-02-29T00:00:00.000000000Z\"");
    expect_time(4107542399000000000, "\"2100-02-28T23:59:59.000000000Z\"");
    expect_time(INT64_MAX, "\"2262-04-11T23:47:16.854775807Z\"");
    expect_time(INT64_MIN, "\"1677-09-21T00:12:43.145224192Z\"");
}

static void numbers(void **state)
{
    (void)state;
    char memory[PIECE];
    struct writer w = collecting(memory);
    static const uint64_t values[] = {0, 9, 10, 99, 100, 12345, UINT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        writer_unsigned(&w, values[i]);
        WRITER_JUST(&w, " ");
    }
    json_seconds(&w, 29875288001);
    WRITER_JUST(&w, " ");
    json_seconds(&w, -1);
    WRITER_JUST(&w, " ");
    writer_digits(&w, 7, 3);
    ends(&w);
    assert_string_equal(drained, "0 9 10 99 100 12345 18446744073709551615 29.875288001 -0.000000001 007");
}

/* Without a drain what does not fit is left out, and nothing is written beyond the end. */
static void bounded(void **state)
{
    (void)state;
    for (size_t size = 0; size < 64; size++) {
        char *memory = malloc(size + 1);
        memory[size] = '~';
        struct writer w = {.data = memory, .size = size};
        json_string(&w, bytes("0123456789\x1b 0123456789"));
        writer_unsigned(&w, 123456);
        writer_format(&w, "%s", "text");
        assert_true(w.length <= size);
        assert_true(w.lost);
        assert_int_equal(memory[size], '~');
        free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_strings),  cmocka_unit_test(special_bytes_anywhere),
        cmocka_unit_test(random_strings), cmocka_unit_test(base64_vectors),
        cmocka_unit_test(times),          cmocka_unit_test(numbers),
        cmocka_unit_test(bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
