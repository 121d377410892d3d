#include "stream/tls.h"
#include "base/bytes.h"
#include "stream/tls_state.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FAILURES_MOST = 3,    /* records that no key opens before the secrets are held to be wrong */
    CIPHER_MEMORY = 2048, /* bytes that libcrypto takes for one direction, about */
};

/* RFC 8446 6, RFC 5246 7.2, IANA's TLS Alerts registry. */
#define ALERTS(X)                                                                                                      \
    X(10, "unexpected_message")                                                                                        \
    X(20, "bad_record_mac")                                                                                            \
    X(21, "decryption_failed")                                                                                         \
    X(22, "record_overflow")                                                                                           \
    X(30, "decompression_failure")                                                                                     \
    X(40, "handshake_failure")                                                                                         \
    X(41, "no_certificate")                                                                                            \
    X(42, "bad_certificate")                                                                                           \
    X(43, "unsupported_certificate")                                                                                   \
    X(44, "certificate_revoked")                                                                                       \
    X(45, "certificate_expired")                                                                                       \
    X(46, "certificate_unknown")                                                                                       \
    X(47, "illegal_parameter")                                                                                         \
    X(48, "unknown_ca")                                                                                                \
    X(49, "access_denied")                                                                                             \
    X(50, "decode_error")                                                                                              \
    X(51, "decrypt_error")                                                                                             \
    X(60, "export_restriction")                                                                                        \
    X(70, "protocol_version")                                                                                          \
    X(71, "insufficient_security")                                                                                     \
    X(80, "internal_error")                                                                                            \
    X(86, "inappropriate_fallback")                                                                                    \
    X(100, "no_renegotiation")                                                                                         \
    X(109, "missing_extension")                                                                                        \
    X(110, "unsupported_extension")                                                                                    \
    X(111, "certificate_unobtainable")                                                                                 \
    X(112, "unrecognized_name")                                                                                        \
    X(113, "bad_certificate_status_response")                                                                          \
    X(114, "bad_certificate_hash_value")                                                                               \
    X(115, "unknown_psk_identity")                                                                                     \
    X(116, "certificate_required")                                                                                     \
    X(120, "no_application_protocol")                                                                                  \
    X(121, "ech_required")
enum { ALERT_CLOSE_NOTIFY = 0, ALERT_USER_CANCELED = 90, ALERT_FATAL = 2 };

static const struct stream_ops ops;
static int feed(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment);
static int read_protected(struct tls *t, enum wsd_direction d, const struct tls_record *r,
                          const struct wsd_moment *moment);
static int end_direction(struct tls *t, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment);

static bool tell(struct tls *t, enum wsd_direction d, enum wsd_finding_code code, const char *detail,
                 const struct wsd_moment *moment)
{
    return t->host->hooks->finding(t->host->user, t->inner, d, code, detail, moment);
}

static struct via *pass_via(struct tls *t)
{
    struct via *via = t->via;
    t->via = NULL;
    return via;
}

/* ---- the host's list of those that wait ------------------------------------------------------------------------ */

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

static void list_remove(struct tls *t)
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
    list_remove(t);
    list_link(t);
    return t;
}

static bool waits(const struct tls *t)
{
    return t->queue.first != NULL && !t->replaying;
}

bool tls_is_late(const struct tls *t, int64_t time)
{
    uint64_t wait = t->host->secrets_wait;
    return t->previous != NULL && wait != UINT64_MAX && time > t->waits_since &&
           (uint64_t)(time - t->waits_since) > wait;
}

static int hold(struct tls *t, const struct tls_held *what, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    int rc = tls_queue_add(&t->queue, &t->host->held, what, bytes);
    return rc == 0 && tls_is_late(t, moment->time) ? tls_resume(t, true) : rc;
}

static int hold_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    const struct tls_held what = {
        .kind = TLS_HELD_RECORD, .direction = (uint8_t)d, .damaged = r->damaged, .moment = *moment};
    return hold(t, &what, bytes_of(r->header, TLS_RECORD_HEADER + r->body.length), moment);
}

