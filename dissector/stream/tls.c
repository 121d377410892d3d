#include "stream/tls.h"
#include "base/bytes.h"
#include "stream/tls_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FAILURES_MOST = 3,    /* records that no key opens before the secrets are held to be wrong */
    CIPHER_MEMORY = 2048, /* bytes that libcrypto takes for one direction, about */
};

static const struct stream_ops ops;

/* ---- records --------------------------------------------------------------------------------------------------- */

int tls_read_content(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct tls_plain *plain,
                     const struct wsd_moment *moment)
{
    switch (plain->type) {
    case TLS_APPLICATION_DATA: return tls_deliver(t, d, r, plain, moment);
    case TLS_HANDSHAKE: return tls_read_handshake(t, d, plain->bytes);
    case TLS_ALERT: return tls_read_alert(t, d, plain->bytes, moment);
    case TLS_CHANGE_CIPHER_SPEC: /* a renegotiation (RFC 5246 7.4.1.1) */
        if (tls_is_13(t))
            return 0;
        if (t->owed == TLS_OWED_NONE && !t->half[d].renewed)
            t->owed = TLS_OWED_LOST; /* neither of its hellos is in the capture */
        tls_enter_epoch(t, d, TLS_EPOCH_APPLICATION);
        return 0;
    default: return 0;
    }
}

/* Once, as soon as there is a connection to say it of: why all that follows is lost. In front of the application's data nothing is. */
static void tell_keys_unknown(struct tls *t, enum wsd_direction d, const struct wsd_moment *moment)
{
    if (t->half[d].epoch < TLS_EPOCH_APPLICATION || t->inner == NULL || t->keys_unknown_told)
        return;
    t->keys_unknown_told = tls_tell(t, d, WSD_FINDING_TLS_KEYS_UNKNOWN,
                                    tls_is_13(t)               ? "no secret of this direction"
                                    : t->owed == TLS_OWED_LOST ? "a hello of the renegotiation is not in the capture"
                                                               : "no secrets of the renegotiated session",
                                    moment);
}

/* The keys are there, and do not open it. */
static int fail(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    char detail[48];
    if (half->skip_early) {
        t->early_lost += tls_session_content(&t->session, r->body.length);
        return 0;
    }
    if (half->cipher == NULL) {
        int rc = tls_lose_record(t, d, r, moment);
        if (rc == 0)
            tell_keys_unknown(t, d, moment);
        return rc;
    }
    snprintf(detail, sizeof detail, "record %llu", (unsigned long long)half->cipher->sequence);
    half->cipher->sequence++;
    tls_cipher_pass(half->cipher, r);
    if (half->failures < UINT8_MAX)
        half->failures++;
    if (!t->opened && half->failures >= FAILURES_MOST) {
        int rc = tls_seal(t, "wrong secrets");
        if (rc == 0)
            tls_tell(t, d, WSD_FINDING_TLS_DECRYPT_FAILED, detail, moment);
        return rc;
    }
    int rc = t->opened ? tls_lose_record(t, d, r, moment) : 0;
    if (rc == 0 && t->inner != NULL && half->failures == 1)
        tls_tell(t, d, WSD_FINDING_TLS_DECRYPT_FAILED, detail, moment);
    return rc;
}

int tls_read_protected(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    struct tls_plain plain;
    uint64_t skipped;
    int rc = tls_need_cipher(t, d);
    if (rc != 0 && rc != -ENOENT)
        return rc;
    if (r->damaged) {
        half->ahead++; /* it may have changed the keys */
        if (half->cipher != NULL) {
            half->cipher->sequence++;
            tls_cipher_pass(half->cipher, NULL);
        }
        return tls_lose_record(t, d, r, moment);
    }
    rc = tls_open_record(t, d, r, &plain, &skipped);
    return rc == -EBADMSG ? fail(t, d, r, moment) : tls_read_content(t, d, r, &plain, moment);
}

