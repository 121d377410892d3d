#include "ui/entry.h"

#include "filter/filter.h"

#include <stdio.h>
#include <string.h>

static void set_text(struct entry *p, const char *text)
{
    editor_set(&p->line, ENTRY_TEXT - 1, text);
}

void entry_open(struct entry *p, enum history_kind kind, const char *text)
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
    p->open = false;
    if (p->line.length > 0)
        history_add(&p->history[p->kind], p->line.text);
}

void entry_reject(struct entry *p, unsigned character, const char *message)
{
    editor_go(&p->line, character);
    snprintf(p->message, sizeof p->message, "%s", message);
}

/* ---- editing */

static void through_history(struct entry *p, bool back)
{
    const struct history *history = &p->history[p->kind];
    if (back ? p->history_at == history->count : p->history_at == 0)
        return;
    if (p->history_at == 0)
        memcpy(p->own, p->line.text, sizeof p->own);
    p->history_at = back ? p->history_at + 1 : p->history_at - 1;
    set_text(p, p->history_at == 0 ? p->own : history->line[p->history_at - 1]);
}

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

/* The next field whose name begins as the word before the cursor did when Tab was pressed first. */
static void complete(struct entry *p)
{
    if (p->kind != HISTORY_FILTER)
        return;
    if (p->completion == 0) {
        p->word = p->line.cursor;
        while (p->word > 0 && in_name(p->line.text[p->word - 1]))
            p->word--;
        snprintf(p->prefix, sizeof p->prefix, "%.*s", (int)(p->line.cursor - p->word), p->line.text + p->word);
    }
    const struct filter_field *field = filter_field(p->prefix, p->completion);
    if (field == NULL && p->completion > 0)
        field = filter_field(p->prefix, p->completion = 0);
    if (field == NULL) {
        snprintf(p->message, sizeof p->message, "no field begins so");
        return;
    }
    p->completion++;
    editor_replace(&p->line, p->word, p->line.cursor, field->name, strlen(field->name));
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
    case KEYBOARD_UP: through_history(p, true); break;
    case KEYBOARD_DOWN: through_history(p, false); break;
    default: editor_key(&p->line, key); break;
    }
    return ENTRY_GOES_ON;
}

void entry_draw(const struct entry *p, const struct terminal *terminal, struct area area)
{
    struct pen pen = pen_at(terminal, area, 0, ROLE_NORMAL);
    pen_text(&pen, ROLE_KEY, p->kind == HISTORY_FILTER ? " filter: " : " search: ");
    /* Some room is left to what stands behind the cursor. */
    editor_draw(&p->line, &pen, (pen.end - pen.x) * 3 / 4);
    pen_end(&pen);
}