/* The inner stream is there. A direction that ended before it was is told so. */
static int place_inner(struct tls *t)
{
    int rc = 0;
    t->inner->slot = &t->inner;
    for (int d = 0; d < 2 && rc == 0; d++)
        if (t->half[d].ended)
            rc = stream_end(t->inner, (enum wsd_direction)d, (enum wsd_how)t->half[d].how, &t->first);
    return rc;
}

/* ---- sealed for good ------------------------------------------------------------------------------------------- */

/* What was held goes to the stream that counts. */
static int pass_held(struct tls *t)
{
    int rc = 0;
    for (const struct tls_held *held = t->queue.first; held != NULL && rc == 0; held = held->next) {
        enum wsd_direction d = held->direction;
        if (held->kind == TLS_HELD_END)
            rc = stream_end(t->inner, d, held->how, &held->moment);
        else if (held->kind == TLS_HELD_GAP)
            rc = held->count > 0 ? stream_gap(t->inner, d, held->count, &held->moment)
                                 : 0; /* else only the framing was lost */
        else
            rc = stream_data(t->inner, d, bytes_of(held->bytes, held->length), &held->moment);
    }
    tls_queue_free(&t->queue, &t->host->held);
    return rc;
}

static void drop_keys(struct tls *t)
{
    for (int d = 0; d < 2; d++) {
        struct tls_half *half = &t->half[d];
        tls_records_drop(&half->records, &t->host->spare);
        tls_messages_free(&half->messages);
        tls_cipher_free(half->cipher);
        half->cipher = NULL;
        crypto_wipe(half->secret, sizeof half->secret);
        if (half->search != NULL)
            (void)tls_search_end(t, (enum wsd_direction)d);
    }
    tls_exchange_free(t);
}

int tls_seal(struct tls *t, const char *reason)
{
    if (t->inner != NULL)
        return 0;
    t->sealed = true;
    t->info.reason = reason;
    list_remove(t);
    drop_keys(t);
    t->inner = t->host->hooks->sealed_take(t->host->user, pass_via(t), &t->info, &t->first);
    if (t->inner == NULL)
        return -ENOMEM;
    int rc = place_inner(t);
    if (strcmp(reason, "no secrets") == 0)
        tell(t, WSD_NEITHER, WSD_FINDING_TLS_NO_SECRETS, "", &t->first);
    return rc != 0 ? rc : pass_held(t);
}

/* ---- content --------------------------------------------------------------------------------------------------- */

static int make_inner(struct tls *t, enum wsd_direction d, struct wsd_bytes first)
{
    if (t->inner != NULL)
        return 0;
    t->info.decrypted = true;
    t->inner = t->host->hooks->inside_take(t->host->user, pass_via(t), d, first, t->late);
    return t->inner == NULL ? -ENOMEM : place_inner(t);
}

/* As soon as there is a connection to say it of. */
static int tell_found(struct tls *t, int rc, const struct wsd_moment *moment)
{
    if (t->found && rc == 0 && tell(t, WSD_NEITHER, WSD_FINDING_TLS_SESSION_FOUND, "", moment))
        t->found = false;
    return rc;
}

static int deliver(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct tls_plain *plain,
                   const struct wsd_moment *moment)
{
    struct wsd_bytes content = plain->bytes;
    if (content.length == 0 || t->half[d].closed)
        return 0;
    int rc = make_inner(t, d, content);
    if (rc != 0 || !t->host->detail)
        return rc != 0 ? rc : tell_found(t, stream_data(t->inner, d, content, moment), moment);
    struct wsd_record record = {
        .content = plain->type,
        .sequence = t->half[d].cipher->sequence - 1,
        .ciphertext = (uint32_t)r->body.length,
        .plaintext = (uint32_t)content.length,
        .behind = (uint32_t)plain->behind,
        .sealed = bytes_first(r->body, WSD_DETAIL_RECORD),
        .opened = bytes_first(bytes_of(content.data, content.length + plain->behind), WSD_DETAIL_RECORD)};
    struct wsd_moment inside = *moment;
    memcpy(record.header, r->header, sizeof record.header);
    inside.record = &record;
    return tell_found(t, stream_data(t->inner, d, content, &inside), moment);
}

