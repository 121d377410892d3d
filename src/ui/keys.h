/*
 * keys.h: every key there is, in one table. Dispatch, the bottom bar, the help screen and the manual come from it.
 *
 * A row: command, where it holds (views, as bits), up to three keys, the word of the bottom bar (NULL: it is not shown
 * there), what it does. The rows stand in the order of the help screen; the bar shows as many of a view's as fit.
 *
 * Keys are characters, or what enum key names. Nothing of curses: ui.c translates.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Keys without a character: above all of them (Unicode ends at U+10FFFF). */
#define NAMED_KEYS(X)                                                                                                  \
    X(UP, "Up")                                                                                                        \
    X(DOWN, "Down")                                                                                                    \
    X(LEFT, "Left")                                                                                                    \
    X(RIGHT, "Right")                                                                                                  \
    X(PAGE_UP, "PgUp")                                                                                                 \
    X(PAGE_DOWN, "PgDn")                                                                                               \
    X(HOME, "Home")                                                                                                    \
    X(END, "End")                                                                                                      \
    X(DELETE, "Del")                                                                                                   \
    X(BACK_TAB, "Shift-Tab")                                                                                           \
    X(F1, "F1")
#define KEY_ENUM(name, word) KEYBOARD_##name,
enum keyboard { KEYBOARD_NONE = 0, KEYBOARD_FIRST = 0x110000, NAMED_KEYS(KEY_ENUM) KEYBOARD_LIMIT };
#undef KEY_ENUM

enum {
    KEYBOARD_TAB = 9,
    KEYBOARD_ENTER = 13,
    KEYBOARD_ESCAPE = 27,
    KEYBOARD_SPACE = 32,
    KEYBOARD_BACKSPACE = 127,
    KEYBOARD_CONTROL = 0x1F /* Ctrl-A is 'a' & KEYBOARD_CONTROL */
};
#define CONTROL(letter) ((letter)&KEYBOARD_CONTROL)

/* The views: name, const struct view, the key that the top line shows for it (0: it stands there only while it is seen), title. A place is the view that has the
 * keyboard; where a key holds is a set of them, a bit each. */
#define VIEWS(X)                                                                                                       \
    X(CONNECTIONS, connections_view, '1', "Connections")                                                               \
    X(MESSAGES, messages_view, '2', "Messages")                                                                        \
    X(DETAIL, detail_view, '3', "Detail")                                                                              \
    X(LADDER, ladder_view, '4', "Ladder")                                                                              \
    X(STATISTICS, statistics_view, '5', "Statistics")                                                                  \
    X(FINDINGS, findings_view, '6', "Findings")                                                                        \
    X(HANDSHAKE, handshake_view, '7', "Handshake")                                                                     \
    X(COMPARE, compare_view, 0, "Compare")                                                                             \
    X(HELP, help_view, '?', "Help")
#define PLACE_ENUM(name, ...) PLACE_##name,
enum place { VIEWS(PLACE_ENUM) PLACE_COUNT };
#undef PLACE_ENUM
#define PLACE_ENUM(name, ...) IN_##name = 1 << PLACE_##name,
enum places { VIEWS(PLACE_ENUM) EVERYWHERE = (1 << PLACE_COUNT) - 1 };
#undef PLACE_ENUM

