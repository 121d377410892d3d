#include "net/doubled.h"

#include <string.h>

enum { TCP_FIXED = 20, OPTION_WORDS = 5 };

/* The options, where the capture has them: they lie in front of the payload. */
static void add_options(uint64_t words[OPTION_WORDS], const struct tcp_segment *tcp)
{
    size_t length = tcp->header_length > TCP_FIXED ? (size_t)tcp->header_length - TCP_FIXED : 0;
    if (tcp->payload.length > 0 && length <= OPTION_WORDS * sizeof *words)
        memcpy(words, tcp->payload.data - length, length);
}

/* Whoever finds two packets with one digest hides a retransmission, nothing worse: a cheap one will do. */
static uint64_t digest_of(const struct hash_key *key, const uint64_t *words, size_t count)
{
    uint64_t digest = key->k0;
    for (size_t i = 0; i < count; i++) {
        digest = (digest ^ words[i]) * 0x9e3779b97f4a7c15;
        digest ^= digest >> 32;
    }
    return digest;
}

bool doubled_again(struct doubled *doubled, const struct hash_key *key, const void *flow, unsigned side,
                   const struct ip_packet *ip, const struct tcp_segment *tcp, int64_t time)
{
    uint64_t words[4 + OPTION_WORDS] = {(uintptr_t)flow, (uint64_t)tcp->seq << 32 | tcp->ack,
                                        (uint64_t)tcp->length << 32 | (uint64_t)tcp->flags << 16 | tcp->window,
                                        ip->family == 4 ? (uint64_t)ip->id << 1 | side : side};
    add_options(words + 4, tcp);
    uint64_t digest = digest_of(key, words, sizeof words / sizeof *words);
    size_t at = digest % DOUBLED_SLOTS;
    bool again = doubled->slot[at].digest == digest && time - doubled->slot[at].time <= DOUBLED_TIME &&
                 time - doubled->slot[at].time >= -DOUBLED_TIME;
    doubled->slot[at].digest = digest;
    doubled->slot[at].time = time;
    return again;
}
