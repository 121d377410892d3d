/*
 * ui_settings_test.c: settings as text (src/ui/settings.h): what is read, what is told, what is written.
 */
#include "ui/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct told {
    char text[2048];
};

static void tell(void *user, const char *line)
{
    struct told *t = user;
    snprintf(t->text + strlen(t->text), sizeof t->text - strlen(t->text), "%s\n", line);
}

static struct told read_text(struct settings *s, const char *text)
{
    struct told told = {""};
    settings_init(s);
    settings_read(s, text, strlen(text), tell, &told);
    return told;
}

static const char *written(const char *text, const struct settings *before, const struct settings *now)
{
    static char out[8192 + SETTINGS_GROW_MOST];
    out[settings_write(out, text, strlen(text), before, now)] = 0;
    return out;
}

static void each_setting_is_read(void **state)
{
    struct settings s;
    (void)state;
    struct told told = read_text(
        &s, "theme = light\n\n # nothing\ncolumns=number url\tclose\r\nsort =  rate   descending \n group = server\n"
            "time = start\nladder_time = previous\ncontrol_frames = hidden\ntcp_events = hidden\nfollow = no\n"
            "split = beside\nsplit_size = 60\nfilter_history = ws.opcode == text\nfilter_history = b = "
            "c\nsearch_history = x");
    assert_string_equal(told.text, "");
    assert_int_equal(s.theme, 1 + THEME_LIGHT);
    assert_int_equal(s.columns, 1u << COLUMN_NUMBER | 1u << COLUMN_URL | 1u << COLUMN_CLOSE);
    for (int i = 0; i < COLUMN_COUNT; i++)
        assert_int_equal(s.order[i], i);
    assert_true(s.sort == COLUMN_RATE && s.descending);
    assert_int_equal(s.group, GROUP_SERVER);
    assert_int_equal(s.time, TIME_SINCE_START);
    assert_int_equal(s.ladder_time, TIME_SINCE_PREVIOUS);
    assert_true(s.hides_control && s.hides_transport && !s.follows);
    assert_int_equal(s.split, SPLIT_BESIDE);
    assert_int_equal(s.split_size, 60);
    assert_int_equal(s.history[HISTORY_FILTER].count, 2);
    assert_string_equal(s.history[HISTORY_FILTER].line[0], "ws.opcode == text");
    assert_string_equal(s.history[HISTORY_FILTER].line[1], "b = c");
    assert_string_equal(s.history[HISTORY_SEARCH].line[0], "x");
}

static void mistakes_are_told_by_line_and_change_nothing(void **state)
{
    struct settings s, normal;
    (void)state;
    settings_init(&normal);
    struct told told = read_text(
        &s,
        "# 1\nthem = dark\ntheme = blue\ntheme\nsort = rate up\ncolumns =\ncolumns = number wrong\n"
        "split_size = 9\nsplit_size = 91\nsplit_size = 5x\nsplit_size = 500000000000000000000\nfilter_history =\n= x");
    static const char *const wanted[] = {"line 2: there is no setting \"them\"\n",
                                         "line 3: theme: \"blue\" is not one of: auto dark light",
                                         "line 4: it is not",
                                         "line 5: sort: \"up\"",
                                         "line 6: columns: \"\"",
                                         "line 7: columns: \"wrong\"",
                                         "line 8: split_size: \"9\" is not one of: 10 to 90\n",
                                         "line 9:",
                                         "line 10:",
                                         "line 11:",
                                         "line 12:",
                                         "line 13:"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_non_null(strstr(told.text, wanted[i]));
    assert_false(settings_differ(&s, &normal));
}

/* Comments, strange lines and unchanged settings stay as they are; a changed one keeps its place; a new one comes last. */
static void only_what_changed_is_written(void **state)
{
    static const char text[] =
        "# mine\nthem = x\ntheme = dark\nsplit_size=50\nfilter_history = old\ntheme = light\nfilter_history = older";
    struct settings before, now;
    (void)state;
    read_text(&before, text);
    now = before;
    assert_false(settings_differ(&before, &now));
    assert_string_equal(
        written(text, &before, &now),
        "# mine\nthem = x\ntheme = dark\nsplit_size=50\nfilter_history = old\ntheme = light\nfilter_history = older\n");
    now.theme = 0;
    now.sort = COLUMN_RATE;
    now.descending = true;
    history_add(&now.history[HISTORY_FILTER], "new");
    assert_true(settings_differ(&before, &now));
    assert_string_equal(written(text, &before, &now),
                        "# mine\nthem = x\ntheme = auto\nsplit_size=50\nfilter_history = new\nfilter_history = "
                        "old\nfilter_history = older\nsort = rate descending\n");
}

/* Columns stand as they are named; others stay behind those that they were behind. */
static void columns_have_an_order(void **state)
{
    struct settings s, normal;
    (void)state;
    settings_init(&normal);
    struct told told = read_text(&s, "columns = close url number close\n");
    assert_string_equal(told.text, "");
    assert_int_equal(s.columns, 1u << COLUMN_NUMBER | 1u << COLUMN_URL | 1u << COLUMN_CLOSE);
    static const enum column wanted[] = {COLUMN_CLOSE, COLUMN_URL, COLUMN_SUBPROTOCOL, COLUMN_SENT};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_int_equal(s.order[i], wanted[i]);
    unsigned seen = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
        seen |= 1u << s.order[i];
    assert_int_equal(seen, (1u << COLUMN_COUNT) - 1);
    assert_string_equal(written("columns = number\n", &normal, &s), "columns = close url number\n");
}

/* Whatever is written is read again as it was. */
static void what_is_written_is_read(void **state)
{
    struct settings normal, now, again;
    char line[HISTORY_TEXT + 8];
    (void)state;
    settings_init(&normal);
    now = normal;
    now.theme = 1 + THEME_COLORS_256;
    now.columns = 1u << COLUMN_STATE;
    now.group = GROUP_URL;
    now.split = SPLIT_ALONE;
    now.split_size = 90;
    now.hides_control = 1;
    memset(line, 'x', sizeof line);
    for (int i = 0; i < HISTORY_LINES + 3; i++) {
        line[0] = (char)('a' + i);
        line[HISTORY_TEXT - 1] = 0;
        history_add(&now.history[HISTORY_SEARCH], line);
    }
    assert_int_equal(now.history[HISTORY_SEARCH].count, HISTORY_LINES);
    struct told told = read_text(&again, written("", &normal, &now));
    assert_string_equal(told.text, "");
    assert_false(settings_differ(&now, &again));
    assert_int_equal(again.history[HISTORY_SEARCH].line[0][0], 'a' + HISTORY_LINES + 2);
}

static void history_has_each_once(void **state)
{
    struct history h = {0};
    (void)state;
    history_add(&h, "a");
    history_add(&h, "b");
    history_add(&h, "a");
    assert_int_equal(h.count, 2);
    assert_string_equal(h.line[0], "a");
    assert_string_equal(h.line[1], "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_setting_is_read),         cmocka_unit_test(mistakes_are_told_by_line_and_change_nothing),
        cmocka_unit_test(only_what_changed_is_written), cmocka_unit_test(columns_have_an_order),
        cmocka_unit_test(what_is_written_is_read),      cmocka_unit_test(history_has_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
