/*
 * reassembly_fuzz.c: segments of a known stream in any order, cut, doubled, acknowledged, with any limits.
 *
 * Input: 4 bytes of the first sequence number, 2 bytes of the limit on what waits, then steps of 5 bytes: what, where, how
 * much, how much of it was captured.
 * Invariants, after each step: what was told are the stream's bytes, in order, each once, from the packet that brought it
 * first; a gap covers nothing that was captured; what waits is exactly what came and was neither told nor given up; its size,
 * as it is counted, is its size, and not past the limit; copies that agree are no conflict. At the end nothing waits.
 */
#define SEGMENTS_MOST 1024 /* few, so that a run is short */
#include "support/require.h"
#include "support/segments.h"

enum { STREAM = 768 /* and 256 more in the last segment */, STEP = 5, STEPS_MOST = 1500 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct segments *s)
{
    uint32_t pending = segments_pending(s), expected = 0;
    for (uint32_t i = s->told; i < SEGMENTS_MOST; i++)
        expected += s->covered[i] != 0;
    require(!s->wrong);
    require(pending == expected);
    require(s->r.next == s->start + s->told);
    require(s->conflicts == 0);
    require(s->host.held_total <= s->host.most_held);
    require((s->r.held == NULL) == (pending == 0));
}

static void step(struct segments *s, const uint8_t *b)
{
    uint32_t at = ((uint32_t)b[1] << 8 | b[2]) % STREAM, n = b[3] + 1u;
    switch (b[0] % 8) {
    case 0: segments_ack(s, at); break;
    case 1: s->time += (int64_t)at * 10000000; break;
    case 2:
        for (uint32_t i = 0; i < n; i++)
            require(segments_wait(s) == 0);
        break;
    case 3: require(segments_put_cut(s, at, n, b[4] < n ? b[4] : n) == 0); break;
    case 4: require(segments_put(s, s->told, n % (STREAM - s->told % STREAM) + 1) == 0); break;
    default: require(segments_put(s, at, n) == 0); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct segments s;
    if (size < 6 || size > 6 + STEP * STEPS_MOST)
        return 0;
    segments_begin(&s, (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3]);
    s.host.most_held = ((uint32_t)data[4] << 8 | data[5]) + 1000;
    s.host.most_held_total = s.host.most_held;
    for (size_t i = 6; i + STEP <= size && s.told < STREAM; i += STEP) {
        step(&s, data + i);
        check(&s);
    }
    require(segments_finish(&s) == 0);
    check(&s);
    require(s.r.held == NULL);
    return 0;
}
