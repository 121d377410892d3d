/*
 * packets.h: -w: the packets of WebSocket connections, from their first one, become a pcapng file.
 *
 * Packets of a connection that is not known yet to be one are kept (undecided.h), and written when it is: so packets stand in the
 * order of their capture within a connection, and not always between connections. Attempts that came to nothing are written as well: what
 * was written shows the same when it is read again. Secrets, when they are wanted, stand in front of the first packet that they are for, in
 * each file anew (flow_secrets.h).
 */
#ifndef OUTPUT_PACKETS_H
#define OUTPUT_PACKETS_H

#include "output/pcapng.h"

struct packets;

/* NULL: one line in `error`. */
struct packets *packets_open(const struct pcapng_options *options, uint32_t snaplen, char *error, size_t error_size);

/* To be called for each packet, with what wsd_packet() and wsd_owner() said of it. */
void packets_packet(struct packets *packets, const struct wsd_packet *packet, const char *interface, int belongs,
                    struct wsd_owner owner);

/* With pcapng_options.secrets: what TLS of this connection is opened with, as wsd_options.secret tells it. */
void packets_secret(struct packets *packets, uint64_t flow, struct wsd_bytes line);

/* To be called for each connection event, from inside of it: its TCP connection is one to be written. */
void packets_connection(struct packets *packets, uint64_t flow);

/* Hands what is held to the system: nothing more comes for now. */
void packets_flush(struct packets *packets);

/* See pcapng_reopen(). */
void packets_reopen(struct packets *packets);

/* What went wrong since the last call, "FILE: WHY", NULL: nothing. */
const char *packets_error(struct packets *packets);

/* Packets of connections that were undecided for so long that they had to be given up. */
uint64_t packets_lost(const struct packets *packets);

/* Lines of secrets for which there was no room. */
uint64_t packets_secrets_lost(const struct packets *packets);

/* packets_flush() first. NULL is allowed. */
void packets_close(struct packets *packets);

#endif