static int read_plain(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    if (r->damaged) {
        tls_messages_free(&t->half[d].messages);
        return 0;
    }
    if (r->type == TLS_CHANGE_CIPHER_SPEC && !tls_is_13(t) && t->session.suite != NULL &&
        t->half[d].epoch == TLS_EPOCH_PLAIN)
        tls_enter_epoch(t, d, TLS_EPOCH_APPLICATION);
    if (r->type == TLS_ALERT)
        return tls_read_alert(t, d, r->body, moment);
    if (r->type != TLS_HANDSHAKE)
        return 0;
    int rc = tls_note_content(t, d, r->body);
    return rc != 0 ? rc : tls_read_handshake(t, d, r->body);
}

/* The first protected record of TLS 1.3 from this direction. */
static void enter_protection(struct tls *t, enum wsd_direction d)
{
    struct tls_half *half = &t->half[d];
    bool early = d == WSD_CLIENT && t->early != TLS_EARLY_NONE;
    half->epoch = early ? TLS_EPOCH_EARLY : TLS_EPOCH_HANDSHAKE;
}

static bool is_protected(struct tls *t, enum wsd_direction d, const struct tls_record *r)
{
    struct tls_half *half = &t->half[d];
    if (t->session.version != 0 && !tls_is_13(t)) {
        if (half->epoch == TLS_EPOCH_PLAIN && r->type == TLS_APPLICATION_DATA && t->session.suite != NULL) {
            tls_enter_epoch(t, d, TLS_EPOCH_APPLICATION); /* its ChangeCipherSpec is not in the capture */
            half->ahead = TLS_UNSEEN_MOST;
        }
        /* A plain one that comes late, behind keys that were made without it. */
        bool change = r->type == TLS_CHANGE_CIPHER_SPEC && r->body.length == 1;
        return half->epoch != TLS_EPOCH_PLAIN && !change;
    }
    if (r->type == TLS_APPLICATION_DATA && half->epoch == TLS_EPOCH_PLAIN)
        enter_protection(t, d);
    return r->type == TLS_APPLICATION_DATA;
}

static int take_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    int rc;
    if (!is_protected(t, d, r)) {
        rc = read_plain(t, d, r, moment);
    } else if (tls_waits(t)) {
        rc = tls_hold_record(t, d, r, moment);
        if (rc == 0)
            rc = tls_look_again(t, d);
    } else {
        rc = tls_read_protected(t, d, r, moment);
        if (rc == TLS_WAIT)
            return tls_wait_for_secrets(t, d, r, moment);
    }
    return rc == 0 && tls_may_replay(t) ? tls_replay_held(t) : rc;
}

int tls_feed(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    struct tls_record record;
    int rc = 0;
    bool turned = t->turned;
    do {
        if (t->turned != turned) { /* what was held showed it */
            d = !d;
            half = &t->half[d];
            turned = t->turned;
        }
        if (t->sealed)
            return bytes.length > 0 ? stream_data(t->inner, d, bytes, moment) : 0;
        if (half->unframed && tls_waits(t))
            return tls_hold_raw(t, d, bytes, moment);
        if (half->search != NULL)
            return tls_search_on(t, d, bytes, moment);
        if (half->stray == moment->packet)
            return 0;
        int result = tls_records_next(&half->records, &t->host->spare, &bytes, &record);
        if (result == TLS_RECORDS_MORE || result < 0)
            return result < 0 ? result : 0;
        if (result == TLS_RECORDS_NONE) {
            if (tls_waits(t) || (half->cipher == NULL && tls_may_wait_unframed(t))) {
                rc = tls_wait_unframed(t, d, moment);
                continue;
            }
            rc = half->epoch == TLS_EPOCH_PLAIN ? -ENOENT : tls_need_cipher(t, d);
            if (rc == -ENOMEM)
                return rc;
            if (rc == TLS_WAIT && t->replaying)
                return tls_split_unframed(t, d, bytes);
            if (rc != 0) {
                tls_records_drop(&half->records, &t->host->spare);
                half->stray = moment->packet;
                if (t->inner == NULL && t->opened) {
                    t->strayed = true; /* the other direction may still carry something */
                    return 0;
                }
                return t->inner != NULL || t->hello ? tls_seal(t, "handshake not captured") : STREAM_DONE;
            }
            rc = tls_search_begun(t, d, moment);
            continue;
        }
        rc = take_record(t, d, &record, moment);
        if (rc == TLS_WAIT)
            return tls_split_held(t, &record, bytes);
    } while (rc == 0 && bytes.length > 0);
    return rc;
}

