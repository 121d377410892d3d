/*
 * tls_hello.c: what handshake messages say, and which keys they bring about (RFC 8446 2, 4; RFC 5246 7.3).
 */
#include "base/bytes.h"
#include "base/cursor.h"
#include "stream/tls_state.h"

#include <errno.h>
#include <stdlib.h>

static bool is_protocol(struct wsd_bytes name, const char *word)
{
    return bytes_equal(name, bytes_text(word));
}

/* HTTP/1.1 carries WebSocket (RFC 6455), HTTP/2 does (RFC 8441); nothing agreed is HTTP/1.1, or anything. */
static bool may_carry(struct wsd_bytes protocol)
{
    return protocol.length == 0 || is_protocol(protocol, "http/1.1") || is_protocol(protocol, "h2");
}

static bool offer_may_carry(struct wsd_bytes offer)
{
    struct cursor c = cursor_of(offer);
    bool may = offer.length == 0;
    while (cursor_left(&c) > 0 && !may)
        may = may_carry(cursor_bytes(&c, cursor_u8(&c)));
    return may;
}

/* Server name and protocol lie in one piece of memory. Returns 0 or -ENOMEM. */
static int keep_words(struct tls *t, struct wsd_bytes sni, struct wsd_bytes alpn)
{
    uint8_t *words = malloc(sni.length + alpn.length + 1);
    if (words == NULL)
        return -ENOMEM;
    if (sni.length > 0)
        memcpy(words, sni.data, sni.length);
    if (alpn.length > 0)
        memcpy(words + sni.length, alpn.data, alpn.length);
    free(t->words);
    t->words = words;
    t->info.sni = bytes_of(words, sni.length);
    t->info.alpn = bytes_of(words + sni.length, alpn.length);
    return 0;
}

static int choose_protocol(struct tls *t, struct wsd_bytes protocol)
{
    if (!may_carry(protocol))
        return STREAM_DONE;
    return protocol.length == 0 || t->info.alpn.length > 0 ? 0 : keep_words(t, t->info.sni, protocol);
}

/* Up to TLS 1.2 a renegotiation begins. One direction may be behind the other, where the capture lacks something: it gets its keys while
 * the randoms that they are made from are known. */
static int settle_keys(struct tls *t)
{
    for (int d = 0; d < 2 && t->session.suite != NULL && !tls_is_13(t); d++) {
        struct tls_half *half = &t->half[d];
        if (half->cipher != NULL)
            continue;
        if (half->epoch == TLS_EPOCH_PLAIN)
            tls_enter_epoch(t, (enum wsd_direction)d, TLS_EPOCH_APPLICATION);
        half->ahead = TLS_UNSEEN_MOST;
        if (tls_need_cipher(t, (enum wsd_direction)d) == -ENOMEM)
            return -ENOMEM;
    }
    return 0;
}

/* One side's hello of a renegotiation was read: the other one's is there already, or owed. */
static void note_hello(struct tls *t, enum wsd_direction d)
{
    enum tls_owed mine = d == WSD_CLIENT ? TLS_OWED_BY_CLIENT : TLS_OWED_BY_SERVER;
    enum tls_owed others = d == WSD_CLIENT ? TLS_OWED_BY_SERVER : TLS_OWED_BY_CLIENT;
    t->owed = (uint8_t)(t->owed == mine ? TLS_OWED_NONE : others);
    t->half[!d].blocked = false;
}

static int read_client_hello(struct tls *t, struct wsd_bytes body)
{
    struct tls_client_hello hello;
    if (!tls_client_hello(body, &hello))
        return 0;
    bool again = t->hello && t->session.suite != NULL && !tls_is_13(t);
    if (again && memcmp(t->session.client_random, hello.random, TLS_RANDOM) == 0)
        return 0; /* it was found already */
    /* The first one may stand behind the ServerHello in the capture. */
    int rc = again && t->owed == TLS_OWED_NONE ? settle_keys(t) : 0;
    if (rc != 0)
        return rc;
    if (again)
        note_hello(t, WSD_CLIENT);
    memcpy(t->session.client_random, hello.random, TLS_RANDOM);
    t->has_ticket = hello.ticket.length > 0;
    rc = t->has_ticket ? tls_ticket_digest(hello.ticket, t->ticket) : 0;
    if (rc != 0)
        return rc;
    if (t->half[WSD_CLIENT].epoch == TLS_EPOCH_PLAIN)
        t->early = hello.early_data             ? TLS_EARLY_OFFERED
                   : t->early == TLS_EARLY_NONE ? TLS_EARLY_NONE
                                                : TLS_EARLY_REJECTED;
    if (t->hello)
        return 0;
    t->hello = true;
    if (!offer_may_carry(hello.alpn))
        return STREAM_DONE;
    rc = keep_words(t, hello.sni, bytes_of(NULL, 0));
    return rc == 0 ? tls_fingerprint(&hello, t->info.ja3, t->info.ja4) : rc;
}

