/*
 * ui_editor_test.c: a line that is typed and changed (src/ui/editor.h), whose characters have one to four bytes.
 */
#include "ui/editor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void keys(struct editor *e, const uint32_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        editor_key(e, keys[i]);
        assert_int_equal(e->length, strlen(e->text));
        assert_true(e->cursor <= e->length);
    }
}
#define KEYS_OF(e, ...)                                                                                                \
    keys(e, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void characters_are_utf8(void **state)
{
    struct editor e;
    (void)state;
    editor_set(&e, 100, "");
    KEYS_OF(&e, 'a', 0x7F + 1, 0xE9, 0x7FF, 0x800, 0x20AC, 0xFFFD, 0x10000, 0x1F600, 0x10FFFF);
    assert_string_equal(e.text, "a\xC2\x80\xC3\xA9\xDF\xBF\xE0\xA0\x80\xE2\x82\xAC\xEF\xBF\xBD\xF0\x90\x80\x80\xF0\x9F"
                                "\x98\x80\xF4\x8F\xBF\xBF");
    /* Each goes as one. */
    KEYS_OF(&e, KEYBOARD_BACKSPACE, KEYBOARD_BACKSPACE, KEYBOARD_BACKSPACE, KEYBOARD_BACKSPACE, KEYBOARD_BACKSPACE,
            KEYBOARD_BACKSPACE, KEYBOARD_BACKSPACE, KEYBOARD_BACKSPACE);
    assert_string_equal(e.text, "a\xC2\x80");
}

static void the_cursor_goes_by_characters(void **state)
{
    struct editor e;
    (void)state;
    editor_set(&e, 100, "x\xC3\xA9\xE2\x82\xACz");
    assert_int_equal(e.cursor, 7);
    KEYS_OF(&e, KEYBOARD_LEFT, KEYBOARD_LEFT);
    assert_int_equal(e.cursor, 3);
    KEYS_OF(&e, KEYBOARD_DELETE, '-');
    assert_string_equal(e.text, "x\xC3\xA9-z");
    KEYS_OF(&e, CONTROL('a'), KEYBOARD_LEFT, KEYBOARD_BACKSPACE, KEYBOARD_RIGHT, KEYBOARD_RIGHT);
    assert_int_equal(e.cursor, 3);
    KEYS_OF(&e, CONTROL('e'), KEYBOARD_RIGHT, KEYBOARD_DELETE);
    assert_string_equal(e.text, "x\xC3\xA9-z");
    editor_go(&e, 2);
    assert_int_equal(e.cursor, 3);
    editor_go(&e, 100);
    assert_int_equal(e.cursor, 5);
    editor_go(&e, 2);
    KEYS_OF(&e, CONTROL('k'));
    assert_string_equal(e.text, "x\xC3\xA9");
    KEYS_OF(&e, KEYBOARD_LEFT, CONTROL('u'));
    assert_string_equal(e.text, "\xC3\xA9");
    assert_int_equal(e.cursor, 0);
}

/* Keys without a character, and those of other commands. */
static void other_keys_do_nothing(void **state)
{
    struct editor e;
    (void)state;
    editor_set(&e, 100, "text");
    KEYS_OF(&e, KEYBOARD_NONE, KEYBOARD_UP, KEYBOARD_PAGE_DOWN, KEYBOARD_F1, KEYBOARD_TAB, KEYBOARD_ESCAPE,
            CONTROL('x'));
    assert_string_equal(e.text, "text");
    assert_int_equal(e.cursor, 4);
}

static void it_never_holds_more_than_it_may(void **state)
{
    struct editor e;
    (void)state;
    editor_set(&e, 5, "1234567");
    assert_string_equal(e.text, "12345");
    KEYS_OF(&e, '6', KEYBOARD_BACKSPACE, 0xE9);
    assert_string_equal(e.text, "1234");
    KEYS_OF(&e, '5', '6');
    assert_string_equal(e.text, "12345");
    editor_replace(&e, 1, 3, "ab", 2);
    assert_string_equal(e.text, "1ab45");
    assert_int_equal(e.cursor, 3);
    editor_replace(&e, 1, 3, "abc", 3);
    assert_string_equal(e.text, "145");
    assert_int_equal(e.cursor, 1);
    editor_set(&e, EDITOR_TEXT - 1, "");
    for (int i = 0; i < EDITOR_TEXT + 10; i++)
        editor_key(&e, 'x');
    assert_int_equal(e.length, EDITOR_TEXT - 1);
    assert_int_equal(strlen(e.text), EDITOR_TEXT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_utf8),
        cmocka_unit_test(the_cursor_goes_by_characters),
        cmocka_unit_test(other_keys_do_nothing),
        cmocka_unit_test(it_never_holds_more_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
