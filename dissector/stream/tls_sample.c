#include "stream/tls_sample.h"
#include "base/bytes.h"

#include <errno.h>

enum {
    RECORDS_MOST = 16,               /* of which the smallest is taken */
    BYTES_MOST = 4 * TLS_RECORD_MOST /* without framing, in which a record is looked for */
};

struct tls_record tls_held_record(const struct tls_held *held)
{
    return (struct tls_record){.header = held->bytes,
                               .body = bytes_of(held->bytes + TLS_RECORD_HEADER, tls_record_length(held->bytes)),
                               .type = held->bytes[0]};
}

/* Returns where the records end: at what has no framing, if anything. */
static const struct tls_held *take_framed(const struct tls *t, enum wsd_direction d, bool smallest,
                                          struct tls_sample *s)
{
    const struct tls_held *held = t->queue.first;
    for (uint64_t count = 0; held != NULL && count < RECORDS_MOST; held = held->next) {
        if (held->direction != d || (held->kind == TLS_HELD_GAP && count == 0))
            continue;
        if (held->kind != TLS_HELD_RECORD || (s->there && !smallest))
            break;
        if (!held->damaged && (!s->there || held->length - TLS_RECORD_HEADER < s->record.body.length)) {
            s->record = tls_held_record(held);
            s->behind = count;
            s->there = true;
        }
        count++;
    }
    return held;
}

/* Bytes of this direction that follow each other, from the first one on. Returns what is behind them, NULL: nothing yet. */
static const struct tls_held *join(const struct tls_held *held, enum wsd_direction d, struct buffer *joined, int *rc)
{
    for (; held != NULL && *rc == 0 && joined->length < BYTES_MOST; held = held->next) {
        if (held->direction != d)
            continue;
        if (held->kind != TLS_HELD_RAW)
            break;
        const struct wsd_bytes bytes = {held->bytes, held->length};
        *rc = buffer_append(joined, bytes_first(bytes, BYTES_MOST - joined->length), BYTES_MOST);
    }
    return held;
}

static bool may_stand(const struct tls *t, const uint8_t *header)
{
    return header[0] == TLS_APPLICATION_DATA && header[1] == 3 && header[2] == 3 &&
           tls_record_may_begin(bytes_of(header, TLS_RECORD_HEADER)) &&
           (t->session.suite == NULL || tls_session_content(&t->session, tls_record_length(header)) > 0);
}

/* The first record in the bytes from `from` on. more: others may follow, so one that is not whole yet is waited for. Returns whether that
 * is so. */
static bool find_record(const struct tls *t, struct tls_sample *s, size_t from, bool more)
{
    struct wsd_bytes b = buffer_bytes(&s->joined);
    for (size_t at = from; at + TLS_RECORD_HEADER < b.length && !s->there; at++) {
        const uint8_t *header = b.data + at;
        if (!may_stand(t, header))
            continue;
        size_t length = tls_record_length(header);
        s->there = s->unframed = length <= b.length - at - TLS_RECORD_HEADER;
        if (!s->there && more)
            return true;
        s->record = (struct tls_record){
            .header = header, .body = bytes_of(header + TLS_RECORD_HEADER, length), .type = header[0]};
    }
    return false;
}

static int take_unframed(const struct tls *t, enum wsd_direction d, const struct tls_held *held, struct tls_sample *s)
{
    int rc = 0;
    bool waits = false;
    while (held != NULL && !s->there && !waits && s->joined.length < BYTES_MOST) {
        size_t from = s->joined.length;
        held = join(held, d, &s->joined, &rc);
        if (rc != 0)
            return rc;
        waits = find_record(t, s, from, held == NULL && !t->forced && s->joined.length < BYTES_MOST);
        if (held != NULL && held->kind != TLS_HELD_RAW)
            held = held->next; /* a gap, or an end */
    }
    s->exhausted = !s->there && s->joined.length == BYTES_MOST;
    return 0;
}

int tls_sample_take(const struct tls *t, enum wsd_direction d, bool smallest, struct tls_sample *s)
{
    *s = (struct tls_sample){.there = false};
    const struct tls_held *behind = take_framed(t, d, smallest, s);
    int rc = s->there || !smallest ? 0 : take_unframed(t, d, behind, s);
    if (s->there && smallest && s->record.type != TLS_APPLICATION_DATA)
        s->there = false;
    if (rc != 0 || !s->there)
        tls_sample_free(s);
    return rc;
}

void tls_sample_free(struct tls_sample *s)
{
    buffer_free(&s->joined);
}
