#include "websocket/payload.h"
#include "base/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PIECE = 16384 /* bytes unmasked at a time when nobody keeps them: stays in the first-level cache */ };

void payload_tell_invalid(const struct message_env *env, enum wsd_direction direction, uint64_t at)
{
    char detail[48];
    snprintf(detail, sizeof detail, "at byte %llu", (unsigned long long)at);
    host_finding(env->host, env->connection, direction, WSD_FINDING_MESSAGE_UTF8_INVALID, detail, env->moment);
}

int payload_note_unknown(struct message *m, uint64_t offset, uint64_t length)
{
    struct wsd_message *told = &m->event.message;
    struct wsd_range *last = told->unknown_count > 0 ? &m->unknown[told->unknown_count - 1] : NULL;
    told->unknown_bytes += length;
    if (last != NULL && (last->offset + last->length == offset || told->unknown_count == WSD_RANGES_MOST)) {
        last->length = offset + length - last->offset;
        return 0;
    }
    if ((told->unknown_count & (told->unknown_count - 1)) == 0) { /* room for a power of two is taken */
        size_t room = told->unknown_count == 0 ? 1 : 2 * told->unknown_count;
        struct wsd_range *ranges = realloc(m->unknown, room * sizeof *ranges);
        if (ranges == NULL)
            return -ENOMEM;
        m->unknown = ranges;
    }
    m->unknown[told->unknown_count++] = (struct wsd_range){offset, length};
    return 0;
}

bool payload_guessed(const struct message_env *env, const struct message *m)
{
    return env->inflation->guessed && m->event.message.compressed;
}

/* Counts payload bytes, and judges them when they are text. */
static void check(const struct message_env *env, struct message *m, struct wsd_bytes bytes)
{
    uint64_t before = m->event.message.length;
    m->event.message.length += bytes.length;
    if (!m->text)
        return;
    size_t valid = utf8_check(&m->utf8, bytes.data, bytes.length);
    if (valid == bytes.length)
        return;
    m->text = false;
    if (!payload_guessed(env, m))
        payload_tell_invalid(env, m->event.message.direction, before + valid);
}

/* What follows unknown bytes may be the rest of a character that began in them, and is unknown with them. Returns how many
 * bytes are. */
static size_t rest_of_character(struct message *m, struct wsd_bytes bytes, int *rc)
{
    size_t n = 0;
    while (n < bytes.length && n < m->after_unknown && (bytes.data[n] & 0xC0) == 0x80)
        n++;
    if (n > 0)
        *rc = payload_note_unknown(m, m->event.message.length, n);
    m->event.message.length += n;
    m->after_unknown = n < bytes.length ? 0 : (uint8_t)(m->after_unknown - n);
    return n;
}

int payload_masked(const struct message_env *env, struct message *m, const uint8_t key[4], struct wsd_bytes piece,
                   uint64_t at)
{
    uint64_t keep = payload_room(m, &m->kept);
    while (piece.length > 0) {
        bool kept = keep > 0;
        struct buffer *to = kept ? &m->kept : &env->host->scratch;
        size_t n = piece.length;
        if (kept ? n > keep : n > PIECE)
            n = kept ? (size_t)keep : PIECE;
        if (!kept)
            to->length = 0;
        if (buffer_reserve_within(to, n, kept ? m->keep : PIECE) < 0)
            return -ENOMEM;
        uint8_t *unmasked = to->data + to->length;
        frame_unmask(unmasked, piece.data, n, key, at);
        size_t unknown = 0;
        if (m->after_unknown > 0) {
            int rc = 0;
            unknown = rest_of_character(m, bytes_of(unmasked, n), &rc);
            if (rc != 0)
                return rc;
            memset(unmasked, '?', unknown);
        }
        check(env, m, bytes_of(unmasked + unknown, n - unknown));
        to->length += n;
        keep -= kept ? n : 0;
        at += n;
        piece = bytes_after(piece, n);
    }
    return 0;
}

int payload_put_unknown(const struct message *m, struct buffer *buffer, uint64_t missing)
{
    uint64_t n = payload_room(m, buffer);
    if (missing < n)
        n = missing;
    if (n == 0)
        return 0;
    if (n > SIZE_MAX / 2 || buffer_reserve_within(buffer, (size_t)n, m->keep) < 0)
        return -ENOMEM;
    memset(buffer->data + buffer->length, '?', (size_t)n);
    buffer->length += (size_t)n;
    return 0;
}

int payload_known(const struct message_env *env, struct message *m, struct wsd_bytes bytes)
{
    if (m->after_unknown > 0) {
        int rc = 0;
        size_t n = rest_of_character(m, bytes, &rc);
        rc = rc != 0 ? rc : payload_put_unknown(m, &m->kept, n);
        if (rc != 0)
            return rc;
        bytes = bytes_after(bytes, n);
    }
    check(env, m, bytes);
    return buffer_append(&m->kept, bytes, m->keep);
}

/* The beginning of a character goes with them. */
int payload_unknown(struct message *m, uint64_t n)
{
    struct wsd_message *told = &m->event.message;
    uint64_t begun = m->text ? utf8_begun(&m->utf8) : 0, offset = told->length - begun;
    for (uint64_t i = offset; i < told->length && i < m->kept.length; i++)
        m->kept.data[i] = '?';
    m->utf8 = (struct utf8){0};
    m->after_unknown = m->text ? UTF8_MOST - 1 : 0;
    told->length += n;
    int rc = payload_note_unknown(m, offset, begun + n);
    return rc != 0 ? rc : payload_put_unknown(m, &m->kept, n);
}

int payload_plain(const struct message_env *env, struct message *m, struct wsd_bytes piece, bool whole)
{
    if (!whole)
        return payload_known(env, m, piece);
    check(env, m, piece);
    m->whole = m->keep < piece.length ? bytes_first(piece, (size_t)m->keep) : piece;
    return 0;
}
