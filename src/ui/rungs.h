/*
 * rungs.h: the lines of the ladder: an arrow from one side to the other, and what it carries. Each event is one, but for an
 * opening, which is several: TCP's SYN of each side, the request and its answer.
 */
#ifndef UI_RUNGS_H
#define UI_RUNGS_H

#include "ui/draw.h"
#include "ui/model.h"

enum opening_step { STEP_SYN, STEP_SYN_ACK, STEP_REQUEST, STEP_RESPONSE, STEP_UNSEEN /* the handshake is not known */ };

struct opening_moment {
    enum opening_step step;
    int64_t time; /* 0: not known */
};

struct opening_steps {
    struct opening_moment step[STEP_UNSEEN];
    unsigned count;
};

/* The rungs of a row that is an opening, in order; transport: TCP's too. Returns their number, 0 for other rows. */
unsigned rung_steps(const struct model_row *row, bool transport, struct opening_steps *steps);

/* step: of an opening. */
void rung_draw(struct pen *pen, const struct model_row *row, enum opening_step step);

/* "RST", "retransmission" ... */
const char *rung_transport(enum wsd_transport_what what);

#endif
