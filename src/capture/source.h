/*
 * source.h: where packets come from. One interface for capture files, pipes and live capture.
 *
 *     struct source *s = source_open(&options, error, sizeof error);
 *     while ((result = source_next(s, packets, SOURCE_MOST)) != 0)
 *         if (result == SOURCE_WAIT) flush(), wsd_time(d, packets[0].time);
 *         else if (result < 0)       complain(source_error(s));    an input is lost or cut; the others go on
 *         else                       wsd_packets(d, packets, result);
 *     source_close(s);
 *
 * A source is a struct whose first member is struct source; its ops say how it works.
 */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "dissector/dissector.h"

#include <signal.h>

#define SOURCE_ERROR 1280

#define SOURCE_WAIT (-2)

struct source;

/* Packets that a live capture lost, since it began. */
struct source_drops {
    uint64_t kernel;    /* for want of room in the kernel's ring: we were too slow */
    uint64_t interface; /* by the interface itself: the kernel was */
    bool interface_known;
};

struct source_ops {
    int (*next)(struct source *, struct wsd_packet *, int most);
    void (*drops)(struct source *, struct source_drops *); /* NULL: nothing can be lost */
    void (*close)(struct source *);
};

struct source {
    const struct source_ops *ops;
    const char *interface; /* live: of the last packet, always the same pointer for the same one; NULL: a file's */
    uint64_t read, size;   /* bytes of the files: read so far, and of all of them together; size 0: not known */
    char error[SOURCE_ERROR];
};

/* Secrets that lie between the packets of a pcapng file: type is the block's Secrets Type, 0x544c534b ("TLSK") for the NSS
 * key log format. Called from inside source_next(), before the packets that follow them. The bytes are borrowed. */
typedef void source_secrets_fn(void *user, uint32_t type, struct wsd_bytes secrets);

struct source_options {
    const char *const *files; /* "-" is standard input; they, and the names, live as long as the source */
    size_t count;
    bool merge;                        /* by time stamp, instead of one after the other */
    const char *filter;                /* pcap filter, or NULL; read only by source_open() */
    source_secrets_fn *secrets;        /* may be NULL */
    void (*idle)(void *user);          /* may be NULL; called now and then while a pipe has no packets */
    void *user;                        /* handed to both */
    const volatile sig_atomic_t *stop; /* may be NULL; once it is set the packets are at their end. So that a read is
                                          interrupted, the signal handler must be installed without SA_RESTART. */
};

/* A source of capture files. NULL, with one line in `error`: the filter is wrong, or there is no memory. The first file, regular
 * ones and, merged, all are opened here, as far as descriptors go: after that the program may have given up the rights to. Others, pipes above
 * all, are opened when it is their turn. What is wrong with one of them shows at its turn in any case. */
struct source *source_open(const struct source_options *options, char *error, size_t error_size);

enum { SOURCE_MOST = 32 /* packets that are of use together */ };

/* Packets, whose data are valid until the next call, at most so many (1 or more); returns how many. More than one only where they are
 * there already, never waits for a second one. 0: the end. Once `stop` is set it comes when a
 * read was interrupted, and to a live capture when what it has captured by then was delivered. SOURCE_WAIT (live only): no packet is there, and the next call waits for one, or
 * for a while; packets->time alone is set, to the time before which no packet will come any more. -1: an input could not be opened, or not be read to
 * its end, or the filter means nothing for a link type in it: source_error() says what, in one line without its end
 * ("FILE: WHY"), and the next call goes on. */
static inline int source_next(struct source *source, struct wsd_packet *packets, int most)
{
    return source->ops->next(source, packets, most);
}

static inline const char *source_error(const struct source *source)
{
    return source->error;
}

static inline void source_drops(struct source *source, struct source_drops *drops)
{
    *drops = (struct source_drops){.interface_known = true};
    if (source->ops->drops != NULL)
        source->ops->drops(source, drops);
}

/* NULL is allowed. */
static inline void source_close(struct source *source)
{
    if (source != NULL)
        source->ops->close(source);
}

#endif
