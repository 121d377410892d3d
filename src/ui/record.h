/*
 * record.h: an event as bytes that can be kept, and the block that keeps many of them.
 *
 * The dissector's events borrow everything. A record is a copy of one: a fixed part, which begins with struct record, and
 * behind it the bytes that the event pointed to. Records stand one behind the other in a block, each a multiple of eight
 * bytes. record_event() turns a record back into the event it came from, so that filters, outputs and wsd_describe()
 * work on what is kept as on what happens.
 *
 * A block is moved, never shared: from the reading thread to the hand-off's list, from there to the store.
 */
#ifndef UI_RECORD_H
#define UI_RECORD_H

#include "dissector/dissector.h"

/* ---- blocks */

struct block {
    struct block *next;
    size_t size, length; /* bytes in data: there are, in use */
    uint64_t data[];     /* aligned for any record */
};

/* Bytes of records in a block; a larger record gets one of its own. With its head a block is one huge page of the processors that
 * have them: touching fresh memory page by page costs more than dissecting what goes there. */
enum { BLOCK_PAGE = 2 * 1024 * 1024, BLOCK_SIZE = BLOCK_PAGE - sizeof(struct block) };

/* A block is full enough when less than one part in so many is left. */
enum { FULL_PART = 8 };

/* A block for at least `size` bytes; NULL when there is no memory. block_free() takes NULL. */
struct block *block_new(size_t size);
void block_free(struct block *block);

/* Makes the system give it all of its memory now. */
void block_touch(struct block *block);

/* ---- records */

enum record_flag {
    RECORD_COMPRESSED = 1 << 0, /* messages */
    RECORD_INFLATED = 1 << 1,
    RECORD_COMPLETE = 1 << 2, /* frames too */
    RECORD_TRUNCATED = 1 << 3,
    RECORD_TEXT = 1 << 4,
    RECORD_LEFT_OUT = 1 << 5, /* the payload was left out, because the screen could not keep up */
    RECORD_MASKED = 1 << 0,   /* frames */
    RECORD_FIN = 1 << 1,
    RECORD_RSV = 1 << 3 /* RSV1; RSV2 and RSV3 are the next two bits */
};

/* What every record begins with. */
struct record {
    uint64_t size;     /* bytes up to the next record */
    uint8_t type;      /* enum wsd_event_type */
    uint8_t direction; /* enum wsd_direction; of a close: who began it */
    uint8_t opcode;    /* frames and messages */
    uint8_t flags;     /* enum record_flag */
    uint32_t detail;   /* findings: the code; closes: enum wsd_how; transport: what; connections: enum wsd_handshake */
    uint64_t connection; /* id, 0: none */
    int64_t time;
    uint64_t packet;
};

/* Where a record is: its block's number in the store, and its offset in it. 0: nowhere. */
typedef uint64_t record_place;

struct record_message {
    struct record head;
    uint64_t length, wire_length, frames, unknown_bytes;
    int64_t first_time;
    uint64_t first_packet;
    uint64_t kept;      /* bytes of payload behind the ranges, */
    uint64_t kept_wire; /* and behind these, of what they were inflated from */
    uint32_t unknown_count;
    int32_t close_code;
    record_place last_frame;    /* set by the store */
    struct wsd_range unknown[]; /* then the payload, then what is kept of the wire */
};

struct record_frame {
    struct record head;
    uint64_t length;
    int64_t first_time;
    uint64_t first_packet;
    record_place previous; /* the frame before it in its direction, set by the store */
    uint32_t link_type;
    uint16_t packet_headers; /* bytes, behind the frame's own header */
    uint8_t header_length;
    bool in_tls; /* behind the headers stand its struct wsd_record, and the bytes of that, sealed and opened */
    uint8_t mask[4];
    uint8_t bytes[]; /* the frame's header, then the packet's */
};

struct record_gap {
    struct record head;
    uint64_t bytes;
};

struct record_finding {
    struct record head;
    char text[]; /* ends with a 0 */
};

struct record_close {
    struct record head;
    struct wsd_counts counts[2]; /* as the library counted them, whatever was left out on the way */
    int64_t duration;
    int32_t code, reported;
    uint64_t reason_length;
    uint8_t reason[];
};

struct record_connection {
    struct record head;
    struct wsd_connection connection; /* its strings are packed, */
    struct wsd_tls tls;               /* those of its TLS connection too, if it has one */
    uint64_t packed_length;
    uint8_t packed[]; /* url, subprotocol, names of TLS, and what belongs to the opening */
};

/* Bytes that the record of an event takes, with or without its payload. */
size_t record_size(const struct wsd_event *event, bool payload);

/* Writes it to `at`, which has that many bytes. */
void record_write(void *at, size_t size, const struct wsd_event *event, bool payload);

/* Room for what an event of a record points to. */
enum { RECORD_HEADERS = 256, RECORD_HOPS = 8 };

/* Bytes of a head that are kept, of its text and of its headers each; a strange one may have 64 KiB, and connections stay long. */
enum { RECORD_HEAD = 16 * 1024 };
struct record_scratch {
    struct wsd_head request, response;
    struct wsd_header headers[2][RECORD_HEADERS];
    struct wsd_hop hops[RECORD_HOPS];
    struct wsd_record tls;
    char community_id[64];
};

/* The event that the record was made of; it borrows from the record and from `scratch`. `connection` is what the event
 * points to as its connection. Frames lack the first bytes of their payload, which their message has. */
void record_event(const struct record *record, const struct wsd_connection *connection, struct record_scratch *scratch,
                  struct wsd_event *event);

/* The connection that the record tells of; its strings borrow from the record, and tls is what `tls` becomes. */
void record_connection(const struct record_connection *record, struct wsd_connection *connection, struct wsd_tls *tls);

/* A message's payload, as much of it as was kept. */
static inline struct wsd_bytes record_payload(const struct record_message *m)
{
    return (struct wsd_bytes){(const uint8_t *)(m->unknown + m->unknown_count), m->kept};
}

/* What a compressed message was inflated from, without masks, as much of it as was kept; of others nothing. */
static inline struct wsd_bytes record_wire(const struct record_message *m)
{
    return (struct wsd_bytes){record_payload(m).data + m->kept, m->kept_wire};
}

static inline bool record_is_control(const struct record *r)
{
    return (r->type == WSD_EVENT_MESSAGE || r->type == WSD_EVENT_FRAME) && r->opcode >= WSD_OPCODE_CLOSE;
}

#endif
