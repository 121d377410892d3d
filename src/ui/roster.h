/*
 * roster.h: the lines of the table of connections: which there are, added up by server or URL, and in which order.
 *
 * They are made anew when connections have changed, as seldom as makes that cost little. Nothing of curses.
 */
#ifndef UI_ROSTER_H
#define UI_ROSTER_H

#include "filter/filter.h"
#include "ui/model.h"
#include "ui/settings.h"

/* One connection, or several of one group. */
struct roster_line {
    struct model_connection *connection; /* of a group: its sums, owned */
    uint64_t members;                    /* 0: it is one connection */
};

struct roster {
    struct roster_line *lines; /* owned */
    size_t count, slots;
    int64_t ordered, order_cost; /* ns, monotonic */
    bool stale;                  /* what is wanted of it is another */
    uint64_t gone;               /* connections that had left, and attempts that were answered, when it was made */
};

/* Lines point to connections, which may have left: so before every use. Returns whether they were made anew. filter: those that pass, NULL: all. */
bool roster_refresh(struct roster *roster, const struct model *model, const struct settings *settings,
                    const struct filter *filter, int64_t now);

/* Whether a line stands for a connection, alone or with others. */
bool roster_has(const struct settings *settings, const struct roster_line *line,
                const struct model_connection *connection);

void roster_free(struct roster *roster);

#endif
