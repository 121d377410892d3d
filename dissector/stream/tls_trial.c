/*
 * tls_trial.c: which session is this? Where the capture lacks a hello, the secrets at hand are tried on what is held.
 *
 * TLS 1.3: a traffic secret is enough for its direction; the suite is one of those whose hash has the secret's length, and the record
 * says which number it has (GCM), or numbers are tried (other ciphers). Up to TLS 1.2 the keys need both randoms: only a
 * ClientHello may be missing, and each master secret is tried on the first record. Whatever fits is proven by its tag.
 *
 * Trying costs, and strangers make connections: the trials of all connections together are limited, and one may use a part of what
 * is left. A secret is tried once on each direction.
 */
#include "base/bytes.h"
#include "stream/tls_sample.h"

#include <errno.h>

enum {
    SHARE = 16,             /* of what is left, one connection may use a part of this */
    NUMBERS_MOST = 1 << 16, /* tried of one secret and cipher, */
    CCM_PART = 8,           /* of AES-CCM this part of them, */
    NUMBERS_LEAST = 64,     /* and what is not worth beginning with */
    GENERATIONS = 3,        /* KeyUpdates that may have been missed (GCM) */
    KEYS_COST = 8,          /* making keys costs as much as opening so many small records */
    SMALL = 1 << 10,        /* bytes of one */
    EARLY_LOOKED_AT = 64,   /* records of 0-RTT data, behind which its end is looked for */
};

/* What one connection may still spend, in small records opened. */
struct purse {
    uint64_t left, numbers; /* numbers: to be tried of one secret */
};

static bool spend(struct tls *t, struct purse *p, uint64_t cost)
{
    if (p->left < cost) {
        t->unaffordable = true;
        return false;
    }
    p->left -= cost;
    t->host->trials -= cost < t->host->trials ? cost : t->host->trials;
    return true;
}

static uint64_t cost_of(const struct tls_sample *s)
{
    return 1 + s->record.body.length / SMALL;
}

static bool is_traffic(unsigned label)
{
    return label == TLS_SECRET_CLIENT_TRAFFIC || label == TLS_SECRET_SERVER_TRAFFIC;
}

/* ---- TLS 1.3 --------------------------------------------------------------------------------------------------- */

/* Tries a secret of this suite on the sample, in the generations that may follow it. *secret is that of the one that fits. */
static bool find_number(struct tls *t, struct purse *p, const struct tls_suite *suite, const struct tls_sample *s,
                        uint8_t *secret, uint64_t *number)
{
    struct wsd_bytes bytes = {secret, crypto_hash_size(suite->hash)};
    for (int generation = 0; generation <= GENERATIONS; generation++) {
        if (!spend(t, p, KEYS_COST + 2 * cost_of(s)))
            return false;
        if (tls_record_number(suite, bytes, &s->record, t->host->plain[t->depth], number))
            return true;
        if (tls_next_secret(suite, secret) != 0)
            return false;
    }
    return false;
}

/* A handshake has few records, and AES-CCM few users. */
static uint64_t numbers_of(const struct purse *p, const struct tls_suite *suite, const struct tls_sample *s,
                           unsigned label)
{
    uint64_t numbers = p->numbers / cost_of(s) / (suite->cipher == CRYPTO_CHACHA20_POLY1305 ? 1 : CCM_PART);
    return numbers > NUMBERS_LEAST && !is_traffic(label) ? NUMBERS_LEAST : numbers;
}

static bool try_numbers(struct tls *t, struct purse *p, const struct tls_suite *suite, const struct tls_sample *s,
                        unsigned label, const uint8_t *secret, uint64_t *number)
{
    struct tls_plain plain;
    struct tls_cipher *c = tls_cipher_13(suite, bytes_of(secret, crypto_hash_size(suite->hash)));
    bool found = false;
    uint64_t numbers = numbers_of(p, suite, s, label);
    if (c == NULL || numbers < NUMBERS_LEAST || !spend(t, p, KEYS_COST + numbers * cost_of(s))) {
        t->unaffordable = t->unaffordable || numbers < NUMBERS_LEAST;
        tls_cipher_free(c);
        return false;
    }
    uint64_t first = t->hello ? 0 : s->behind; /* with a hello, records in front may be under other keys */
    for (uint64_t i = first; i < first + numbers && !found; i++) {
        found = tls_cipher_open(c, &s->record, i, t->host->plain[t->depth], &plain);
        *number = i;
    }
    tls_cipher_free(c);
    return found;
}

