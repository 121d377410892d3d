/*
 * text_connection.c: the lines at a connection's beginning and end.
 *
 *     #1  open     10.0.0.7:51022 → 10.0.0.1:8080  ws://shop.example/feed  chat.v2  permessage-deflate
 *     #2  attempt  10.0.0.7:51023 → 10.0.0.1:8080  ws://shop.example/feed  rejected: 403 Forbidden
 *     #3  open     10.0.0.7:51024 → 10.0.0.9:1080  ws://shop.example/feed  via socks5 shop.example:80  for 203.0.113.7
 *     #1  close    by server, 1001 going away, after 29.9 s   → 12 msg 3.1 kB   ← 2041 msg 1.9 MB
 */
#include "output/text.h"

enum { STRING_COLUMNS = 1000, REASON_COLUMNS = 125 };

static void write_endpoint(struct text_sink *s, const struct wsd_endpoint *endpoint)
{
    char address[WSD_ADDRESS_SIZE];
    wsd_address(endpoint, address);
    writer_format(s->w, endpoint->family == 6 ? "[%s]:%u" : "%s:%u", address, (unsigned)endpoint->port);
}

static void write_string(struct text_sink *s, struct wsd_bytes bytes)
{
    if (bytes.length == 0)
        return;
    WRITER_JUST(s->w, "  ");
    text_escaped(s, bytes, STRING_COLUMNS, false);
}

static void write_hop(struct text_sink *s, const struct wsd_hop *hop)
{
    writer_text(s->w, wsd_hop_word(hop->kind));
    if (hop->target.length > 0) {
        WRITER_JUST(s->w, " ");
        text_escaped(s, hop->target, STRING_COLUMNS, false);
    }
    if (hop->source.family == 0)
        return;
    WRITER_JUST(s->w, " ");
    write_endpoint(s, &hop->source);
    writer_format(s->w, " %s ", terminal_arrow(s->terminal, WSD_CLIENT));
    write_endpoint(s, &hop->destination);
}

/* The proxies in front, the outermost first, and the client that the innermost named. */
static void write_proxies(struct text_sink *s, const struct wsd_opening *opening)
{
    for (size_t i = 0; i < opening->via_count; i++) {
        writer_text(s->w, i == 0 ? "  via " : ", ");
        write_hop(s, &opening->via[i]);
    }
    if (opening->forwarded_for.length > 0) {
        WRITER_JUST(s->w, "  for ");
        text_escaped(s, opening->forwarded_for, STRING_COLUMNS, false);
    }
}

/* Of a sealed connection everything that is known; of an opened one only what it is. */
static void write_tls(struct text_sink *s, const struct wsd_connection *c)
{
    const struct wsd_tls *tls = c->tls;
    const char *version = tls != NULL ? wsd_tls_version_word(tls->version) : NULL;
    if (version != NULL)
        writer_format(s->w, "  %s", version);
    if (tls == NULL || c->handshake != WSD_HANDSHAKE_ENCRYPTED)
        return;
    if (tls->cipher_name != NULL)
        writer_format(s->w, "  %s", tls->cipher_name);
    write_string(s, tls->sni);
    write_string(s, tls->alpn);
}

/* What came of the attempt, where it is not simply complete. */
static void write_outcome(struct text_sink *s, const struct wsd_event *e)
{
    const struct wsd_connection *c = e->connection;
    switch (c->handshake) {
    case WSD_HANDSHAKE_COMPLETE: return;
    case WSD_HANDSHAKE_REJECTED:
        writer_format(s->w, "  rejected: %d", c->status);
        if (e->opening.response != NULL && e->opening.response->reason.length > 0) {
            WRITER_JUST(s->w, " ");
            text_escaped(s, e->opening.response->reason, STRING_COLUMNS, false);
        }
        return;
    case WSD_HANDSHAKE_UNANSWERED: WRITER_JUST(s->w, "  unanswered"); return;
    case WSD_HANDSHAKE_MISSING:
        writer_text(s->w, e->opening.request != NULL ? "  (answer not captured)" : "  (handshake not captured)");
        return;
    case WSD_HANDSHAKE_ENCRYPTED:
        writer_format(s->w, "  encrypted: %s", c->tls != NULL && c->tls->reason != NULL ? c->tls->reason : "");
        return;
    }
}

