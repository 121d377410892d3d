/*
 * packet_fuzz.c: any packets, through the whole library.
 *
 * The input is read like a pcap file (support/pcap_input.h). The ninth byte, 0 in files, chooses options and limits; 0 is
 * everything that can be told, with the usual limits.
 * Invariants: those of tests/support/invariants.h; and nothing fails.
 */
#include "support/invariants.h"
#include "support/pcap_input.h"
#include "support/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    if (size < PCAP_HEADER)
        return 0;
    choose(&o, data[8] ^ 7);
    o.event = invariants_event;
    o.user = &v;
    invariants_begin(&v, &o);
    struct wsd_dissector *d = wsd_new(&o);
    require(d != NULL);
    struct pcap_input in = {.data = data, .size = size, .at = PCAP_HEADER};
    for (struct wsd_packet p; pcap_input_next(&in, &p);) {
        v.packets++;
        int rc = wsd_packet(d, &p);
        require(rc >= WSD_NOBODY && rc <= WSD_WEBSOCKET);
    }
    require(wsd_finish(d) == 0);
    invariants_end(&v, wsd_totals(d));
    require(wsd_totals(d)->flows_open <= o.limits.flows);
    wsd_free(d);
    require_that(v.broken == NULL, v.broken, __FILE__, __LINE__);
    return 0;
}