/* The direction turned out to be the other one: so does all that is kept of it. */
static void turn(struct tls *t)
{
    struct tls_half half = t->half[0];
    struct tls_held *lost = t->queue.lost[0];
    t->half[0] = t->half[1];
    t->half[1] = half;
    t->queue.lost[0] = t->queue.lost[1];
    t->queue.lost[1] = lost;
    for (struct tls_held *held = t->queue.first; held != NULL; held = held->next)
        held->direction = !held->direction;
    crypto_wipe(&half, sizeof half);
    t->turned = !t->turned;
    t->host->hooks->turned(t->host->user, t->owner);
}

static enum wsd_direction sender_of(unsigned label)
{
    return label == TLS_SECRET_SERVER_TRAFFIC || label == TLS_SECRET_SERVER_HANDSHAKE ? WSD_SERVER : WSD_CLIENT;
}

/* The sample, which `d` sent, is this record under the secret of this session. */
static int enter_13(struct tls *t, enum wsd_direction d, const struct tls_secret *one, const struct tls_suite *suite,
                    const struct tls_sample *s, const uint8_t *secret, uint64_t number)
{
    /* Records in front of it that do not count are the handshake's. */
    bool handshake = number < s->behind && memcmp(secret, one->secret, one->length) == 0;
    bool traffic = is_traffic(one->label) && !handshake;
    bool early = t->hello && t->early == TLS_EARLY_OFFERED; /* with it the client's records begin */
    const struct wsd_bytes bytes = {secret, crypto_hash_size(suite->hash)};
    memcpy(t->session.client_random, one->of, TLS_RANDOM);
    t->session.version = t->info.version = TLS_1_3;
    t->session.suite = suite;
    t->info.cipher = suite->id;
    t->info.cipher_name = suite->name;
    t->hello = true;
    if (d != sender_of(one->label)) {
        turn(t);
        d = !d;
    }
    for (int i = 0; i < 2; i++) {
        struct tls_half *half = &t->half[i];
        bool both = traffic && tls_secret_of_epoch(t, (enum wsd_direction)i, TLS_EPOCH_HANDSHAKE).length == 0;
        enum tls_epoch epoch = (i == (int)d && traffic) || both ? TLS_EPOCH_APPLICATION : TLS_EPOCH_HANDSHAKE;
        tls_enter_epoch(t, (enum wsd_direction)i, early && i == WSD_CLIENT ? TLS_EPOCH_EARLY : epoch);
        half->ahead = NUMBERS_MOST;
        half->skip_early = false;
    }
    bool first = t->half[d].epoch == (traffic ? TLS_EPOCH_APPLICATION : TLS_EPOCH_HANDSHAKE) && !handshake;
    return first ? tls_use_secret(t, d, bytes, !s->unframed && number > s->behind ? number - s->behind : 0) : 0;
}

static int try_13(struct tls *t, struct purse *p, enum wsd_direction d, const struct tls_sample *s,
                  const struct tls_secret *one)
{
    uint8_t secret[TLS_SECRET_MOST];
    int rc = 0;
    for (unsigned i = 0; i < TLS_SUITES_13 && rc == 0; i++) {
        const struct tls_suite *suite = t->session.suite != NULL ? t->session.suite : tls_suite_13(i);
        uint64_t number = 0;
        bool found = false;
        if (crypto_hash_size(suite->hash) == one->length) {
            memcpy(secret, one->secret, one->length);
            found = tls_can_number(suite) ? find_number(t, p, suite, s, secret, &number)
                                          : try_numbers(t, p, suite, s, one->label, secret, &number);
        }
        if (found)
            rc = enter_13(t, d, one, suite, s, secret, number);
        if (found && rc == 0)
            rc = 1;
        if (t->session.suite != NULL)
            break;
    }
    crypto_wipe(secret, sizeof secret);
    return rc;
}

