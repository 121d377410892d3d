/*
 * tls_search.c: finds the next record after bytes that the capture lacks.
 *
 * What comes is kept, two records at most. Every place in it where a header may stand is tried: the record is opened, with as many
 * sequence numbers as records can have been lost. Nothing but a tag or MAC that fits counts, so nothing is found that is not there.
 */
#include "base/bytes.h"
#include "stream/tls_state.h"

#include <errno.h>
#include <stdlib.h>

enum {
    KEPT_MOST = 2 * TLS_RECORD_MOST,
    KEPT_BEHIND = 64, /* in front of a place: TLS 1.0 needs a block and a MAC of the record before */
    TRIALS = 1 << 16,
    AHEAD_LATER = 16, /* numbers tried when the trials are used up */
};

int tls_search_begin(struct tls *t, enum wsd_direction d, uint64_t lost)
{
    struct tls_half *half = &t->half[d];
    if (half->search == NULL && (half->search = calloc(1, sizeof *half->search)) == NULL)
        return -ENOMEM;
    half->search->lost += lost + half->search->bytes.length;
    half->search->bytes.length = 0;
    half->search->at = 0;
    half->search->trials = TRIALS;
    tls_messages_free(&half->messages);
    return 0;
}

static void drop(struct tls_half *half)
{
    buffer_free(&half->search->bytes);
    free(half->search);
    half->search = NULL;
}

/* Content of so many records in so many bytes. */
static uint64_t content_of(const struct tls *t, uint64_t bytes, uint64_t records)
{
    uint64_t around = TLS_RECORD_HEADER + TLS_PLAIN_MOST - tls_session_content(&t->session, TLS_PLAIN_MOST);
    return bytes > records * around ? bytes - records * around : 0;
}

uint64_t tls_search_end(struct tls *t, enum wsd_direction d)
{
    struct tls_half *half = &t->half[d];
    uint64_t bytes = half->search->lost + half->search->bytes.length;
    drop(half);
    return content_of(t, bytes, 1) | STREAM_ABOUT;
}

static bool may_stand(const struct tls *t, const uint8_t *header)
{
    uint16_t version = (uint16_t)(header[1] << 8 | header[2]), spoken = tls_is_13(t) ? TLS_1_2 : t->session.version;
    return version == spoken && tls_record_may_begin(bytes_of(header, TLS_RECORD_HEADER)) &&
           (!tls_is_13(t) || header[0] == TLS_APPLICATION_DATA) &&
           tls_session_content(&t->session, tls_record_length(header)) > 0;
}

/* TLS 1.0: what is in front of this place ends the record before. */
static void chain(struct tls_cipher *c, const struct tls_search *s)
{
    struct tls_record before = {.body = bytes_of(s->bytes.data, s->at)};
    tls_cipher_pass(c, &before);
}

static bool try_here(struct tls *t, enum wsd_direction d, struct tls_found *found)
{
    struct tls_half *half = &t->half[d];
    struct tls_search *s = half->search;
    const uint8_t *header = s->bytes.data + s->at;
    struct tls_record record = {
        .header = header, .body = bytes_of(header + TLS_RECORD_HEADER, tls_record_length(header)), .type = header[0]};
    uint64_t sequence = half->cipher->sequence, lost = s->lost + s->at;
    half->ahead = lost / TLS_RECORD_SMALLEST + 1;
    if (s->trials < half->ahead)
        half->ahead = half->ahead < AHEAD_LATER ? half->ahead : AHEAD_LATER;
    s->trials -= s->trials < half->ahead ? s->trials : half->ahead;
    chain(half->cipher, s);
    struct tls_cipher *cipher = half->cipher;
    if (tls_open_record(t, d, &record, &found->plain, &found->records) != 0)
        return false;
    bool exact = cipher == half->cipher && tls_session_exact(&t->session) && sequence > 2 /* no ticket among them */;
    found->content = content_of(t, lost, found->records) | (exact ? 0 : STREAM_ABOUT);
    return true;
}

/* Places that are behind are forgotten. */
static void forget(struct tls_search *s)
{
    if (s->at < TLS_RECORD_MOST)
        return;
    size_t gone = s->at - KEPT_BEHIND;
    memmove(s->bytes.data, s->bytes.data + gone, s->bytes.length - gone);
    s->bytes.length -= gone;
    s->lost += gone;
    s->at = KEPT_BEHIND;
}

/* Goes on to the next place where a whole record may stand; false: more bytes are needed. */
static bool next_place(const struct tls *t, struct tls_search *s)
{
    for (; s->at + TLS_RECORD_HEADER <= s->bytes.length; s->at++) {
        const uint8_t *header = s->bytes.data + s->at;
        if (header[1] == 3 && may_stand(t, header))
            return s->bytes.length - s->at >= TLS_RECORD_HEADER + tls_record_length(header);
    }
    return false;
}

int tls_search_bytes(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, struct tls_found *found)
{
    struct tls_half *half = &t->half[d];
    struct tls_search *s = half->search;
    while (bytes.length > 0) {
        forget(s);
        struct wsd_bytes piece = bytes_first(bytes, KEPT_MOST - s->bytes.length);
        if (buffer_append(&s->bytes, piece, KEPT_MOST) < 0)
            return -ENOMEM;
        bytes = bytes_after(bytes, piece.length);
        for (; next_place(t, s); s->at++) {
            if (!try_here(t, d, found))
                continue;
            found->bytes = s->bytes;
            found->at = s->at;
            s->bytes = (struct buffer){0};
            drop(half);
            /* What did not fit yet comes behind. */
            return buffer_append(&found->bytes, bytes, UINT64_MAX) < 0 ? -ENOMEM : 1;
        }
    }
    return 0;
}
