/*
 * settings.h: what the user chose and finds again the next time: one table, from which the reader, the writer and the manual come.
 * Nothing of curses, and no files: config.h has those.
 *
 * The text is a line a setting, "key = value"; empty lines and those that begin with # say nothing. A line that makes no sense is
 * told by its number, and changes nothing. What is written is the old text with other values: only the lines of settings
 * that have changed are touched, and what is nobody's stays.
 */
#ifndef UI_SETTINGS_H
#define UI_SETTINGS_H

#include "ui/columns.h"
#include "ui/history.h"
#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>

/* Words of closed sets, in the order of their enums. */
#define SETTING_WORD(name, word) " " word
#define TIME_MODES(X)                                                                                                  \
    X(TIME_OF_DAY, "clock")                                                                                            \
    X(TIME_SINCE_START, "start")                                                                                       \
    X(TIME_SINCE_PREVIOUS, "previous")
#define GROUPS(X)                                                                                                      \
    X(GROUP_NONE, "none")                                                                                              \
    X(GROUP_SERVER, "server")                                                                                          \
    X(GROUP_URL, "url")
#define SPLITS(X)                                                                                                      \
    X(SPLIT_AUTO, "auto")                                                                                              \
    X(SPLIT_BELOW, "below")                                                                                            \
    X(SPLIT_BESIDE, "beside")                                                                                          \
    X(SPLIT_ALONE, "alone")
#define SETTING_ENUM(name, word) name,
enum time_mode { TIME_MODES(SETTING_ENUM) TIME_MODE_COUNT };
enum group { GROUPS(SETTING_ENUM) GROUP_COUNT };
enum split { SPLITS(SETTING_ENUM) SPLIT_COUNT };
#undef SETTING_ENUM

/* Name, key, kind, where it is kept, what it may be, normally, what it is. */
#define SETTINGS(X)                                                                                                    \
    X(THEME, "theme", WORDS, theme, "auto" THEMES(SETTING_WORD), "auto",                                               \
      "colours; auto looks at COLORFGBG and at how many there are")                                                    \
    X(COLUMNS, "columns", COLUMNS, columns, COLUMN_WORDS, COLUMN_WORDS,                                                \
      "columns of the connections, from the left, as far as there is room for them")                                   \
    X(SORT, "sort", SORT, sort, "a column, and: descending", "number", "what the connections are sorted by")           \
    X(GROUP, "group", WORDS, group, GROUPS(SETTING_WORD), "none", "connections added up")                              \
    X(TIME, "time", WORDS, time, TIME_MODES(SETTING_WORD), "clock",                                                    \
      "times of messages: of the day, since the first one, since the one before")                                      \
    X(LADDER_TIME, "ladder_time", WORDS, ladder_time, TIME_MODES(SETTING_WORD), "start", "the same in the ladder")     \
    X(CONTROL_FRAMES, "control_frames", WORDS, hides_control, "shown hidden", "shown", "pings, pongs and closes")      \
    X(TCP_EVENTS, "tcp_events", WORDS, hides_transport, "shown hidden", "shown", "what TCP did, in the ladder")        \
    X(FOLLOW, "follow", WORDS, follows, "no yes", "yes", "lists begin at the newest, when packets still come")         \
    X(SPLIT, "split", WORDS, split, SPLITS(SETTING_WORD), "auto", "where the detail of a message stands")              \
    X(SPLIT_SIZE, "split_size", PERCENT, split_size, "10 to 90", "45",                                                 \
      "percent of the screen that the list has beside it")                                                             \
    X(FILTER_HISTORY, "filter_history", HISTORY, history[HISTORY_FILTER], "a filter", "",                              \
      "one of the last filters, the newest first")                                                                     \
    X(SEARCH_HISTORY, "search_history", HISTORY, history[HISTORY_SEARCH], "an expression", "",                         \
      "one of the last that were searched for")
#define SETTING_ENUM(name, ...) SETTING_##name,
enum setting { SETTINGS(SETTING_ENUM) SETTING_COUNT };
#undef SETTING_ENUM

struct settings {
    int theme;                                   /* 0: auto, else 1 + enum theme */
    int group, time, ladder_time, split;         /* of their enums */
    int hides_control, hides_transport, follows; /* bool */
    int split_size;                              /* percent */
    unsigned columns;                            /* bits */
    enum column order[COLUMN_COUNT];             /* of all columns, from the left, also of those that are hidden */
    enum column sort;
    bool descending;
    struct history history[HISTORY_COUNT];
};

enum {
    SETTINGS_BYTES_MOST = 256 * 1024,       /* of a text that is read */
    SETTINGS_LINE_MOST = HISTORY_TEXT + 64, /* of one that is written */
    SETTINGS_GROW_MOST = (SETTING_COUNT + HISTORY_COUNT * HISTORY_LINES) * SETTINGS_LINE_MOST /* by writing */
};

void settings_init(struct settings *settings);

/* Takes over what the text says. tell: one line about each mistake, "line 3: ...". */
void settings_read(struct settings *settings, const char *text, size_t length,
                   void (*tell)(void *user, const char *line), void *user);

bool settings_differ(const struct settings *a, const struct settings *b);

/* The old text with what is another in `now` than in `before`, to out, which has length + SETTINGS_GROW_MOST bytes. Returns its
 * length. */
size_t settings_write(char *out, const char *text, size_t length, const struct settings *before,
                      const struct settings *now);

#endif
