/*
 * tls_master.c: where the master secret of a session up to TLS 1.2 comes from: the key log, the session that this one resumes, or
 * the private key that the premaster secret was encrypted for (RFC 5246 7.4.7.1, 8.1; RFC 7627).
 */
#include "base/bytes.h"
#include "base/cursor.h"
#include "stream/tls_state.h"

#include <errno.h>
#include <stdlib.h>

enum { CONTENT_MOST = 64 << 10, MESSAGE_HEADER = 4, PREMASTER_NAME = 8 };

int tls_ticket_digest(struct wsd_bytes ticket, uint8_t digest[TLS_RANDOM])
{
    return crypto_digest(CRYPTO_SHA256, &ticket, 1, digest);
}

int tls_note_content(struct tls *t, enum wsd_direction d, struct wsd_bytes content)
{
    if (t->host->secrets.key_count == 0 || tls_is_13(t))
        return 0;
    if (t->exchange == NULL && (t->exchange = calloc(1, sizeof *t->exchange)) == NULL)
        return -ENOMEM;
    return buffer_append(&t->exchange->content[d], content, CONTENT_MOST);
}

void tls_exchange_free(struct tls *t)
{
    if (t->exchange == NULL)
        return;
    buffer_free(&t->exchange->content[0]);
    buffer_free(&t->exchange->content[1]);
    free(t->exchange);
    t->exchange = NULL;
}

/* The bytes up to the end of the first message of this type; empty when it is not there, or not whole. */
static struct wsd_bytes up_to(struct wsd_bytes content, uint8_t type, struct wsd_bytes *body)
{
    struct cursor c = cursor_of(content);
    while (cursor_left(&c) >= MESSAGE_HEADER) {
        uint32_t header = cursor_u32(&c);
        *body = cursor_bytes(&c, header & 0xFFFFFF);
        if (c.short_of)
            break;
        if (header >> 24 == type)
            return bytes_first(content, (size_t)(c.at - content.data));
    }
    return bytes_of(NULL, 0);
}

/* RFC 7627 3: the digest of all handshake messages up to ClientKeyExchange, which is the client's first after its hello but for its
 * certificate, and comes when the server is done. */
static int session_hash(struct tls *t, struct wsd_bytes client, uint8_t *out)
{
    struct wsd_bytes none, server = buffer_bytes(&t->exchange->content[WSD_SERVER]);
    struct wsd_bytes hello = up_to(client, TLS_CLIENT_HELLO, &none);
    const struct wsd_bytes parts[] = {hello, up_to(server, TLS_SERVER_HELLO_DONE, &none),
                                      bytes_after(client, hello.length)};
    if (hello.length == 0 || parts[1].length == 0)
        return -ENOENT;
    return crypto_digest(tls_session_hash(&t->session), parts, 3, out);
}

static bool decrypt_premaster(struct tls_secrets *secrets, struct wsd_bytes sealed, uint8_t *premaster)
{
    struct wsd_bytes logged = tls_secrets_find(secrets, TLS_SECRET_PREMASTER, 0, bytes_first(sealed, PREMASTER_NAME));
    if (logged.length == TLS_MASTER_SIZE) {
        memcpy(premaster, logged.data, TLS_MASTER_SIZE);
        return true;
    }
    for (size_t i = 0; i < secrets->key_count; i++)
        if (crypto_key_decrypt(secrets->keys[i], sealed, premaster, TLS_MASTER_SIZE))
            return true;
    return false;
}

static bool exchange(struct tls *t, uint8_t *master)
{
    uint8_t premaster[TLS_MASTER_SIZE], hash[CRYPTO_HASH_MOST];
    struct wsd_bytes body = {NULL, 0}, extended = {hash, 0};
    if (t->exchange == NULL)
        return false;
    struct wsd_bytes client = up_to(buffer_bytes(&t->exchange->content[WSD_CLIENT]), TLS_CLIENT_KEY_EXCHANGE, &body);
    struct cursor c = cursor_of(body);
    struct wsd_bytes sealed = cursor_bytes(&c, cursor_u16(&c));
    if (client.length == 0 || sealed.length == 0 || !decrypt_premaster(&t->host->secrets, sealed, premaster))
        return false;
    if (t->extended_master)
        extended.length = session_hash(t, client, hash) == 0 ? crypto_hash_size(tls_session_hash(&t->session)) : 0;
    bool good = (!t->extended_master || extended.length > 0) &&
                tls_master_secret(&t->session, bytes_of(premaster, sizeof premaster), extended, master) == 0;
    crypto_wipe(premaster, sizeof premaster);
    return good;
}

/* An abbreviated handshake may follow this session: without memory for it that one stays closed. */
static void remember(struct tls *t, const uint8_t *master)
{
    const struct wsd_bytes secret = {master, TLS_MASTER_SIZE};
    (void)tls_secrets_add(&t->host->secrets, TLS_SECRET_MASTER, 0, bytes_of(t->session.client_random, TLS_RANDOM),
                          secret);
    if (t->session_id_length > 0)
        (void)tls_secrets_add(&t->host->secrets, TLS_SECRET_SESSION, 0, bytes_of(t->session_id, t->session_id_length),
                              secret);
}

static struct wsd_bytes resumed(const struct tls *t)
{
    const struct tls_secrets *s = &t->host->secrets;
    struct wsd_bytes found = {NULL, 0};
    if (t->has_ticket)
        found = tls_secrets_find(s, TLS_SECRET_TICKET, 0, bytes_of(t->ticket, sizeof t->ticket));
    if (found.length == 0 && t->session_id_length > 0)
        found = tls_secrets_find(s, TLS_SECRET_SESSION, 0, bytes_of(t->session_id, t->session_id_length));
    return found;
}

bool tls_find_master(struct tls *t, uint8_t *master)
{
    const struct tls_secrets *s = &t->host->secrets;
    struct wsd_bytes found = tls_secrets_find(s, TLS_SECRET_MASTER, 0, bytes_of(t->session.client_random, TLS_RANDOM));
    if (found.length == 0 && exchange(t, master)) {
        remember(t, master);
        return true;
    }
    if (found.length == 0)
        found = resumed(t);
    if (found.length != TLS_MASTER_SIZE)
        return false;
    memcpy(master, found.data, TLS_MASTER_SIZE);
    return true;
}

int tls_note_ticket(struct tls *t, struct wsd_bytes body)
{
    uint8_t digest[TLS_RANDOM], master[TLS_MASTER_SIZE];
    struct cursor c = cursor_of(body);
    cursor_skip(&c, 4); /* how long it may be used, in seconds (RFC 5077 3.3) */
    struct wsd_bytes ticket = cursor_bytes(&c, cursor_u16(&c));
    if (t->host->secrets.key_count == 0 || ticket.length == 0 || t->session.suite == NULL ||
        !tls_find_master(t, master))
        return 0;
    int rc = tls_ticket_digest(ticket, digest);
    if (rc == 0)
        rc = tls_secrets_add(&t->host->secrets, TLS_SECRET_TICKET, 0, bytes_of(digest, sizeof digest),
                             bytes_of(master, sizeof master));
    crypto_wipe(master, sizeof master);
    return rc;
}
