/*
 * tls_wait.c: connections whose secrets are not known and may still come: what comes of them is held (stream/tls_held.h), and the host
 * has them in a list, to look at them when secrets arrive (stream/tls_replay.c) or have not come in time.
 */
#include "base/bytes.h"
#include "stream/tls_state.h"

#include <assert.h>

/* ---- the host's list ------------------------------------------------------------------------------------------ */

static void list_link(struct tls *t)
{
    t->next = t->host->waiting;
    t->previous = &t->host->waiting;
    if (t->next != NULL)
        t->next->previous = &t->next;
    t->host->waiting = t;
}

static void list_add(struct tls *t, const struct wsd_moment *moment)
{
    if (t->previous != NULL)
        return;
    t->waits_since = moment->time;
    list_link(t);
}

void tls_wait_no_more(struct tls *t)
{
    if (t->previous == NULL)
        return;
    *t->previous = t->next;
    if (t->next != NULL)
        t->next->previous = t->previous;
    t->previous = NULL;
}

void tls_host_look(struct tls_host *host)
{
    host->turn = host->waiting;
    host->waiting = NULL;
    if (host->turn != NULL)
        host->turn->previous = &host->turn;
}

struct tls *tls_host_next(struct tls_host *host)
{
    struct tls *t = host->turn;
    if (t == NULL)
        return NULL;
    tls_wait_no_more(t);
    list_link(t);
    return t;
}

bool tls_waits(const struct tls *t)
{
    return t->queue.first != NULL && !t->replaying;
}

bool tls_is_late(const struct tls *t, int64_t time)
{
    uint64_t wait = t->host->secrets_wait;
    return t->previous != NULL && wait != UINT64_MAX && time > t->waits_since &&
           (uint64_t)(time - t->waits_since) > wait;
}

bool tls_is_waiting(const struct tls *t)
{
    return t->queue.first != NULL;
}

void tls_drop_held(struct tls *t)
{
    tls_queue_free(&t->queue, &t->host->held);
    tls_wait_no_more(t);
}

/* ---- whether secrets are there ----------------------------------------------------------------------------------- */

/* Is there a line of a key log about this client random? */
bool tls_is_logged(const struct tls *t)
{
    const struct wsd_bytes random = {t->session.client_random, TLS_RANDOM};
    bool found = tls_secrets_find(&t->host->secrets, TLS_SECRET_MASTER, 0, random).length > 0;
    for (int label = TLS_SECRET_CLIENT_EARLY; label <= TLS_SECRET_SERVER_TRAFFIC && !found; label++)
        found = tls_secrets_find(&t->host->secrets, (enum tls_label)label, 0, random).length > 0;
    return found;
}

/* Has any of this session's secrets come? */
bool tls_has_secrets(struct tls *t)
{
    uint8_t master[TLS_MASTER_SIZE];
    if (!t->hello || t->session.suite == NULL)
        return false;
    bool found = tls_is_logged(t) || (!tls_is_13(t) && tls_find_master(t, master));
    crypto_wipe(master, sizeof master);
    return found;
}

/* Something is held while the session is not known: what can be tried is tried. */
static int try_secrets(struct tls *t)
{
    int rc = tls_try_secrets(t);
    return rc == 0 && t->hello && t->session.suite != NULL ? tls_resume(t, false) : rc;
}

/* It is of no use to wait: no secrets come later. */
static int give_up_waiting(struct tls *t, bool early, int rc)
{
    return rc == 0 && t->queue.first != NULL && t->host->secrets_wait == 0 && !early ? tls_resume(t, true) : rc;
}

/* Something more is held: it may say which session this is, or what becomes of 0-RTT data. */
int tls_look_again(struct tls *t, enum wsd_direction d)
{
    if (d == WSD_CLIENT && t->early == TLS_EARLY_OFFERED && t->half[WSD_SERVER].epoch == TLS_EPOCH_APPLICATION)
        t->half[d].blocked = false;
    if ((t->hello && t->session.suite != NULL) || t->sealed || t->tried[d] == t->host->secrets.added)
        return 0;
    if (t->half[d].unframed) { /* all of it is looked at: not with each segment */
        if (t->queue.bytes < 2 * t->looked)
            return 0;
        t->looked = t->queue.bytes;
    }
    return try_secrets(t);
}

/* ---- holding ----------------------------------------------------------------------------------------------------- */

