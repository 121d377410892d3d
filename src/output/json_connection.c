/*
 * json_connection.c: the line of a connection event, with both heads of the opening handshake.
 *
 * A header is [name, value], and where one of the two was not UTF-8 it has a third member, an object with name_base64 or
 * value_base64.
 */
#include "output/json_sink.h"

static void write_endpoint(struct writer *w, const struct wsd_endpoint *endpoint)
{
    char address[WSD_ADDRESS_SIZE];
    wsd_address(endpoint, address);
    WRITER_JUST(w, "{\"ip\":");
    json_text(w, address);
    NUMBER(w, "port", endpoint->port);
    WRITER_JUST(w, "}");
}

static void write_endpoint_key(struct writer *w, const char *key, const struct wsd_endpoint *endpoint)
{
    writer_text(w, key);
    if (endpoint->family == 0)
        WRITER_JUST(w, "null");
    else
        write_endpoint(w, endpoint);
}

static void write_hop(struct writer *w, const struct wsd_hop *hop)
{
    WRITER_JUST(w, "{\"kind\":");
    json_text(w, wsd_hop_word(hop->kind));
    STRING_OR_NULL(w, "target", hop->target);
    KEY(w, "user");
    json_bool(w, hop->user);
    write_endpoint_key(w, ",\"source\":", &hop->source);
    write_endpoint_key(w, ",\"destination\":", &hop->destination);
    WRITER_JUST(w, "}");
}

static void write_via(struct writer *w, const struct wsd_opening *opening)
{
    KEY(w, "via");
    if (opening->via_count == 0) {
        WRITER_JUST(w, "null");
        return;
    }
    for (size_t i = 0; i < opening->via_count; i++) {
        writer_text(w, i == 0 ? "[" : ",");
        write_hop(w, &opening->via[i]);
    }
    WRITER_JUST(w, "]");
}

static void write_deflate(struct writer *w, const struct wsd_deflate *deflate)
{
    KEY(w, "deflate");
    if (!deflate->negotiated) {
        WRITER_JUST(w, "null");
        return;
    }
    WRITER_JUST(w, "{\"client_no_context_takeover\":");
    json_bool(w, deflate->no_context_takeover[WSD_CLIENT]);
    KEY(w, "server_no_context_takeover");
    json_bool(w, deflate->no_context_takeover[WSD_SERVER]);
    NUMBER(w, "client_max_window_bits", deflate->max_window_bits[WSD_CLIENT]);
    NUMBER(w, "server_max_window_bits", deflate->max_window_bits[WSD_SERVER]);
    WRITER_JUST(w, "}");
}

static void json_text_or_null(struct writer *w, const char *text)
{
    if (text != NULL)
        json_text(w, text);
    else
        WRITER_JUST(w, "null");
}

/* Only of connections inside TLS. */
static void write_tls(struct writer *w, const struct wsd_tls *tls)
{
    if (tls == NULL)
        return;
    KEY(w, "tls");
    WRITER_JUST(w, "{\"version\":");
    json_text_or_null(w, wsd_tls_version_word(tls->version));
    KEY(w, "cipher");
    json_text_or_null(w, tls->cipher_name);
    NUMBER(w, "cipher_id", tls->cipher);
    STRING_OR_NULL(w, "sni", tls->sni);
    STRING_OR_NULL(w, "alpn", tls->alpn);
    KEY(w, "decrypted");
    json_bool(w, tls->decrypted);
    KEY(w, "reason");
    json_text_or_null(w, tls->reason);
    KEY(w, "ja3");
    json_text_or_null(w, tls->ja3[0] != 0 ? tls->ja3 : NULL);
    KEY(w, "ja4");
    json_text_or_null(w, tls->ja4[0] != 0 ? tls->ja4 : NULL);
    WRITER_JUST(w, "}");
}

static void write_header(struct writer *w, const struct wsd_header *header)
{
    WRITER_JUST(w, "[");
    bool name_valid = json_string(w, header->name);
    WRITER_JUST(w, ",");
    bool value_valid = json_string(w, header->value);
    if (!name_valid || !value_valid) {
        WRITER_JUST(w, ",{");
        if (!name_valid) {
            WRITER_JUST(w, "\"name_base64\":");
            json_base64(w, header->name);
        }
        if (!value_valid) {
            writer_text(w, name_valid ? "\"value_base64\":" : ",\"value_base64\":");
            json_base64(w, header->value);
        }
        WRITER_JUST(w, "}");
    }
    WRITER_JUST(w, "]");
}

static void write_headers(struct writer *w, const struct wsd_head *head)
{
    STRING(w, "http", head->http);
    KEY(w, "headers");
    WRITER_JUST(w, "[");
    for (size_t i = 0; i < head->header_count; i++) {
        if (i > 0)
            WRITER_JUST(w, ",");
        write_header(w, &head->headers[i]);
    }
    WRITER_JUST(w, "]}");
}

static void write_request(struct writer *w, const struct wsd_head *head)
{
    KEY(w, "request");
    if (head == NULL) {
        WRITER_JUST(w, "null");
        return;
    }
    json_string_key(w, "{\"method\":", ",\"method_base64\":", head->method);
    STRING(w, "target", head->target);
    write_headers(w, head);
}

static void write_response(struct writer *w, const struct wsd_head *head)
{
    KEY(w, "response");
    if (head == NULL) {
        WRITER_JUST(w, "null");
        return;
    }
    WRITER_JUST(w, "{\"status\":");
    json_integer_or_null(w, head->status, 0);
    STRING(w, "reason", head->reason);
    write_headers(w, head);
}

void json_connection(struct json_sink *s, const struct wsd_event *e)
{
    const struct wsd_connection *c = e->connection;
    struct writer *w = s->w;
    BEGIN(s, "connection", e);
    KEY(w, "client");
    write_endpoint(w, &c->endpoint[WSD_CLIENT]);
    KEY(w, "server");
    write_endpoint(w, &c->endpoint[WSD_SERVER]);
    WORD(w, "community_id", e->opening.community_id != NULL ? e->opening.community_id : "");
    WORD(w, "carrier", wsd_carrier_word(c->carrier));
    write_tls(w, c->tls);
    write_via(w, &e->opening);
    STRING_OR_NULL(w, "forwarded_for", e->opening.forwarded_for);
    WORD(w, "handshake", wsd_handshake_word(c->handshake));
    STRING_OR_NULL(w, "url", c->url);
    KEY(w, "status");
    json_integer_or_null(w, c->status, 1);
    KEY(w, "version");
    json_integer_or_null(w, c->version, 0);
    STRING_OR_NULL(w, "subprotocol", c->subprotocol);
    STRING_OR_NULL(w, "extensions", e->opening.extensions);
    write_deflate(w, &c->deflate);
    write_request(w, e->opening.request);
    write_response(w, e->opening.response);
    json_end_line(s);
}
