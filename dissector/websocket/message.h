/*
 * message.h: frames' payload becomes messages (RFC 6455 5.4, 5.6, RFC 7692 7).
 *
 * A message takes its payload in pieces as they arrive, still masked: it unmasks, inflates, checks UTF-8 and keeps as much
 * as is asked for. Nothing is assembled that nobody keeps, and a message that lies unmasked in one piece is not copied.
 * What the capture lacks is counted, marked as unknown, and makes the message incomplete; so do bytes that a compressed
 * message copied from what nobody saw. Of a text, a character is known as a whole or not at all. A compressed message is told
 * up to its first hole.
 *
 * Each direction has at most one data message open, and one control message: a control frame may stand between fragments.
 */
#ifndef WEBSOCKET_MESSAGE_H
#define WEBSOCKET_MESSAGE_H

#include "base/utf8.h"
#include "websocket/close.h"
#include "websocket/frame.h"
#include "websocket/host.h"
#include "websocket/inflation.h"

enum {
    MESSAGE_SPARE_MOST = 4,     /* messages kept to be used again: one for each slot of a busy connection */
    MESSAGE_SPARE_BYTES = 65536 /* a larger buffer is given back when its message ends */
};

struct message {
    struct message *next_spare;
    struct wsd_event event; /* grows as the message does; the rest is put in when it ends */
    bool text;              /* to be checked as UTF-8, and valid until now */
    bool inflating;         /* the pieces of this frame go through the inflater, ... */
    bool tail_fed;          /* ... and the tail has */
    bool failed;            /* it cannot be inflated: its wire bytes are told */
    bool stopped;           /* it was inflated up to the limit, or to a hole */
    bool holes;             /* bytes are missing in the capture */
    uint8_t after_unknown;  /* so many bytes behind unknown ones may belong to a character that began in them */
    struct utf8 utf8;
    uint64_t keep;          /* bytes of it that are kept */
    struct wsd_bytes whole; /* the payload, when it lies in one piece and needs no copy */
    struct wsd_range *unknown;
    struct buffer kept; /* the payload, up to keep */
    struct buffer wire; /* compressed only: the payload as on the wire, up to keep */
};

/* Surroundings of every call. */
struct message_env {
    struct websocket_host *host;
    struct wsd_connection *connection; /* whose counts go up */
    struct inflation *inflation;       /* of the message's direction */
    const struct wsd_moment *moment;
};

/* A plain data message that lies whole in one piece behind its only frame's header, as most do, with no state left behind:
 * message_whole() judges it, message_tell_whole() tells it, and its frame is told in between. What is told is what the calls below
 * would tell. Returns 0 or -ENOMEM. */
struct message_whole {
    struct wsd_event event; /* of its union only what a message has is set */
    bool cut_character;     /* its text ends inside a character */
};
int message_whole(const struct message_env *env, enum wsd_direction direction, const struct frame_header *header,
                  struct wsd_bytes payload, struct message_whole *whole);
void message_tell_whole(const struct message_env *env, struct message_whole *whole);

/* A message that begins with this frame's header. explained: every RSV bit it has means something. The caller sets
 * first_time and first_packet. NULL: no memory. */
struct message *message_begin(const struct message_env *env, enum wsd_direction direction,
                              const struct frame_header *header, bool explained);

/* A frame of the message begins, the first one too. Returns 0 or -ENOMEM, like all below. */
int message_frame(const struct message_env *env, struct message *message, const struct frame_header *header);

/* A piece of a frame's payload, as on the wire, `at` bytes into it. */
int message_piece(const struct message_env *env, struct message *message, const struct frame_header *header,
                  struct wsd_bytes piece, uint64_t at);

/* So many of its payload bytes are not in the capture. */
int message_hole(const struct message_env *env, struct message *message, uint64_t missing);

/* The frame ended. */
int message_frame_end(const struct message_env *env, struct message *message, const struct frame_header *header);

/* Its payload, as far as it is kept; borrowed until the next call. */
struct wsd_bytes message_payload(const struct message *message);

/* What the payload of a close frame says, borrowed likewise. */
struct close_payload message_close(const struct message *message);

/* Tells the message and puts it away. whole: it ended as it should; else it was cut off. */
void message_end(const struct message_env *env, struct message *message, bool whole);

/* Puts a message away without telling it. NULL is allowed. */
void message_drop(struct websocket_host *host, struct message *message);

/* Bytes of memory that it takes; NULL: 0. */
size_t message_memory(const struct message *message);

#endif
