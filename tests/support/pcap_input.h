/*
 * pcap_input.h: a fuzzer's input, read like a pcap file with the byte order of captures/, so that those are where it starts from.
 *
 * 24 bytes, of which the last four are the link type, then packets of 16 bytes (seconds, microseconds, captured, length) and their
 * data. Each packet's data ends where its memory does.
 */
#ifndef SUPPORT_PCAP_INPUT_H
#define SUPPORT_PCAP_INPUT_H

#include "dissector.h"

#include <stdlib.h>
#include <string.h>

enum { PCAP_HEADER = 24, PCAP_PACKET_HEADER = 16 };

struct pcap_input {
    const uint8_t *data;
    size_t size, at; /* at: PCAP_HEADER to begin with */
    uint8_t *packet;
};

static inline uint32_t pcap_input_u32(const uint8_t *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* False at the end. The packet before is freed: nothing borrowed of it may be used later. */
static inline bool pcap_input_next(struct pcap_input *in, struct wsd_packet *p)
{
    free(in->packet);
    in->packet = NULL;
    if (in->size < PCAP_HEADER || in->size - in->at < PCAP_PACKET_HEADER)
        return false;
    const uint8_t *header = in->data + in->at;
    *p = (struct wsd_packet){.time = (int64_t)pcap_input_u32(header) * 1000000000 +
                                     (int64_t)pcap_input_u32(header + 4) * 1000,
                             .captured = pcap_input_u32(header + 8),
                             .length = pcap_input_u32(header + 12),
                             .link_type = pcap_input_u32(in->data + 20)};
    in->at += PCAP_PACKET_HEADER;
    if (p->captured > in->size - in->at)
        p->captured = (uint32_t)(in->size - in->at);
    if (p->length < p->captured)
        p->length = p->captured;
    in->packet = malloc(p->captured + 1);
    if (in->packet == NULL)
        abort();
    memcpy(in->packet + 1, in->data + in->at, p->captured);
    p->data = in->packet + 1;
    in->at += p->captured;
    return true;
}

#endif