static int read_server_hello(struct tls *t, struct wsd_bytes body)
{
    struct tls_server_hello hello;
    if (!tls_server_hello(body, &hello))
        return 0;
    bool first = t->session.suite == NULL;
    int rc = t->owed == TLS_OWED_NONE ? settle_keys(t) : 0;
    if (rc != 0)
        return rc;
    if (!first && !tls_is_13(t))
        note_hello(t, WSD_SERVER);
    t->session.version = hello.version;
    if (hello.retry)
        return 0;
    memcpy(t->session.server_random, hello.random, TLS_RANDOM);
    t->session.encrypt_then_mac = hello.encrypt_then_mac;
    t->extended_master = hello.extended_master;
    t->session_id_length = (uint8_t)(hello.session_id.length <= TLS_RANDOM ? hello.session_id.length : 0);
    if (t->session_id_length > 0)
        memcpy(t->session_id, hello.session_id.data, t->session_id_length);
    t->session.suite = tls_suite(hello.suite);
    for (int d = 0; d < 2 && !first; d++)
        t->half[d].renewed = true;
    if (first) {
        t->info.version = hello.version;
        t->info.cipher = hello.suite;
        t->info.cipher_name = t->session.suite != NULL ? t->session.suite->name : NULL;
    }
    rc = choose_protocol(t, hello.alpn);
    if (rc != 0)
        return rc;
    if (hello.version < TLS_1_0 || hello.version > TLS_1_3)
        return tls_seal(t, "version not supported");
    if (t->session.suite == NULL)
        return tls_seal(t, "cipher suite not supported");
    if (tls_is_13(t))
        tls_enter_epoch(t, WSD_SERVER, TLS_EPOCH_HANDSHAKE);
    t->half[WSD_CLIENT].blocked = false;
    return 0;
}

static int read_encrypted_extensions(struct tls *t, struct wsd_bytes body)
{
    bool early;
    struct wsd_bytes protocol = tls_encrypted_extensions(body, &early);
    if (t->early == TLS_EARLY_OFFERED)
        t->early = early ? TLS_EARLY_ACCEPTED : TLS_EARLY_REJECTED;
    t->half[WSD_CLIENT].blocked = false;
    return choose_protocol(t, protocol);
}

static int read_message(struct tls *t, enum wsd_direction d, const struct tls_message *m)
{
    bool tls13 = tls_is_13(t);
    switch ((enum tls_message_type)m->type) {
    case TLS_CLIENT_HELLO: return d == WSD_CLIENT ? read_client_hello(t, m->body) : 0;
    case TLS_SERVER_HELLO: return d == WSD_SERVER ? read_server_hello(t, m->body) : 0;
    case TLS_ENCRYPTED_EXTENSIONS: return tls13 && d == WSD_SERVER ? read_encrypted_extensions(t, m->body) : 0;
    case TLS_NEW_SESSION_TICKET: return !tls13 && d == WSD_SERVER ? tls_note_ticket(t, m->body) : 0;
    case TLS_KEY_UPDATE: return tls13 && t->half[d].cipher != NULL ? tls_update_keys(t, d) : 0;
    case TLS_END_OF_EARLY_DATA:
        if (tls13 && t->half[d].epoch == TLS_EPOCH_EARLY)
            tls_enter_epoch(t, d, TLS_EPOCH_HANDSHAKE);
        return 0;
    case TLS_FINISHED:
        if (tls13 && t->half[d].epoch == TLS_EPOCH_HANDSHAKE)
            tls_enter_epoch(t, d, TLS_EPOCH_APPLICATION);
        return 0;
    case TLS_HELLO_REQUEST:
    case TLS_SERVER_HELLO_DONE:
    case TLS_CLIENT_KEY_EXCHANGE: return 0;
    }
    return 0;
}

int tls_read_handshake(struct tls *t, enum wsd_direction d, struct wsd_bytes content)
{
    struct tls_message message;
    int rc = 0;
    while (rc == 0 && !t->sealed) {
        rc = tls_messages_next(&t->half[d].messages, &content, &message);
        if (rc <= 0)
            return rc;
        rc = read_message(t, d, &message);
    }
    return rc;
}
