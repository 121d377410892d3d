#include "output/packets.h"

#include "output/flow_secrets.h"
#include "output/undecided.h"

#include <stdio.h>
#include <stdlib.h>

/* Numbers of datagrams and of TCP connections are not mixed up: owners of the first kind have this bit. */
#define DATAGRAM (UINT64_C(1) << 63)

struct packets {
    struct pcapng *file;
    struct undecided *undecided;
    struct flow_secrets *secrets; /* NULL: they are not wanted */
    uint64_t flow;                /* whose packets are being written */
    uint32_t snaplen;             /* of interfaces that have a name */
    bool failed;
    bool no_memory;
};

/* What opens the connection, if anything does, and is not in this section yet. */
static void write_secrets(struct packets *p, const struct wsd_packet *packet)
{
    struct flow_secret *s = p->secrets != NULL ? flow_secrets_of(p->secrets, p->flow) : NULL;
    if (s == NULL)
        return;
    if (pcapng_make_room(p->file, packet, s->length) < 0)
        p->failed = true;
    if (s->section != pcapng_section(p->file))
        s->written = 0;
    s->section = pcapng_section(p->file);
    if (s->written == s->length)
        return;
    if (pcapng_secrets(p->file, (struct wsd_bytes){(const uint8_t *)s->lines + s->written, s->length - s->written}) < 0)
        p->failed = true;
    s->written = s->length;
}

void packets_secret(struct packets *p, uint64_t flow, struct wsd_bytes line)
{
    if (p->secrets != NULL && flow_secrets_add(p->secrets, flow, line) < 0)
        p->no_memory = true;
}

static void write_packet(void *user, const struct wsd_packet *packet, const char *interface)
{
    struct packets *p = user;
    write_secrets(p, packet);
    if (pcapng_packet(p->file, packet, interface, interface != NULL ? p->snaplen : 0) < 0)
        p->failed = true;
}

void packets_connection(struct packets *p, uint64_t flow)
{
    p->flow = flow;
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

uint64_t packets_secrets_lost(const struct packets *p)
{
    return p->secrets != NULL ? flow_secrets_lost(p->secrets) : 0;
}

struct packets *packets_open(const struct pcapng_options *options, uint32_t snaplen, char *error, size_t error_size)
{
    struct packets *p = calloc(1, sizeof *p);
    if (p != NULL)
        p->undecided = undecided_new();
    if (p != NULL && options->secrets)
        p->secrets = flow_secrets_new();
    if (p == NULL || p->undecided == NULL || (options->secrets && p->secrets == NULL))
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
    flow_secrets_free(p->secrets);
    free(p);
}
