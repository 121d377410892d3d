/*
 * tls_open.c: which keys a direction is under, and which record this is.
 *
 * After loss neither is certain. The sequence number is found by trying the next ones, as many as records can have been lost; a
 * lost Finished or KeyUpdate by trying the keys that would follow. A tag or MAC that fits is the proof.
 */
#include "base/bytes.h"
#include "stream/tls_state.h"

#include <errno.h>

enum { AHEAD_MOST = 4096 }; /* numbers tried for one record: some milliseconds */

void tls_enter_epoch(struct tls *t, enum wsd_direction d, enum tls_epoch epoch)
{
    struct tls_half *half = &t->half[d];
    tls_cipher_free(half->cipher);
    crypto_wipe(half->secret, sizeof half->secret);
    half->cipher = NULL;
    half->epoch = (uint8_t)epoch;
    half->blocked = false;
    half->failures = 0;
    half->ahead = 0;
    half->renewed = false;
    if (d == WSD_SERVER && epoch == TLS_EPOCH_APPLICATION && t->early == TLS_EARLY_OFFERED)
        t->half[WSD_CLIENT].blocked = false; /* nobody will say any more what becomes of 0-RTT data */
}

static enum tls_label label_of(enum wsd_direction d, unsigned epoch)
{
    static const uint8_t labels[][2] = {
        [TLS_EPOCH_EARLY] = {TLS_SECRET_CLIENT_EARLY, TLS_SECRET_CLIENT_EARLY},
        [TLS_EPOCH_HANDSHAKE] = {TLS_SECRET_CLIENT_HANDSHAKE, TLS_SECRET_SERVER_HANDSHAKE},
        [TLS_EPOCH_APPLICATION] = {TLS_SECRET_CLIENT_TRAFFIC, TLS_SECRET_SERVER_TRAFFIC},
    };
    return labels[epoch][d];
}

struct wsd_bytes tls_secret_of_epoch(const struct tls *t, enum wsd_direction d, unsigned epoch)
{
    return tls_secrets_find(&t->host->secrets, label_of(d, epoch), 0, bytes_of(t->session.client_random, TLS_RANDOM));
}

static void tell_secret(struct tls *t, enum tls_label label, struct wsd_bytes secret)
{
    char line[TLS_SECRET_LINE];
    if (t->host->hooks->secret == NULL)
        return;
    size_t length = tls_secret_line(label, bytes_of(t->session.client_random, TLS_RANDOM), secret, line);
    t->told = true;
    t->host->hooks->secret(t->host->user, t->owner, bytes_of((const uint8_t *)line, length));
    crypto_wipe(line, sizeof line);
}

/* Takes over a cipher, which may be NULL: no memory, or the secret is not of this suite. */
static int use(struct tls_half *half, struct tls_cipher *cipher, struct wsd_bytes secret)
{
    if (cipher == NULL)
        return -ENOENT;
    tls_cipher_free(half->cipher);
    half->cipher = cipher;
    memcpy(half->secret, secret.data, secret.length);
    return 0;
}

/* Likewise, with a secret of the log. All that this session has are told: other readers need them when the handshake says so, and not
 * when the first record comes. */
static int use_logged(struct tls *t, enum wsd_direction d, struct tls_cipher *cipher, struct wsd_bytes secret)
{
    int rc = use(&t->half[d], cipher, secret);
    for (int label = TLS_SECRET_CLIENT_EARLY; label <= TLS_SECRET_SERVER_TRAFFIC && rc == 0; label++) {
        struct wsd_bytes one = tls_secrets_find(&t->host->secrets, (enum tls_label)label, 0,
                                                bytes_of(t->session.client_random, TLS_RANDOM));
        if (one.length > 0)
            tell_secret(t, (enum tls_label)label, one);
    }
    return rc;
}

int tls_use_secret(struct tls *t, enum wsd_direction d, struct wsd_bytes secret, uint64_t number)
{
    int rc = use_logged(t, d, tls_cipher_13(t->session.suite, secret), secret);
    if (rc == 0)
        t->half[d].cipher->sequence = number;
    return rc == 0 ? 0 : -ENOMEM;
}