int tls_hold(struct tls *t, const struct tls_held *what, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    int rc = tls_queue_add(&t->queue, &t->host->held, what, bytes);
    return rc == 0 && tls_is_late(t, moment->time) ? tls_resume(t, true) : rc;
}

int tls_hold_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    const struct tls_held what = {
        .kind = TLS_HELD_RECORD, .direction = (uint8_t)d, .damaged = r->damaged, .moment = *moment};
    return tls_hold(t, &what, bytes_of(r->header, TLS_RECORD_HEADER + r->body.length), moment);
}

int tls_hold_raw(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    const struct tls_held what = {.kind = TLS_HELD_RAW, .direction = (uint8_t)d, .moment = *moment};
    int rc = tls_hold(t, &what, bytes, moment);
    if (rc == 0)
        rc = tls_look_again(t, d);
    return rc == 0 && tls_may_replay(t) ? tls_replay_held(t) : rc;
}

/* Bytes that were held without their framing are being read, and a record in them has to wait: it takes their place, with the rest
 * behind it. */
int tls_split_held(struct tls *t, const struct tls_record *r, struct wsd_bytes rest)
{
    assert(t->at != NULL); /* TLS_WAIT is for who reads what was held */
    struct tls_held what = *t->at;
    what.kind = TLS_HELD_RECORD;
    what.damaged = r->damaged;
    int rc = tls_queue_insert(&t->queue, &t->host->held, t->at, &what,
                              bytes_of(r->header, TLS_RECORD_HEADER + r->body.length));
    what.kind = TLS_HELD_RAW;
    if (rc == 0 && rest.length > 0)
        rc = tls_queue_insert(&t->queue, &t->host->held, t->at->next, &what, rest);
    return rc;
}

int tls_split_unframed(struct tls *t, enum wsd_direction d, struct wsd_bytes rest)
{
    struct tls_half *half = &t->half[d];
    struct tls_held what = *t->at, *at = t->at;
    const struct wsd_bytes parts[] = {bytes_of(NULL, 0), buffer_bytes(&half->records.held), rest};
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++) {
        what.kind = i == 0 ? TLS_HELD_GAP : TLS_HELD_RAW;
        what.count = 0;
        if (i > 0 && parts[i].length == 0)
            continue;
        rc = tls_queue_insert(&t->queue, &t->host->held, at, &what, parts[i]);
        at = at->next;
    }
    half->unframed = true;
    tls_records_drop(&half->records, &t->host->spare);
    return rc;
}

/* ---- beginning to wait ------------------------------------------------------------------------------------------- */

int tls_wait_for_secrets(struct tls *t, enum wsd_direction d, const struct tls_record *r,
                         const struct wsd_moment *moment)
{
    if (t->replaying)
        return TLS_WAIT;
    list_add(t, moment);
    t->half[d].blocked = true;
    bool unknown = !t->hello || t->session.suite == NULL;
    int rc = tls_hold_record(t, d, r, moment);
    /* 0-RTT data and the server's answer wait for each other, not for secrets. */
    bool early =
        d == WSD_CLIENT && t->half[d].epoch == TLS_EPOCH_EARLY && t->half[WSD_SERVER].epoch < TLS_EPOCH_APPLICATION;
    if (rc == 0 && unknown && !t->sealed)
        rc = try_secrets(t);
    return give_up_waiting(t, early || t->owed != TLS_OWED_NONE, rc);
}

bool tls_may_wait_unframed(const struct tls *t)
{
    bool known = t->hello || t->session.suite != NULL || t->queue.first != NULL; /* it is TLS */
    return known && !t->forced && !t->replaying && t->inner == NULL;
}

/* The session is not known, and here is no record: what was gathered of one, and all that follows, is held as it is. */
int tls_wait_unframed(struct tls *t, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    struct tls_held what = {.kind = TLS_HELD_GAP, .direction = (uint8_t)d, .moment = *moment};
    list_add(t, moment);
    half->unframed = true;
    int rc = tls_queue_add(&t->queue, &t->host->held, &what, bytes_of(NULL, 0));
    what.kind = TLS_HELD_RAW;
    if (rc == 0 && half->records.held.length > 0)
        rc = tls_queue_add(&t->queue, &t->host->held, &what, buffer_bytes(&half->records.held));
    tls_records_drop(&half->records, &t->host->spare);
    return give_up_waiting(t, false, rc);
}