/* ---- the stream's operations ----------------------------------------------------------------------------------- */

/* What is of no interest, or over, waits for no secrets. */
static int settle(struct tls *t, int rc)
{
    if (rc == STREAM_DONE) {
        tls_wait_no_more(t);
        tls_queue_free(&t->queue, &t->host->held);
    }
    return rc;
}

static int tls_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct tls *t = (struct tls *)s;
    if (t->first.packet == 0)
        t->first = (struct wsd_moment){.time = moment->time, .packet = moment->packet, .link_type = moment->link_type};
    return settle(t, tls_feed(t, d, bytes, moment));
}

static int tls_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct tls *t = (struct tls *)s;
    struct tls_half *half = &t->half[d];
    if (t->sealed)
        return stream_gap(t->inner, d, missing, moment);
    if (half->search != NULL || (half->unframed && tls_waits(t)))
        return tls_lose_framing(t, d, missing & ~STREAM_ABOUT, moment);
    int64_t lost = missing & STREAM_ABOUT ? (int64_t)(missing & ~STREAM_ABOUT)
                                          : tls_records_gap(&half->records, &t->host->spare, missing);
    if (lost < 0)
        return (int)lost;
    return settle(t, lost == 0 ? tls_feed(t, d, bytes_of(NULL, 0), moment)
                               : tls_lose_framing(t, d, (uint64_t)lost, moment));
}

int tls_end_direction(struct tls *t, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    if (half->ended && how != WSD_BY_RESET)
        return 0;
    int rc = half->search != NULL ? tls_lose(t, d, tls_search_end(t, d), moment) : 0;
    if (rc != 0)
        return rc;
    half->ended = true;
    half->how = (uint8_t)how;
    if (how == WSD_BY_FIN && !half->closed && t->inner != NULL && t->opened)
        tls_tell(t, d, WSD_FINDING_TLS_TRUNCATED, "", moment);
    (void)tls_tell_session(t, 0, moment);
    if (t->inner == NULL && t->strayed && t->half[!d].ended)
        return tls_seal(t, "handshake not captured");
    if (t->inner != NULL)
        return stream_end(t->inner, d, how, moment);
    return t->half[!d].ended ? STREAM_DONE : 0;
}

static int tls_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct tls *t = (struct tls *)s;
    if (t->sealed)
        return stream_end(t->inner, d, how, moment);
    if (tls_waits(t) && how == WSD_BY_CAPTURE_END) {
        int rc = tls_resume(t, true);
        if (rc != 0 || t->sealed)
            return rc != 0 ? rc : stream_end(t->inner, d, how, moment);
    }
    if (!tls_waits(t))
        return settle(t, tls_end_direction(t, d, how, moment));
    const struct tls_held what = {.kind = TLS_HELD_END, .direction = (uint8_t)d, .how = (uint8_t)how, .moment = *moment};
    int rc = tls_queue_add(&t->queue, &t->host->held, &what, bytes_of(NULL, 0));
    t->client_over = t->client_over || d == WSD_CLIENT || how == WSD_BY_RESET;
    return rc == 0 && t->client_over && t->early == TLS_EARLY_OFFERED ? settle(t, tls_resume(t, false)) : rc;
}

