/*
 * resync_fuzz.c: the search for the next frame, in any bytes.
 *
 * The first byte is what is known of the direction, the next four how its frames began; then comes what happens: a byte chooses a piece
 * of so many bytes, a gap, or the end. Bytes given are bytes skipped and bytes handed back, in order and unchanged. What is found
 * begins with a header that is legal for the direction. Neither what is held nor what the search takes grows past its ceiling.
 */
#include "base/bytes.h"
#include "support/require.h"
#include "websocket/frame.h"
#include "websocket/resync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE_MOST = 1500,
    MEMORY_MOST = 2 * RESYNC_HELD_MOST +
                  RESYNC_CANDIDATES * 256, /* buffers double; besides the runs: one a piece, 64 bytes each */
    RUN = 128,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_frame(struct wsd_bytes frame, const struct resync_terms *terms, bool masked)
{
    struct frame_header h;
    size_t n = frame_header_size(frame.data, frame.length);
    require(frame.length >= n);
    frame_header_decode(frame.data, n, &h);
    require(!frame_is_reserved(frame_opcode(&h)));
    require((h.mask_at != 0) == masked);
    require(terms->either || masked == terms->masked);
    require(!frame_is_control(frame_opcode(&h)) || (frame_fin(&h) && h.length <= FRAME_CONTROL_PAYLOAD_MOST));
}

static void check_found(struct resync *r, const struct resync_terms *terms, const uint8_t *stream, size_t given)
{
    struct early held;
    bool masked = resync_masked(r);
    uint64_t skipped = resync_take(r, &held);
    require(skipped + held.bytes.length == given);
    require(memcmp(held.bytes.data, stream + skipped, held.bytes.length) == 0);
    check_frame(buffer_bytes(&held.bytes), terms, masked);
    early_free(&held);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 6)
        return 0;
    struct resync_terms terms = {
        .masked = data[0] & 1, .either = data[0] & 2, .strict = data[0] & 4, .deflate = data[0] & 8};
    while (terms.known_count < 4 && data[0] & 16 && data[1 + terms.known_count] != 0) {
        terms.known[terms.known_count] = data[1 + terms.known_count];
        terms.known_count++;
    }
    struct resync *r = resync_new(&terms);
    uint8_t *stream = malloc(size);
    size_t given = 0, pieces = 0;
    bool found = false;
    require(r != NULL && stream != NULL);
    for (size_t at = 5; at < size && !found;) {
        uint8_t what = data[at];
        const struct wsd_moment moment = {.time = (int64_t)at, .packet = at, .cut = what & 1};
        at++;
        size_t n = (size_t)(what & 0x3F) << (what & 0x40 ? 5 : 0);
        n = n > PIECE_MOST ? PIECE_MOST : n;
        n = n > size - at ? size - at : n;
        if (what == 0x80)
            resync_thin(r);
        else if (what == 0x81)
            resync_expect_gap(r, at);
        else if (what == 0x82)
            resync_give_up(r);
        else if (what == 0x83)
            terms.either = false, resync_learn(r, &terms);
        if (what >= 0x80 && what < 0xC0)
            n = 0;
        require(resync_add(r, bytes_of(data + at, n), &moment) == 0);
        memcpy(stream + given, data + at, n);
        given += n;
        at += n;
        pieces++;
        require(resync_held(r) <= RESYNC_HELD_MOST && resync_seen(r) == given);
        found = resync_found(r, what == 0xC0);
        (void)resync_likely(r);
        require(resync_memory(r) <= MEMORY_MOST + 2 * pieces * RUN);
    }
    if (found || resync_found(r, true))
        check_found(r, &terms, stream, given);
    resync_free(r);
    free(stream);
    return 0;
}
