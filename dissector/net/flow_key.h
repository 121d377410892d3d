/*
 * flow_key.h: a segment's addresses and ports as the key of its flow, the same for both ways.
 */
#ifndef NET_FLOW_KEY_H
#define NET_FLOW_KEY_H

#include "base/cursor.h"
#include "base/hash.h"
#include "net/flow.h"

#include <string.h>

/* Both return the side of the sender: the key's first end is the one of side 0. */
static inline unsigned flow_key_v4(const struct ip_packet *ip, const uint16_t port[2], struct flow_key *key)
{
    uint64_t from = (uint64_t)cursor_peek_u32(ip->address[0]) << 16 | port[0];
    uint64_t to = (uint64_t)cursor_peek_u32(ip->address[1]) << 16 | port[1];
    bool turned = from > to;
    uint64_t first = turned ? to : from, second = turned ? from : to;
    key->address[0][0] = first >> 16;
    key->address[1][0] = second >> 16;
    key->address[0][1] = key->address[1][1] = 0;
    key->ends = UINT64_C(4) << 32 | (first & 0xFFFF) << 16 | (second & 0xFFFF);
    return turned;
}

static inline void flow_key_take_v6(uint64_t to[2], const uint8_t *address)
{
    to[0] = (uint64_t)cursor_peek_u32(address) << 32 | cursor_peek_u32(address + 4);
    to[1] = (uint64_t)cursor_peek_u32(address + 8) << 32 | cursor_peek_u32(address + 12);
}

static inline unsigned flow_key_v6(const struct ip_packet *ip, const uint16_t port[2], struct flow_key *key)
{
    int order = memcmp(ip->address[0], ip->address[1], 16);
    bool turned = order != 0 ? order > 0 : port[0] > port[1];
    flow_key_take_v6(key->address[turned], ip->address[0]);
    flow_key_take_v6(key->address[!turned], ip->address[1]);
    key->ends = UINT64_C(6) << 32 | (uint32_t)port[turned] << 16 | port[!turned];
    return turned;
}

static inline bool flow_key_same(const struct flow_key *a, const struct flow_key *b)
{
    /* Others nearly always have other ports. */
    return a->ends == b->ends && ((a->address[0][0] ^ b->address[0][0]) | (a->address[1][0] ^ b->address[1][0]) |
                                  (a->address[0][1] ^ b->address[0][1]) | (a->address[1][1] ^ b->address[1][1])) == 0;
}

static inline uint64_t flow_key_hash(const struct hash_key *secret, const struct flow_key *key)
{
    if (flow_key_family(key) == 4) {
        const uint64_t words[] = {key->address[0][0] << 32 | key->address[1][0], key->ends};
        return hash_words(secret, words, 2);
    }
    const uint64_t words[] = {key->address[0][0], key->address[0][1], key->address[1][0], key->address[1][1],
                              key->ends};
    return hash_words(secret, words, 5);
}

#endif
