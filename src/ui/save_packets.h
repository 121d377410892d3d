/*
 * save_packets.h: the inputs read again, and of them the packets of some connections written as pcapng.
 *
 * TCP connections are numbered in the order in which they appear (wsd_owner()), so they have the same numbers when the same
 * files are read again. With --with-secrets what TLS of these connections is opened with stands in front of their packets, and
 * nothing of others; without it the file has no secrets, also where the inputs had some.
 */
#ifndef UI_SAVE_PACKETS_H
#define UI_SAVE_PACKETS_H

#include "options.h"
#include "ui/handoff.h"
#include "ui/marks.h"

struct save_packets;

/* flows: numbers of the TCP connections that are wanted; it and the handoff, which has the secrets, are borrowed. NULL: one line in `error`. */
struct save_packets *save_packets_open(const struct options *options, const char *path, const struct marks *flows,
                                       struct handoff *handoff, char *error, size_t error_size);

/* Reads on, `most` packets at most. 1: there is more; 0: all is written; -1: one line in `error`. */
int save_packets_work(struct save_packets *save, unsigned most, char *error, size_t error_size);

/* Packets read and written so far. */
uint64_t save_packets_read(const struct save_packets *save);
uint64_t save_packets_written(const struct save_packets *save);

/* Secrets that should have been written, and for which there was no room. */
uint64_t save_packets_secrets_lost(const struct save_packets *save);

/* NULL is allowed. */
void save_packets_close(struct save_packets *save);

#endif
