#include "capture/pcap_file.h"

#define FILE_HEADER     24u
#define PACKET_HEADER   16u
#define MODIFIED_HEADER 24u
#define LINK_TYPE_MASK  0x03FFFFFFu /* above it: the length of the frame check sequence */

enum { MICROSECONDS = 0xa1b2c3d4, NANOSECONDS = 0xa1b23c4d, MODIFIED = 0xa1b2cd34 };

static bool known(uint32_t magic)
{
    return magic == MICROSECONDS || magic == NANOSECONDS || magic == MODIFIED;
}

bool pcap_file_magic(const uint8_t *bytes)
{
    return known(load_u32(bytes, true)) || known(load_u32(bytes, false));
}

/* A writer may capture more than the snaplen it declares; one that declares more than libpcap ever does is believed. */
static uint32_t captured_limit(uint32_t snaplen)
{
    uint32_t ceiling = (uint32_t)READER_CEILING - MODIFIED_HEADER;
    if (snaplen <= PCAP_FILE_CAPTURED)
        return PCAP_FILE_CAPTURED;
    return snaplen < ceiling ? snaplen : ceiling;
}

int pcap_file_open(struct pcap_file *f, struct reader *r)
{
    size_t left = reader_need(r, FILE_HEADER);
    if (left < FILE_HEADER)
        return r->broken[0] != 0 ? reader_fail(r, "%s", r->broken)
                                 : reader_fail(r, "cut short in the file's header (wanted %u bytes, %zu are there)",
                                               FILE_HEADER, left);
    const uint8_t *header = r->at;
    f->big = known(load_u32(header, true));
    uint32_t magic = load_u32(header, f->big);
    uint16_t major = load_u16(header + 4, f->big), minor = load_u16(header + 6, f->big);
    if (major != 2)
        return reader_fail(r, "pcap of version %u.%u, which is not known", major, minor);
    f->header = magic == MODIFIED ? MODIFIED_HEADER : PACKET_HEADER;
    f->unit = magic == NANOSECONDS ? 1 : 1000;
    f->limit = captured_limit(load_u32(header + 16, f->big));
    f->link_type = load_u32(header + 20, f->big) & LINK_TYPE_MASK;
    f->packets = 0;
    r->at += FILE_HEADER;
    return 0;
}

/* Fewer bytes are left than a packet's header has. */
static int end_of_file(const struct pcap_file *f, struct reader *r)
{
    if (reader_left(r) == 0 && r->broken[0] == 0)
        return 0;
    return reader_cut(r, "the header of packet", f->packets + 1, f->header, reader_left(r));
}

static int too_long(const struct pcap_file *f, struct reader *r, uint32_t captured)
{
    return reader_fail(r, "damaged: packet %llu claims %u captured bytes", (unsigned long long)f->packets + 1,
                       captured);
}

int pcap_file_next(struct pcap_file *f, struct reader *r, struct wsd_packet *packet)
{
    if (reader_need(r, f->header) < f->header)
        return end_of_file(f, r);
    uint32_t captured = load_u32(r->at + 8, f->big);
    if (captured > f->limit)
        return too_long(f, r, captured);
    size_t whole = f->header + captured;
    if (reader_need(r, whole) < whole)
        return reader_cut(r, "packet", f->packets + 1, whole, reader_left(r));
    return pcap_file_take(f, r, packet);
}