/* So many bytes of content cannot be had. */
static int lose(struct tls *t, enum wsd_direction d, uint64_t content, const struct wsd_moment *moment)
{
    if ((content & ~STREAM_ABOUT) == 0 || t->half[d].epoch == TLS_EPOCH_HANDSHAKE || t->half[d].closed)
        return 0;
    int rc = make_inner(t, d, bytes_of(NULL, 0));
    return rc != 0 ? rc : stream_gap(t->inner, d, content, moment);
}

static int lose_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    if (r->type != TLS_APPLICATION_DATA || t->session.suite == NULL)
        return 0;
    uint64_t content = tls_session_content(&t->session, r->body.length);
    return lose(t, d, content | (tls_session_exact(&t->session) ? 0 : STREAM_ABOUT), moment);
}

static const char *alert_word(uint8_t code)
{
#define ROW(code, word)                                                                                                \
    case code: return word;
    switch (code) {
        ALERTS(ROW)
    default: return "unknown";
    }
#undef ROW
}

static int read_alert(struct tls *t, enum wsd_direction d, struct wsd_bytes content, const struct wsd_moment *moment)
{
    char detail[64];
    if (content.length != 2 || content.data[1] == ALERT_USER_CANCELED)
        return 0;
    uint8_t code = content.data[1];
    if (code == ALERT_CLOSE_NOTIFY) {
        t->half[d].closed = true;
        return 0;
    }
    if (content.data[0] != ALERT_FATAL && !tls_is_13(t))
        return 0;
    t->half[d].closed = true;
    int rc = tls_seal(t, "handshake failed");
    snprintf(detail, sizeof detail, "%s (%u)", alert_word(code), (unsigned)code);
    if (rc == 0)
        tell(t, d, WSD_FINDING_TLS_ALERT, detail, moment);
    return rc;
}

/* Whether the other direction, or this one, may go on with what is held. */
static bool may_resume(const struct tls *t)
{
    return waits(t) && !(t->half[0].blocked && t->half[1].blocked);
}

static int read_content(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct tls_plain *plain,
                        const struct wsd_moment *moment)
{
    switch (plain->type) {
    case TLS_APPLICATION_DATA: return deliver(t, d, r, plain, moment);
    case TLS_HANDSHAKE: return tls_read_handshake(t, d, plain->bytes);
    case TLS_ALERT: return read_alert(t, d, plain->bytes, moment);
    case TLS_CHANGE_CIPHER_SPEC: /* a renegotiation (RFC 5246 7.4.1.1) */
        if (!tls_is_13(t))
            tls_enter_epoch(t, d, TLS_EPOCH_APPLICATION);
        return 0;
    default: return 0;
    }
}

/* ---- records --------------------------------------------------------------------------------------------------- */

/* Once: why all that follows a renegotiation is lost. */
static void tell_keys_unknown(struct tls *t, enum wsd_direction d, const struct wsd_moment *moment)
{
    if (tls_is_13(t) || t->inner == NULL || t->owed_told)
        return;
    t->owed_told = true;
    tell(t, d, WSD_FINDING_TLS_KEYS_UNKNOWN,
         t->owed == TLS_OWED_LOST ? "a hello of it is not in the capture" : "no secrets of the new session", moment);
}

/* The keys are there, and do not open it. */
static int fail(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    char detail[48];
    if (half->skip_early)
        return 0;
    if (half->cipher == NULL) {
        tell_keys_unknown(t, d, moment);
        return lose_record(t, d, r, moment);
    }
    snprintf(detail, sizeof detail, "record %llu", (unsigned long long)half->cipher->sequence);
    half->cipher->sequence++;
    tls_cipher_pass(half->cipher, r);
    if (half->failures < UINT8_MAX)
        half->failures++;
    if (!t->opened && half->failures >= FAILURES_MOST) {
        int rc = tls_seal(t, "wrong secrets");
        if (rc == 0)
            tell(t, d, WSD_FINDING_TLS_DECRYPT_FAILED, detail, moment);
        return rc;
    }
    int rc = t->opened ? lose_record(t, d, r, moment) : 0;
    if (rc == 0 && t->inner != NULL && half->failures == 1)
        tell(t, d, WSD_FINDING_TLS_DECRYPT_FAILED, detail, moment);
    return rc;
}

