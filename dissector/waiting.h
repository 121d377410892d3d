/*
 * waiting.h: connections whose TLS records wait for secrets, which may come late: also of connections that have ended meanwhile.
 *
 * What is left of such a connection's flow is kept, the oldest ones no longer than there is room.
 */
#ifndef WAITING_H
#define WAITING_H

#include "dissector_state.h"

/* A flow ends whose stream may wait: true when it is kept, and is no longer the flow's. */
bool waiting_take(struct wsd_dissector *d, struct flow *flow);

/* All connections that wait go on; late: only those that have waited long enough, without secrets. Returns 0 or a negative error. */
int waiting_resume(struct wsd_dissector *d, bool late);

/* The capture ends: what they were waiting for will not come. Returns 0 or a negative error. */
int waiting_finish(struct wsd_dissector *d);

void waiting_free(struct wsd_dissector *d);

#endif
