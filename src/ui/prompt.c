#include "ui/prompt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_LEAST = 32 /* columns to type in */ };

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
    editor_set(&p->line, PROMPT_TEXT - 1, text);
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
        memcpy(text, p->line.text, p->line.length + 1);
        p->active = false;
        p->answer(ui, 0, text);
    } else {
        editor_key(&p->line, key);
    }
}

/* The last lines of an area. */
static struct area bottom(struct area area, int lines)
{
    int height = lines < area.height ? lines : area.height;
    return (struct area){area.y + area.height - height, area.x, height, area.width};
}

void prompt_draw(const struct prompt *p, const struct terminal *terminal, struct area area)
{
    int columns = draw_columns(p->question);
    if (p->choices != NULL) {
        int lines = draw_wrapped(terminal, (struct area){.width = area.width}, ROLE_STRONG, p->question);
        draw_wrapped(terminal, bottom(area, lines), ROLE_STRONG, p->question);
        return;
    }
    /* Where the question leaves too little room to type, it stands above. */
    bool above = columns + LINE_LEAST > area.width;
    struct pen pen = pen_at(terminal, bottom(area, 1), 0, ROLE_NORMAL);
    if (above)
        draw_wrapped(terminal, (struct area){area.y + area.height - 2, area.x, 1, area.width}, ROLE_STRONG,
                     p->question);
    else
        pen_format(&pen, ROLE_STRONG, " %s", p->question);
    pen_text(&pen, ROLE_NORMAL, " ");
    editor_draw(&p->line, &pen, pen.end - pen.x - 2);
    pen_end(&pen);
}
