/*
 * extension.h: Sec-WebSocket-Extensions (RFC 6455 9.1) and what permessage-deflate's parameters mean (RFC 7692 7.1).
 *
 *     extension-list = 1#extension
 *     extension      = token *( ";" token [ "=" ( token | quoted-string ) ] )
 */
#ifndef WEBSOCKET_EXTENSION_H
#define WEBSOCKET_EXTENSION_H

#include "base/event.h"

struct extension {
    struct wsd_bytes name;
    struct wsd_bytes parameters; /* for extension_parameter() */
};

/* The next extension of one header's value; moves *list behind it. False at the end. */
bool extension_next(struct wsd_bytes *list, struct extension *out);

struct parameter {
    struct wsd_bytes name, value; /* value without its quotes */
    bool has_value;
};

/* The next parameter; moves *parameters behind it. */
bool extension_parameter(struct wsd_bytes *parameters, struct parameter *out);

#define EXTENSION_DEFLATE              "permessage-deflate"
#define EXTENSION_DEFLATE_FRAME        "deflate-frame"
#define EXTENSION_WEBKIT_DEFLATE_FRAME "x-webkit-deflate-frame"

/* One offer of permessage-deflate, or the answer to it. */
struct deflate_terms {
    bool no_context_takeover[2]; /* by sender */
    bool bits_given[2];          /* ..._max_window_bits stands there */
    uint8_t bits[2];             /* its value, 0: it stands there without one */
    bool invalid;                /* a parameter is unknown, repeated or out of range: which one */
    struct wsd_bytes culprit;
};

/* answer: client_max_window_bits must have a value (7.1.2.2). */
struct deflate_terms extension_deflate_terms(struct wsd_bytes parameters, bool answer);

/* Whether an answer is one that this offer allows (7.1.1, 7.1.2); *culprit is the parameter that is not. */
bool extension_deflate_allowed(const struct deflate_terms *offer, const struct deflate_terms *answer,
                               const char **culprit);

/* The frame-wise predecessor: its answer binds what the client sends, its offer what the server sends
 * (draft-tyoshino-hybi-websocket-perframe-deflate). */
struct deflate_frame_terms {
    bool no_context_takeover;
    uint8_t bits; /* 15 when not given */
};
struct deflate_frame_terms extension_deflate_frame_terms(struct wsd_bytes parameters);

#endif
