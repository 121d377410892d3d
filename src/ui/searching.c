#include "ui/searching.h"

#include "ui/view.h"

enum { LINES_A_SLICE = 200, LINES_TOLD = 10000 /* after so many one is told */ };

void searching_begin(struct searching *s, struct ui *ui, int direction)
{
    if (ui->pattern == NULL)
        ui_complain(ui, "nothing was searched for yet: / does");
    else if (ui_view(ui->place)->find != NULL)
        *s = (struct searching){direction, direction};
}

bool searching_work(struct searching *s, struct ui *ui)
{
    for (int i = 0; i < LINES_A_SLICE && s->direction != 0; i++) {
        enum found found = ui_view(ui->place)->find(ui->states[ui->place], ui, s->at, ui->pattern);
        if (found == FOUND_END)
            ui_complain(ui, "no match %s", s->direction > 0 ? "further down" : "further up");
        s->at += s->direction;
        if (found != FOUND_NOT)
            s->direction = 0;
        else if (s->at % LINES_TOLD == 0)
            ui_say(ui, "searching: %lld lines, Esc stops", (long long)(s->at * s->direction));
    }
    return s->direction != 0;
}

void searching_enter(struct searching *s, struct ui *ui)
{
    char message[ENTRY_MESSAGE];
    size_t at;
    struct wsd_bytes text = {(const uint8_t *)ui->entry.line.text, ui->entry.line.length};
    struct pattern *pattern = pattern_compile(text, &at, message, sizeof message);
    if (pattern == NULL) {
        entry_reject(&ui->entry, (unsigned)at, message[0] != 0 ? message : "out of memory");
        return;
    }
    entry_accept(&ui->entry);
    pattern_free(ui->pattern);
    ui->pattern = pattern;
    draw_highlight(pattern);
    searching_begin(s, ui, 1);
}
