/*
 * tls_loss.c: bytes that the capture lacks: where the next record begins is searched for (stream/tls_search.c), and what was lost is told
 * as a gap in the content.
 */
#include "base/bytes.h"
#include "stream/tls_state.h"

#include <errno.h>
#include <stdio.h>

/* Where the next record begins is not known, after so many bytes. */
int tls_lose_framing(struct tls *t, enum wsd_direction d, uint64_t lost, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    const struct tls_held what = {.kind = TLS_HELD_GAP, .direction = (uint8_t)d, .count = lost, .moment = *moment};
    if (tls_waits(t)) {
        half->unframed = true;
        return tls_hold(t, &what, bytes_of(NULL, 0), moment);
    }
    if (half->epoch != TLS_EPOCH_PLAIN) {
        int rc = tls_need_cipher(t, d);
        if (rc == -ENOENT && tls_is_13(t) && half->epoch < TLS_EPOCH_APPLICATION) {
            tls_enter_epoch(t, d, TLS_EPOCH_APPLICATION); /* whose secret is there, if any is */
            rc = tls_need_cipher(t, d);
        }
        if (rc == 0)
            return tls_search_begin(t, d, lost);
        if (rc != -ENOENT && !(rc == TLS_WAIT && !t->replaying))
            return rc;
    }
    /* Plain handshake messages: what comes next has to begin with a record. Protected ones may have been lost, too. */
    tls_messages_free(&half->messages);
    half->ahead += lost / TLS_RECORD_SMALLEST + 1;
    return 0;
}

int tls_search_on(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct tls_found found;
    char detail[64];
    int rc = tls_search_bytes(t, d, bytes, &found);
    if (rc <= 0)
        return rc;
    const uint8_t *header = found.bytes.data + found.at;
    const struct tls_record record = {
        .header = header, .body = bytes_of(header + TLS_RECORD_HEADER, tls_record_length(header)), .type = header[0]};
    snprintf(detail, sizeof detail, "%llu record%s lost", (unsigned long long)found.records,
             found.records == 1 ? "" : "s");
    rc = tls_lose(t, d, found.content, moment);
    bool lost =
        found.records > 0 || (found.content & ~STREAM_ABOUT) > 0; /* or only where a record begins was not known */
    if (rc == 0 && lost && t->inner != NULL)
        tls_tell(t, d, WSD_FINDING_TLS_RESYNCHRONISED, detail, moment);
    if (rc == 0)
        rc = tls_read_content(t, d, &record, &found.plain, moment);
    if (rc == 0)
        rc = tls_feed(t, d, bytes_after(buffer_bytes(&found.bytes), found.at + TLS_RECORD_HEADER + record.body.length),
                      moment);
    buffer_free(&found.bytes);
    return rc;
}

/* What was gathered is no record's header: another one may begin in it. */
int tls_search_begun(struct tls *t, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    uint8_t begun[TLS_RECORD_HEADER];
    struct wsd_bytes held = bytes_first(buffer_bytes(&half->records.held), sizeof begun);
    if (held.length > 0)
        memcpy(begun, held.data, held.length);
    tls_records_drop(&half->records, &t->host->spare);
    int rc = tls_lose_framing(t, d, 0, moment);
    return rc == 0 && half->search != NULL && held.length > 0
               ? tls_search_on(t, d, bytes_of(begun, held.length), moment)
               : rc;
}
