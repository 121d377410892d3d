/*
 * secrets.h: where the program has TLS secrets from: key logs (-k, $SSLKEYLOGFILE), private keys (--tls-key), and the blocks of
 * secrets in pcapng files; all go to the dissector.
 *
 * Key logs are read whole before the first packet; when packets are waited for, they are followed. A line that makes no sense is
 * named once for each file, and costs nothing else.
 */
#ifndef SECRETS_H
#define SECRETS_H

#include "capture/keylog.h"
#include "options.h"

struct secrets {
    struct wsd_dissector *dissector;
    struct keylog *logs;
    size_t count;
    bool follow;
    int64_t looked;                                             /* when they were read last: monotonic, nanoseconds */
    void (*complain)(void *user, const char *what, bool error); /* one line, without its end */
    void *user;
};

/* How long encrypted records wait for secrets, for wsd_options.secrets_wait. */
uint64_t secrets_wait(const struct options *options, bool live, bool pipe);

/* Whether there are key logs. */
bool secrets_may_come(const struct options *options);

/* Opens and reads all; follow: more may come. Each error is told by complain. */
void secrets_open(struct secrets *secrets, const struct options *options, bool follow);

/* When they are followed, between packets: reads what is new, every tenth of a second, and sooner when a connection waits. */
void secrets_poll(struct secrets *secrets);

/* A block of secrets of a pcapng file. */
void secrets_block(struct secrets *secrets, uint32_t type, struct wsd_bytes bytes);

void secrets_close(struct secrets *secrets);

#endif
