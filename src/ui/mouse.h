/*
 * mouse.h: what the mouse did, and where.
 */
#ifndef UI_MOUSE_H
#define UI_MOUSE_H

enum mouse_what { MOUSE_PRESS, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct mouse {
    enum mouse_what what;
    int y, x; /* in the area that the view was drawn in last */
};

#endif
