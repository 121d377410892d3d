/*
 * ip_fuzz.c: any bytes as packets, from the link layer through tunnels to TCP, fragments put together.
 *
 * The input is split into packets of [captured (2 bytes), bytes that the snaplen took (1), link type (1)] and their data.
 * Invariants: what a layer hands on lies in what it was given; nothing captured is longer than it was on the wire; what
 * fragments become is no longer than they were, and no datagram is larger than 65535 bytes.
 */
#include "base/bytes.h"
#include "net/fragment.h"
#include "net/link.h"
#include "net/tcp.h"
#include "unwrap.h"
#include "support/require.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t link_types[] = {0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 229, 276, 147};

struct state {
    struct fragments *fragments, *tunnelled;
    uint64_t given, told; /* bytes in fragments, and in what they became */
    int64_t now;
    uint64_t touched;
};

/* Whether a lies in b. */
static bool within(struct wsd_bytes a, struct wsd_bytes b)
{
    return a.length == 0 || (a.data >= b.data && a.data + a.length <= b.data + b.length);
}

static void touch(struct state *s, struct wsd_bytes b)
{
    for (size_t i = 0; i < b.length; i++)
        s->touched = s->touched * 31 + b.data[i];
}

static void read_tcp(struct state *s, const struct ip_packet *ip)
{
    struct tcp_segment t;
    if (tcp_decode(ip->payload, ip->payload_length, &t) < 0)
        return;
    require(within(t.payload, ip->payload));
    require(t.payload.length <= t.length && t.length <= ip->payload_length);
    require(t.header_length >= 20 && t.header_length <= 60 && t.header_length + t.length == ip->payload_length);
    touch(s, t.payload);
}

static void read_packet(struct state *s, uint32_t link_type, struct wsd_bytes bytes, uint32_t cut)
{
    struct cursor c = cursor_of(bytes);
    struct ip_packet ip;
    enum link_result result = link_decode(link_type, &c);
    require(within(cursor_rest(&c), bytes));
    require(result != LINK_IP || (cursor_left(&c) > 0 && !c.short_of));
    if (result != LINK_IP || ip_decode(cursor_rest(&c), cut, &ip) < 0)
        return;
    require(within(ip.payload, cursor_rest(&c)));
    require(ip.payload.length <= ip.payload_length && ip.payload_length <= cursor_left(&c) + cut);
    require(ip.family == 4 || ip.family == 6);
    require(ip.fragment || (!ip.more && ip.fragment_offset == 0));
    require(ip.fragment_offset % 8 == 0 && ip.fragment_offset <= 65528);
    touch(s, bytes_of(ip.address[0], ip.family == 4 ? 4 : 16));
    touch(s, bytes_of(ip.address[1], ip.family == 4 ? 4 : 16));
    touch(s, ip.payload);
    if (ip.fragment) {
        s->given += ip.payload.length;
        struct packet_cost cost = {0};
        int rc = fragments_add(s->fragments, &ip, &cost, s->now += 100000000);
        require(rc == 0 || rc == 1);
        if (rc == 0)
            return;
        s->told += ip.payload.length;
        require(s->told <= s->given && ip.payload.length <= 65535 && ip.payload.length == ip.payload_length);
        require(!ip.fragment);
        touch(s, ip.payload);
    }
    read_tcp(s, &ip);
}

/* Through tunnels, whose fragments lie in memory of their own. */
static void look_inside(struct state *s, uint32_t link_type, struct wsd_bytes bytes, uint32_t cut)
{
    const struct wsd_packet packet = {0, bytes.data, (uint32_t)bytes.length, (uint32_t)bytes.length + cut, link_type};
    struct wsd_packet inside[WSD_TUNNELS_MOST + 1];
    struct unwrapped u;
    bool later;
    unsigned count = wsd_ip_packets(&packet, inside, &later);
    require(count <= WSD_TUNNELS_MOST + 1);
    for (unsigned i = 0; i < count; i++)
        require(within(bytes_of(inside[i].data, inside[i].captured), bytes) && inside[i].length >= inside[i].captured);
    int what = unwrap_plain(&packet, &u);
    if (what == UNWRAP_INSIDE)
        what = unwrap(&packet, s->tunnelled, s->now, &u);
    require((what == UNWRAP_TCP) <= (count > 0));
    if (what != UNWRAP_TCP)
        return;
    require(u.ip.protocol == IP_PROTOCOL_TCP && u.headers <= bytes.length);
    require(!u.whole || u.ip.payload.data == bytes.data + u.headers);
    require(u.ip.payload.length <= u.ip.payload_length);
    touch(s, bytes_of(u.ip.address[0], u.ip.family == 4 ? 4 : 16));
    touch(s, bytes_of(u.ip.address[1], u.ip.family == 4 ? 4 : 16));
    read_tcp(s, &u.ip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct state s = {.fragments = fragments_new(3), .tunnelled = fragments_new(3)};
    require(s.fragments != NULL && s.tunnelled != NULL);
    while (size >= 4) {
        size_t n = (size_t)data[0] << 8 | data[1];
        uint32_t cut = data[2], link_type = link_types[data[3] % (sizeof link_types / sizeof *link_types)];
        data += 4, size -= 4;
        if (n > size)
            n = size;
        uint8_t *exact = malloc(n + 1);
        require(exact != NULL);
        memcpy(exact + 1, data, n);
        read_packet(&s, link_type, bytes_of(exact + 1, n), cut);
        look_inside(&s, link_type, bytes_of(exact + 1, n), cut);
        free(exact);
        data += n, size -= n;
    }
    fragments_free(s.fragments);
    fragments_free(s.tunnelled);
    return 0;
}
