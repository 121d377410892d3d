/*
 * selection.h: the rows of the model that a view shows: those that pass a test, as a list of row numbers.
 *
 * It is filled a slice at a time, so that a million rows never stop the keyboard, and follows the model: new rows are
 * looked at once, rows that leave are dropped from its front. Positions count from the first row that ever passed and stay
 * valid while others leave: selection->first is the first that is still there, selection->end the one behind the last.
 */
#ifndef UI_SELECTION_H
#define UI_SELECTION_H

#include "ui/model.h"

struct selection {
    bool (*passes)(void *user, const struct model_row *row, uint64_t number);
    unsigned (*positions)(void *user,
                          const struct model_row *row); /* of those that pass: how many it takes; NULL: one each */
    void *user;
    uint64_t *rows; /* a ring by position */
    size_t slots;
    uint64_t first, end;
    uint64_t next; /* row to be looked at next */
};

void selection_init(struct selection *s, bool (*passes)(void *user, const struct model_row *row, uint64_t number),
                    void *user);
void selection_free(struct selection *s);

/* Begins anew, because what passes is another. */
void selection_reset(struct selection *s);

/* Looks at `most` more rows at most. Whether there were any. */
bool selection_work(struct selection *s, const struct model *model, size_t most);

/* How many of a hundred rows have been looked at. */
static inline unsigned selection_percent(const struct selection *s, const struct model *m)
{
    uint64_t all = m->end_row - m->first_row, done = s->next > m->first_row ? s->next - m->first_row : 0;
    return (unsigned)(all > 0 ? 100 * done / all : 100);
}

/* The row number at a position between first and end. */
static inline uint64_t selection_row(const struct selection *s, uint64_t position)
{
    return s->rows[position & (s->slots - 1)];
}

/* The first position whose row number is not below this one. */
uint64_t selection_find(const struct selection *s, uint64_t row);

#endif
