/*
 * packet_fuzz.c: any packets, through the whole library.
 *
 * The input is read like a pcap file with the byte order of captures/, so that those are where it starts from: 24 bytes, of which
 * the last four are the link type, then packets of 16 bytes (seconds, microseconds, captured, length) and their data. The
 * ninth byte, 0 in files, chooses options and limits; 0 is everything that can be told, with the usual limits.
 * Invariants: those of tests/support/invariants.h; and nothing fails.
 */
#include "support/invariants.h"
#include "support/require.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_HEADER = 24, PACKET_HEADER = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t little(const uint8_t *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static void choose(struct wsd_options *o, uint8_t bits)
{
    wsd_options_init(o);
    o->limits.inflate_bytes = 1 << 18;
    o->limits.inflate_ratio = 16;
    o->detail = bits & 1;
    o->frames = bits & 2;
    o->transport = bits & 4;
    if (bits & 8)
        o->keep_payload = 7;
    if (bits & 16) {
        o->limits.flows = 2;
        o->limits.fragments = 2;
    }
    if (bits & 32) {
        o->limits.segment_bytes = 1000;
        o->limits.segment_total = 1500;
    }
    if (bits & 64) {
        o->limits.head_bytes = 200;
        o->limits.early_bytes = 20;
        o->limits.inflate_bytes = 100;
        o->limits.inflate_ratio = 1;
    }
    if (bits & 128)
        o->limits.idle_undecided = o->limits.idle_ignored = o->limits.idle_websocket = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct invariants v;
    struct wsd_options o;
    if (size < FILE_HEADER)
        return 0;
    choose(&o, data[8] ^ 7);
    o.event = invariants_event;
    o.user = &v;
    invariants_begin(&v, &o);
    struct wsd_dissector *d = wsd_new(&o);
    require(d != NULL);
    for (size_t at = FILE_HEADER; size - at >= PACKET_HEADER;) {
        struct wsd_packet p = {.time = (int64_t)little(data + at) * 1000000000 + (int64_t)little(data + at + 4) * 1000,
                               .captured = little(data + at + 8),
                               .length = little(data + at + 12),
                               .link_type = little(data + 20)};
        at += PACKET_HEADER;
        if (p.captured > size - at)
            p.captured = (uint32_t)(size - at);
        if (p.length < p.captured)
            p.length = p.captured;
        uint8_t *exact = malloc(p.captured + 1); /* ends where the memory does */
        require(exact != NULL);
        memcpy(exact + 1, data + at, p.captured);
        p.data = exact + 1;
        v.packets++;
        int rc = wsd_packet(d, &p);
        free(exact); /* nothing borrowed is used later */
        require(rc >= WSD_NOBODY && rc <= WSD_WEBSOCKET);
        at += p.captured;
    }
    require(wsd_finish(d) == 0);
    invariants_end(&v, wsd_totals(d));
    require(wsd_totals(d)->flows_open <= o.limits.flows);
    wsd_free(d);
    require_that(v.broken == NULL, v.broken, __FILE__, __LINE__);
    return 0;
}
