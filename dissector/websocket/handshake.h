/*
 * handshake.h: judges an opening handshake (RFC 6455 4) and says what was agreed.
 */
#ifndef WEBSOCKET_HANDSHAKE_H
#define WEBSOCKET_HANDSHAKE_H

#include "base/buffer.h"

enum {
    HANDSHAKE_FINDINGS_MOST = 32,
    HANDSHAKE_DETAIL_MOST = 80,
    HANDSHAKE_URL_MOST = 8192, /* bytes kept */
    HANDSHAKE_EXTENSIONS_MOST = 8192,
};

struct handshake_finding {
    enum wsd_finding_code code;
    enum wsd_direction direction;
    char detail[HANDSHAKE_DETAIL_MOST]; /* printable ASCII */
};

/* What is spoken, if it is older than the RFC. */
enum handshake_draft {
    DRAFT_NONE,
    DRAFT_HIXIE_75, /* no keys; frames of a type and a delimiter or length, no closing handshake */
    DRAFT_HIXIE_76, /* hybi-00: the same with two keys, a challenge and a closing handshake */
    DRAFT_UNFRAMED, /* hybi-01 to -06, or deflate-stream: frames that are not decoded here */
    DRAFT_HYBI,     /* hybi-07 to -12: the RFC's framing */
};

struct handshake {
    enum wsd_handshake outcome;
    int version; /* -1: none, or not a number */
    enum handshake_draft draft;
    struct wsd_bytes subprotocol; /* borrowed from the response */
    struct buffer url;            /* owned: handshake_free() */
    struct buffer extensions;     /* owned: the answer's, several headers joined by ", " */
    struct wsd_deflate deflate;
    bool per_frame; /* what was agreed is x-webkit-deflate-frame */
    struct handshake_finding findings[HANDSHAKE_FINDINGS_MOST];
    size_t finding_count;
};

/* Either head may be NULL: not seen. A missing response means that it never came. secure: the URL is wss. Returns 0 or
 * -ENOMEM; *out is to be freed either way. */
int handshake_judge(const struct wsd_head *request, const struct wsd_head *response, bool secure,
                    struct handshake *out);

/* What a request alone says: URL, version, what it broke. NULL: nothing. Returns 0 or -ENOMEM; *out is to be freed either way. */
int handshake_judge_request(const struct wsd_head *request, bool secure, struct handshake *out);

/* The request that was judged is not whole in the capture: forgets what was found because something is missing in it. */
void handshake_forgive(struct handshake *handshake);

void handshake_free(struct handshake *handshake);

#endif
