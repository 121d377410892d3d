/*
 * model.h: what the monitor knows: the records that are kept, and what they add up to. Nothing of curses.
 *
 * The store is a queue of blocks, as the reading thread filled them. Each record that may become a line on the screen has a
 * row: rows are numbered in the order of capture, from 0, and keep their number until their block leaves. When blocks, rows
 * and connections take more than the budget, the oldest block leaves, and its rows with it; model_row() then yields NULL.
 * Whoever remembers a row remembers its number, never a pointer.
 *
 * A connection stays longer than its messages: until it has ended, its rows have left, and connections alone take a quarter of
 * the budget. What is counted of it counts all that passed, not only what is kept.
 */
#ifndef UI_MODEL_H
#define UI_MODEL_H

#include "ui/record.h"
#include "ui/statistics.h"

enum {
    MODEL_SECONDS = 60,   /* of which the rate is remembered */
    MODEL_UNSETTLED = 32, /* messages of a connection that wait to be added up */
    MODEL_OPENING_MOST =
        256,           /* attempts that wait for their answer at a time; further ones are seen when it has come */
    MODEL_REASON = 124 /* bytes of a close reason that are kept with its connection */
};

/* What a connection is doing, word and what it means. */
#define MODEL_STATES(X)                                                                                                \
    X(OPENING, "opening")                                                                                              \
    X(OPEN, "open")                                                                                                    \
    X(CLOSING, "closing")                                                                                              \
    X(CLOSED, "closed")                                                                                                \
    X(LOST, "lost")                                                                                                    \
    X(REJECTED, "rejected")                                                                                            \
    X(UNANSWERED, "unanswered")                                                                                        \
    X(ENCRYPTED, "encrypted")
#define MODEL_ENUM(name, word) MODEL_##name,
enum model_state { MODEL_STATES(MODEL_ENUM) MODEL_STATE_COUNT };
#undef MODEL_ENUM

const char *model_state_word(enum model_state state);

/* One ping that waits for its pong (RFC 6455 5.5.2: the pong has the same payload). */
struct model_ping {
    bool waiting;
    int64_t time;
    uint64_t hash;
};

/* A message that is not yet in its connection's statistics and history. */
struct model_message {
    int64_t time, interval;
    uint64_t length : 56, opcode : 7, direction : 1;
};

/* What each message changes stands first and together: of many connections that take turns nothing is in the cache. So statistics
 * and history, which are a dozen places in some kilobytes, take several messages at a time: model_settle(). */
struct model_connection {
    struct wsd_connection about;       /* its counts are kept by the model; strings borrow from opening */
    struct record_connection *opening; /* owned; NULL: its opening was left out on the way */
    struct statistics *statistics;     /* owned; NULL: none yet, or there was no room for them */
    int64_t last_time;                 /* of its last event */
    int64_t last_message;              /* of its last data message, 0: none yet */
    int64_t last_sent[2];              /* of each side's, 0: none yet */
    record_place last_frame[2];
    uint64_t first_row, last_row;
    uint64_t changes; /* counts up with each event */
    unsigned unsettled_count;
    bool waits; /* in the model's list of those that have unsettled messages */
    struct model_message unsettled[MODEL_UNSETTLED];
    struct model_connection *next_waiting;
    int64_t second;                  /* of the newest bucket */
    uint32_t buckets[MODEL_SECONDS]; /* data messages in each second, a ring by second % MODEL_SECONDS */
    enum model_state state;
    uint64_t flow;         /* of an attempt that is not answered yet: its TCP connection */
    bool ended;            /* its close event was seen */
    bool marked;           /* by the user */
    int64_t end_time;      /* when ended */
    int64_t duration;      /* when ended */
    enum wsd_direction by; /* when ended */
    enum wsd_how how;
    int code, reported;
    size_t reason_length;
    uint8_t reason[MODEL_REASON];
    uint64_t findings[WSD_SEVERITY_COUNT];
    uint64_t found[3];  /* codes of findings, a bit each, by who broke the rule */
    int64_t round_trip; /* the last from ping to pong, -1: none */
    struct model_ping ping[2];
    struct wsd_tls tls; /* about.tls, if there is one */
};

struct model_row {
    const struct record *record;
    struct model_connection *connection;    /* NULL: concerns none */
    uint8_t type, opcode, direction, flags; /* as the record has them */
};

struct model_block {
    struct block *block;
    uint64_t rows; /* that stand in it */
};

struct model_slot {
    uint64_t id;
    struct model_connection *connection; /* NULL: the slot is free */
};

struct model {
    size_t budget; /* bytes */
    size_t used;
    int64_t now;   /* the latest time there was */
    int64_t began; /* the first */

    struct model_block *blocks; /* a ring */
    size_t block_slots;
    uint64_t first_block, end_block; /* numbers of the kept ones */

    struct model_row *rows; /* a ring */
    size_t row_slots;
    uint64_t first_row, end_row; /* numbers of the kept ones */

    struct model_connection **connections; /* by id, ascending */
    size_t connection_count, connection_slots, connection_bytes;
    struct model_slot *index; /* the same by id: open addressing, at most half of the slots are used */
    size_t index_slots;
    struct model_connection *waiting; /* those with unsettled messages */
    size_t open_count, marked_count;  /* connections that are open; that the user marked */
    struct model_connection
        *opening[MODEL_OPENING_MOST]; /* asked for and not answered yet: no connections yet, without number */
    unsigned opening_count;
    uint64_t openings_left;           /* counts up when one of these goes */
    uint64_t connections_left;        /* ended and forgotten, */
    struct wsd_counts counts_left[2]; /* and what they sent: messages, frames, bytes */

    uint64_t messages, messages_left; /* data messages: all, and those that are not kept any more */
    uint64_t findings[WSD_FINDING_COUNT];
    struct statistics statistics; /* of all there was */
    struct statistics_closes closes;
    bool out_of_memory; /* something could not be kept */

    void (*give_back)(void *user, struct block *block); /* where blocks go that have left */
    void *user;
};

void model_init(struct model *model, size_t budget, void (*give_back)(void *user, struct block *block), void *user);
void model_free(struct model *model);

/* Takes a block, and makes room for it. */
void model_add_take(struct model *model, struct block *block);

/* Statistics and histories of connections are whole from then on, until the next block. To be called before they are looked at. */
void model_settle(struct model *model);

/* NULL when the row has left or is still to come. */
static inline const struct model_row *model_row(const struct model *m, uint64_t row)
{
    return row >= m->first_row && row < m->end_row ? &m->rows[row & (m->row_slots - 1)] : NULL;
}

/* The user marks a connection, or does not any more. */
void model_mark(struct model *model, struct model_connection *connection, bool marked);

/* NULL when it is not known (any more). */
struct model_connection *model_connection(const struct model *model, uint64_t id);

/* The frames of a message, the first first, as far as they are kept and up to `most`. Returns how many. */
size_t model_frames(const struct model *model, const struct record_message *message, const struct record_frame **frames,
                    size_t most);

/* The event of a row, with the connection's counts as they are now. */
void model_event(const struct model_row *row, struct record_scratch *scratch, struct wsd_event *event);

/* Data messages a second, over the last `seconds` (at most MODEL_SECONDS) before now. */
double model_rate(const struct model_connection *connection, int64_t now, unsigned seconds);

/* The counts of each of the last `n` seconds, the oldest first; the last is the one in which `now` is. */
void model_history(const struct model_connection *connection, int64_t now, uint32_t *counts, unsigned n);

#endif
