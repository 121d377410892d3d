#include "ui/entry.h"

#include "filter/filter.h"

#include <stdio.h>
#include <string.h>

static void set_text(struct entry *p, const char *text)
{
    snprintf(p->text, sizeof p->text, "%s", text);
    p->length = p->cursor = strlen(p->text);
}

void entry_open(struct entry *p, enum entry_kind kind, const char *text)
{
    p->open = true;
    p->kind = kind;
    p->history_at = 0;
    p->completion = 0;
    p->message[0] = 0;
    set_text(p, text);
}

void entry_accept(struct entry *p)
{
    char(*history)[ENTRY_TEXT] = p->history[p->kind];
    size_t *count = &p->history_count[p->kind];
    p->open = false;
    if (p->length == 0 || (*count > 0 && strcmp(history[0], p->text) == 0))
        return;
    memmove(history + 1, history, (ENTRY_HISTORY - 1) * sizeof *history);
    memcpy(history[0], p->text, sizeof *history);
    if (*count < ENTRY_HISTORY)
        ++*count;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

void entry_reject(struct entry *p, unsigned character, const char *message)
{
    p->cursor = 0;
    while (p->cursor < p->length && character > 0) {
        p->cursor++;
        while (p->cursor < p->length && is_continuation(p->text[p->cursor]))
            p->cursor++;
        character--;
    }
    snprintf(p->message, sizeof p->message, "%s", message);
}

/* ---- editing */

static void insert(struct entry *p, const char *text, size_t length)
{
    if (p->length + length >= sizeof p->text)
        return;
    memmove(p->text + p->cursor + length, p->text + p->cursor, p->length - p->cursor + 1);
    memcpy(p->text + p->cursor, text, length);
    p->length += length;
    p->cursor += length;
}

static void erase(struct entry *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, p->length - to + 1);
    p->length -= to - from;
    p->cursor = from;
}

static size_t before(const struct entry *p)
{
    size_t at = p->cursor;
    while (at > 0 && is_continuation(p->text[--at]))
        ;
    return at;
}

static size_t behind(const struct entry *p)
{
    size_t at = p->cursor < p->length ? p->cursor + 1 : p->cursor;
    while (at < p->length && is_continuation(p->text[at]))
        at++;
    return at;
}

static void insert_character(struct entry *p, uint32_t c)
{
    char text[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        text[i] = (char)(0x80 | (c & 0x3F));
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    text[0] = (char)(leads[n] | c);
    insert(p, text, n);
}

static void through_history(struct entry *p, bool back)
{
    if (back ? p->history_at == p->history_count[p->kind] : p->history_at == 0)
        return;
    if (p->history_at == 0)
        memcpy(p->own, p->text, sizeof p->own);
    p->history_at = back ? p->history_at + 1 : p->history_at - 1;
    set_text(p, p->history_at == 0 ? p->own : p->history[p->kind][p->history_at - 1]);
}

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/* The next field whose name begins as the word before the cursor did when Tab was pressed first. */
static void complete(struct entry *p)
{
    if (p->kind != ENTRY_FILTER)
        return;
    if (p->completion == 0) {
        p->word = p->cursor;
        while (p->word > 0 && in_name(p->text[p->word - 1]))
            p->word--;
        snprintf(p->prefix, sizeof p->prefix, "%.*s", (int)(p->cursor - p->word), p->text + p->word);
    }
    const struct filter_field *field = filter_field(p->prefix, p->completion);
    if (field == NULL && p->completion > 0)
        field = filter_field(p->prefix, p->completion = 0);
    if (field == NULL) {
        snprintf(p->message, sizeof p->message, "no field begins so");
        return;
    }
    p->completion++;
    erase(p, p->word, p->cursor);
    insert(p, field->name, strlen(field->name));
    snprintf(p->message, sizeof p->message, "%s: %s", field->type, field->help);
}

enum entry_result entry_key(struct entry *p, uint32_t key)
{
    p->message[0] = 0;
    if (key == KEYBOARD_TAB) {
        complete(p);
        return ENTRY_GOES_ON;
    }
    p->completion = 0;
    switch (key) {
    case KEYBOARD_ENTER: return ENTRY_ENTERED;
    case KEYBOARD_ESCAPE:
    case CONTROL('c'): p->open = false; return ENTRY_LEFT;
    case KEYBOARD_BACKSPACE: erase(p, before(p), p->cursor); break;
    case KEYBOARD_DELETE: erase(p, p->cursor, behind(p)); break;
    case KEYBOARD_LEFT: p->cursor = before(p); break;
    case KEYBOARD_RIGHT: p->cursor = behind(p); break;
    case KEYBOARD_HOME:
    case CONTROL('a'): p->cursor = 0; break;
    case KEYBOARD_END:
    case CONTROL('e'): p->cursor = p->length; break;
    case CONTROL('u'): erase(p, 0, p->cursor); break;
    case KEYBOARD_UP: through_history(p, true); break;
    case KEYBOARD_DOWN: through_history(p, false); break;
    default:
        if (key >= KEYBOARD_SPACE && key < KEYBOARD_FIRST)
            insert_character(p, key);
        break;
    }
    return ENTRY_GOES_ON;
}
