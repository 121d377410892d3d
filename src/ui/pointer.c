#include "ui/pointer.h"

#include "ui/bars.h"
#include "ui/view.h"

#include <curses.h>

enum { DOUBLE_CLICK = 400 /* ms */, WAITING = 16 /* events: more than curses keeps */ };

static bool inside(struct area area, int y, int x)
{
    return y >= area.y && y < area.y + area.height && x >= area.x && x < area.x + area.width;
}

static void drag_split(struct ui *ui, const struct layout *l, int y, int x)
{
    struct area first = l->areas[PLACE_MESSAGES], second = l->areas[PLACE_DETAIL];
    bool below = l->split_line.width > 1;
    int whole = below ? first.height + second.height + 1 : first.width + second.width + 1;
    int percent = ((below ? y - first.y : x - first.x) * 100 + whole / 2) / whole;
    ui->settings.split_size = percent < 10 ? 10 : percent > 90 ? 90 : percent;
}

static void in_views(struct ui *ui, const struct layout *l, struct mouse mouse)
{
    int y = mouse.y, x = mouse.x;
    for (int place = 0; place < PLACE_COUNT; place++) {
        struct area area = l->areas[place];
        if (area.height == 0 || !inside(area, y, x))
            continue;
        bool press = mouse.what == MOUSE_PRESS || mouse.what == MOUSE_DOUBLE;
        if (press && (enum place)place != ui->place)
            ui_go(ui, (enum place)place);
        mouse.y = y - area.y;
        mouse.x = x - area.x;
        ui_view((enum place)place)->mouse(ui->states[place], ui, &mouse);
        return;
    }
}

/* Returns what the place stands for, or COMMAND_NONE. */
static enum command press(struct pointer *p, struct ui *ui, const struct layout *l, int y, int x, int64_t now)
{
    bool twice = now - p->clicked < DOUBLE_CLICK && y == p->clicked_y && x == p->clicked_x;
    p->clicked = twice ? 0 : now;
    p->clicked_y = y;
    p->clicked_x = x;
    ui->said[0] = 0;
    if (y == 0 && bars_top_at(x) != PLACE_COUNT)
        ui_go(ui, bars_top_at(x));
    else if (y == getmaxy(stdscr) - 1 && bars_keys_at(x) != COMMAND_NONE)
        return bars_keys_at(x);
    else if (inside(l->split_line, y, x))
        p->dragging = true;
    else
        in_views(ui, l, (struct mouse){twice ? MOUSE_DOUBLE : MOUSE_PRESS, y, x});
    return COMMAND_NONE;
}

static enum command handle(struct pointer *p, struct ui *ui, const struct layout *l, const MEVENT *e, int64_t now)
{
    if (e->bstate & BUTTON4_PRESSED) {
        in_views(ui, l, (struct mouse){MOUSE_WHEEL_UP, e->y, e->x});
    } else if (e->bstate & BUTTON5_PRESSED) {
        in_views(ui, l, (struct mouse){MOUSE_WHEEL_DOWN, e->y, e->x});
    } else if (e->bstate & BUTTON1_PRESSED) {
        return press(p, ui, l, e->y, e->x, now);
    } else if ((e->bstate & (BUTTON1_RELEASED | REPORT_MOUSE_POSITION)) && p->dragging) {
        drag_split(ui, l, e->y, e->x);
        p->dragging = (e->bstate & BUTTON1_RELEASED) == 0;
    }
    return COMMAND_NONE;
}

enum command pointer_event(struct pointer *p, struct ui *ui, const struct layout *l, int64_t now)
{
    MEVENT waiting[WAITING];
    int n = 0;
    enum command command = COMMAND_NONE;
    /* Those that came together are given one by one, the latest first. */
    while (n < WAITING && getmouse(&waiting[n]) == OK)
        n++;
    while (n-- > 0 && !ui->prompt.active && command == COMMAND_NONE)
        command = handle(p, ui, l, &waiting[n], now);
    return command;
}
