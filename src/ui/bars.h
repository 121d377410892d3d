/*
 * bars.h: the lines around the views: at the top, the status, the keys.
 */
#ifndef UI_BARS_H
#define UI_BARS_H

#include "ui/draw.h"
#include "ui/ui.h"

void bars_top(struct ui *ui, struct area area);
void bars_status(struct ui *ui, struct area area);
void bars_keys(struct ui *ui, struct area area);

/* What is said and does not fit into the status line: in the last lines of the area, over status and keys. What is said of a line that
 * is typed stands above that. */
void bars_said(const struct ui *ui, struct area area);

/* What a click on the line drawn last does: a place, PLACE_COUNT: none; an command. */
enum place bars_top_at(int x);
enum command bars_keys_at(int x);

#endif