static void tls_free(struct stream *s)
{
    struct tls *t = (struct tls *)s;
    tls_wait_no_more(t);
    tls_drop_keys(t);
    tls_queue_free(&t->queue, &t->host->held);
    if (t->inner != NULL)
        t->inner->ops->free(t->inner);
    if (t->told)
        t->host->hooks->secret(t->host->user, t->owner, bytes_of(NULL, 0));
    free(t->words);
    free(t->via);
    free(t);
}

static size_t tls_memory(const struct stream *s)
{
    const struct tls *t = (const struct tls *)s;
    size_t memory = sizeof *t + t->queue.bytes + (t->inner != NULL ? stream_memory(t->inner) : 0);
    for (int d = 0; d < 2; d++) {
        const struct tls_half *half = &t->half[d];
        memory += half->records.held.capacity + half->messages.held.capacity;
        memory += half->cipher != NULL ? CIPHER_MEMORY : 0;
        memory += half->search != NULL ? half->search->bytes.capacity : 0;
        memory += t->exchange != NULL ? t->exchange->content[d].capacity : 0;
    }
    return memory;
}

static const struct stream_ops ops = {"tls", tls_data, tls_gap, tls_end, tls_free, tls_memory};

struct stream *tls_new_take(struct stream **slot, struct tls_host *host, void *owner, unsigned depth, bool late,
                            struct via *via)
{
    struct tls *t = calloc(1, sizeof *t);
    if (host->plain[depth] == NULL)
        host->plain[depth] = malloc(TLS_BODY_MOST);
    if (t == NULL || host->plain[depth] == NULL) {
        free(t);
        free(via);
        return NULL;
    }
    t->base = (struct stream){&ops, slot};
    t->host = host;
    t->owner = owner;
    t->via = via;
    t->depth = (uint8_t)depth;
    t->late = late;
    return &t->base;
}

/* ---- for the wiring -------------------------------------------------------------------------------------------- */

int tls_host_init(struct tls_host *host, const uint8_t seed[16])
{
    host->trials = TLS_TRIALS;
    return tls_secrets_init(&host->secrets, seed);
}

void tls_host_free(struct tls_host *host)
{
    tls_secrets_free(&host->secrets);
    buffer_free(&host->spare.buffer);
    for (int i = 0; i < TLS_NESTED_MOST; i++) {
        crypto_wipe(host->plain[i], host->plain[i] != NULL ? TLS_BODY_MOST : 0);
        free(host->plain[i]);
    }
}

bool tls_may_begin(enum wsd_direction direction, struct wsd_bytes b, bool late)
{
    if (b.length < (late ? 3 : 1) || b.data[0] < TLS_CHANGE_CIPHER_SPEC || b.data[0] > TLS_APPLICATION_DATA)
        return false;
    if (!late && b.data[0] != TLS_HANDSHAKE && !(b.data[0] == TLS_ALERT && direction == WSD_SERVER))
        return false;
    if (!tls_record_may_begin(bytes_first(b, TLS_RECORD_HEADER)))
        return false;
    return late || b.length < 6 || b.data[0] != TLS_HANDSHAKE ||
           b.data[5] == (direction == WSD_CLIENT ? TLS_CLIENT_HELLO : TLS_SERVER_HELLO);
}

enum wsd_direction tls_sender(struct wsd_bytes b)
{
    if (b.length < 6 || b.data[0] != TLS_HANDSHAKE || !tls_record_may_begin(b))
        return WSD_NEITHER;
    return b.data[5] == TLS_CLIENT_HELLO ? WSD_CLIENT : b.data[5] == TLS_SERVER_HELLO ? WSD_SERVER : WSD_NEITHER;
}

struct tls *tls_of(struct stream *stream)
{
    return stream != NULL && stream->ops == &ops ? (struct tls *)stream : NULL;
}

struct stream *tls_inner(const struct tls *t)
{
    return t->inner;
}

const struct wsd_tls *tls_info(const struct tls *t)
{
    return &t->info;
}

void *tls_owner(const struct tls *t)
{
    return t->owner;
}

void tls_set_owner(struct tls *t, void *owner)
{
    t->owner = owner;
}
