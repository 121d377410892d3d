#include "capture/pcapng_file.h"

#include "capture/load.h"

#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define MAX_INTERFACES   65536u
#define LINK_TYPE_MASK   0xffffu

enum {
    BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete */
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_SECRETS = 10
};

enum { OPTION_END = 0, OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14 };

/* Bytes of a block around its body, and of a body before what varies in length. */
enum { FRAME = 12, SECTION_FIXED = 16, INTERFACE_FIXED = 8, ENHANCED_FIXED = 20, SIMPLE_FIXED = 4, SECRETS_FIXED = 8 };

struct block {
    uint32_t type;
    const uint8_t *body;
    uint32_t length; /* of the body */
};

bool pcapng_file_magic(const uint8_t *bytes)
{
    return load_u32(bytes, true) == BLOCK_SECTION;
}

void pcapng_file_open(struct pcapng_file *f, pcapng_secrets_fn *secrets, void *user)
{
    memset(f, 0, sizeof *f);
    f->secrets = secrets;
    f->user = user;
}

void pcapng_file_close(struct pcapng_file *f)
{
    free(f->interfaces);
    f->interfaces = NULL;
}

static int damaged(const struct pcapng_file *f, struct reader *r, const char *what, uint32_t value)
{
    return reader_fail(r, "damaged after packet %llu: %s (%u)", (unsigned long long)f->packets, what, value);
}

static int cut(const struct pcapng_file *f, struct reader *r, size_t wanted)
{
    return reader_cut(r, "the block after packet", f->packets, wanted, reader_left(r));
}

/* ---- packets */

/* The packet's data are `captured` bytes at `data`, of `there` bytes that the block has for them. */
static int deliver(struct pcapng_file *f, struct reader *r, struct wsd_packet *packet, const uint8_t *data,
                   size_t there)
{
    if (packet->captured > there)
        return damaged(f, r, "a packet claims more captured bytes than its block has", packet->captured);
    packet->data = data;
    if (packet->length < packet->captured)
        packet->length = packet->captured;
    f->packets++;
    return 1;
}

/* Enhanced packet blocks, and the obsolete packet block, which differs only in a 16-bit interface number. */
static int read_packet(struct pcapng_file *f, struct reader *r, const struct block *b, struct wsd_packet *packet)
{
    const uint8_t *body = b->body;
    if (b->length < ENHANCED_FIXED)
        return damaged(f, r, "a packet block is too short", b->length);
    uint32_t number = b->type == BLOCK_ENHANCED ? load_u32(body, f->big) : load_u16(body, f->big);
    if (number >= f->count)
        return damaged(f, r, "a packet of an interface that is not described", number);
    const struct pcapng_interface *interface = &f->interfaces[number];
    uint64_t stamp = (uint64_t)load_u32(body + 4, f->big) << 32 | load_u32(body + 8, f->big);
    f->time = timescale_nanoseconds(&interface->time, stamp);
    packet->time = f->time;
    packet->captured = load_u32(body + 12, f->big);
    packet->length = load_u32(body + 16, f->big);
    packet->link_type = interface->link_type;
    return deliver(f, r, packet, body + ENHANCED_FIXED, b->length - ENHANCED_FIXED);
}

/* No time, no captured length: the packet is cut by the snaplen, and its block is padded. */
static int read_simple(struct pcapng_file *f, struct reader *r, const struct block *b, struct wsd_packet *packet)
{
    if (b->length < SIMPLE_FIXED)
        return damaged(f, r, "a simple packet block is too short", b->length);
    if (f->count == 0)
        return damaged(f, r, "a packet of an interface that is not described", 0);
    const struct pcapng_interface *interface = &f->interfaces[0];
    packet->time = f->time;
    packet->length = load_u32(b->body, f->big);
    packet->captured = packet->length;
    if (interface->snaplen != 0 && interface->snaplen < packet->captured)
        packet->captured = interface->snaplen;
    packet->link_type = interface->link_type;
    return deliver(f, r, packet, b->body + SIMPLE_FIXED, b->length - SIMPLE_FIXED);
}

/* ---- interfaces and secrets */

/* The unit and origin of time stamps, from an interface's options. Options that run over the block's end are left. */
static void read_time_options(struct timescale *time, const uint8_t *at, uint32_t left, bool big)
{
    uint8_t resolution = TIMESCALE_MICROSECONDS;
    int64_t offset = 0;
    while (left >= 4) {
        uint16_t code = load_u16(at, big), length = load_u16(at + 2, big);
        uint32_t padded = 4 + ((length + 3u) & ~3u);
        if (code == OPTION_END || padded > left)
            break;
        if (code == OPTION_TSRESOL && length >= 1)
            resolution = at[4];
        else if (code == OPTION_TSOFFSET && length >= 8)
            offset = (int64_t)load_u64(at + 4, big);
        at += padded;
        left -= padded;
    }
    timescale_init(time, resolution, offset);
}

static bool room_for_interface(struct pcapng_file *f)
{
    if (f->count < f->capacity)
        return true;
    uint32_t capacity = f->capacity != 0 ? f->capacity * 2 : 4;
    struct pcapng_interface *larger = realloc(f->interfaces, capacity * sizeof *larger);
    if (larger == NULL)
        return false;
    f->interfaces = larger;
    f->capacity = capacity;
    return true;
}