static int read_protected(struct tls *t, enum wsd_direction d, const struct tls_record *r,
                          const struct wsd_moment *moment)
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
        return lose_record(t, d, r, moment);
    }
    rc = tls_open_record(t, d, r, &plain, &skipped);
    return rc == -EBADMSG ? fail(t, d, r, moment) : read_content(t, d, r, &plain, moment);
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
        return read_alert(t, d, r->body, moment);
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

/* Is there a line of a key log about this client random? */
static bool is_logged(const struct tls *t)
{
    const struct wsd_bytes random = {t->session.client_random, TLS_RANDOM};
    bool found = tls_secrets_find(&t->host->secrets, TLS_SECRET_MASTER, 0, random).length > 0;
    for (int label = TLS_SECRET_CLIENT_EARLY; label <= TLS_SECRET_SERVER_TRAFFIC && !found; label++)
        found = tls_secrets_find(&t->host->secrets, (enum tls_label)label, 0, random).length > 0;
    return found;
}

/* Has any of this session's secrets come? */
static bool has_secrets(struct tls *t)
{
    uint8_t master[TLS_MASTER_SIZE];
    if (!t->hello || t->session.suite == NULL)
        return false;
    bool found = is_logged(t) || (!tls_is_13(t) && tls_find_master(t, master));
    crypto_wipe(master, sizeof master);
    return found;
}

/* It is of no use to wait: no secrets come later. */
static int give_up_waiting(struct tls *t, bool early, int rc)
{
    return rc == 0 && t->queue.first != NULL && t->host->secrets_wait == 0 && !early ? tls_resume(t, true) : rc;
}

/* Something is held while the session is not known: what can be tried is tried. */
static int try_secrets(struct tls *t)
{
    int rc = tls_try_secrets(t);
    return rc == 0 && t->hello && t->session.suite != NULL ? tls_resume(t, false) : rc;
}

static bool may_wait_unframed(const struct tls *t)
{
    bool known = t->hello || t->session.suite != NULL || t->queue.first != NULL; /* it is TLS */
    return known && !t->forced && !t->replaying && t->inner == NULL;
}

/* The session is not known, and here is no record: what was gathered of one, and all that follows, is held as it is. */
static int wait_unframed(struct tls *t, enum wsd_direction d, const struct wsd_moment *moment)
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

static int wait_for_secrets(struct tls *t, enum wsd_direction d, const struct tls_record *r,
                            const struct wsd_moment *moment)
{
    if (t->replaying)
        return TLS_WAIT;
    list_add(t, moment);
    t->half[d].blocked = true;
    bool unknown = !t->hello || t->session.suite == NULL;
    int rc = hold_record(t, d, r, moment);
    /* 0-RTT data and the server's answer wait for each other, not for secrets. */
    bool early =
        d == WSD_CLIENT && t->half[d].epoch == TLS_EPOCH_EARLY && t->half[WSD_SERVER].epoch < TLS_EPOCH_APPLICATION;
    if (rc == 0 && unknown && !t->sealed)
        rc = try_secrets(t);
    return give_up_waiting(t, early || t->owed != TLS_OWED_NONE, rc);
}

static int resume(struct tls *t);

/* Something more is held: it may say which session this is, or what becomes of 0-RTT data. */
static int look_again(struct tls *t, enum wsd_direction d)
{
    if (d == WSD_CLIENT && t->early == TLS_EARLY_OFFERED && t->half[WSD_SERVER].epoch == TLS_EPOCH_APPLICATION)
        t->half[d].blocked = false;
    bool known = t->hello && t->session.suite != NULL;
    return !known && !t->sealed && t->tried[d] < t->host->secrets.added ? try_secrets(t) : 0;
}

static int take_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    int rc;
    if (!is_protected(t, d, r)) {
        rc = read_plain(t, d, r, moment);
    } else if (waits(t)) {
        rc = hold_record(t, d, r, moment);
        if (rc == 0)
            rc = look_again(t, d);
    } else {
        rc = read_protected(t, d, r, moment);
        if (rc == TLS_WAIT)
            return wait_for_secrets(t, d, r, moment);
    }
    return rc == 0 && may_resume(t) ? resume(t) : rc;
}

