#include "output/packets.h"

#include "output/undecided.h"

#include <stdio.h>
#include <stdlib.h>

/* Numbers of datagrams and of TCP connections are not mixed up: owners of the first kind have this bit. */
#define DATAGRAM (UINT64_C(1) << 63)

struct packets {
    struct pcapng *file;
    struct undecided *undecided;
    uint32_t snaplen; /* of interfaces that have a name */
    bool failed;
    bool no_memory;
};

static void write_packet(void *user, const struct wsd_packet *packet, const char *interface)
{
    struct packets *p = user;
    if (pcapng_packet(p->file, packet, interface, interface != NULL ? p->snaplen : 0) < 0)
        p->failed = true;
}

void packets_connection(struct packets *p, uint64_t flow)
{
    undecided_release(p->undecided, flow, write_packet, p);
}

void packets_packet(struct packets *p, const struct wsd_packet *packet, const char *interface, int belongs,
                    struct wsd_owner owner)
{
    uint64_t datagram = DATAGRAM | owner.datagram;
    int result = 0;
    if (owner.outer != 0)
        result = undecided_join(p->undecided, DATAGRAM | owner.outer, datagram);
    if (owner.datagram != 0 && owner.flow != 0)
        result |= undecided_join(p->undecided, datagram, owner.flow);
    if (belongs == WSD_WEBSOCKET) {
        packets_connection(p, owner.flow);
        write_packet(p, packet, interface);
    } else if (belongs == WSD_UNDECIDED) {
        result |= undecided_keep(p->undecided, owner.flow != 0 ? owner.flow : datagram, packet, interface);
    } else if (owner.flow != 0 || owner.datagram != 0) {
        undecided_release(p->undecided, owner.flow != 0 ? owner.flow : datagram, NULL, NULL);
    }
    p->no_memory |= result < 0;
}

void packets_flush(struct packets *p)
{
    if (pcapng_flush(p->file) < 0)
        p->failed = true;
}

void packets_reopen(struct packets *p)
{
    if (pcapng_reopen(p->file) < 0)
        p->failed = true;
}

const char *packets_error(struct packets *p)
{
    const char *error = p->failed ? pcapng_error(p->file) : NULL;
    if (p->no_memory && error == NULL)
        error = "memory: there is none left; packets are not written";
    p->failed = p->no_memory = false;
    return error;
}

uint64_t packets_lost(const struct packets *p)
{
    return undecided_lost(p->undecided);
}

struct packets *packets_open(const struct pcapng_options *options, uint32_t snaplen, char *error, size_t error_size)
{
    struct packets *p = calloc(1, sizeof *p);
    if (p != NULL)
        p->undecided = undecided_new();
    if (p == NULL || p->undecided == NULL)
        snprintf(error, error_size, "memory: there is none left");
    else
        p->file = pcapng_open(options, error, error_size);
    if (p != NULL && p->file != NULL) {
        p->snaplen = snaplen;
        return p;
    }
    packets_close(p);
    return NULL;
}

void packets_close(struct packets *p)
{
    if (p == NULL)
        return;
    pcapng_close(p->file);
    undecided_free(p->undecided);
    free(p);
}
