/*
 * flow_secrets.h: what TLS connections are opened with, for --with-secrets: lines of a key log, by number of the TCP connection.
 *
 * They are kept as long as the connection is open, since each file that gets packets of it needs them, or, where `keep` is set, for ever;
 * and overwritten before they are freed. All together take at most FLOW_SECRETS_MOST bytes; what is beyond is left out and counted.
 */
#ifndef OUTPUT_FLOW_SECRETS_H
#define OUTPUT_FLOW_SECRETS_H

#include "dissector/dissector.h"

#define FLOW_SECRETS_MOST ((size_t)64 << 20) /* bytes: 70,000 connections that are open at a time */

struct flow_secrets;

struct flow_secret {
    uint64_t flow; /* 0: a free place */
    char *lines;   /* each with its end */
    size_t length;
    bool keep;        /* also behind its end: set by who wants that */
    uint64_t section; /* for the writer: where they were written last, */
    size_t written;   /* and how many bytes of them */
};

/* NULL: no memory. */
struct flow_secrets *flow_secrets_new(void);
void flow_secrets_free(struct flow_secrets *secrets);

/* Adds a line that is not there yet; one that is empty forgets all of this connection. Returns 0 or -ENOMEM. */
int flow_secrets_add(struct flow_secrets *secrets, uint64_t flow, struct wsd_bytes line);

/* NULL: none. Valid until the next line is added. */
struct flow_secret *flow_secrets_of(const struct flow_secrets *secrets, uint64_t flow);

/* Lines for which there was no room. */
uint64_t flow_secrets_lost(const struct flow_secrets *secrets);

#endif
