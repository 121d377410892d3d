#include "websocket/message.h"
#include "base/bytes.h"
#include "websocket/payload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- beginning and ending ------------------------------------------------------------------------------------- */

static struct message *take_spare(struct websocket_host *host)
{
    struct message *m = host->spare_messages;
    if (m == NULL)
        return calloc(1, sizeof *m);
    host->spare_messages = m->next_spare;
    host->spare_message_count--;
    memset(m, 0, offsetof(struct message, kept)); /* the buffers stay, empty */
    m->kept.length = m->wire.length = 0;
    return m;
}

void message_drop(struct websocket_host *host, struct message *m)
{
    if (m == NULL)
        return;
    host->memory_changed = true;
    free(m->unknown);
    m->unknown = NULL;
    if (m->kept.capacity > MESSAGE_SPARE_BYTES)
        buffer_free(&m->kept);
    if (m->wire.capacity > MESSAGE_SPARE_BYTES)
        buffer_free(&m->wire);
    if (host->spare_message_count < MESSAGE_SPARE_MOST) {
        m->next_spare = host->spare_messages;
        host->spare_messages = m;
        host->spare_message_count++;
        return;
    }
    buffer_free(&m->kept);
    buffer_free(&m->wire);
    free(m);
}

size_t message_memory(const struct message *m)
{
    if (m == NULL)
        return 0;
    return sizeof *m + m->kept.capacity + m->wire.capacity + m->event.message.unknown_count * sizeof *m->unknown;
}

struct message *message_begin(const struct message_env *env, enum wsd_direction direction,
                              const struct frame_header *header, bool explained)
{
    struct message *m = take_spare(env->host);
    if (m == NULL)
        return NULL;
    env->host->memory_changed = true;
    m->event.message.direction = direction;
    m->event.message.opcode = frame_opcode(header);
    m->text = m->event.message.opcode == WSD_OPCODE_TEXT && explained;
    m->keep = env->host->keep_payload;
    if (frame_is_control(m->event.message.opcode) && m->keep < FRAME_CONTROL_PAYLOAD_MOST)
        m->keep = FRAME_CONTROL_PAYLOAD_MOST; /* a close frame's code is always wanted */
    bool data = m->event.message.opcode == WSD_OPCODE_TEXT || m->event.message.opcode == WSD_OPCODE_BINARY;
    if (env->inflation->negotiated && data && frame_rsv(header) & FRAME_RSV1)
        m->event.message.compressed = true;
    return m;
}

/* The direction has had its share of inflating: a message is told as it was on the wire, or as far as it has come. */
static void refuse(const struct message_env *env, struct message *m, bool first)
{
    struct inflation *inflation = env->inflation;
    if (!inflation->spent_told)
        host_finding(env->host, env->connection, m->event.message.direction, WSD_FINDING_MESSAGE_INFLATE_LIMIT,
                     "of this direction: nothing more is inflated", env->moment);
    inflation->spent_told = true;
    inflation_lose(inflation);
    m->failed = first;
    m->stopped = !first;
}

int message_frame(const struct message_env *env, struct message *m, const struct frame_header *header)
{
    struct inflation *inflation = env->inflation;
    bool first = m->event.message.frames++ == 0, begins = first;
    if (inflation->per_frame && !first && frame_rsv(header) & FRAME_RSV1 && !m->event.message.compressed)
        m->event.message.compressed = true;
    if (m->event.message.compressed && inflation_spent(inflation, env->host) && !m->failed && !m->stopped)
        refuse(env, m, first);
    m->inflating = m->event.message.compressed && !m->failed && !m->stopped;
    if (inflation->per_frame) {
        m->inflating = m->inflating && (frame_rsv(header) & FRAME_RSV1) != 0;
        m->tail_fed = false;
        begins = inflation->deflate == NULL || inflation->no_takeover;
    }
    return m->inflating && begins ? inflation_begin(inflation, env->host) : 0;
}

/* ---- payload -------------------------------------------------------------------------------------------------- */

static void tell_window_unknown(const struct message_env *env, const struct message *m, const char *detail)
{
    host_finding(env->host, env->connection, m->event.message.direction, WSD_FINDING_MESSAGE_WINDOW_UNKNOWN, detail,
                 env->moment);
}

/* Once for each loss. */
static void note_window_unknown(const struct message_env *env, const struct message *m)
{
    char detail[64];
    if (env->inflation->lost_told)
        return;
    env->inflation->lost_told = true;
    snprintf(detail, sizeof detail, "exact again behind %u bytes in a row that are known",
             (unsigned)deflate_window(env->inflation->window_bits));
    tell_window_unknown(env, m, detail);
}

