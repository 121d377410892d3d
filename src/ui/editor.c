#include "ui/editor.h"

#include <stdio.h>
#include <string.h>

void editor_set(struct editor *e, size_t most, const char *text)
{
    e->most = most;
    snprintf(e->text, most + 1, "%s", text);
    e->length = e->cursor = strlen(e->text);
}

void editor_replace(struct editor *e, size_t from, size_t to, const char *text, size_t length)
{
    memmove(e->text + from, e->text + to, e->length - to + 1);
    e->length -= to - from;
    e->cursor = from;
    if (e->length + length > e->most)
        return;
    memmove(e->text + from + length, e->text + from, e->length - from + 1);
    memcpy(e->text + from, text, length);
    e->length += length;
    e->cursor += length;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static size_t before(const struct editor *e)
{
    size_t at = e->cursor;
    while (at > 0 && is_continuation(e->text[--at]))
        ;
    return at;
}

static size_t behind(const struct editor *e)
{
    size_t at = e->cursor < e->length ? e->cursor + 1 : e->cursor;
    while (at < e->length && is_continuation(e->text[at]))
        at++;
    return at;
}

void editor_go(struct editor *e, unsigned character)
{
    for (e->cursor = 0; character > 0 && e->cursor < e->length; character--)
        e->cursor = behind(e);
}

static void insert(struct editor *e, uint32_t c)
{
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    char text[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; c >>= 6)
        text[i] = (char)(0x80 | (c & 0x3F));
    text[0] = (char)(leads[n] | c);
    editor_replace(e, e->cursor, e->cursor, text, n);
}

static void erase(struct editor *e, size_t from, size_t to)
{
    editor_replace(e, from, to, "", 0);
}

void editor_key(struct editor *e, uint32_t key)
{
    switch (key) {
    case KEYBOARD_LEFT: e->cursor = before(e); break;
    case KEYBOARD_RIGHT: e->cursor = behind(e); break;
    case KEYBOARD_HOME:
    case CONTROL('a'): e->cursor = 0; break;
    case KEYBOARD_END:
    case CONTROL('e'): e->cursor = e->length; break;
    case KEYBOARD_BACKSPACE: erase(e, before(e), e->cursor); break;
    case KEYBOARD_DELETE: erase(e, e->cursor, behind(e)); break;
    case CONTROL('u'): erase(e, 0, e->cursor); break;
    case CONTROL('k'): erase(e, e->cursor, e->length); break;
    default:
        if (key >= KEYBOARD_SPACE && key < KEYBOARD_FIRST)
            insert(e, key);
        break;
    }
}

static struct wsd_bytes part(const struct editor *e, size_t from, size_t to)
{
    return (struct wsd_bytes){(const uint8_t *)e->text + from, to - from};
}

void editor_draw(const struct editor *e, struct pen *pen, int before)
{
    size_t next = behind(e);
    pen_bytes_end(pen, ROLE_NORMAL, part(e, 0, e->cursor), before);
    if (next > e->cursor)
        pen_bytes(pen, ROLE_SELECTED, part(e, e->cursor, next), pen->end - pen->x, false);
    else
        pen_text(pen, ROLE_SELECTED, " ");
    pen_bytes(pen, ROLE_NORMAL, part(e, next, e->length), pen->end - pen->x, false);
}
