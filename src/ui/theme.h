/*
 * theme.h: colours by role. Drawing code names a role; the theme says what it looks like.
 *
 * A row of a theme: role, foreground, background, attributes. Colour -1 is the terminal's own: its background is kept
 * everywhere but under bars and the cursor. Themes of 16 colours use the eight that every terminal has, and bold.
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>

#define THEME_ROLES(X)                                                                                                 \
    X(NORMAL)                                                                                                          \
    X(FAINT)      /* what may be overlooked: times, units, grid */                                                     \
    X(STRONG)     /* what is to be seen first in its line */                                                           \
    X(TITLE)      /* the line at the top */                                                                            \
    X(TAB)        /* in it: the view that is shown */                                                                  \
    X(HEADING)    /* names of columns */                                                                               \
    X(SORTED)     /* the one that is sorted by */                                                                      \
    X(CURSOR)     /* the line under the cursor, */                                                                     \
    X(CURSOR_DIM) /* and where the keyboard is in another part of the screen */                                        \
    X(MARKED)                                                                                                          \
    X(STATUS)   /* the line above the keys */                                                                          \
    X(KEY)      /* in the bar of keys: the key, */                                                                     \
    X(KEY_TEXT) /* and what it does */                                                                                 \
    X(CLIENT)   /* sent by the client */                                                                               \
    X(SERVER)                                                                                                          \
    X(CONTROL) /* control frames */                                                                                    \
    X(GOOD)                                                                                                            \
    X(ERROR)                                                                                                           \
    X(WARNING)                                                                                                         \
    X(NOTE)                                                                                                            \
    X(NEW)   /* came or changed a moment ago */                                                                        \
    X(MATCH) /* what was searched for */                                                                               \
    X(CHART)                                                                                                           \
    X(JSON_KEY)                                                                                                        \
    X(JSON_STRING)                                                                                                     \
    X(JSON_NUMBER)                                                                                                     \
    X(JSON_WORD) /* true, false, null */                                                                               \
    X(SELECTED)  /* bytes of the selected field */
#define THEME_ENUM(name) ROLE_##name,
enum role { THEME_ROLES(THEME_ENUM) ROLE_COUNT };
#undef THEME_ENUM

#define THEMES(X)                                                                                                      \
    X(DARK, "dark")                                                                                                    \
    X(LIGHT, "light")                                                                                                  \
    X(MONO, "mono")                                                                                                    \
    X(COLORS_256, "256")
#define THEME_ENUM(name, word) THEME_##name,
enum theme { THEMES(THEME_ENUM) THEME_COUNT };
#undef THEME_ENUM

enum look_attribute { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDERLINE = 8 };

struct look {
    short foreground, background; /* -1: the terminal's own */
    unsigned attributes;          /* enum look_attribute */
};

const struct look *theme_look(enum theme theme, enum role role);
const char *theme_word(enum theme theme);

#endif
