/*
 * search.c: a direction whose framing was lost looks for its next frame, and goes on from there as exact as before.
 */
#include "websocket/state.h"

#include <errno.h>
#include <stdio.h>

void search_note_frame(struct ws_half *half)
{
    uint8_t first = half->frame.bytes[0];
    unsigned i = 0;
    while (i < sizeof half->known - 1 && half->known[i] != first)
        i++;
    memmove(half->known + 1, half->known, i);
    half->known[0] = first;
}

int search_begin(struct websocket *ws, enum wsd_direction d)
{
    struct ws_half *half = &ws->half[d];
    bool may_deflate = half->inflation.negotiated || ws->info.handshake == WSD_HANDSHAKE_MISSING;
    struct resync_terms terms = {.masked = d == WSD_CLIENT, .deflate = may_deflate};
    if (ws->info.counts[d].frames > 0)
        terms.masked = half->frame.mask_at != 0;
    while (terms.known_count < sizeof half->known && half->known[terms.known_count] != 0) {
        terms.known[terms.known_count] = half->known[terms.known_count];
        terms.known_count++;
    }
    resync_free(ws->resync[d]);
    ws->resync[d] = resync_new(&terms);
    ws->host->memory_changed = true;
    half->searching = true;
    half->tail_unseen = true;
    return ws->resync[d] == NULL ? -ENOMEM : 0;
}

/* A frame was found: what was held from there on is read as if it came now. */
int search_resume(struct websocket *ws, enum wsd_direction d)
{
    char detail[48];
    struct early held;
    struct stream *self = &ws->base;
    uint64_t skipped = resync_take(ws->resync[d], &held);
    resync_free(ws->resync[d]);
    ws->resync[d] = NULL;
    ws->host->memory_changed = true;
    ws->half[d].searching = false;
    snprintf(detail, sizeof detail, "%llu bytes skipped", (unsigned long long)skipped);
    if (skipped > 0 || ws->info.handshake == WSD_HANDSHAKE_COMPLETE)
        ws_finding(ws, d, WSD_FINDING_STREAM_RESYNCHRONISED, detail, &held.runs[0].moment);
    return early_give(&held, &self, d);
}

int search_again(struct websocket *ws, enum wsd_direction d)
{
    return resync_found(ws->resync[d], false) ? search_resume(ws, d) : 0;
}

int search_bytes(struct websocket *ws, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    int rc = resync_add(ws->resync[d], bytes, moment);
    ws->host->memory_changed = true;
    return rc == 0 ? search_again(ws, d) : rc;
}

/* No more bytes will come before a gap or the end: what was found so far is taken, or nothing. */
int search_end(struct websocket *ws, enum wsd_direction d, uint64_t missing)
{
    if (!ws->half[d].searching)
        return 0;
    resync_expect_gap(ws->resync[d], missing);
    if (resync_found(ws->resync[d], true))
        return search_resume(ws, d);
    resync_give_up(ws->resync[d]);
    return 0;
}
