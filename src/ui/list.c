#include "ui/list.h"

enum { WHEEL_LINES = 3 };

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* The window so that the cursor is in it, and no line of it is wasted. */
static void settle(struct list *l)
{
    uint64_t height = l->height > 0 ? l->height : 1;
    uint64_t lines = l->end - l->first;
    uint64_t last_top = lines > height ? l->end - height : l->first;
    if (l->cursor < l->top)
        l->top = l->cursor;
    if (l->cursor >= l->top + height)
        l->top = l->cursor - height + 1;
    l->top = clamp(l->top, l->first, last_top);
}

void list_set(struct list *l, uint64_t first, uint64_t end, unsigned height)
{
    l->first = first;
    l->end = end;
    l->height = height;
    if (l->follows && end > first)
        l->cursor = end - 1;
    l->cursor = clamp(l->cursor, first, end > first ? end - 1 : first);
    settle(l);
}

void list_go(struct list *l, uint64_t line)
{
    bool seen = line >= l->top && line < l->top + l->height;
    l->cursor = clamp(line, l->first, l->end > l->first ? l->end - 1 : l->first);
    if (!seen)
        l->top = l->cursor > l->first + l->height / 2 ? l->cursor - l->height / 2 : l->first;
    settle(l);
}

static void move_by(struct list *l, uint64_t lines, bool up)
{
    uint64_t last = l->end > l->first ? l->end - 1 : l->first;
    if (up)
        l->cursor = l->cursor - l->first > lines ? l->cursor - lines : l->first;
    else
        l->cursor = last - l->cursor > lines ? l->cursor + lines : last;
    l->follows = l->can_follow && !up && l->cursor == last && !list_empty(l);
    settle(l);
}

bool list_act(struct list *l, enum command command)
{
    uint64_t page = l->height > 1 ? l->height - 1 : 1;
    switch (command) {
    case COMMAND_UP: move_by(l, 1, true); break;
    case COMMAND_DOWN: move_by(l, 1, false); break;
    case COMMAND_PAGE_UP:
        l->top = l->top - l->first > page ? l->top - page : l->first;
        move_by(l, page, true);
        break;
    case COMMAND_PAGE_DOWN:
        l->top += page;
        move_by(l, page, false);
        break;
    case COMMAND_HALF_UP: move_by(l, page / 2 + 1, true); break;
    case COMMAND_HALF_DOWN: move_by(l, page / 2 + 1, false); break;
    case COMMAND_HOME: move_by(l, UINT64_MAX, true); break;
    case COMMAND_END: move_by(l, UINT64_MAX, false); break;
    default: return false;
    }
    return true;
}

void list_scroll(struct list *l, int lines)
{
    uint64_t height = l->height > 0 ? l->height : 1;
    uint64_t last_top = l->end - l->first > height ? l->end - height : l->first;
    uint64_t by = (uint64_t)(lines < 0 ? -lines : lines);
    if (lines < 0) {
        l->top = l->top - l->first > by ? l->top - by : l->first;
        l->follows = false;
    } else {
        l->top = last_top - l->top > by ? l->top + by : last_top;
    }
    l->cursor = clamp(l->cursor, l->top, l->top + height - 1);
    if (l->end > l->first)
        l->cursor = clamp(l->cursor, l->first, l->end - 1);
    if (lines > 0 && l->can_follow && l->top == last_top && l->cursor + 1 == l->end)
        l->follows = true;
}

bool list_at(const struct list *l, unsigned row, uint64_t *line)
{
    if (row >= l->height || l->top + row >= l->end)
        return false;
    *line = l->top + row;
    return true;
}

bool list_mouse(struct list *l, const struct mouse *mouse, int above)
{
    uint64_t line;
    if (mouse->what == MOUSE_WHEEL_UP || mouse->what == MOUSE_WHEEL_DOWN) {
        list_scroll(l, mouse->what == MOUSE_WHEEL_UP ? -WHEEL_LINES : WHEEL_LINES);
        return true;
    }
    if (mouse->y < above || !list_at(l, (unsigned)(mouse->y - above), &line))
        return false;
    l->cursor = line;
    l->follows = false;
    return true;
}