void text_open(struct text_sink *s, const struct wsd_event *e)
{
    const struct wsd_connection *c = e->connection;
    bool failed = c->handshake == WSD_HANDSHAKE_REJECTED || c->handshake == WSD_HANDSHAKE_UNANSWERED;
    text_begin(s, e, failed ? "attempt" : "open");
    write_endpoint(s, &c->endpoint[WSD_CLIENT]);
    writer_format(s->w, " %s ", terminal_arrow(s->terminal, WSD_CLIENT));
    write_endpoint(s, &c->endpoint[WSD_SERVER]);
    write_string(s, c->url);
    write_string(s, c->subprotocol);
    write_string(s, e->opening.extensions);
    if (c->carrier == WSD_CARRIER_H2 || c->carrier == WSD_CARRIER_H2_TLS)
        writer_format(s->w, "  %s", wsd_carrier_word(c->carrier));
    write_tls(s, c);
    if (c->version >= 0 && c->version != 13)
        writer_format(s->w, "  version %d", c->version);
    write_proxies(s, &e->opening);
    write_outcome(s, e);
    WRITER_JUST(s->w, "\n");
}

/* How it ended, apart from who and with which code. */
static const char *ending(const struct wsd_close *c, bool sealed)
{
    switch (c->how) {
    case WSD_BY_HANDSHAKE: return NULL;
    case WSD_BY_FIN:
        if (sealed)
            return "FIN";
        return c->code < 0 ? "FIN without a close frame" : "FIN without an answer";
    case WSD_BY_RESET: return "reset";
    case WSD_BY_IDLE: return "given up as idle";
    case WSD_BY_CAPTURE_END: return "still open";
    }
    return NULL;
}

static void write_code(struct text_sink *s, const struct wsd_close *c)
{
    if (c->code >= 0)
        writer_format(s->w, "%d %s, ", c->code, wsd_close_word(c->code));
    else if (c->how == WSD_BY_HANDSHAKE)
        WRITER_JUST(s->w, "no code, ");
    if (c->reason.length > 0) {
        WRITER_JUST(s->w, "\"");
        text_escaped(s, c->reason, REASON_COLUMNS, false);
        WRITER_JUST(s->w, "\", ");
    }
}

static void write_sent(struct text_sink *s, const struct wsd_event *e, enum wsd_direction from)
{
    char size[HUMAN_SIZE];
    const struct wsd_counts *counts = &e->connection->counts[from];
    writer_format(s->w, "   %s%s%s %llu msg %s", terminal_role(s->terminal, terminal_sender(from)),
                  terminal_arrow(s->terminal, from), terminal_role(s->terminal, TERMINAL_NORMAL),
                  (unsigned long long)counts->messages, human_size(size, counts->payload_bytes));
    if (counts->gap_bytes > 0)
        writer_format(s->w, " (%s missing)", human_size(size, counts->gap_bytes));
}

static void write_sealed(struct text_sink *s, const struct wsd_event *e, enum wsd_direction from)
{
    char size[HUMAN_SIZE];
    writer_format(s->w, "   %s%s%s %s", terminal_role(s->terminal, terminal_sender(from)),
                  terminal_arrow(s->terminal, from), terminal_role(s->terminal, TERMINAL_NORMAL),
                  human_size(size, e->connection->counts[from].wire_bytes));
}

void text_close(struct text_sink *s, const struct wsd_event *e)
{
    static const char *const by[] = {"by client, ", "by server, ", ""};
    const struct wsd_close *c = &e->close;
    const char *how = ending(c, e->connection->handshake == WSD_HANDSHAKE_ENCRYPTED);
    char duration[HUMAN_SIZE];
    text_begin(s, e, "close");
    writer_text(s->w, by[c->by]);
    write_code(s, c);
    if (how != NULL)
        writer_format(s->w, "%s, ", how);
    if (c->reported >= 0 && c->reported != c->code)
        writer_format(s->w, "the client is told %d, ", c->reported);
    writer_format(s->w, "after %s", human_duration(duration, c->duration));
    if (e->connection->handshake == WSD_HANDSHAKE_ENCRYPTED) {
        write_sealed(s, e, WSD_CLIENT);
        write_sealed(s, e, WSD_SERVER);
        WRITER_JUST(s->w, "\n");
        return;
    }
    write_sent(s, e, WSD_CLIENT);
    write_sent(s, e, WSD_SERVER);
    WRITER_JUST(s->w, "\n");
}
