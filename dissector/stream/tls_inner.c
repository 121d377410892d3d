/*
 * tls_inner.c: what the stream inside is given: content of records that were opened, and gaps for what was not; or, once nothing can
 * be opened, all bytes as they are, to be counted.
 *
 * It is made when there is something to give it. A direction that ended before that ends in it then.
 */
#include "base/bytes.h"
#include "stream/tls_state.h"

#include <errno.h>
#include <stdio.h>

bool tls_tell(struct tls *t, enum wsd_direction d, enum wsd_finding_code code, const char *detail,
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

/* ---- content --------------------------------------------------------------------------------------------------- */

static int make_inner(struct tls *t, enum wsd_direction d, struct wsd_bytes first)
{
    if (t->inner != NULL)
        return 0;
    t->info.decrypted = true;
    t->inner = t->host->hooks->inside_take(t->host->user, pass_via(t), d, first, t->late);
    return t->inner == NULL ? -ENOMEM : place_inner(t);
}

int tls_tell_session(struct tls *t, int rc, const struct wsd_moment *moment)
{
    char detail[48] = "shown all the same";
    if (t->found && rc == 0 && tls_tell(t, WSD_NEITHER, WSD_FINDING_TLS_SESSION_FOUND, "", moment))
        t->found = false;
    if (t->early_unknown && rc == 0) {
        if (t->early_lost > 0)
            snprintf(detail, sizeof detail, "%llu bytes left out", (unsigned long long)t->early_lost);
        t->early_unknown = !tls_tell(t, WSD_CLIENT, WSD_FINDING_TLS_EARLY_UNKNOWN, detail, moment);
    }
    return rc;
}

int tls_deliver(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct tls_plain *plain,
                const struct wsd_moment *moment)
{
    struct wsd_bytes content = plain->bytes;
    if (content.length == 0 || t->half[d].closed)
        return 0;
    int rc = make_inner(t, d, content);
    if (rc != 0 || !t->host->detail)
        return rc != 0 ? rc : tls_tell_session(t, stream_data(t->inner, d, content, moment), moment);
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
    return tls_tell_session(t, stream_data(t->inner, d, content, &inside), moment);
}

/* So many bytes of content cannot be had. */
int tls_lose(struct tls *t, enum wsd_direction d, uint64_t content, const struct wsd_moment *moment)
{
    if ((content & ~STREAM_ABOUT) == 0 || t->half[d].epoch == TLS_EPOCH_HANDSHAKE || t->half[d].closed)
        return 0;
    int rc = make_inner(t, d, bytes_of(NULL, 0));
    return rc != 0 ? rc : stream_gap(t->inner, d, content, moment);
}

int tls_lose_record(struct tls *t, enum wsd_direction d, const struct tls_record *r, const struct wsd_moment *moment)
{
    if (r->type != TLS_APPLICATION_DATA || t->session.suite == NULL)
        return 0;
    uint64_t content = tls_session_content(&t->session, r->body.length);
    return tls_lose(t, d, content | (tls_session_exact(&t->session) ? 0 : STREAM_ABOUT), moment);
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

void tls_drop_keys(struct tls *t)
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
    tls_wait_no_more(t);
    tls_drop_keys(t);
    t->inner = t->host->hooks->sealed_take(t->host->user, pass_via(t), &t->info, &t->first);
    if (t->inner == NULL)
        return -ENOMEM;
    int rc = place_inner(t);
    if (strcmp(reason, "no secrets") == 0)
        tls_tell(t, WSD_NEITHER, WSD_FINDING_TLS_NO_SECRETS, "", &t->first);
    return rc != 0 ? rc : pass_held(t);
}
