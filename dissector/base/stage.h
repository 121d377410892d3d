/*
 * stage.h: holds the first bytes of a small header until the header is whole.
 *
 * Headers that arrive split over segments are staged, payloads never are. The same helper serves every layer whose
 * header has a small largest size (WebSocket 14 bytes, TLS 5, HTTP/2 9).
 */
#ifndef BASE_STAGE_H
#define BASE_STAGE_H

#include "base/event.h"

#include <string.h>

#define STAGE_SIZE 14

struct stage {
    uint8_t have;
    uint8_t bytes[STAGE_SIZE];
};

/* Moves bytes from *in until the stage holds `want` (at most STAGE_SIZE). Says whether it does. */
static inline bool stage_fill(struct stage *stage, struct wsd_bytes *in, size_t want)
{
    size_t n = want > stage->have ? want - stage->have : 0;
    if (n > in->length)
        n = in->length;
    if (n > 0) {
        memcpy(stage->bytes + stage->have, in->data, n);
        stage->have = (uint8_t)(stage->have + n);
        in->data += n;
        in->length -= n;
    }
    return stage->have >= want;
}

#endif
