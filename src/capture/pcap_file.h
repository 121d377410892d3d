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

#endif
