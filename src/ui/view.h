/*
 * view.h: what a view is. The monitor's loop and layout (ui.c) know views only by this.
 *
 * To add a view:
 *   1. a row in VIEWS (keys.h): its name, its const struct view, the key that leads there, its title. An enum place, the
 *      top line and IN_NAME for the table of keys come from it;
 *   2. a row in KEYS (keys.h) for the key that leads there, as VIEW_1 has it, and one in go_to() of ui.c;
 *   3. view_NAME.c with `const struct view NAME_view`. State is allocated and zeroed; begin() prepares it.
 * To add a key: a row in KEYS (keys.h) and a case in the act() of the views it holds in. The bottom bar, the help screen
 * and the manual show it then (make docs).
 *
 * A view formats only the lines that are seen, whatever there is beside them. What takes time it does in work(), a slice
 * of some milliseconds at a time; the loop calls that again and again while it says that there is more, and looks at the
 * keyboard in between. A view that lists rows of the model has a struct selection and a struct list; what moves the cursor
 * is then list_act() and list_mouse().
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "filter/pattern.h"
#include "ui/draw.h"
#include "ui/keys.h"
#include "ui/mouse.h"
#include "ui/ui.h"

/* A line does not match, matches and has the cursor now, or is not there. */
struct list;
enum found { FOUND_NOT, FOUND_HERE, FOUND_END };

struct view {
    enum place place;
    size_t state_size;
    void (*begin)(void *state, struct ui *ui); /* may be NULL */
    void (*end)(void *state, struct ui *ui);   /* may be NULL */
    void (*open)(void *state,
                 struct ui *ui); /* it is shown from now on, or what it shows may be another; may be NULL */
    bool (*act)(void *state, struct ui *ui, enum command command); /* whether it did something */
    bool (*mouse)(void *state, struct ui *ui, const struct mouse *mouse);
    bool (*work)(void *state, struct ui *ui); /* a slice: whether there was anything to do; may be NULL */
    void (*draw)(void *state, struct ui *ui, struct area area, bool focused);
    /* Whether its n-th line from where the cursor is (0) matches; n below 0 is before. Stands: the cursor goes there. May be NULL. */
    enum found (*find)(void *state, struct ui *ui, int64_t n, const struct pattern *pattern);
    const struct list *(*list)(const void *state);                   /* along which find goes; NULL when find is */
    void (*status)(void *state, struct ui *ui, struct writer *text); /* what stands left in the status line */
};

#define VIEW_DECLARE(name, symbol, key, title) extern const struct view symbol;
VIEWS(VIEW_DECLARE)
#undef VIEW_DECLARE

#endif