static const char no_text[] = "what comes out is no text";

struct inflating {
    const struct message_env *env;
    struct message *m;
};

static int take_inflated(void *user, struct wsd_bytes bytes, bool known)
{
    struct inflating *i = user;
    if (!known) {
        note_window_unknown(i->env, i->m);
        return payload_unknown(i->m, bytes.length);
    }
    bool text = i->m->text;
    int rc = payload_known(i->env, i->m, bytes);
    return rc == 0 && text && !i->m->text && payload_guessed(i->env, i->m) ? DEFLATE_BROKEN : rc;
}

static uint64_t inflate_room(const struct message_env *env, const struct message *m)
{
    uint64_t by_ratio = m->event.message.wire_length > UINT64_MAX / 65536
                            ? UINT64_MAX
                            : m->event.message.wire_length * env->host->inflate_ratio;
    uint64_t most = by_ratio > env->host->inflate_bytes ? by_ratio : env->host->inflate_bytes;
    return most > m->event.message.length ? most - m->event.message.length : 0;
}

/* It is told as it was on the wire. */
static void fail(struct message *m)
{
    m->failed = true;
    m->inflating = false;
    m->event.message.unknown_count = 0;
    m->event.message.unknown_bytes = 0;
}

/* With an unknown window it is nobody's fault: the capture lacks something, or what seems a message is none. */
static void fail_inflating(const struct message_env *env, struct message *m, const char *why)
{
    struct inflation *inflation = env->inflation;
    bool exact = inflation_exact(inflation) && !inflation->guessed;
    char detail[64];
    fail(m);
    if (exact) {
        host_finding(env->host, env->connection, m->event.message.direction, WSD_FINDING_MESSAGE_INFLATE_FAILED, why,
                     env->moment);
    } else if (!inflation->failing) {
        snprintf(detail, sizeof detail, "not inflated: %s", why);
        tell_window_unknown(env, m, detail);
    }
    inflation_lose(inflation);
    inflation->failing = inflation->lost && !exact;
}

static void stop_at_limit(const struct message_env *env, struct message *m)
{
    m->stopped = true;
    m->inflating = false;
    host_finding(env->host, env->connection, m->event.message.direction, WSD_FINDING_MESSAGE_INFLATE_LIMIT, "",
                 env->moment);
    inflation_lose(env->inflation);
}

/* bytes: unmasked, the last `tail` of them being the tail. */
static int inflate_bytes(const struct message_env *env, struct message *m, struct wsd_bytes bytes, size_t tail)
{
    struct inflating inflating = {env, m};
    struct deflate *deflate = env->inflation->deflate;
    m->tail_fed = m->tail_fed || tail > 0;
    int rc = deflate_piece(deflate, bytes, tail, inflate_room(env, m), env->host->inflated, take_inflated, &inflating);
    if (rc == DEFLATE_BROKEN)
        fail_inflating(env, m, deflate_error(deflate)[0] != 0 ? deflate_error(deflate) : no_text);
    else if (rc == DEFLATE_LIMIT)
        stop_at_limit(env, m);
    else if (env->inflation->lost_told && deflate_exact(deflate))
        env->inflation->lost_told = false;
    return rc < 0 ? rc : 0;
}

/* The piece unmasked in the scratch, with room for the tail behind it. */
static int unmask(const struct message_env *env, const struct frame_header *header, struct wsd_bytes *piece,
                  uint64_t at)
{
    struct buffer *scratch = &env->host->scratch;
    scratch->length = 0;
    if (buffer_reserve(scratch, piece->length + DEFLATE_TAIL) < 0)
        return -ENOMEM;
    if (header->mask_at != 0)
        frame_unmask(scratch->data, piece->data, piece->length, header->bytes + header->mask_at, at);
    else
        memcpy(scratch->data, piece->data, piece->length);
    piece->data = scratch->data;
    return 0;
}

static bool ends_compressed(const struct message_env *env, const struct frame_header *header)
{
    return env->inflation->per_frame || frame_fin(header);
}

