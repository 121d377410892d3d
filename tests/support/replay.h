/*
 * replay.h: the stream layers (support/wire.h), and what they tell as lines: those of support/recorder.h, below them lines that
 * begin with three spaces: what was agreed, whether a text is no text, which bytes are unknown, the checksum of a payload that is
 * too long to be shown, and at the close the counts of each side. Packets and times are left out: two replays of the same bytes in
 * other pieces tell the same lines. What holds for every event is checked; it aborts when that is broken.
 *
 *     static struct replay r;
 *     replay_start(&r, &options);
 *     wire_data(&r.wire, ...);
 *     wire_finish(&r.wire);          r.recorder.text are the lines
 */
#ifndef SUPPORT_REPLAY_H
#define SUPPORT_REPLAY_H

#include "support/recorder.h"
#include "support/wire.h"

/* What one direction of the connection at hand was told to have sent. */
struct replay_sums {
    uint64_t messages, frames, too_long, payload, wire;
};

struct replay {
    struct recorder recorder;
    struct wire wire;
    struct replay_sums sums[2];
    struct wsd_counts counts[2]; /* of the connection that was closed last */
};

/* options: event and user are set here. */
void replay_start(struct replay *r, const struct wsd_options *options);

#endif