static int read_interface(struct pcapng_file *f, struct reader *r, const struct block *b)
{
    if (b->length < INTERFACE_FIXED)
        return damaged(f, r, "an interface description is too short", b->length);
    if (f->count >= MAX_INTERFACES)
        return damaged(f, r, "too many interfaces", f->count);
    if (!room_for_interface(f))
        return reader_fail(r, "out of memory");
    struct pcapng_interface *interface = &f->interfaces[f->count++];
    interface->link_type = load_u16(b->body, f->big) & LINK_TYPE_MASK;
    interface->snaplen = load_u32(b->body + 4, f->big);
    read_time_options(&interface->time, b->body + INTERFACE_FIXED, b->length - INTERFACE_FIXED, f->big);
    return 0;
}

static int read_secrets(struct pcapng_file *f, struct reader *r, const struct block *b)
{
    if (b->length < SECRETS_FIXED)
        return damaged(f, r, "a secrets block is too short", b->length);
    uint32_t length = load_u32(b->body + 4, f->big);
    if (length > b->length - SECRETS_FIXED)
        return damaged(f, r, "secrets are longer than their block", length);
    if (f->secrets != NULL)
        f->secrets(f->user, load_u32(b->body, f->big), (struct wsd_bytes){b->body + SECRETS_FIXED, length});
    return 0;
}

/* ---- blocks */

/* A section header says in which byte order it and what follows is written, before its own length can be read. */
static int begin_section(struct pcapng_file *f, struct reader *r)
{
    const size_t wanted = FRAME + SECTION_FIXED;
    if (reader_need(r, wanted) < wanted)
        return cut(f, r, wanted);
    const uint8_t *body = r->at + 8;
    f->big = load_u32(body, true) == BYTE_ORDER_MAGIC;
    if (load_u32(body, f->big) != BYTE_ORDER_MAGIC)
        return damaged(f, r, "a section without its byte-order magic", load_u32(body, true));
    if (load_u16(body + 4, f->big) != 1)
        return reader_fail(r, "pcapng of version %u.%u, which is not known", load_u16(body + 4, f->big),
                           load_u16(body + 6, f->big));
    f->count = 0;
    return 0;
}

static int check_trailer(const struct pcapng_file *f, struct reader *r, const uint8_t *trailer, uint32_t total)
{
    if (load_u32(trailer, f->big) == total)
        return 0;
    return damaged(f, r, "a block's two lengths disagree", total);
}

/* Blocks that nobody here reads may be of any size: they are not gathered. */
static int skip_block(struct pcapng_file *f, struct reader *r, uint32_t total)
{
    uint64_t missing = reader_skip(r, total - 4);
    size_t left = missing == 0 ? reader_need(r, 4) : 0;
    if (left < 4)
        return reader_cut(r, "the block after packet", f->packets, total, (size_t)(total - 4 - missing + left));
    if (check_trailer(f, r, r->at, total) < 0)
        return -1;
    r->at += 4;
    return 0;
}

static bool is_read(uint32_t type)
{
    return type == BLOCK_ENHANCED || type == BLOCK_PACKET || type == BLOCK_SIMPLE || type == BLOCK_INTERFACE ||
           type == BLOCK_SECRETS;
}

/* The block is whole and its lengths agree. 1: it gave a packet, 0: go on, -1. */
static int read_block(struct pcapng_file *f, struct reader *r, const struct block *b, struct wsd_packet *packet)
{
    switch (b->type) {
    case BLOCK_ENHANCED:
    case BLOCK_PACKET: return read_packet(f, r, b, packet);
    case BLOCK_SIMPLE: return read_simple(f, r, b, packet);
    case BLOCK_INTERFACE: return read_interface(f, r, b);
    default: return read_secrets(f, r, b);
    }
}

/* At least the type and the length of a block lie at r->at. */
static int next_block(struct pcapng_file *f, struct reader *r, struct wsd_packet *packet)
{
    uint32_t type = load_u32(r->at, f->big);
    if (type == BLOCK_SECTION && begin_section(f, r) < 0)
        return -1;
    uint32_t total = load_u32(r->at + 4, f->big);
    if (total < FRAME || total % 4 != 0 || (type == BLOCK_SECTION && total < FRAME + SECTION_FIXED))
        return damaged(f, r, "a block of impossible length", total);
    if (!is_read(type))
        return skip_block(f, r, total);
    if (total > READER_CEILING)
        return damaged(f, r, "a block is too long", total);
    if (reader_need(r, total) < total)
        return cut(f, r, total);
    struct block b = {type, r->at + 8, total - FRAME};
    if (check_trailer(f, r, b.body + b.length, total) < 0)
        return -1;
    int result = read_block(f, r, &b, packet);
    r->at += total;
    return result;
}

int pcapng_file_next(struct pcapng_file *f, struct reader *r, struct wsd_packet *packet)
{
    for (;;) {
        size_t left = reader_need(r, 8);
        if (left == 0 && r->broken[0] == 0)
            return 0;
        if (left < 8)
            return cut(f, r, 8);
        int result = next_block(f, r, packet);
        if (result != 0)
            return result;
    }
}

bool pcapng_file_take(struct pcapng_file *f, struct reader *r, struct wsd_packet *packet)
{
    size_t left = reader_left(r);
    if (left < FRAME || load_u32(r->at, f->big) != BLOCK_ENHANCED)
        return false;
    uint32_t total = load_u32(r->at + 4, f->big);
    if (total < FRAME || total % 4 != 0 || total > left || load_u32(r->at + total - 4, f->big) != total)
        return false;
    const struct block b = {BLOCK_ENHANCED, r->at + 8, total - FRAME};
    if (read_packet(f, r, &b, packet) != 1)
        return false;
    r->at += total;
    return true;
}