/* One call of the inflater a piece: the last one takes the tail with it. */
static int take_compressed(const struct message_env *env, struct message *m, const struct frame_header *header,
                           struct wsd_bytes piece, uint64_t at)
{
    bool ends = at + piece.length == header->length && ends_compressed(env, header);
    if (unmask(env, header, &piece, at) < 0)
        return -ENOMEM;
    int rc = payload_room(m, &m->wire) == 0 ? 0 : buffer_append(&m->wire, piece, m->keep);
    if (rc != 0 || !m->inflating)
        return rc;
    if (ends) {
        memcpy(env->host->scratch.data + piece.length, deflate_tail, DEFLATE_TAIL);
        piece.length += DEFLATE_TAIL;
    }
    return inflate_bytes(env, m, piece, ends ? DEFLATE_TAIL : 0);
}

static int take_piece(const struct message_env *env, struct message *m, const struct frame_header *header,
                      struct wsd_bytes piece, uint64_t at)
{
    m->event.message.wire_length += piece.length;
    if (m->inflating || m->failed || m->stopped)
        return take_compressed(env, m, header, piece, at);
    if (header->mask_at != 0)
        return payload_masked(env, m, header->bytes + header->mask_at, piece, at);
    bool whole = piece.length == header->length && frame_fin(header) && m->event.message.frames == 1;
    return payload_plain(env, m, piece, whole);
}

int message_piece(const struct message_env *env, struct message *m, const struct frame_header *header,
                  struct wsd_bytes piece, uint64_t at)
{
    size_t had = m->kept.capacity + m->wire.capacity;
    int rc = take_piece(env, m, header, piece, at);
    if (m->kept.capacity + m->wire.capacity != had)
        env->host->memory_changed = true;
    return rc;
}

/* ---- what is missing ------------------------------------------------------------------------------------------ */

/* What was inflated up to the hole stands; what is behind it cannot be. */
static int compressed_hole(const struct message_env *env, struct message *m, uint64_t missing)
{
    if (!m->failed && !m->stopped)
        inflation_lose(env->inflation);
    m->inflating = false;
    m->stopped = m->stopped || (!m->failed && m->event.message.length > 0);
    if (m->stopped)
        return 0;
    m->failed = true;
    int rc = payload_note_unknown(m, m->event.message.wire_length, missing);
    return rc != 0 ? rc : payload_put_unknown(m, &m->wire, missing);
}

int message_hole(const struct message_env *env, struct message *m, uint64_t missing)
{
    int rc = m->event.message.compressed ? compressed_hole(env, m, missing) : payload_unknown(m, missing);
    env->host->memory_changed = true;
    m->holes = true;
    m->event.message.wire_length += missing;
    return rc;
}

/* ---- the end -------------------------------------------------------------------------------------------------- */

int message_frame_end(const struct message_env *env, struct message *m, const struct frame_header *header)
{
    if (m->event.message.wire_length == 0) /* nothing at all inflates to nothing: receivers take it so */
        return 0;
    bool owed = m->inflating && !m->tail_fed && ends_compressed(env, header);
    int rc = owed ? inflate_bytes(env, m, bytes_of(deflate_tail, DEFLATE_TAIL), DEFLATE_TAIL) : 0;
    if (rc != 0 || !m->inflating || !ends_compressed(env, header) || deflate_at_border(env->inflation->deflate))
        return rc;
    fail_inflating(env, m, "the data ends inside a block");
    return 0;
}

/* part: it was inflated up to a hole, so that its two lengths say nothing of each other. */
static void count(const struct message_env *env, const struct wsd_message *told, bool part)
{
    struct wsd_counts *mine = &env->connection->counts[told->direction], *sum = &env->host->sum;
    mine->messages++;
    mine->payload_bytes += told->length;
    sum->messages++;
    sum->payload_bytes += told->length;
    if (!told->inflated || part)
        return;
    mine->deflated_bytes += told->wire_length;
    mine->inflated_bytes += told->length;
    sum->deflated_bytes += told->wire_length;
    sum->inflated_bytes += told->length;
}

struct wsd_bytes message_payload(const struct message *m)
{
    if (m->failed)
        return buffer_bytes(&m->wire);
    return m->whole.length > 0 ? m->whole : buffer_bytes(&m->kept);
}

struct close_payload message_close(const struct message *m)
{
    struct close_payload close = close_parse(message_payload(m));
    if (m->event.message.unknown_count > 0 && m->unknown[0].offset < 2)
        close.code = CLOSE_UNKNOWN_CODE;
    return close;
}