static int need_cipher_13(struct tls *t, enum wsd_direction d)
{
    struct tls_half *half = &t->half[d];
    if (half->epoch == TLS_EPOCH_EARLY && t->early == TLS_EARLY_OFFERED) {
        bool over = t->forced || (t->client_over && tls_secret_of_epoch(t, d, TLS_EPOCH_EARLY).length > 0);
        if (over || t->half[WSD_SERVER].epoch == TLS_EPOCH_APPLICATION)
            tls_judge_early(t);
        if (t->early == TLS_EARLY_OFFERED && !over)
            return TLS_WAIT;
        t->early_unknown = t->early == TLS_EARLY_OFFERED;
        if (t->early_unknown) /* rather left out than told twice; but it cannot come twice where nothing follows it */
            t->early = tls_ends_early(t) ? TLS_EARLY_ACCEPTED : TLS_EARLY_REJECTED;
    }
    if (half->epoch == TLS_EPOCH_EARLY && t->early == TLS_EARLY_REJECTED) {
        tls_enter_epoch(t, d, TLS_EPOCH_HANDSHAKE);
        half->skip_early = true;
    }
    struct wsd_bytes secret = tls_secret_of_epoch(t, d, half->epoch);
    /* A log that has the later secret will not bring the earlier one: the records under that are passed over. */
    if (secret.length == 0)
        return t->forced || tls_secret_of_epoch(t, d, TLS_EPOCH_APPLICATION).length > 0 ? -ENOENT : TLS_WAIT;
    return use_logged(t, d, tls_cipher_13(t->session.suite, secret), secret);
}

/* A hello of the renegotiation is missing. The other direction may still bring it; this one has passed it. */
static int need_hello(struct tls *t, enum wsd_direction d)
{
    bool passed = t->owed == (d == WSD_CLIENT ? TLS_OWED_BY_CLIENT : TLS_OWED_BY_SERVER);
    if (t->owed != TLS_OWED_LOST && !passed && !t->hurried)
        return TLS_WAIT;
    if (t->owed == TLS_OWED_BY_SERVER) { /* no secret makes up for its random */
        t->owed = TLS_OWED_LOST;
        t->half[!d].blocked = false;
    }
    return -ENOENT;
}

static int need_cipher_12(struct tls *t, enum wsd_direction d)
{
    uint8_t master[TLS_MASTER_SIZE];
    if (t->owed != TLS_OWED_NONE)
        return need_hello(t, d);
    if (!tls_find_master(t, master))
        return t->forced ? -ENOENT : TLS_WAIT;
    t->half[d].cipher = tls_cipher_12(&t->session, master, d);
    if (t->half[d].cipher != NULL)
        tell_secret(t, TLS_SECRET_MASTER, bytes_of(master, sizeof master));
    crypto_wipe(master, sizeof master);
    tls_exchange_free(t);
    return t->half[d].cipher == NULL ? -ENOMEM : 0;
}

int tls_need_cipher(struct tls *t, enum wsd_direction d)
{
    if (t->half[d].cipher != NULL)
        return 0;
    if (t->session.suite == NULL)
        return t->forced ? -ENOENT : TLS_WAIT;
    return tls_is_13(t) ? need_cipher_13(t, d) : need_cipher_12(t, d);
}

static uint8_t *plain_of(struct tls *t)
{
    return t->host->plain[t->depth];
}

/* One of the numbers from `first` on, at most `more` behind it; any, where the record says which it has. secret: of c. */
static bool open_at(struct tls *t, struct tls_cipher *c, struct wsd_bytes secret, const struct tls_record *r,
                    uint64_t first, uint64_t more, struct tls_plain *plain)
{
    if (more > 0 && tls_is_13(t) && tls_can_number(c->suite)) {
        uint64_t number;
        if (!tls_record_number(c->suite, secret, r, plain_of(t), &number) || number < first)
            return false;
        first = number;
        more = 0;
    }
    for (uint64_t i = 0; i <= more; i++)
        if (tls_cipher_open(c, r, first + i, plain_of(t), plain)) {
            c->sequence = first + i + 1;
            return true;
        }
    return false;
}

/* The keys that come after those of this direction. */
static bool open_next_epoch(struct tls *t, enum wsd_direction d, const struct tls_record *r, uint64_t more,
                            struct tls_plain *plain)
{
    struct tls_half *half = &t->half[d];
    for (unsigned epoch = half->epoch + 1u; epoch <= TLS_EPOCH_APPLICATION; epoch++) {
        struct wsd_bytes secret = tls_secret_of_epoch(t, d, epoch);
        struct tls_cipher *c = secret.length > 0 ? tls_cipher_13(t->session.suite, secret) : NULL;
        if (c != NULL && open_at(t, c, secret, r, 0, more, plain)) {
            uint64_t ahead = half->ahead;
            tls_enter_epoch(t, d, (enum tls_epoch)epoch);
            half->ahead = ahead;
            return use_logged(t, d, c, secret) == 0;
        }
        tls_cipher_free(c);
    }
    return false;
}