#define KEYS(X)                                                                                                        \
    X(ENTER, EVERYWHERE, KEYBOARD_ENTER, KEYBOARD_RIGHT, 'l', "open", "go into what the cursor is on")                 \
    X(BACK, EVERYWHERE, KEYBOARD_ESCAPE, KEYBOARD_LEFT, 'h', "back",                                                   \
      "go back to where you came from; in the first view, while packets are read: end that, when asked")               \
    X(SORT, IN_CONNECTIONS, 'S', 0, 0, "sort", "sort by the next column (a click on a heading does it too)")           \
    X(REVERSE, IN_CONNECTIONS, 'R', 0, 0, NULL, "turn the order round")                                                \
    X(COLUMNS, IN_CONNECTIONS, 'c', 0, 0, "columns", "choose the columns")                                             \
    X(MOVE_LEFT, IN_CONNECTIONS, '<', 0, 0, NULL, "in the choice of columns: move it to the left")                     \
    X(MOVE_RIGHT, IN_CONNECTIONS, '>', 0, 0, NULL, "move it to the right")                                             \
    X(GROUP, IN_CONNECTIONS, 'b', 0, 0, "group", "group by server, by URL, or not at all")                             \
    X(MARK, IN_CONNECTIONS | IN_MESSAGES, KEYBOARD_SPACE, 0, 0, "mark", "mark, or unmark")                             \
    X(UNMARK, IN_CONNECTIONS | IN_MESSAGES, 'U', 0, 0, NULL, "unmark all")                                             \
    X(MODE, IN_DETAIL, 'v', 0, 0, "view",                                                                              \
      "JSON, text, hex, deflated as it came, frames as on the wire, or all header fields")                             \
    X(MODE_BACK, IN_DETAIL, 'V', 0, 0, NULL, "the same the other way round")                                           \
    X(BYTE_NEXT, IN_DETAIL, ']', 0, 0, NULL, "the next byte: the field that it belongs to")                            \
    X(BYTE_PREVIOUS, IN_DETAIL, '[', 0, 0, NULL, "the byte before")                                                    \
    X(FOLD, IN_DETAIL | IN_FINDINGS, KEYBOARD_SPACE, 0, 0, "fold", "fold or unfold what the line begins")              \
    X(FOLD_ALL, IN_DETAIL | IN_FINDINGS, 'z', 0, 0, NULL, "fold everything but the outermost, or unfold all")          \
    X(SIBLING_NEXT, IN_DETAIL, 'J', '>', 0, "next", "the next message")                                                \
    X(SIBLING_PREVIOUS, IN_DETAIL, 'K', '<', 0, NULL, "the message before")                                            \
    X(TIME, IN_MESSAGES | IN_LADDER, 't', 0, 0, "time",                                                                \
      "time of day, since the first message, or since the one before")                                                 \
    X(CONTROL_FRAMES, IN_MESSAGES | IN_LADDER, 'c', 0, 0, "control",                                                   \
      "hide or show control frames: pings, pongs, closes")                                                             \
    X(SCOPE, IN_MESSAGES | IN_LADDER | IN_STATISTICS, 'a', 0, 0, "all",                                                \
      "of this connection, of the marked ones, or of all")                                                             \
    X(TRANSPORT, IN_LADDER, 'T', 0, 0, "tcp", "hide or show what TCP did: retransmissions, closed windows, FIN, RST")  \
    X(FOLLOW, IN_MESSAGES | IN_LADDER, 'F', 0, 0, "follow", "stay at the newest, or stop that")                        \
    X(SPLIT, IN_MESSAGES | IN_DETAIL, 'o', 0, 0, NULL, "detail beside, below, or alone")                               \
    X(FOCUS, IN_MESSAGES | IN_DETAIL, KEYBOARD_TAB, 0, 0, NULL, "from the list to the detail and back")                \
    X(SAVE, EVERYWHERE, 's', 0, 0, "save", "save to a file: as JSON, text, raw payload, or packets")                   \
    X(SEARCH, EVERYWHERE, '/', 0, 0, "search", "search for a regular expression (PCRE2)")                              \
    X(SEARCH_NEXT, EVERYWHERE, 'n', 0, 0, NULL, "the next match")                                                      \
    X(SEARCH_PREVIOUS, EVERYWHERE, 'N', 0, 0, NULL, "the match before")                                                \
    X(FILTER, IN_CONNECTIONS | IN_MESSAGES | IN_LADDER, 'f', 0, 0, "filter",                                           \
      "show only what passes a filter: Tab completes, Up has older ones")                                              \
    X(COMPARE, IN_MESSAGES | IN_DETAIL | IN_COMPARE, 'd', 0, 0, NULL,                                                  \
      "compare two marked messages, or the marked one with this")                                                      \
    X(COPY, EVERYWHERE, 'y', 0, 0, NULL, "copy the payload to the clipboard of your terminal")                         \
    X(THEME, EVERYWHERE, 'C', 0, 0, NULL, "other colours: auto, dark, light, monochrome, 256")                         \
    X(PAUSE, EVERYWHERE, 'p', 0, 0, "pause", "hold what is shown; the capture goes on")                                \
    X(VIEW_1, EVERYWHERE, '1', 0, 0, NULL, "connections")                                                              \
    X(VIEW_2, EVERYWHERE, '2', 0, 0, NULL, "messages")                                                                 \
    X(VIEW_3, EVERYWHERE, '3', 0, 0, NULL, "the message under the cursor")                                             \
    X(VIEW_4, EVERYWHERE, '4', 0, 0, NULL, "ladder: the connection as a flow between client and server")               \
    X(VIEW_5, EVERYWHERE, '5', 0, 0, NULL, "statistics")                                                               \
    X(VIEW_6, EVERYWHERE, '6', 0, 0, NULL, "findings")                                                                 \
    X(VIEW_7, EVERYWHERE, '7', 0, 0, NULL, "the opening handshake, header by header")                                  \
    X(UP, EVERYWHERE, KEYBOARD_UP, 'k', 0, NULL, "up")                                                                 \
    X(DOWN, EVERYWHERE, KEYBOARD_DOWN, 'j', 0, NULL, "down")                                                           \
    X(PAGE_UP, EVERYWHERE, KEYBOARD_PAGE_UP, CONTROL('b'), 0, NULL, "a page up")                                       \
    X(PAGE_DOWN, EVERYWHERE, KEYBOARD_PAGE_DOWN, CONTROL('f'), 0, NULL, "a page down")                                 \
    X(HALF_UP, EVERYWHERE, CONTROL('u'), 0, 0, NULL, "half a page up")                                                 \
    X(HALF_DOWN, EVERYWHERE, CONTROL('d'), 0, 0, NULL, "half a page down")                                             \
    X(HOME, EVERYWHERE, KEYBOARD_HOME, 'g', CONTROL('a'), NULL, "to the first line")                                   \
    X(END, EVERYWHERE, KEYBOARD_END, 'G', CONTROL('e'), NULL, "to the last line")                                      \
    X(REDRAW, EVERYWHERE, CONTROL('l'), 0, 0, NULL, "draw the screen anew")                                            \
    X(HELP, EVERYWHERE, '?', KEYBOARD_F1, 0, "help", "this help")                                                      \
    X(QUIT, EVERYWHERE, 'q', CONTROL('c'), 0, "quit", "leave wscope")
#define COMMAND_ENUM(name, ...) COMMAND_##name,
enum command { COMMAND_NONE, KEYS(COMMAND_ENUM) COMMAND_COUNT };
#undef COMMAND_ENUM

enum { KEYS_EACH = 3 };

struct key_row {
    enum command command;
    unsigned places;
    uint32_t keys[KEYS_EACH];
    const char *bar, *help;
};

/* The table: rows of COMMAND_NONE + 1 to COMMAND_COUNT - 1. */
const struct key_row *key_row(enum command command);

/* What a key does in a place; the row that names the place most narrowly wins. */
enum command key_command(uint32_t key, enum place place);

/* "Enter", "Ctrl-U", "q": static for named keys, else written to out. Returns out or a constant. */
enum { KEY_WORD = 16 };
const char *key_word(char out[KEY_WORD], uint32_t key);

const char *place_title(enum place place);
uint32_t place_key(enum place place);

#endif
