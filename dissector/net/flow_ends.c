/*
 * flow_ends.c: who is who: a flow's two ends, and the name that both of them together have in other tools.
 */
#include "base/bytes.h"
#include "base/crypto.h"
#include "net/flow.h"

struct wsd_endpoint flow_endpoint(const struct flow *flow, enum wsd_direction direction)
{
    unsigned side = direction == WSD_CLIENT ? flow->client : !flow->client;
    struct wsd_endpoint end = {.family = (uint8_t)flow_key_family(&flow->key), .port = flow_key_port(&flow->key, side)};
    unsigned length = end.family == 4 ? 4 : 16;
    for (unsigned i = 0; i < length; i++) {
        unsigned shift = end.family == 4 ? 24 - 8 * i : 56 - 8 * (i % 8);
        end.address[i] = (uint8_t)(flow->key.address[side][i / 8] >> shift);
    }
    return end;
}

/* https://github.com/corelight/community-id-spec: seed, both addresses, protocol, a zero, both ports; the smaller end
 * comes first, which is how the key lies already. */
int flow_community_id(const struct flow *flow, char out[FLOW_COMMUNITY_ID_SIZE])
{
    size_t n = flow_key_family(&flow->key) == 4 ? 4 : 16;
    uint8_t tail[6] = {IP_PROTOCOL_TCP, 0};
    uint8_t digest[CRYPTO_SHA1_SIZE];
    const struct wsd_endpoint end[] = {flow_endpoint(flow, flow_direction(flow, 0)),
                                       flow_endpoint(flow, flow_direction(flow, 1))};
    for (unsigned side = 0; side < 2; side++) {
        tail[2 + 2 * side] = (uint8_t)(end[side].port >> 8);
        tail[3 + 2 * side] = (uint8_t)end[side].port;
    }
    const struct wsd_bytes parts[] = {bytes_of("\0\0", 2), bytes_of(end[0].address, n), bytes_of(end[1].address, n),
                                      bytes_of(tail, sizeof tail)};
    int rc = crypto_sha1(parts, 4, digest);
    memcpy(out, "1:", 2);
    if (rc == 0)
        crypto_base64(bytes_of(digest, sizeof digest), out + 2);
    out[FLOW_COMMUNITY_ID_SIZE - 1] = 0;
    return rc;
}