static bool open_next_generation(struct tls *t, enum wsd_direction d, const struct tls_record *r, uint64_t more,
                                 struct tls_plain *plain)
{
    struct tls_half *half = &t->half[d];
    uint8_t secret[TLS_SECRET_MOST];
    struct wsd_bytes bytes = {secret, crypto_hash_size(t->session.suite->hash)};
    memcpy(secret, half->secret, sizeof secret);
    bool good = tls_next_secret(t->session.suite, secret) == 0;
    struct tls_cipher *c = good ? tls_cipher_13(t->session.suite, bytes) : NULL;
    good = c != NULL && open_at(t, c, bytes, r, 0, more, plain);
    if (good)
        (void)use(half, c, bytes);
    else
        tls_cipher_free(c);
    crypto_wipe(secret, sizeof secret);
    return good;
}

/* Up to TLS 1.2 after a renegotiation whose ChangeCipherSpec is not in the capture: the keys of the new session. */
static bool open_renewed(struct tls *t, enum wsd_direction d, const struct tls_record *r, uint64_t more,
                         struct tls_plain *plain)
{
    struct tls_half *half = &t->half[d];
    uint8_t master[TLS_MASTER_SIZE];
    struct tls_cipher *c = tls_find_master(t, master) ? tls_cipher_12(&t->session, master, d) : NULL;
    if (c != NULL && open_at(t, c, bytes_of(NULL, 0), r, 0, more, plain)) {
        tls_enter_epoch(t, d, TLS_EPOCH_APPLICATION);
        half->cipher = c;
        tell_secret(t, TLS_SECRET_MASTER, bytes_of(master, sizeof master));
    } else {
        tls_cipher_free(c);
        c = NULL;
    }
    crypto_wipe(master, sizeof master);
    return c != NULL;
}

/* The same without the renegotiation's ClientHello: whose session it is, is found by trying. */
static bool open_unseen(struct tls *t, enum wsd_direction d, const struct tls_record *r, struct tls_plain *plain)
{
    uint8_t master[TLS_MASTER_SIZE];
    struct tls_cipher *c = tls_try_renewed(t, d, r, plain);
    t->owed = c != NULL ? TLS_OWED_NONE : TLS_OWED_LOST;
    t->half[!d].blocked = false;
    if (c == NULL)
        return false;
    t->half[d].cipher = c;
    if (tls_find_master(t, master))
        tell_secret(t, TLS_SECRET_MASTER, bytes_of(master, sizeof master));
    crypto_wipe(master, sizeof master);
    return true;
}

static bool open_otherwise(struct tls *t, enum wsd_direction d, const struct tls_record *r, struct tls_plain *plain)
{
    struct tls_half *half = &t->half[d];
    struct wsd_bytes secret = {half->secret, crypto_hash_size(t->session.suite->hash)};
    uint64_t more = half->ahead < AHEAD_MOST ? half->ahead : AHEAD_MOST;
    if (more > 0 && half->cipher != NULL && open_at(t, half->cipher, secret, r, half->cipher->sequence + 1, more, plain))
        return true;
    if (!tls_is_13(t) && t->owed == TLS_OWED_BY_CLIENT)
        return half->cipher == NULL && open_unseen(t, d, r, plain);
    if (!tls_is_13(t))
        return half->renewed && open_renewed(t, d, r, more, plain);
    if (half->epoch == TLS_EPOCH_PLAIN)
        return false;
    if (half->epoch < TLS_EPOCH_APPLICATION)
        return open_next_epoch(t, d, r, more, plain);
    return more > 0 && half->cipher != NULL && open_next_generation(t, d, r, more, plain);
}

int tls_open_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, struct tls_plain *plain,
                    uint64_t *skipped)
{
    struct tls_half *half = &t->half[d];
    struct tls_cipher *before = half->cipher;
    uint64_t sequence = before != NULL ? before->sequence : 0;
    *skipped = 0;
    if (before != NULL && tls_cipher_open(before, r, sequence, plain_of(t), plain))
        before->sequence++;
    else if (open_otherwise(t, d, r, plain))
        *skipped = half->cipher->sequence - 1 - (half->cipher == before ? sequence : 0);
    else
        return -EBADMSG;
    tls_cipher_pass(half->cipher, r);
    half->ahead = 0;
    half->failures = 0;
    half->skip_early = false;
    t->opened = true;
    return 0;
}

int tls_update_keys(struct tls *t, enum wsd_direction d)
{
    struct tls_half *half = &t->half[d];
    struct wsd_bytes secret = {half->secret, crypto_hash_size(t->session.suite->hash)};
    if (half->epoch != TLS_EPOCH_APPLICATION)
        return 0;
    int rc = tls_next_secret(t->session.suite, half->secret);
    struct tls_cipher *c = rc == 0 ? tls_cipher_13(t->session.suite, secret) : NULL;
    if (c == NULL)
        return -ENOMEM;
    tls_cipher_free(half->cipher);
    half->cipher = c;
    return 0;
}
