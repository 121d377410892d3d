/*
 * pcap_file.h: the classic pcap format becomes packets (draft-ietf-opsawg-pcap).
 *
 *     magic 4   version 2+2   reserved 8   snaplen 4   link type 4        the file's header, 24 bytes
 *     seconds 4   fraction 4   captured 4   length 4   [8 more]   data    a packet
 *
 * The magic says the byte order and what the fraction counts: microseconds (a1b2c3d4) or nanoseconds (a1b23c4d). A third
 * one (a1b2cd34, "modified", of patched Linux tools) adds eight bytes to each packet's header. A fraction of a second or
 * more is added as it stands. The upper bits of the link type say whether frames end in a check sequence; what lies
 * behind an IP packet is not looked at, so they do not matter here.
 */
#ifndef CAPTURE_PCAP_FILE_H
#define CAPTURE_PCAP_FILE_H

#include "capture/load.h"
#include "capture/reader.h"
#include "dissector/dissector.h"

/* libpcap's MAXIMUM_SNAPLEN: a captured length above it, and above what the file itself declares, is damage. */
#define PCAP_FILE_CAPTURED 262144u

struct pcap_file {
    bool big;        /* byte order */
    uint32_t header; /* bytes before each packet's data */
    uint32_t unit;   /* nanoseconds of one unit of the fraction */
    uint32_t limit;  /* of a captured length */
    uint32_t link_type;
    uint64_t packets; /* delivered */
};

/* Do the first four bytes begin such a file? */
bool pcap_file_magic(const uint8_t *bytes);

/* Reads the file's header. 0, or -1 with reader->why. */
int pcap_file_open(struct pcap_file *file, struct reader *reader);

/* 1: a packet, which lies in the reader's buffer until the next call; 0: the end; -1: reader->why. */
int pcap_file_next(struct pcap_file *file, struct reader *reader, struct wsd_packet *packet);

/* The next packet, if it lies in the buffer whole. False: it does not, or is none, and nothing has changed. */
static inline bool pcap_file_take(struct pcap_file *f, struct reader *r, struct wsd_packet *packet)
{
    const uint8_t *header = r->at;
    size_t left = reader_left(r);
    if (left < f->header)
        return false;
    uint32_t captured = load_u32(header + 8, f->big), length = load_u32(header + 12, f->big);
    if (captured > f->limit || left - f->header < captured)
        return false;
    packet->time = (int64_t)load_u32(header, f->big) * 1000000000 + (int64_t)load_u32(header + 4, f->big) * f->unit;
    packet->data = header + f->header;
    packet->captured = captured;
    packet->length = length < captured ? captured : length;
    packet->link_type = f->link_type;
    r->at = packet->data + captured;
    f->packets++;
    return true;
}

#endif
