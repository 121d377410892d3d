#include "stream/tls_record.h"
#include "base/bytes.h"

#include <errno.h>

bool tls_record_may_begin(struct wsd_bytes b)
{
    if (b.length > 0 && (b.data[0] < TLS_CHANGE_CIPHER_SPEC || b.data[0] > TLS_APPLICATION_DATA))
        return false;
    if ((b.length > 1 && b.data[1] != 3) || (b.length > 2 && b.data[2] > 4))
        return false;
    if (b.length < TLS_RECORD_HEADER)
        return true;
    size_t length = tls_record_length(b.data);
    return length <= TLS_BODY_MOST && (length > 0 || b.data[0] == TLS_APPLICATION_DATA);
}

/* The one spare buffer is kept: whoever gathers next takes it. */
void tls_records_drop(struct tls_records *r, struct tls_spare *spare)
{
    r->held.length = 0;
    r->damaged = r->whole = false;
    if (r->held.data == NULL)
        return;
    if (spare->buffer.data != NULL) {
        buffer_free(&r->held);
        return;
    }
    spare->buffer = r->held;
    r->held = (struct buffer){0};
}

static int gather(struct tls_records *r, struct tls_spare *spare, struct wsd_bytes bytes)
{
    if (r->held.data == NULL) {
        r->held = spare->buffer;
        spare->buffer = (struct buffer){0};
    }
    return buffer_append(&r->held, bytes, TLS_RECORD_MOST);
}

static void hand_on(struct tls_record *record, const uint8_t *at, bool damaged)
{
    *record = (struct tls_record){.header = at,
                                  .body = bytes_of(at + TLS_RECORD_HEADER, tls_record_length(at)),
                                  .type = at[0],
                                  .damaged = damaged};
}

/* How many bytes of the record at hand are still to come, as far as is known. */
static size_t wanted(const struct tls_records *r)
{
    size_t whole = TLS_RECORD_HEADER;
    if (r->held.length >= TLS_RECORD_HEADER)
        whole += tls_record_length(r->held.data);
    return whole - r->held.length;
}

static int move(struct tls_records *r, struct tls_spare *spare, struct wsd_bytes *bytes)
{
    struct wsd_bytes piece = bytes_first(*bytes, wanted(r));
    *bytes = bytes_after(*bytes, piece.length);
    return gather(r, spare, piece);
}

static int whole_record(struct tls_records *r, struct tls_record *record)
{
    hand_on(record, r->held.data, r->damaged);
    r->whole = true;
    return TLS_RECORDS_ONE;
}

int tls_records_next(struct tls_records *r, struct tls_spare *spare, struct wsd_bytes *bytes, struct tls_record *record)
{
    if (r->whole)
        tls_records_drop(r, spare);
    if (r->held.length == 0) {
        if (!tls_record_may_begin(*bytes))
            return TLS_RECORDS_NONE;
        if (bytes->length >= TLS_RECORD_HEADER && bytes->length - TLS_RECORD_HEADER >= tls_record_length(bytes->data)) {
            hand_on(record, bytes->data, false);
            *bytes = bytes_after(*bytes, TLS_RECORD_HEADER + record->body.length);
            return TLS_RECORDS_ONE;
        }
    }
    /* First the header, then the body it declares. */
    for (int part = 0; part < 2; part++) {
        if (r->held.length >= TLS_RECORD_HEADER && wanted(r) == 0)
            return whole_record(r, record);
        if (bytes->length == 0)
            return TLS_RECORDS_MORE;
        if (move(r, spare, bytes) < 0)
            return -ENOMEM;
        if (!tls_record_may_begin(buffer_bytes(&r->held)))
            return TLS_RECORDS_NONE;
    }
    return r->held.length >= TLS_RECORD_HEADER && wanted(r) == 0 ? whole_record(r, record) : TLS_RECORDS_MORE;
}

int64_t tls_records_gap(struct tls_records *r, struct tls_spare *spare, uint64_t missing)
{
    if (r->whole)
        tls_records_drop(r, spare);
    size_t left = r->held.length >= TLS_RECORD_HEADER ? wanted(r) : 0;
    if (missing > left) {
        uint64_t lost = missing < INT64_MAX / 2 ? missing + r->held.length : INT64_MAX;
        tls_records_drop(r, spare);
        return (int64_t)lost;
    }
    r->damaged = true;
    if (buffer_reserve(&r->held, (size_t)missing) < 0)
        return -ENOMEM;
    memset(r->held.data + r->held.length, 0, (size_t)missing);
    r->held.length += (size_t)missing;
    return 0;
}
