/*
 * tls_record.h: one direction's bytes become TLS records (RFC 8446 5.1, RFC 5246 6.2).
 *
 *      type (1)   version (2)   length (2)   body (length)
 *
 * A record that lies whole in what is given is handed on where it lies; one that is spread over segments is gathered in a buffer,
 * which goes back to the one that all connections share when the record was read. Only one record is ever gathered: 18 KiB.
 */
#ifndef STREAM_TLS_RECORD_H
#define STREAM_TLS_RECORD_H

#include "base/buffer.h"

enum {
    TLS_RECORD_HEADER = 5,
    TLS_RECORD_SMALLEST = TLS_RECORD_HEADER + 1 + 8, /* protected: one byte and the shortest tag */
    TLS_PLAIN_MOST = 1 << 14,
    TLS_BODY_MOST = TLS_PLAIN_MOST + 2048, /* RFC 5246 6.2.3; RFC 8446 5.2 allows less */
    TLS_RECORD_MOST = TLS_RECORD_HEADER + TLS_BODY_MOST,
};

enum tls_content { TLS_CHANGE_CIPHER_SPEC = 20, TLS_ALERT = 21, TLS_HANDSHAKE = 22, TLS_APPLICATION_DATA = 23 };

enum { TLS_1_0 = 0x0301, TLS_1_1 = 0x0302, TLS_1_2 = 0x0303, TLS_1_3 = 0x0304 };

struct tls_record {
    const uint8_t *header; /* TLS_RECORD_HEADER bytes; the body is behind them */
    struct wsd_bytes body;
    uint8_t type;
    bool damaged; /* bytes of the body are not in the capture: zeros stand in their place */
};

/* A buffer that is used by one record at a time, and lent to the next. */
struct tls_spare {
    struct buffer buffer;
};

struct tls_records {
    struct buffer held; /* the record at hand, as far as it is there */
    bool damaged;
    bool whole; /* it was handed on: it goes with the next call */
};

enum tls_records_result { TLS_RECORDS_MORE, TLS_RECORDS_ONE, TLS_RECORDS_NONE };

/* Takes the next record from *bytes. ONE: it is in *record, valid until the next call. MORE: all bytes are taken, and there is no
 * whole record. NONE: no record begins here, and nothing was taken that is not in records->held. Negative: -ENOMEM. */
int tls_records_next(struct tls_records *records, struct tls_spare *spare, struct wsd_bytes *bytes,
                     struct tls_record *record);

/* So many bytes are not in the capture. Returns 0 when they lie in the record at hand, so that the framing is kept; a record that
 * the gap ends comes with the next call. Else what was gathered is forgotten, and the number of bytes lost since that record began
 * is returned. Negative: -ENOMEM. */
int64_t tls_records_gap(struct tls_records *records, struct tls_spare *spare, uint64_t missing);

/* Forgets what was gathered. */
void tls_records_drop(struct tls_records *records, struct tls_spare *spare);

/* Whether a record may begin with these bytes, as far as there are any. */
bool tls_record_may_begin(struct wsd_bytes bytes);

/* The length that five bytes of header declare. */
static inline size_t tls_record_length(const uint8_t *header)
{
    return (size_t)header[3] << 8 | header[4];
}

#endif
