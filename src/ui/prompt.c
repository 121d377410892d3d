#include "ui/prompt.h"

#include "ui/keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void prompt_choose(struct prompt *p, const char *choices, void (*answer)(struct ui *ui, char choice, const char *text),
                   const char *question, ...)
{
    va_list arguments;
    *p = (struct prompt){.active = true, .choices = choices, .answer = answer};
    va_start(arguments, question);
    vsnprintf(p->question, sizeof p->question, question, arguments);
    va_end(arguments);
}

void prompt_line(struct prompt *p, const char *question, const char *text,
                 void (*answer)(struct ui *ui, char choice, const char *text))
{
    *p = (struct prompt){.active = true, .answer = answer};
    snprintf(p->question, sizeof p->question, "%s", question);
    snprintf(p->text, sizeof p->text, "%s", text);
    p->length = p->cursor = strlen(p->text);
}

/* ---- the line */

static size_t before(const struct prompt *p)
{
    size_t at = p->cursor;
    while (at > 0 && ((unsigned char)p->text[--at] & 0xC0) == 0x80)
        ;
    return at;
}

static size_t behind(const struct prompt *p)
{
    size_t at = p->cursor;
    if (at < p->length)
        at++;
    while (at < p->length && ((unsigned char)p->text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static void remove_between(struct prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, p->length - to);
    p->length -= to - from;
    p->text[p->length] = 0;
    p->cursor = from;
}

static void insert(struct prompt *p, uint32_t c)
{
    char bytes[4];
    size_t n = 0;
    if (c < 0x80) {
        bytes[n++] = (char)c;
    } else {
        unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        bytes[n++] = (char)(0xFF << (6 - more) | c >> 6 * more);
        for (unsigned i = more; i-- > 0;)
            bytes[n++] = (char)(0x80 | (c >> 6 * i & 0x3F));
    }
    if (p->length + n >= sizeof p->text)
        return;
    memmove(p->text + p->cursor + n, p->text + p->cursor, p->length - p->cursor);
    memcpy(p->text + p->cursor, bytes, n);
    p->length += n;
    p->cursor += n;
    p->text[p->length] = 0;
}

static void edit(struct prompt *p, uint32_t key)
{
    switch (key) {
    case KEYBOARD_LEFT: p->cursor = before(p); break;
    case KEYBOARD_RIGHT: p->cursor = behind(p); break;
    case KEYBOARD_HOME:
    case CONTROL('a'): p->cursor = 0; break;
    case KEYBOARD_END:
    case CONTROL('e'): p->cursor = p->length; break;
    case KEYBOARD_BACKSPACE: remove_between(p, before(p), p->cursor); break;
    case KEYBOARD_DELETE: remove_between(p, p->cursor, behind(p)); break;
    case CONTROL('u'): remove_between(p, 0, p->cursor); break;
    case CONTROL('k'): remove_between(p, p->cursor, p->length); break;
    default:
        if (key >= ' ' && key < KEYBOARD_FIRST)
            insert(p, key);
    }
}

void prompt_key(struct prompt *p, struct ui *ui, uint32_t key)
{
    if (key == KEYBOARD_ESCAPE || key == CONTROL('c')) {
        p->active = false;
    } else if (p->choices != NULL) {
        if (key == 0 || key >= 0x80 || strchr(p->choices, (int)key) == NULL)
            return;
        p->active = false;
        p->answer(ui, (char)key, NULL);
    } else if (key == KEYBOARD_ENTER) {
        char text[PROMPT_TEXT];
        memcpy(text, p->text, p->length + 1);
        p->active = false;
        p->answer(ui, 0, text);
    } else {
        edit(p, key);
    }
}

void prompt_draw(const struct prompt *p, const struct terminal *terminal, struct area area)
{
    struct pen pen = pen_at(terminal, area, 0, ROLE_NORMAL);
    pen_text(&pen, ROLE_STRONG, " ");
    pen_text(&pen, ROLE_STRONG, p->question);
    if (p->choices == NULL) {
        /* The cursor is seen, and as much in front of it as there is room for. */
        size_t next = behind(p);
        struct wsd_bytes left = {(const uint8_t *)p->text, p->cursor};
        struct wsd_bytes here = {(const uint8_t *)p->text + p->cursor, next - p->cursor};
        struct wsd_bytes right = {(const uint8_t *)p->text + next, p->length - next};
        pen_text(&pen, ROLE_NORMAL, " ");
        pen_bytes_end(&pen, ROLE_NORMAL, left, pen.end - pen.x - 2);
        if (here.length > 0)
            pen_bytes(&pen, ROLE_CURSOR, here, 2, false);
        else
            pen_text(&pen, ROLE_CURSOR, " ");
        pen_bytes(&pen, ROLE_NORMAL, right, pen.end - pen.x, false);
    }
    pen_end(&pen);
}
