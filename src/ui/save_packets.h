/*
 * save_packets.h: the inputs read again, and of them the packets of some connections written as pcapng.
 *
 * TCP connections are numbered in the order in which they appear (wsd_owner()), so they have the same numbers when the same
 * files are read again.
 */
#ifndef UI_SAVE_PACKETS_H
#define UI_SAVE_PACKETS_H

#include "options.h"
#include "ui/marks.h"

struct save_packets;

/* flows: numbers of the TCP connections that are wanted, borrowed. NULL: one line in `error`. */
struct save_packets *save_packets_open(const struct options *options, const char *path, const struct marks *flows,
                                       char *error, size_t error_size);

/* Reads on, `most` packets at most. 1: there is more; 0: all is written; -1: one line in `error`. */
int save_packets_work(struct save_packets *save, unsigned most, char *error, size_t error_size);

/* Packets read and written so far. */
uint64_t save_packets_read(const struct save_packets *save);
uint64_t save_packets_written(const struct save_packets *save);

/* NULL is allowed. */
void save_packets_close(struct save_packets *save);

#endif
