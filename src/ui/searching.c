#include "ui/searching.h"

#include "ui/list.h"
#include "ui/view.h"

enum { LINES_A_SLICE = 16 /* each may be long, and the expression strange */ };

void searching_begin(struct ui *ui, int direction)
{
    if (ui->pattern == NULL)
        ui_complain(ui, "nothing was searched for yet: / does");
    else if (ui_view(ui->place)->find != NULL)
        ui->searching = (struct searching){direction, direction};
}

bool searching_work(struct ui *ui)
{
    struct searching *s = &ui->searching;
    for (int i = 0; i < LINES_A_SLICE && s->direction != 0; i++) {
        enum found found = ui_view(ui->place)->find(ui->states[ui->place], ui, s->at, ui->pattern);
        if (found == FOUND_END)
            ui_complain(ui, "no match %s", s->direction > 0 ? "further down" : "further up");
        s->at += s->direction;
        if (found != FOUND_NOT)
            s->direction = 0;
    }
    return s->direction != 0;
}

void searching_status(const struct ui *ui, struct writer *text)
{
    const struct searching *s = &ui->searching;
    const struct list *list = ui_view(ui->place)->list(ui->states[ui->place]);
    uint64_t at = (uint64_t)(s->at * s->direction);
    uint64_t all = s->direction > 0 ? list->end - list->cursor : list->cursor - list->first;
    writer_format(text, "searching: %u%%, Esc stops", (unsigned)(100 * (at < all ? at : all) / (all > 0 ? all : 1)));
}

void searching_enter(struct ui *ui)
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
    searching_begin(ui, 1);
}
