/*
 * inflation.h: what one direction agreed on compression, and its window from message to message (RFC 7692 7.1, 7.2.2).
 *
 * With context takeover a message refers to those before it. When the capture lacks one of these, or its handshake, the next
 * message is inflated over a window of which nothing is known (deflate.h), and so on until that has been filled anew.
 */
#ifndef WEBSOCKET_INFLATION_H
#define WEBSOCKET_INFLATION_H

#include "websocket/host.h"

struct inflation {
    struct deflate *deflate; /* NULL until the first compressed message, and between messages without takeover */
    uint32_t excess; /* bytes that came out of its messages beyond what each may always inflate to, inflation_account() */
    uint8_t window_bits;
    bool negotiated : 1;
    bool no_takeover : 1;
    bool per_frame : 1;  /* x-webkit-deflate-frame: every frame is compressed by itself, RSV1 says which */
    bool guessed : 1;    /* nobody saw what was agreed, and no message has shown yet that it is this */
    bool lost : 1;       /* the sender's window is not known: the next message begins with one that is unknown */
    bool lost_told : 1;  /* message-window-unknown was told, and the window is not known again */
    bool failing : 1;    /* the last compressed message could not be inflated over an unknown window */
    bool spent_told : 1; /* that inflation_spent() was told */
};

/* Makes the window ready for a message. Returns 0 or -ENOMEM. */
int inflation_begin(struct inflation *inflation, struct websocket_host *host);

/* The message is over: without takeover the window is anybody's. */
void inflation_end(struct inflation *inflation, struct websocket_host *host);

/* A message is over of which so many compressed bytes gave so many inflated ones, however it ended. What it may always inflate to
 * (inflate_ratio for each byte, and a window, since a message that repeats an earlier one is a few bytes) pays off the excess. */
void inflation_account(struct inflation *inflation, const struct websocket_host *host, uint64_t wire,
                       uint64_t inflated);

/* Whether the direction has had more than its share (host.inflate_excess): then nothing is inflated any more. */
bool inflation_spent(const struct inflation *inflation, const struct websocket_host *host);

/* Whether every byte that the message at hand may refer to is known. */
bool inflation_exact(const struct inflation *inflation);

/* The window is not the sender's any more from here on, unless the sender forgets it too. */
void inflation_lose(struct inflation *inflation);

/* RSV1 in a connection whose handshake was not captured: it can only mean deflate, with windows that are not known. */
void inflation_guess(struct inflation *inflation);

void inflation_free(struct inflation *inflation);

#endif
