#include "ui/keys.h"

#include <stdio.h>
#include <string.h>

static const struct key_row rows[] = {
#define ROW(name, places, first, second, third, bar, help) {COMMAND_##name, places, {first, second, third}, bar, help},
    KEYS(ROW)
#undef ROW
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct key_row *key_row(enum command command)
{
    return &rows[command - 1];
}

/* How many views it holds in. */
static unsigned width(unsigned places)
{
    unsigned n = 0;
    for (; places != 0; places &= places - 1)
        n++;
    return n;
}

enum command key_command(uint32_t key, enum place place)
{
    enum command found = COMMAND_NONE;
    unsigned narrowest = PLACE_COUNT + 1;
    for (size_t i = 0; i < ROWS; i++) {
        if ((rows[i].places >> place & 1) == 0 || width(rows[i].places) >= narrowest)
            continue;
        for (size_t k = 0; k < KEYS_EACH; k++) {
            if (rows[i].keys[k] == key && key != KEYBOARD_NONE) {
                found = rows[i].command;
                narrowest = width(rows[i].places);
            }
        }
    }
    return found;
}

const char *key_word(char out[KEY_WORD], uint32_t key)
{
#define NAME(name, word) [KEYBOARD_##name - KEYBOARD_FIRST] = word,
    static const char *const names[] = {NAMED_KEYS(NAME)};
#undef NAME
    if (key > KEYBOARD_FIRST && key < KEYBOARD_LIMIT)
        return names[key - KEYBOARD_FIRST];
    switch (key) {
    case KEYBOARD_TAB: return "Tab";
    case KEYBOARD_ENTER: return "Enter";
    case KEYBOARD_ESCAPE: return "Esc";
    case KEYBOARD_SPACE: return "Space";
    case KEYBOARD_BACKSPACE: return "Backspace";
    default: break;
    }
    if (key < KEYBOARD_SPACE)
        snprintf(out, KEY_WORD, "Ctrl-%c", (int)(key | 0x40));
    else
        snprintf(out, KEY_WORD, "%c", key < 0x7F ? (int)key : '?');
    return out;
}

const char *place_title(enum place place)
{
#define TITLE(name, view, key, title) title,
    static const char *const titles[] = {VIEWS(TITLE)};
#undef TITLE
    return titles[place];
}

uint32_t place_key(enum place place)
{
#define PLACE_KEY(name, view, key, title) key,
    static const uint32_t keys[] = {VIEWS(PLACE_KEY)};
#undef PLACE_KEY
    return keys[place];
}
