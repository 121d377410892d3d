/*
 * tls_replay.c: secrets have come, or will not come: what was held is read as if it came now, in the order of the capture and with its own
 * moments, as far as it goes.
 */
#include "base/bytes.h"
#include "stream/tls_state.h"

#include <errno.h>

/* Records that were counted and not kept. */
static int replay_lost(struct tls *t, enum wsd_direction d, const struct tls_held *held)
{
    struct tls_half *half = &t->half[d];
    int rc = tls_need_cipher(t, d);
    if (rc != 0)
        return rc == -ENOENT ? 0 : rc;
    if (held->unframed)
        return tls_search_begin(t, d, held->count);
    uint64_t around = TLS_RECORD_HEADER + TLS_PLAIN_MOST - tls_session_content(&t->session, TLS_PLAIN_MOST);
    uint64_t sealed = held->records * around;
    half->cipher->sequence += held->records;
    half->ahead += held->records;
    tls_cipher_pass(half->cipher, NULL);
    uint64_t content = held->count > sealed ? held->count - sealed : 0;
    return tls_lose(t, d, content | (tls_session_exact(&t->session) ? 0 : STREAM_ABOUT), &held->moment);
}

static int replay(struct tls *t, const struct tls_held *held)
{
    enum wsd_direction d = held->direction;
    const struct wsd_moment moment = held->moment; /* what is held is freed when nothing can be opened */
    const struct tls_record record = {.header = held->bytes,
                                      .body =
                                          bytes_of(held->bytes + TLS_RECORD_HEADER, held->length - TLS_RECORD_HEADER),
                                      .type = held->bytes[0],
                                      .damaged = held->damaged};
    switch ((enum tls_held_kind)held->kind) {
    case TLS_HELD_RECORD: return tls_read_protected(t, d, &record, &moment);
    case TLS_HELD_RAW: return tls_feed(t, d, bytes_of(held->bytes, held->length), &moment);
    case TLS_HELD_LOST: return replay_lost(t, d, held);
    case TLS_HELD_GAP: return tls_lose_framing(t, d, held->count, &moment);
    case TLS_HELD_END: return tls_end_direction(t, d, held->how, &moment);
    }
    return 0;
}

static bool owes_hello(const struct tls *t, enum wsd_direction d)
{
    return t->owed == (d == WSD_CLIENT ? TLS_OWED_BY_CLIENT : TLS_OWED_BY_SERVER);
}

/* In order. Only during a handshake may one direction overtake the other, which waits for what it will say. */
static int replay_all(struct tls *t)
{
    struct tls_held *before = NULL, *held;
    while ((held = before != NULL ? before->next : t->queue.first) != NULL) {
        struct tls_half *half = &t->half[held->direction], *other = &t->half[!held->direction];
        if (half->blocked) {
            if (other->blocked || (other->epoch == TLS_EPOCH_APPLICATION && !owes_hello(t, !held->direction)))
                return 0;
            before = held;
            continue;
        }
        t->at = held;
        int rc = replay(t, held);
        t->at = NULL;
        if (t->sealed)
            return rc;
        if (rc == TLS_WAIT) {
            half->blocked = true;
            continue;
        }
        tls_queue_remove(&t->queue, &t->host->held, before);
        if (rc != 0)
            return rc;
        if (!other->blocked)
            before = NULL;
    }
    return 0;
}

/* Whether the other direction, or this one, may go on with what is held. */
bool tls_may_replay(const struct tls *t)
{
    bool known =
        t->hello && t->session.suite != NULL; /* else nothing can be opened, and where records begin cannot be found */
    return known && tls_waits(t) && !(t->half[0].blocked && t->half[1].blocked);
}

int tls_replay_held(struct tls *t)
{
    t->replaying = true;
    int rc = replay_all(t);
    t->replaying = false;
    if (t->queue.first == NULL) {
        tls_wait_no_more(t);
        t->half[0].unframed = t->half[1].unframed = false;
    }
    return rc;
}

static const char *why_closed(const struct tls *t)
{
    if (t->hello && (t->session.version != 0 || !tls_is_logged(t)))
        return "no secrets";
    if (t->hello)
        return "ServerHello not captured";
    if (t->unaffordable)
        return "handshake not captured, and too many secrets to try all";
    return t->tried[0] + t->tried[1] > 0 ? "handshake not captured, and no secret fits" : "handshake not captured";
}

int tls_resume(struct tls *t, bool force)
{
    if (t->queue.first == NULL || t->replaying)
        return 0;
    t->forced = force;
    if (!t->hello || t->session.suite == NULL) {
        int rc = tls_try_secrets(t);
        if (rc != 0)
            return rc;
    }
    if (force && t->inner == NULL && !tls_has_secrets(t))
        return tls_seal(t, why_closed(t));
    t->half[0].blocked = t->half[1].blocked = false;
    t->hurried = force;
    int rc = tls_replay_held(t);
    t->hurried = false;
    return rc;
}