/* ---- up to TLS 1.2, without the ClientHello -------------------------------------------------------------------- */

static int try_12(struct tls *t, struct purse *p, enum wsd_direction d, const struct tls_sample *s,
                  const struct tls_secret *one)
{
    struct tls_plain plain;
    if (!spend(t, p, 2 * KEYS_COST + cost_of(s)))
        return 0;
    memcpy(t->session.client_random, one->of, TLS_RANDOM);
    struct tls_cipher *c = tls_cipher_12(&t->session, one->secret, d);
    bool found = c != NULL && tls_cipher_open(c, &s->record, s->behind, t->host->plain[t->depth], &plain);
    tls_cipher_free(c);
    t->hello = found;
    return found;
}

struct tls_cipher *tls_try_renewed(struct tls *t, enum wsd_direction d, const struct tls_record *r,
                                   struct tls_plain *plain)
{
    const struct tls_secrets *secrets = &t->host->secrets;
    struct purse purse = {.left = t->host->trials / SHARE};
    uint8_t before[TLS_RANDOM];
    memcpy(before, t->session.client_random, sizeof before);
    for (uint64_t i = 0; i < secrets->count; i++) {
        const struct tls_secret *one = tls_secrets_newest(secrets, i);
        if (one->label != TLS_SECRET_MASTER || memcmp(one->of, before, sizeof before) == 0)
            continue;
        if (!spend(t, &purse, 2 * KEYS_COST + TLS_UNSEEN_MOST * (1 + r->body.length / SMALL)))
            break;
        memcpy(t->session.client_random, one->of, TLS_RANDOM);
        struct tls_cipher *c = tls_cipher_12(&t->session, one->secret, d);
        for (uint64_t number = 0; c != NULL && number < TLS_UNSEEN_MOST; number++)
            if (tls_cipher_open(c, r, number, t->host->plain[t->depth], plain)) {
                c->sequence = number + 1;
                return c;
            }
        tls_cipher_free(c);
    }
    memcpy(t->session.client_random, before, sizeof before);
    return NULL;
}

/* ---- 0-RTT data ------------------------------------------------------------------------------------------------ */

static struct tls_cipher *client_cipher(const struct tls *t, unsigned epoch)
{
    struct wsd_bytes secret = tls_secret_of_epoch(t, WSD_CLIENT, epoch);
    return secret.length > 0 ? tls_cipher_13(t->session.suite, secret) : NULL;
}

/* Behind 0-RTT data that was accepted comes EndOfEarlyData (RFC 8446 4.5), and under the next keys without it what follows data that
 * was not. Returns what the client's records show; OFFERED: nothing, *whole: and all of them are 0-RTT data. */
static enum tls_early early_shown(struct tls *t, bool *whole)
{
    struct tls_cipher *early = client_cipher(t, TLS_EPOCH_EARLY), *next = client_cipher(t, TLS_EPOCH_HANDSHAKE);
    struct tls_plain plain;
    uint8_t *scratch = t->host->plain[t->depth];
    enum tls_early shown = TLS_EARLY_OFFERED;
    uint64_t count = 0;
    const struct tls_held *held = t->queue.first;
    for (; held != NULL && count < EARLY_LOOKED_AT; held = held->next) {
        if (held->direction != WSD_CLIENT || held->kind == TLS_HELD_END)
            continue;
        if (held->kind != TLS_HELD_RECORD || held->damaged)
            break;
        const struct tls_record record = tls_held_record(held);
        if (early == NULL || !tls_cipher_open(early, &record, count, scratch, &plain)) {
            if (next != NULL && tls_cipher_open(next, &record, 0, scratch, &plain))
                shown = TLS_EARLY_REJECTED;
            break;
        }
        if (plain.type == TLS_HANDSHAKE && plain.bytes.length > 0 && plain.bytes.data[0] == TLS_END_OF_EARLY_DATA) {
            shown = TLS_EARLY_ACCEPTED;
            break;
        }
        count++;
    }
    *whole = held == NULL && count > 0;
    tls_cipher_free(early);
    tls_cipher_free(next);
    return shown;
}

