/*
 * columns.h: the columns of the table of connections: which there are, what stands in them, how two lines compare.
 *
 * A row: name, heading, width, priority (those with the lowest have a place first), whether it stands right, whether it is on
 * at first. The width of URL is the least: it takes what is left.
 */
#ifndef UI_COLUMNS_H
#define UI_COLUMNS_H

#include "ui/draw.h"
#include "ui/model.h"

/* Name, word, heading, columns of the screen, priority (1 is the last to give way), on the right side, what it is. */
#define COLUMNS_TABLE(X)                                                                                               \
    X(NUMBER, "number", "#", 4, 1, true, "the connection's number")                                                    \
    X(STATE, "state", "STATE", 11, 2, false, "what it is doing, and its close code")                                   \
    X(CLIENT, "client", "CLIENT", 21, 13, false, "address and port of the client")                                     \
    X(SERVER, "server", "SERVER", 21, 12, false, "address and port of the server")                                     \
    X(URL, "url", "URL", 22, 3, false, "what the client asked for")                                                    \
    X(SUBPROTOCOL, "subprotocol", "PROTOCOL", 14, 15, false, "the subprotocol that was agreed")                        \
    X(SENT, "sent", "> MSG", 6, 4, true, "data messages from the client")                                              \
    X(RECEIVED, "received", "< MSG", 6, 5, true, "data messages from the server")                                      \
    X(SENT_BYTES, "sent_bytes", "> BYTES", 7, 9, true, "bytes of these, inflated")                                     \
    X(RECEIVED_BYTES, "received_bytes", "< BYTES", 7, 10, true, "bytes of these, inflated")                            \
    X(RATE, "rate", "MSG/S", 6, 11, true, "messages a second, over the last ten")                                      \
    X(MINUTE, "minute", "LAST MINUTE", 11, 8, false, "messages in the last minute, six seconds each")                  \
    X(DEFLATE, "deflate", "DEFLATE", 7, 17, true, "bytes on the wire in percent of inflated bytes")                    \
    X(IDLE, "idle", "IDLE", 7, 7, true, "time since the last message, or the unanswered request")                      \
    X(ROUND_TRIP, "round_trip", "RTT", 7, 16, true, "time from the last ping to its pong")                             \
    X(FINDINGS, "findings", "FIND", 5, 6, true, "errors and warnings found")                                           \
    X(CLOSE, "close", "CLOSE", 26, 14, false, "who ended it, and how")
#define COLUMN_ENUM(name, ...) COLUMN_##name,
enum column { COLUMNS_TABLE(COLUMN_ENUM) COLUMN_COUNT };
#undef COLUMN_ENUM
#define COLUMN_WORD(name, word, ...) " " word
#define COLUMN_WORDS                 COLUMNS_TABLE(COLUMN_WORD)

struct column_info {
    const char *word, *heading;
    int width, priority;
    bool right;
    const char *help;
};
const struct column_info *column_info(enum column column);

/* A line of the table: a connection, or several added up. */
struct column_line {
    const struct model_connection *connection;
    uint64_t members; /* 0: it is one connection */
    const struct terminal *terminal;
    int64_t now;
    bool live;
};

/* Which of the wanted columns (bits) have a place in so many columns, and how wide each is. Returns the number shown. */
unsigned columns_fit(unsigned wanted, int room, int widths[COLUMN_COUNT]);

void column_draw(struct pen *pen, enum column column, int width, const struct column_line *line);

/* Below 0, 0, above 0. */
int column_compare(enum column column, const struct model_connection *a, const struct model_connection *b, int64_t now);

/* The same for strings: by their bytes. */
int column_compare_bytes(struct wsd_bytes a, struct wsd_bytes b);

/* "10.0.0.1:8080" or "[2001:db8::1]:8080". */
enum { COLUMN_ADDRESS = WSD_ADDRESS_SIZE + 10 };
void column_address(char out[COLUMN_ADDRESS], const struct wsd_endpoint *endpoint);

/* How a connection ended, in words; "" while it is open. */
enum { COLUMN_CLOSE_TEXT = 256 };
void column_close(char out[COLUMN_CLOSE_TEXT], const struct model_connection *connection);

#endif
