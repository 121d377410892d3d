/*
 * summary.h: what the files of the summary sink share.
 *
 * Memory does not grow with the capture: of all connections that ended the largest are kept, by payload, in a heap whose
 * root is the smallest of them; the rest is added up.
 */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include "output/human.h"
#include "output/sink.h"

enum {
    SUMMARY_LARGEST = 50,  /* connections in the table */
    SUMMARY_ATTEMPTS = 10, /* attempts that came to nothing, the first ones */
    SUMMARY_URL = 256,     /* bytes of a URL that are kept */
    SUMMARY_NARROW = 80,   /* columns where nobody says how many there are */
    SUMMARY_WIDE = 160     /* a page is not wider */
};

/* One connection or attempt, copied from its last event. */
struct summary_row {
    uint64_t id, payload;
    int64_t duration;
    struct wsd_counts counts[2];
    struct wsd_endpoint server;
    enum wsd_direction by;
    enum wsd_how how;
    enum wsd_handshake handshake;
    int code, status;
    bool url_cut;
    size_t url_length;
    uint8_t url[SUMMARY_URL];
};

struct summary {
    struct output *output;
    struct writer *w;
    const struct terminal *terminal;
    unsigned columns;
    unsigned id_columns;    /* of the tables, known when they are written */
    unsigned place_columns; /* of the table's URLs and addresses */
    bool deflate;           /* the table of connections has a column for it */
    struct summary_row largest[SUMMARY_LARGEST];
    size_t rows;
    uint64_t others; /* connections not among them, and what both sides sent on them */
    struct wsd_counts other_counts[2];
    struct summary_row attempts[SUMMARY_ATTEMPTS];
    size_t attempt_rows;
    uint64_t attempts_seen;
};

/* Keeps a connection that has ended, or adds it to the others (summary_heap.c). */
void summary_keep(struct summary *s, const struct summary_row *row);

/* Orders the kept ones, the largest first; nothing may be kept afterwards. */
void summary_order(struct summary *s);

/* The tables of connections and attempts (summary_table.c). */
void summary_connections(struct summary *s);
void summary_attempts(struct summary *s);

/* A heading with an empty line above. */
void summary_heading(struct summary *s, const char *text);

#endif
