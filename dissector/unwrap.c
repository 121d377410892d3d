#include "unwrap.h"
#include "net/link.h"
#include "net/tunnel.h"

enum { DATAGRAM_MOST = 65535 };

struct way {
    struct cursor c;
    uint32_t wire_cut;     /* behind the cursor's end */
    const uint8_t *behind; /* the last IP header */
    unsigned tunnels;
    bool own; /* still in the packet's own bytes, and not in what fragments were put together to */
};

static uint32_t cut_of(const struct wsd_packet *packet)
{
    return packet->length > packet->captured ? packet->length - packet->captured : 0;
}

/* Out of line, so that the compiler sees fit to put ip_decode() into the plain way, which is its other caller. */
static __attribute__((noinline)) int decode(const struct way *w, struct ip_packet *ip)
{
    int rc = ip_decode(cursor_rest(&w->c), w->wire_cut, ip);
    if (rc == 0 && !ip->fragment)
        ip_walk(ip);
    return rc;
}

/* The next IP header, and all of its datagram. */
static int read_ip(struct way *w, const uint8_t *start, struct fragments *fragments, int64_t now, struct unwrapped *out)
{
    const uint8_t *at = w->c.at;
    /* Behind a tunnel's header, unreadable bytes rather mean that it was none. */
    if (decode(w, &out->ip) < 0)
        return w->tunnels == 0 || w->wire_cut > 0 ? UNWRAP_UNREADABLE : UNWRAP_OTHER;
    if (w->own)
        out->headers = (uint32_t)(out->ip.payload.data - start);
    out->cost.link += out->cost.ip + (uint64_t)(at - w->behind);
    out->cost.ip = (uint64_t)(out->ip.payload.data - at);
    w->behind = out->ip.payload.data;
    if (!out->ip.fragment)
        return UNWRAP_TCP;
    w->own = false;
    int rc = fragments_add(fragments, &out->ip, &out->cost, now);
    out->outer = out->datagram;
    out->datagram = fragments_datagram(fragments);
    const uint8_t *together = out->ip.payload.data;
    if (rc > 0)
        ip_walk(&out->ip);
    out->cost.ip += (uint64_t)(out->ip.payload.data - together);
    w->behind = out->ip.payload.data;
    return rc == 0 ? UNWRAP_WAITING : rc > 0 ? UNWRAP_TCP : rc;
}

static int enter(struct way *w, const struct unwrapped *out)
{
    if (tunnel_enter(&out->ip, &w->c, &w->wire_cut) != LINK_IP)
        return w->c.short_of && w->wire_cut > 0 ? UNWRAP_UNREADABLE : UNWRAP_OTHER;
    return ++w->tunnels > WSD_TUNNELS_MOST ? UNWRAP_UNREADABLE : UNWRAP_TCP;
}

int unwrap_plain(const struct wsd_packet *packet, struct unwrapped *out)
{
    if (packet->captured == 0) /* data may be NULL */
        return UNWRAP_UNREADABLE;
    struct cursor c = {packet->data, packet->data + packet->captured, false};
    enum link_result link = link_decode(packet->link_type, &c);
    if (link != LINK_IP)
        return link == LINK_UNKNOWN ? UNWRAP_UNKNOWN_LINK : c.short_of ? UNWRAP_UNREADABLE : UNWRAP_OTHER;
    const uint8_t *ip_at = c.at;
    if (ip_decode(cursor_rest(&c), cut_of(packet), &out->ip) < 0)
        return UNWRAP_UNREADABLE;
    const uint8_t *end = out->ip.payload.data;
    out->headers = (uint32_t)(end - packet->data);
    out->cost = (struct packet_cost){packet->length, (uint64_t)(ip_at - packet->data), (uint64_t)(end - ip_at)};
    out->datagram = out->outer = 0;
    out->whole = true;
    return out->ip.fragment || out->ip.protocol != IP_PROTOCOL_TCP ? UNWRAP_INSIDE : UNWRAP_TCP;
}

int unwrap(const struct wsd_packet *packet, struct fragments *fragments, int64_t now, struct unwrapped *out)
{
    const uint8_t *ip_at = packet->data + out->cost.link;
    struct way w = {{ip_at, packet->data + packet->captured, false}, cut_of(packet), packet->data, 0, true};
    out->datagram = out->outer = 0;
    out->cost = (struct packet_cost){.wire = packet->length};
    for (;;) {
        int rc = read_ip(&w, packet->data, fragments, now, out);
        if (rc != UNWRAP_TCP)
            return rc;
        if (out->ip.protocol == IP_PROTOCOL_TCP)
            break;
        rc = enter(&w, out);
        if (rc != UNWRAP_TCP)
            return rc;
    }
    out->whole = w.own;
    return UNWRAP_TCP;
}

/* ---- for those who judge packets by themselves ---------------------------------------------------------------- */

unsigned wsd_ip_packets(const struct wsd_packet *packet, struct wsd_packet inside[WSD_TUNNELS_MOST + 1],
                        bool *later_fragment)
{
    *later_fragment = false;
    if (packet->captured == 0) /* data may be NULL */
        return 0;
    struct way w = {{packet->data, packet->data + packet->captured, false}, cut_of(packet), NULL, 0, true};
    unsigned count = 0;
    for (enum link_result at = link_decode(packet->link_type, &w.c); at == LINK_IP && count <= WSD_TUNNELS_MOST;) {
        struct ip_packet ip;
        if (decode(&w, &ip) < 0)
            break;
        inside[count] = *packet;
        inside[count].data = w.c.at;
        inside[count].captured = (uint32_t)cursor_left(&w.c);
        inside[count].length = inside[count].captured + w.wire_cut;
        inside[count++].link_type = LINK_TYPE_RAW;
        *later_fragment = ip.fragment && ip.fragment_offset != 0;
        if (ip.fragment)
            ip.payload_length = DATAGRAM_MOST; /* as if cut: lengths in it speak of the whole datagram */
        at = *later_fragment ? LINK_OTHER : tunnel_enter(&ip, &w.c, &w.wire_cut);
    }
    return count;
}
