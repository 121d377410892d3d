#include "net/doubled.h"

#include <string.h>

enum { TCP_FIXED = 20, OPTIONS_MOST = 40 };

/* Whoever finds two packets with one digest hides a retransmission, nothing worse: a cheap one will do. */
static uint64_t mix(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * 0x9e3779b97f4a7c15;
    return digest ^ digest >> 32;
}

/* The options, where the capture has them: they lie in front of the payload. */
static uint64_t mix_options(uint64_t digest, const struct tcp_segment *tcp)
{
    size_t length = tcp->header_length > TCP_FIXED ? (size_t)tcp->header_length - TCP_FIXED : 0;
    if (tcp->payload.length == 0 || length > OPTIONS_MOST)
        return digest;
    const uint8_t *options = tcp->payload.data - length;
    for (size_t i = 0; i + 4 <= length; i += 4) {
        uint32_t word;
        memcpy(&word, options + i, sizeof word);
        digest = mix(digest, word);
    }
    return digest;
}

bool doubled_again(struct doubled *doubled, const struct hash_key *key, uint64_t flow, unsigned side,
                   const struct ip_packet *ip, const struct tcp_segment *tcp, int64_t time)
{
    uint64_t digest = mix(key->k0, flow);
    digest = mix(digest, (uint64_t)tcp->seq << 32 | tcp->ack);
    digest = mix(digest, (uint64_t)tcp->length << 32 | (uint64_t)tcp->flags << 16 | tcp->window);
    digest = mix(digest, ip->family == 4 ? (uint64_t)ip->id << 1 | side : side);
    digest = mix_options(digest, tcp);
    size_t at = digest % DOUBLED_SLOTS;
    bool again = doubled->slot[at].digest == digest && time - doubled->slot[at].time <= DOUBLED_TIME &&
                 time - doubled->slot[at].time >= -DOUBLED_TIME;
    doubled->slot[at].digest = digest;
    doubled->slot[at].time = time;
    return again;
}