/* Sets what is known only now. */
static void finish(struct message *m, bool whole)
{
    struct wsd_message *told = &m->event.message;
    if (m->failed)
        told->length = told->wire_length;
    told->inflated = told->compressed && !m->failed;
    told->complete = whole && !m->holes && !m->failed && !m->stopped && told->unknown_bytes == 0;
    told->payload = message_payload(m);
    told->truncated = told->payload.length < told->length;
    told->unknown = m->unknown;
    told->text = m->text && !m->failed;
    if (told->inflated && m->wire.length == (told->wire_length < m->keep ? told->wire_length : m->keep))
        told->wire =
            buffer_bytes(&m->wire); /* else frames that were not compressed stood between, or bytes are missing */
    told->close_code = CLOSE_NO_CODE;
    if (told->opcode == WSD_OPCODE_CLOSE) {
        struct close_payload close = message_close(m);
        told->close_code = close.code >= 0 ? close.code : CLOSE_NO_CODE;
        told->close_reason = close.reason;
    }
}

/* The last things that can be said of a message that ended as it should. */
static void judge_end(const struct message_env *env, struct message *m)
{
    if (m->failed || m->stopped)
        return;
    if (m->text && !utf8_whole(&m->utf8)) {
        m->text = false;
        if (payload_guessed(env, m))
            fail_inflating(env, m, no_text);
        else
            payload_tell_invalid(env, m->event.message.direction, m->event.message.length);
    }
    if (m->event.message.compressed && !m->failed && m->event.message.length > 0)
        env->inflation->guessed = env->inflation->failing = false;
}

void message_end(const struct message_env *env, struct message *m, bool whole)
{
    if (whole)
        judge_end(env, m);
    if (m->event.message.compressed)
        inflation_account(env->inflation, env->host, m->event.message.wire_length, m->event.message.length);
    finish(m, whole);
    if (m->event.message.opcode == WSD_OPCODE_TEXT || m->event.message.opcode == WSD_OPCODE_BINARY)
        count(env, &m->event.message, m->holes);
    m->event.type = WSD_EVENT_MESSAGE;
    m->event.at = *env->moment;
    m->event.connection = env->connection;
    host_tell(env->host, &m->event);
    if (m->event.message.compressed && !whole && !m->failed && !m->stopped)
        inflation_lose(env->inflation);
    if (m->event.message.compressed && !env->inflation->per_frame)
        inflation_end(env->inflation, env->host);
    message_drop(env->host, m);
}

/* ---- a whole message at once ---------------------------------------------------------------------------------- */

/* Unmasked into the scratch, as far as it is kept or all of it must be judged. */
static int unmask_whole(const struct message_env *env, const struct frame_header *header, struct wsd_bytes *payload)
{
    struct buffer *scratch = &env->host->scratch;
    scratch->length = 0;
    if (buffer_reserve(scratch, payload->length) < 0)
        return -ENOMEM;
    frame_unmask(scratch->data, payload->data, payload->length, header->bytes + header->mask_at, 0);
    payload->data = scratch->data;
    return 0;
}

int message_whole(const struct message_env *env, enum wsd_direction direction, const struct frame_header *header,
                  struct wsd_bytes payload, struct message_whole *whole)
{
    struct wsd_message *m = &whole->event.message;
    whole->cut_character = false;
    if (header->mask_at != 0 && unmask_whole(env, header, &payload) < 0)
        return -ENOMEM;
    *m = (struct wsd_message){.direction = direction,
                              .opcode = frame_opcode(header),
                              .length = payload.length,
                              .wire_length = payload.length,
                              .frames = 1,
                              .complete = true,
                              .first_time = env->moment->time,
                              .first_packet = env->moment->packet,
                              .close_code = CLOSE_NO_CODE,
                              .payload = payload};
    if (m->opcode == WSD_OPCODE_TEXT) {
        struct utf8 state = {0};
        size_t valid = utf8_check(&state, payload.data, payload.length);
        m->text = valid == payload.length && utf8_whole(&state);
        whole->cut_character = !m->text && valid == payload.length;
        if (valid < payload.length)
            payload_tell_invalid(env, direction, valid);
    }
    if (env->host->keep_payload < payload.length) {
        m->payload = bytes_first(payload, (size_t)env->host->keep_payload);
        m->truncated = true;
    }
    return 0;
}

void message_tell_whole(const struct message_env *env, struct message_whole *whole)
{
    struct wsd_event *event = &whole->event;
    const struct wsd_message *m = &event->message;
    if (whole->cut_character)
        payload_tell_invalid(env, m->direction, m->length);
    count(env, m, false);
    if (env->host->event == NULL)
        return;
    event->type = WSD_EVENT_MESSAGE;
    event->at = *env->moment;
    event->connection = env->connection;
    host_tell(env->host, event);
}
