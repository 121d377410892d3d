/*
 * capture_bytes.h: builds capture files in memory for the tests of the reader, and collects what is read back.
 */
#ifndef TEST_CAPTURE_BYTES_H
#define TEST_CAPTURE_BYTES_H

#include "capture/file.h"

#include <assert.h>
#include <string.h>

#define MICRO    0xa1b2c3d4u
#define NANO     0xa1b23c4du
#define MODIFIED 0xa1b2cd34u

struct out {
    uint8_t data[8192];
    size_t length;
    bool big; /* byte order */
};

static inline void put(struct out *o, const void *data, size_t length)
{
    assert(o->length + length <= sizeof o->data);
    memcpy(o->data + o->length, data, length);
    o->length += length;
}

static inline void put_number(struct out *o, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * (o->big ? size - 1 - i : i));
        put(o, &byte, 1);
    }
}

static inline void put_u16(struct out *o, uint32_t value)
{
    put_number(o, value, 2);
}

static inline void put_u32(struct out *o, uint32_t value)
{
    put_number(o, value, 4);
}

static inline void put_u64(struct out *o, uint64_t value)
{
    put_number(o, value, 8);
}

/* `length` bytes that differ from packet to packet */
static inline void put_data(struct out *o, unsigned length, unsigned seed)
{
    for (unsigned i = 0; i < length; i++)
        put_number(o, i * 7 + seed, 1);
}

static inline void put_pcap(struct out *o, uint32_t magic, uint32_t snaplen, uint32_t link_type)
{
    put_u32(o, magic);
    put_u16(o, 2);
    put_u16(o, 4);
    put_u64(o, 0);
    put_u32(o, snaplen);
    put_u32(o, link_type);
}

static inline void put_pcap_packet(struct out *o, uint32_t seconds, uint32_t fraction, uint32_t captured,
                                   uint32_t length)
{
    put_u32(o, seconds);
    put_u32(o, fraction);
    put_u32(o, captured);
    put_u32(o, length);
    put_data(o, captured, seconds);
}

/* Empty, whole, and cut by the snaplen; times up to the last that can be. 24 + 16 + 76 + 317 bytes. */
static inline void three_packets(struct out *o, uint32_t magic, bool big)
{
    *o = (struct out){.big = big};
    put_pcap(o, magic, 65535, 1);
    put_pcap_packet(o, 1, 999999, 0, 60);
    put_pcap_packet(o, 2, 2500000, 60, 60);
    put_pcap_packet(o, UINT32_MAX, UINT32_MAX, 301, 1500);
}

/* A pcapng block is begun, filled, and closed, which writes both its lengths. */
static inline size_t block_begin(struct out *o, uint32_t type)
{
    size_t start = o->length;
    put_u32(o, type);
    put_u32(o, 0);
    return start;
}

static inline void block_end(struct out *o, size_t start)
{
    while ((o->length - start) % 4 != 0)
        put_number(o, 0, 1);
    uint32_t total = (uint32_t)(o->length - start) + 4;
    put_u32(o, total);
    struct out length = {.big = o->big};
    put_u32(&length, total);
    memcpy(o->data + start + 4, length.data, 4);
}

static inline void put_section(struct out *o)
{
    size_t start = block_begin(o, 0x0a0d0d0a);
    put_u32(o, 0x1a2b3c4d);
    put_u16(o, 1);
    put_u16(o, 0);
    put_u64(o, UINT64_MAX);
    block_end(o, start);
}

/* resolution -1 and offset 0: without that option */
static inline void put_interface(struct out *o, uint16_t link_type, uint32_t snaplen, int resolution, int64_t offset)
{
    size_t start = block_begin(o, 1);
    put_u16(o, link_type);
    put_u16(o, 0);
    put_u32(o, snaplen);
    put_u16(o, 2); /* if_name, to be passed over */
    put_u16(o, 5);
    put(o, "eth00\0\0", 8);
    if (resolution >= 0) {
        put_u16(o, 9);
        put_u16(o, 1);
        put_number(o, (uint64_t)resolution, 1);
        put(o, "\0\0", 3);
    }
    if (offset != 0) {
        put_u16(o, 14);
        put_u16(o, 8);
        put_u64(o, (uint64_t)offset);
    }
    put_u32(o, 0);
    block_end(o, start);
}

static inline void put_enhanced(struct out *o, uint32_t interface, uint64_t stamp, uint32_t captured, uint32_t length)
{
    size_t start = block_begin(o, 6);
    put_u32(o, interface);
    put_u32(o, (uint32_t)(stamp >> 32));
    put_u32(o, (uint32_t)stamp);
    put_u32(o, captured);
    put_u32(o, length);
    put_data(o, captured, (unsigned)stamp);
    block_end(o, start);
}

/* ---- reading back */

struct chunks {
    const uint8_t *data;
    size_t length, step;
};

static inline ssize_t read_chunk(void *user, uint8_t *to, size_t size, const char **why)
{
    struct chunks *c = user;
    (void)why;
    size_t n = c->step < size ? c->step : size;
    n = n < c->length ? n : c->length;
    memcpy(to, c->data, n);
    c->data += n;
    c->length -= n;
    return (ssize_t)n;
}

struct got {
    size_t count, errors;
    uint64_t bytes;                /* captured, in all packets */
    uint64_t hash;                 /* of everything in all packets */
    struct wsd_packet packets[16]; /* the first ones; data is not to be looked at */
    char error[FILE_ERROR];
};

static inline void got_packet(struct got *g, const struct wsd_packet *p)
{
    if (g->count < sizeof g->packets / sizeof *g->packets)
        g->packets[g->count] = *p;
    g->count++;
    g->bytes += p->captured;
    g->hash = (g->hash ^ (uint64_t)p->time ^ p->captured ^ (uint64_t)p->length << 32 ^ p->link_type) * 1099511628211u;
    for (uint32_t i = 0; i < p->captured; i++)
        g->hash = (g->hash ^ p->data[i]) * 1099511628211u;
}

/* Reads a whole capture that arrives `step` bytes at a time. */
static inline struct got read_back(const uint8_t *data, size_t length, size_t step, const struct file_hooks *hooks)
{
    static struct file file;
    struct chunks chunks = {data, length, step};
    struct got got = {0};
    struct wsd_packet packet;
    int result = file_open_read(&file, "test", read_chunk, &chunks, hooks);
    if (result == 0) {
        while ((result = file_next(&file, &packet)) > 0)
            got_packet(&got, &packet);
        if (result < 0)
            memcpy(got.error, file.error, sizeof got.error);
        file_close(&file);
    } else {
        memcpy(got.error, file.error, sizeof got.error);
    }
    got.errors = result < 0;
    return got;
}

#endif
