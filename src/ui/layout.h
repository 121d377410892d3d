/*
 * layout.h: where each view stands on the screen: one of them, or the list of messages and the detail of one.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "ui/ui.h"

struct layout {
    struct area areas[PLACE_COUNT]; /* height 0: it is not seen */
    struct area split_line;         /* between two, to be dragged */
};

/* As the settings want it, if there is room. */
void layout_make(struct layout *layout, const struct ui *ui, struct area whole);

#endif