/* ---- loss ------------------------------------------------------------------------------------------------------ */

/* Where the next record begins is not known, after so many bytes. */
static int lose_framing(struct tls *t, enum wsd_direction d, uint64_t lost, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    const struct tls_held what = {.kind = TLS_HELD_GAP, .direction = (uint8_t)d, .count = lost, .moment = *moment};
    if (waits(t)) {
        half->unframed = true;
        return hold(t, &what, bytes_of(NULL, 0), moment);
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

static int search(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
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
    rc = lose(t, d, found.content, moment);
    if (rc == 0 && t->inner != NULL)
        tell(t, d, WSD_FINDING_TLS_RESYNCHRONISED, detail, moment);
    if (rc == 0)
        rc = read_content(t, d, &record, &found.plain, moment);
    if (rc == 0)
        rc = feed(t, d, bytes_after(buffer_bytes(&found.bytes), found.at + TLS_RECORD_HEADER + record.body.length),
                  moment);
    buffer_free(&found.bytes);
    return rc;
}

/* What was gathered is no record's header: another one may begin in it. */
static int search_begun(struct tls *t, enum wsd_direction d, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    uint8_t begun[TLS_RECORD_HEADER];
    struct wsd_bytes held = bytes_first(buffer_bytes(&half->records.held), sizeof begun);
    if (held.length > 0)
        memcpy(begun, held.data, held.length);
    tls_records_drop(&half->records, &t->host->spare);
    int rc = lose_framing(t, d, 0, moment);
    return rc == 0 && half->search != NULL && held.length > 0 ? search(t, d, bytes_of(begun, held.length), moment) : rc;
}

/* Bytes that were held without their framing are being read, and a record in them has to wait: it takes their place, with the rest
 * behind it. */
static int split_held(struct tls *t, const struct tls_record *r, struct wsd_bytes rest)
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

static int hold_raw(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    const struct tls_held what = {.kind = TLS_HELD_RAW, .direction = (uint8_t)d, .moment = *moment};
    int rc = hold(t, &what, bytes, moment);
    if (rc == 0)
        rc = look_again(t, d);
    return rc == 0 && t->session.suite != NULL && may_resume(t) ? resume(t) : rc;
}

static int feed(struct tls *t, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
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
        if (half->unframed && waits(t))
            return hold_raw(t, d, bytes, moment);
        if (half->search != NULL)
            return search(t, d, bytes, moment);
        if (half->stray == moment->packet)
            return 0;
        int result = tls_records_next(&half->records, &t->host->spare, &bytes, &record);
        if (result == TLS_RECORDS_MORE || result < 0)
            return result < 0 ? result : 0;
        if (result == TLS_RECORDS_NONE) {
            if (waits(t) || (half->cipher == NULL && may_wait_unframed(t))) {
                rc = wait_unframed(t, d, moment);
                continue;
            }
            rc = half->epoch == TLS_EPOCH_PLAIN ? -ENOENT : tls_need_cipher(t, d);
            if (rc == -ENOMEM)
                return rc;
            if (rc != 0) {
                tls_records_drop(&half->records, &t->host->spare);
                half->stray = moment->packet;
                return t->inner != NULL || t->hello ? tls_seal(t, "handshake not captured") : STREAM_DONE;
            }
            rc = search_begun(t, d, moment);
            continue;
        }
        rc = take_record(t, d, &record, moment);
        if (rc == TLS_WAIT)
            return split_held(t, &record, bytes);
    } while (rc == 0 && bytes.length > 0);
    return rc;
}

/* ---- what was held --------------------------------------------------------------------------------------------- */

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
    return lose(t, d, content | (tls_session_exact(&t->session) ? 0 : STREAM_ABOUT), &held->moment);
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
    case TLS_HELD_RECORD: return read_protected(t, d, &record, &moment);
    case TLS_HELD_RAW: return feed(t, d, bytes_of(held->bytes, held->length), &moment);
    case TLS_HELD_LOST: return replay_lost(t, d, held);
    case TLS_HELD_GAP: return lose_framing(t, d, held->count, &moment);
    case TLS_HELD_END: return end_direction(t, d, held->how, &moment);
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

static int resume(struct tls *t)
{
    t->replaying = true;
    int rc = replay_all(t);
    t->replaying = false;
    if (t->queue.first == NULL) {
        list_remove(t);
        t->half[0].unframed = t->half[1].unframed = false;
    }
    return rc;
}

static const char *why_closed(const struct tls *t)
{
    if (t->hello && (t->session.version != 0 || !is_logged(t)))
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
    if (force && t->inner == NULL && !has_secrets(t))
        return tls_seal(t, why_closed(t));
    t->half[0].blocked = t->half[1].blocked = false;
    t->hurried = force;
    int rc = resume(t);
    t->hurried = false;
    return rc;
}

/* ---- the stream's operations ----------------------------------------------------------------------------------- */

/* What is of no interest, or over, waits for no secrets. */
static int settle(struct tls *t, int rc)
{
    if (rc == STREAM_DONE) {
        list_remove(t);
        tls_queue_free(&t->queue, &t->host->held);
    }
    return rc;
}

static int tls_data(struct stream *s, enum wsd_direction d, struct wsd_bytes bytes, const struct wsd_moment *moment)
{
    struct tls *t = (struct tls *)s;
    if (t->first.packet == 0)
        t->first = (struct wsd_moment){.time = moment->time, .packet = moment->packet, .link_type = moment->link_type};
    return settle(t, feed(t, d, bytes, moment));
}

static int tls_gap(struct stream *s, enum wsd_direction d, uint64_t missing, const struct wsd_moment *moment)
{
    struct tls *t = (struct tls *)s;
    struct tls_half *half = &t->half[d];
    if (t->sealed)
        return stream_gap(t->inner, d, missing, moment);
    if (half->search != NULL || (half->unframed && waits(t)))
        return lose_framing(t, d, missing & ~STREAM_ABOUT, moment);
    int64_t lost = missing & STREAM_ABOUT ? (int64_t)(missing & ~STREAM_ABOUT)
                                          : tls_records_gap(&half->records, &t->host->spare, missing);
    if (lost < 0)
        return (int)lost;
    return settle(t, lost == 0 ? feed(t, d, bytes_of(NULL, 0), moment) : lose_framing(t, d, (uint64_t)lost, moment));
}

static int end_direction(struct tls *t, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct tls_half *half = &t->half[d];
    if (half->ended && how != WSD_BY_RESET)
        return 0;
    int rc = half->search != NULL ? lose(t, d, tls_search_end(t, d), moment) : 0;
    if (rc != 0)
        return rc;
    half->ended = true;
    half->how = (uint8_t)how;
    if (how == WSD_BY_FIN && !half->closed && t->inner != NULL && t->opened)
        tell(t, d, WSD_FINDING_TLS_TRUNCATED, "", moment);
    if (t->inner != NULL)
        return stream_end(t->inner, d, how, moment);
    return t->half[!d].ended ? STREAM_DONE : 0;
}

static int tls_end(struct stream *s, enum wsd_direction d, enum wsd_how how, const struct wsd_moment *moment)
{
    struct tls *t = (struct tls *)s;
    if (t->sealed)
        return stream_end(t->inner, d, how, moment);
    if (waits(t) && how == WSD_BY_CAPTURE_END) {
        int rc = tls_resume(t, true);
        if (rc != 0 || t->sealed)
            return rc != 0 ? rc : stream_end(t->inner, d, how, moment);
    }
    if (!waits(t))
        return settle(t, end_direction(t, d, how, moment));
    const struct tls_held what = {.kind = TLS_HELD_END, .direction = (uint8_t)d, .how = (uint8_t)how, .moment = *moment};
    return tls_queue_add(&t->queue, &t->host->held, &what, bytes_of(NULL, 0));
}

static void tls_free(struct stream *s)
{
    struct tls *t = (struct tls *)s;
    list_remove(t);
    drop_keys(t);
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

void tls_drop_held(struct tls *t)
{
    tls_queue_free(&t->queue, &t->host->held);
    list_remove(t);
}

bool tls_is_waiting(const struct tls *t)
{
    return t->queue.first != NULL;
}
