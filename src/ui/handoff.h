/*
 * handoff.h: from the thread that reads to the thread that shows. A sink, and the only file that knows threads.
 *
 * The reading thread runs source, dissector and this sink: each event becomes a record in the sink's own open block, and
 * blocks are appended to a list that is bounded by bytes. The monitor takes the whole list at once. The mutex is held for
 * a few instructions (and the copying of a small block into the end of the list), never while drawing or dissecting. The
 * eventfd is written only when the list was empty.
 *
 * When the list is full, reading a file or a pipe waits. Live capture never waits: first payloads are left out, then
 * records; both are counted, and the screen says so. What opens and closes a connection is never left out.
 */
#ifndef UI_HANDOFF_H
#define UI_HANDOFF_H

#include "output/sink.h"
#include "ui/record.h"

enum {
    HANDOFF_BYTES = 32 * 1024 * 1024, /* of the list: what the screen may be behind */
    HANDOFF_TOLD = 64,                /* lines for the user that are kept, the first ones */
    HANDOFF_LINE = 512
};

struct handoff;

/* How far reading has come. */
struct handoff_news {
    struct sink_progress progress;
    uint64_t left_out_payloads, left_out_records;
    size_t waiting; /* bytes taken and to be shown */
    bool ended;     /* all has been read, and what this call took is the last */
    bool told;      /* there is something new to tell the user */
};

/* Begins the reading thread: read(user) is called in it, and returns when all has been read and told. Returns 0 or a negative
 * errno. */
int handoff_start(struct handoff *handoff, void (*read)(void *user), void *user);

/* Readable when there is something to take. */
int handoff_fd(const struct handoff *handoff);

/* All blocks of the list, linked by next, now the caller's; NULL when there is none. */
struct block *handoff_take(struct handoff *handoff, struct handoff_news *news);

/* A block that is not needed any more, to be filled again. */
void handoff_give_back(struct handoff *handoff, struct block *block);

/* Makes a block for the reading thread to fill, when few are ready. Fresh memory costs the first one who touches it more than
 * dissecting what goes there: here by whoever has time. False: enough are ready. */
bool handoff_prepare(struct handoff *handoff);

/* Interrupts a read that waits: whoever reads looks whether it is to end. The signal may come too early: again and again until news.ended. */
void handoff_interrupt(struct handoff *handoff);

/* Ends the reading thread: nothing more is told, waiting and blocking reads are interrupted. stop(user) was called before,
 * so that reading ends. Returns when the thread has ended; may be called when it never began. */
void handoff_stop(struct handoff *handoff);

/* Calls tell for each line that TLS of this connection is opened with, as far as they are known now, and kept (--with-secrets): those of
 * WebSocket connections are, also when they have ended. */
void handoff_secrets(struct handoff *handoff, uint64_t flow,
                     void (*tell)(void *user, uint64_t flow, struct wsd_bytes line), void *user);

/* Lines for which there was no room. */
uint64_t handoff_secrets_lost(struct handoff *handoff);

/* What was told, in order: calls tell for each from `from` on, and returns how many there are. */
size_t handoff_told(struct handoff *handoff, size_t from, void (*tell)(void *user, const char *text, bool wrong),
                    void *user);

#endif
