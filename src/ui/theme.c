#include "ui/theme.h"

#include <string.h>

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, OWN = -1 };

static const struct look looks[THEME_COUNT][ROLE_COUNT] = {
    [THEME_DARK] = {[ROLE_NORMAL] = {OWN, OWN, 0},
                    [ROLE_FAINT] = {OWN, OWN, LOOK_DIM},
                    [ROLE_STRONG] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_TITLE] = {WHITE, BLUE, 0},
                    [ROLE_TAB] = {BLACK, CYAN, 0},
                    [ROLE_HEADING] = {CYAN, OWN, LOOK_BOLD},
                    [ROLE_SORTED] = {YELLOW, OWN, LOOK_BOLD},
                    [ROLE_CURSOR] = {BLACK, CYAN, 0},
                    [ROLE_CURSOR_DIM] = {WHITE, BLUE, 0},
                    [ROLE_MARKED] = {YELLOW, OWN, LOOK_BOLD},
                    [ROLE_STATUS] = {WHITE, BLUE, 0},
                    [ROLE_KEY] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_KEY_TEXT] = {CYAN, OWN, 0},
                    [ROLE_CLIENT] = {CYAN, OWN, 0},
                    [ROLE_SERVER] = {GREEN, OWN, 0},
                    [ROLE_CONTROL] = {OWN, OWN, LOOK_DIM},
                    [ROLE_GOOD] = {GREEN, OWN, 0},
                    [ROLE_ERROR] = {RED, OWN, LOOK_BOLD},
                    [ROLE_WARNING] = {YELLOW, OWN, 0},
                    [ROLE_NOTE] = {BLUE, OWN, LOOK_BOLD},
                    [ROLE_NEW] = {WHITE, OWN, LOOK_BOLD},
                    [ROLE_MATCH] = {BLACK, YELLOW, 0},
                    [ROLE_CHART] = {GREEN, OWN, 0},
                    [ROLE_JSON_KEY] = {CYAN, OWN, 0},
                    [ROLE_JSON_STRING] = {GREEN, OWN, 0},
                    [ROLE_JSON_NUMBER] = {YELLOW, OWN, 0},
                    [ROLE_JSON_WORD] = {MAGENTA, OWN, 0},
                    [ROLE_SELECTED] = {BLACK, YELLOW, 0}},
    [THEME_LIGHT] = {[ROLE_NORMAL] = {OWN, OWN, 0},
                     [ROLE_FAINT] = {OWN, OWN, LOOK_DIM},
                     [ROLE_STRONG] = {OWN, OWN, LOOK_BOLD},
                     [ROLE_TITLE] = {WHITE, BLUE, LOOK_BOLD},
                     [ROLE_TAB] = {BLUE, WHITE, LOOK_BOLD},
                     [ROLE_HEADING] = {BLUE, OWN, LOOK_BOLD},
                     [ROLE_SORTED] = {MAGENTA, OWN, LOOK_BOLD},
                     [ROLE_CURSOR] = {WHITE, BLUE, 0},
                     [ROLE_CURSOR_DIM] = {BLACK, CYAN, 0},
                     [ROLE_MARKED] = {MAGENTA, OWN, LOOK_BOLD},
                     [ROLE_STATUS] = {WHITE, BLUE, 0},
                     [ROLE_KEY] = {OWN, OWN, LOOK_BOLD},
                     [ROLE_KEY_TEXT] = {BLUE, OWN, 0},
                     [ROLE_CLIENT] = {BLUE, OWN, 0},
                     [ROLE_SERVER] = {GREEN, OWN, 0},
                     [ROLE_CONTROL] = {OWN, OWN, LOOK_DIM},
                     [ROLE_GOOD] = {GREEN, OWN, 0},
                     [ROLE_ERROR] = {RED, OWN, LOOK_BOLD},
                     [ROLE_WARNING] = {MAGENTA, OWN, 0},
                     [ROLE_NOTE] = {BLUE, OWN, 0},
                     [ROLE_NEW] = {BLACK, OWN, LOOK_BOLD},
                     [ROLE_MATCH] = {BLACK, YELLOW, 0},
                     [ROLE_CHART] = {GREEN, OWN, 0},
                     [ROLE_JSON_KEY] = {BLUE, OWN, 0},
                     [ROLE_JSON_STRING] = {GREEN, OWN, 0},
                     [ROLE_JSON_NUMBER] = {RED, OWN, 0},
                     [ROLE_JSON_WORD] = {MAGENTA, OWN, 0},
                     [ROLE_SELECTED] = {BLACK, YELLOW, 0}},
    [THEME_MONO] = {[ROLE_NORMAL] = {OWN, OWN, 0},
                    [ROLE_FAINT] = {OWN, OWN, LOOK_DIM},
                    [ROLE_STRONG] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_TITLE] = {OWN, OWN, LOOK_REVERSE},
                    [ROLE_TAB] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_HEADING] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_SORTED] = {OWN, OWN, LOOK_BOLD | LOOK_UNDERLINE},
                    [ROLE_CURSOR] = {OWN, OWN, LOOK_REVERSE},
                    [ROLE_CURSOR_DIM] = {OWN, OWN, LOOK_UNDERLINE},
                    [ROLE_MARKED] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_STATUS] = {OWN, OWN, LOOK_REVERSE},
                    [ROLE_KEY] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_KEY_TEXT] = {OWN, OWN, 0},
                    [ROLE_CONTROL] = {OWN, OWN, LOOK_DIM},
                    [ROLE_CLIENT] = {OWN, OWN, 0},
                    [ROLE_SERVER] = {OWN, OWN, 0},
                    [ROLE_GOOD] = {OWN, OWN, 0},
                    [ROLE_ERROR] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_WARNING] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_NOTE] = {OWN, OWN, 0},
                    [ROLE_NEW] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_MATCH] = {OWN, OWN, LOOK_REVERSE},
                    [ROLE_CHART] = {OWN, OWN, 0},
                    [ROLE_JSON_KEY] = {OWN, OWN, LOOK_BOLD},
                    [ROLE_JSON_STRING] = {OWN, OWN, 0},
                    [ROLE_JSON_NUMBER] = {OWN, OWN, 0},
                    [ROLE_JSON_WORD] = {OWN, OWN, 0},
                    [ROLE_SELECTED] = {OWN, OWN, LOOK_REVERSE}},
    /* Numbers of xterm's palette: 16 + 36 r + 6 g + b, and 232 to 255 for grey. */
    [THEME_COLORS_256] = {[ROLE_NORMAL] = {OWN, OWN, 0},
                          [ROLE_FAINT] = {245, OWN, 0},
                          [ROLE_STRONG] = {OWN, OWN, LOOK_BOLD},
                          [ROLE_TITLE] = {252, 237, 0},
                          [ROLE_TAB] = {16, 110, 0},
                          [ROLE_HEADING] = {110, OWN, LOOK_BOLD},
                          [ROLE_SORTED] = {215, OWN, LOOK_BOLD},
                          [ROLE_CURSOR] = {255, 24, 0},
                          [ROLE_CURSOR_DIM] = {252, 238, 0},
                          [ROLE_MARKED] = {215, OWN, LOOK_BOLD},
                          [ROLE_STATUS] = {250, 236, 0},
                          [ROLE_KEY] = {215, OWN, LOOK_BOLD},
                          [ROLE_KEY_TEXT] = {248, OWN, 0},
                          [ROLE_CLIENT] = {74, OWN, 0},
                          [ROLE_SERVER] = {107, OWN, 0},
                          [ROLE_CONTROL] = {243, OWN, 0},
                          [ROLE_GOOD] = {107, OWN, 0},
                          [ROLE_ERROR] = {203, OWN, LOOK_BOLD},
                          [ROLE_WARNING] = {179, OWN, 0},
                          [ROLE_NOTE] = {110, OWN, 0},
                          [ROLE_NEW] = {OWN, OWN, LOOK_BOLD},
                          [ROLE_MATCH] = {16, 221, 0},
                          [ROLE_CHART] = {108, OWN, 0},
                          [ROLE_JSON_KEY] = {110, OWN, 0},
                          [ROLE_JSON_STRING] = {107, OWN, 0},
                          [ROLE_JSON_NUMBER] = {179, OWN, 0},
                          [ROLE_JSON_WORD] = {139, OWN, 0},
                          [ROLE_SELECTED] = {16, 221, 0}},
};

const struct look *theme_look(enum theme theme, enum role role)
{
    return &looks[theme][role];
}

#define THEME_WORD(name, word) word,
static const char *const words[] = {THEMES(THEME_WORD)};
#undef THEME_WORD

const char *theme_word(enum theme theme)
{
    return words[theme];
}

enum theme theme_of(const char *word)
{
    int theme = 0;
    while (theme < THEME_COUNT && strcmp(word, words[theme]) != 0)
        theme++;
    return (enum theme)theme;
}
