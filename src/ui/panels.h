/*
 * panels.h: the charts of the statistics: each so many lines high, drawn line by line, in whatever columns there are.
 */
#ifndef UI_PANELS_H
#define UI_PANELS_H

#include "ui/draw.h"
#include "ui/model.h"

enum { PANEL_LABEL = 9 /* columns before a bar */ };

/* What a panel draws from. */
struct panel_source {
    const struct statistics *statistics;
    const struct statistics_closes *closes;    /* NULL: of one connection */
    const struct model_connection *const *top; /* with the most bytes */
    unsigned top_count;
    const struct model *model;
    int chart_lines;       /* of each side's rate */
    uint64_t counts[2][4]; /* by sender: messages, bytes, frames, wire bytes */
};

enum panel_id {
    PANEL_TOTALS,
    PANEL_OPCODES,
    PANEL_SIZES,
    PANEL_INTERVALS,
    PANEL_ROUND_TRIPS,
    PANEL_CLOSES,
    PANEL_TOP,
    PANEL_COUNT
};

struct panel {
    const char *title;
    bool of_all; /* says nothing about one connection */
    unsigned (*lines)(const struct panel_source *source);
    void (*draw)(struct pen *pen, const struct panel_source *source, unsigned line);
};

/* What the connections with the most bytes are told by: payload, of both sides. */
uint64_t panel_bytes(const struct model_connection *connection);

extern const struct panel panels[PANEL_COUNT];

#endif
