/*
 * cuts.h: a fuzzer's bytes as a conversation that is played twice, whole and in pieces: what is told must be the same.
 *
 * An operation is two bytes and what follows them. Of the first byte bit 0 is the direction, bits 1 and 2 what happens (0, 1: bytes
 * are sent; 2: a gap; 3: the direction ends, or both do), its other bits times 256 and the second byte how many bytes. Operations
 * that send in one direction one after the other are one piece when the conversation is played whole.
 */
#ifndef SUPPORT_CUTS_H
#define SUPPORT_CUTS_H

#include "base/cursor.h"
#include "support/random.h"
#include "support/replay.h"

#include <stdlib.h>
#include <string.h>

struct cuts {
    struct replay whole, cut;
    uint64_t random;              /* where the pieces are cut */
    bool gapless;                 /* set behind cuts_start(): what would be a gap sends bytes as well */
    uint64_t sent[2], missing[2]; /* until the direction ended */
};

static inline void cuts_require(bool holds)
{
    if (!holds)
        abort();
}

static inline void cuts_start(struct cuts *c, const struct wsd_options *options, uint64_t seed)
{
    memset(c->sent, 0, sizeof c->sent);
    memset(c->missing, 0, sizeof c->missing);
    c->random = seed;
    c->gapless = false;
    replay_start(&c->whole, options);
    replay_start(&c->cut, options);
}

static inline void cuts_send(struct cuts *c, enum wsd_direction d, struct wsd_bytes bytes)
{
    c->sent[d] += c->whole.wire.ended[d] ? 0 : bytes.length;
    wire_data(&c->whole.wire, d, bytes);
    while (bytes.length > 0) {
        size_t n = 1 + random_below(&c->random, random_below(&c->random, 4) == 0 ? 64 : 4);
        n = n < bytes.length ? n : bytes.length;
        wire_data(&c->cut.wire, d, (struct wsd_bytes){bytes.data, n});
        bytes = (struct wsd_bytes){bytes.data + n, bytes.length - n};
    }
}

static inline void cuts_end(struct replay *r, enum wsd_direction d, unsigned how)
{
    if (how % 4 == 0)
        wire_end_both(&r->wire, d, WSD_BY_RESET);
    else if (how % 4 == 1)
        wire_end_both(&r->wire, d, WSD_BY_IDLE);
    else
        wire_end(&r->wire, d, WSD_BY_FIN);
}

static inline void cuts_gap(struct cuts *c, enum wsd_direction d, uint64_t missing)
{
    c->missing[d] += c->whole.wire.ended[d] ? 0 : missing;
    wire_gap(&c->whole.wire, d, missing);
    wire_gap(&c->cut.wire, d, missing);
}

/* Plays all operations. */
static inline void cuts_play(struct cuts *c, struct wsd_bytes input)
{
    static uint8_t run[1 << 16];
    struct cursor cursor = cursor_of(input);
    size_t held = 0;
    enum wsd_direction sender = WSD_CLIENT;
    while (cursor_left(&cursor) > 0) {
        uint16_t word = cursor_u16(&cursor);
        enum wsd_direction d = word & 0x100 ? WSD_SERVER : WSD_CLIENT;
        unsigned kind = (word >> 9 & 3) == 2 && c->gapless ? 0 : word >> 9 & 3,
                 length = (unsigned)(word >> 11) << 8 | (word & 0xFF);
        if (held > 0 && (d != sender || kind >= 2)) {
            cuts_send(c, sender, (struct wsd_bytes){run, held});
            held = 0;
        }
        sender = d;
        if (kind == 2 && length > 0) {
            cuts_gap(c, d, length);
        } else if (kind == 3) {
            cuts_end(&c->whole, d, length);
            cuts_end(&c->cut, d, length);
        } else if (kind < 2) {
            size_t left = cursor_left(&cursor), n = length < left ? length : left;
            n = n < sizeof run - held ? n : sizeof run - held;
            if (n > 0)
                memcpy(run + held, cursor_bytes(&cursor, n).data, n);
            held += n;
        }
    }
    if (held > 0)
        cuts_send(c, sender, (struct wsd_bytes){run, held});
}

/* The capture ends, and both have told the same: but for what followed a search for the next frame, also where a connection is
 * guessed at, to which segments are evidence. */
static inline void cuts_finish(struct cuts *c)
{
    const struct recorder *whole = &c->whole.recorder, *cut = &c->cut.recorder;
    wire_finish(&c->whole.wire);
    wire_finish(&c->cut.wire);
    if (whole->findings[WSD_FINDING_STREAM_RESYNCHRONISED] + cut->findings[WSD_FINDING_STREAM_RESYNCHRONISED] > 0 ||
        strstr(whole->text, "open missing") != NULL || strstr(cut->text, "open missing") != NULL)
        return;
    cuts_require(whole->lost == cut->lost && strcmp(whole->text, cut->text) == 0);
    cuts_require(memcmp(whole->findings, cut->findings, sizeof whole->findings) == 0);
    cuts_require(whole->payload_hash == cut->payload_hash);
}

#endif
