/*
 * writing.h: -w: the packets of WebSocket connections go to a file (output/packets.h), which may be moved away and reopened. What goes
 * wrong with it is told, and ends nothing else.
 */
#ifndef WRITING_H
#define WRITING_H

#include "capture/privilege.h"
#include "options.h"
#include "output/packets.h"

struct writing {
    struct packets *packets; /* NULL: nothing is to be written */
    int terminal;            /* the one that controls us, to see whether it is still there; -1: none */
    void (*complain)(void *user, const char *what, bool error); /* one line, without its end */
    void *user;
};

/* The first file is there before privileges are given up, and is theirs who we become. 0, also when there is no -w; -EINVAL: wrong
 * usage; -EIO. The latter two are told. */
int writing_open(struct writing *writing, const struct options *options, const struct privilege *privilege);

/* A packet, with what wsd_packet() and wsd_owner() said of it. */
void writing_packet(struct writing *writing, const struct wsd_packet *packet, const char *interface, int belongs,
                    struct wsd_owner owner);

/* --with-secrets: as wsd_options.secret tells it. */
void writing_secret(struct writing *writing, uint64_t flow, struct wsd_bytes line);

/* Nothing more comes for now. */
void writing_flush(struct writing *writing);

/* SIGHUP: the file may have been moved away. False: there is none, or the terminal has gone, and it is the end. */
bool writing_reopen(struct writing *writing);

/* What is still undecided at the end has been told by now to be a WebSocket connection, or is none. */
void writing_end(struct writing *writing);

void writing_close(struct writing *writing);

#endif