void tls_judge_early(struct tls *t)
{
    bool whole;
    t->early = (uint8_t)early_shown(t, &whole);
}

bool tls_ends_early(struct tls *t)
{
    bool whole;
    return early_shown(t, &whole) == TLS_EARLY_OFFERED && whole;
}

/* ---- all ------------------------------------------------------------------------------------------------------- */

static bool may_fit(const struct tls *t, enum wsd_direction d, const struct tls_secret *one)
{
    bool known = t->hello || t->session.suite != NULL; /* so is who the client is */
    if (t->session.version != 0 && !tls_is_13(t))
        return one->label == TLS_SECRET_MASTER;
    bool early = one->label == TLS_SECRET_CLIENT_EARLY && t->hello && t->early == TLS_EARLY_OFFERED;
    if (one->generation != 0 ||
        (!early && (one->label < TLS_SECRET_CLIENT_HANDSHAKE || one->label > TLS_SECRET_SERVER_TRAFFIC)))
        return false;
    return (!known || sender_of(one->label) == d) &&
           (!t->hello || memcmp(one->of, t->session.client_random, TLS_RANDOM) == 0);
}

static bool tls_13_possible(const struct tls *t)
{
    return t->session.version == 0 || tls_is_13(t);
}

/* The newest first: what is in the capture is rather of today. */
static int try_direction(struct tls *t, struct purse *p, enum wsd_direction d)
{
    const struct tls_secrets *secrets = &t->host->secrets;
    struct tls_sample s;
    uint64_t from = t->tried[d];
    int rc = tls_sample_take(t, d, tls_13_possible(t), &s);
    if (rc != 0)
        return rc;
    if (s.there || s.exhausted)
        t->tried[d] = secrets->added;
    uint64_t new = secrets->added - from < secrets->count ? secrets->added - from : secrets->count;
    p->numbers = p->left / (3 * (1 + new / 4)); /* a session has four secrets, and both senders may be this one */
    p->numbers = p->numbers < NUMBERS_MOST ? p->numbers : NUMBERS_MOST;
    for (uint64_t i = 0; i < new &&s.there &&rc == 0 && p->left > 0; i++) {
        const struct tls_secret *one = tls_secrets_newest(secrets, i);
        if (may_fit(t, d, one))
            rc = one->label == TLS_SECRET_MASTER ? try_12(t, p, d, &s, one) : try_13(t, p, d, &s, one);
    }
    tls_sample_free(&s);
    return rc;
}

/* The ServerHello is not in the capture: something else came in its place. */
static bool server_hello_lost(const struct tls *t)
{
    const struct tls_half *server = &t->half[WSD_SERVER];
    return server->epoch != TLS_EPOCH_PLAIN || server->unframed || server->ahead > 0 || t->forced;
}

int tls_try_secrets(struct tls *t)
{
    if ((t->hello && (t->session.suite != NULL || !server_hello_lost(t))) || t->queue.first == NULL ||
        t->host->secrets.count == 0)
        return 0;
    struct purse purse = {.left = t->host->trials / SHARE};
    int rc = 0;
    /* The suite of 0-RTT data may be another one than the server's, who rejects it then. */
    for (int i = 0; i < 2 && rc == 0; i++) {
        enum wsd_direction d = t->early == TLS_EARLY_OFFERED ? !i : i;
        if (t->tried[d] < t->host->secrets.added)
            rc = try_direction(t, &purse, d);
    }
    t->found = t->found || rc > 0;
    return rc < 0 ? rc : 0;
}
