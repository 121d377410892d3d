#include "websocket/handshake.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "stream/http.h"
#include "websocket/extension.h"

#include <errno.h>
#include <stdio.h>

enum { SWITCHING_PROTOCOLS = 101, VERSION = 13, VERSION_FRAMED = 7 };

/* ---- findings ------------------------------------------------------------------------------------------------- */

/* what: bytes from the wire, made printable; they say which value broke the rule. */
static void found(struct handshake *h, enum wsd_finding_code code, enum wsd_direction direction, struct wsd_bytes what)
{
    if (h->finding_count == HANDSHAKE_FINDINGS_MOST)
        return;
    struct handshake_finding *f = &h->findings[h->finding_count++];
    f->code = code;
    f->direction = direction;
    size_t n = what.length < HANDSHAKE_DETAIL_MOST ? what.length : HANDSHAKE_DETAIL_MOST - 1;
    for (size_t i = 0; i < n; i++)
        f->detail[i] = what.data[i] >= 0x20 && what.data[i] < 0x7F ? (char)what.data[i] : '?';
    f->detail[n] = 0;
}

static struct wsd_bytes value_of(const struct wsd_head *head, const char *name)
{
    const struct wsd_header *header = http_header(head, name, 0);
    return header != NULL ? header->value : bytes_text("");
}

static void judge_repeated(struct handshake *h, const struct wsd_head *head, enum wsd_direction direction,
                           const char *const *names)
{
    for (; *names != NULL; names++)
        if (http_header(head, *names, 1) != NULL)
            found(h, WSD_FINDING_HANDSHAKE_HEADER_REPEATED, direction, bytes_text(*names));
}

static void judge_upgrade(struct handshake *h, const struct wsd_head *head, enum wsd_direction direction)
{
    if (!http_has_token(head, "Upgrade", "websocket"))
        found(h, WSD_FINDING_HANDSHAKE_UPGRADE_INVALID, direction, value_of(head, "Upgrade"));
    if (!http_has_token(head, "Connection", "Upgrade"))
        found(h, WSD_FINDING_HANDSHAKE_CONNECTION_INVALID, direction, value_of(head, "Connection"));
}

/* ---- the request (4.1, 4.2.1) --------------------------------------------------------------------------------- */

static void judge_key(struct handshake *h, const struct wsd_head *request)
{
    const struct wsd_header *key = http_header(request, "Sec-WebSocket-Key", 0);
    if (key == NULL)
        found(h, WSD_FINDING_HANDSHAKE_KEY_MISSING, WSD_CLIENT, bytes_text(""));
    else if (crypto_base64_length(key->value) != 16)
        found(h, WSD_FINDING_HANDSHAKE_KEY_INVALID, WSD_CLIENT, key->value);
}

static void judge_version(struct handshake *h, const struct wsd_head *request)
{
    const struct wsd_header *version = http_header(request, "Sec-WebSocket-Version", 0);
    if (version == NULL)
        found(h, WSD_FINDING_HANDSHAKE_VERSION_MISSING, WSD_CLIENT, bytes_text(""));
    else if (h->version != VERSION)
        found(h, WSD_FINDING_HANDSHAKE_VERSION_UNSUPPORTED, WSD_CLIENT, version->value);
}

/* HTTP/1.0 and HTTP/0.9. */
static bool below_1_1(struct wsd_bytes http)
{
    return bytes_begin(http, "HTTP/0") || bytes_equal(http, bytes_text("HTTP/1.0"));
}

static bool has(const struct wsd_head *head, const char *name)
{
    return head != NULL && http_header(head, name, 0) != NULL;
}

static enum handshake_draft draft_of_version(int version)
{
    if (version < 0 || version >= VERSION)
        return DRAFT_NONE;
    return version < VERSION_FRAMED ? DRAFT_UNFRAMED : DRAFT_HYBI;
}

/* Drafts are told by their version. The oldest two (hixie-75 and -76) have none, nor a key of the RFC's kind; hixie-75 differs from
 * a request that forgot both in the answer, or in the name of the header that asks for a subprotocol. Either head may be NULL. */
static enum handshake_draft draft_of(const struct handshake *h, const struct wsd_head *request,
                                     const struct wsd_head *response)
{
    if (has(request, "Sec-WebSocket-Version"))
        return draft_of_version(h->version);
    if (has(request, "Sec-WebSocket-Key") || has(response, "Sec-WebSocket-Accept"))
        return DRAFT_NONE;
    if (has(request, "Sec-WebSocket-Draft")) /* hybi-01 to -03 */
        return DRAFT_UNFRAMED;
    if (has(request, "Sec-WebSocket-Key1") || has(response, "Sec-WebSocket-Location"))
        return DRAFT_HIXIE_76;
    bool old =
        has(request, "WebSocket-Protocol") || has(response, "WebSocket-Location") || has(response, "WebSocket-Origin");
    return old ? DRAFT_HIXIE_75 : DRAFT_NONE;
}

static void tell_draft(struct handshake *h)
{
    char detail[HANDSHAKE_DETAIL_MOST];
    if (h->draft == DRAFT_HIXIE_75)
        snprintf(detail, sizeof detail, "hixie-75");
    else if (h->draft == DRAFT_HIXIE_76)
        snprintf(detail, sizeof detail, "hixie-76 (hybi-00)");
    else if (h->version < 0)
        snprintf(detail, sizeof detail, "hybi-01 to -03: frames are not decoded");
    else if (h->draft == DRAFT_UNFRAMED)
        snprintf(detail, sizeof detail, "hybi-%02d: frames are not decoded", h->version);
    else if (h->version == VERSION_FRAMED)
        snprintf(detail, sizeof detail, "hybi-07");
    else
        snprintf(detail, sizeof detail, "hybi-08 to -12 (version %d)", h->version);
    found(h, WSD_FINDING_HANDSHAKE_LEGACY, WSD_NEITHER, bytes_text(detail));
}

static void judge_request(struct handshake *h, const struct wsd_head *request)
{
    static const char *const once[] = {"Sec-WebSocket-Key", "Sec-WebSocket-Version", NULL};
    if (!bytes_equal(request->method, bytes_text("GET")))
        found(h, WSD_FINDING_HANDSHAKE_METHOD, WSD_CLIENT, request->method);
    if (below_1_1(request->http))
        found(h, WSD_FINDING_HANDSHAKE_HTTP_VERSION, WSD_CLIENT, request->http);
    if (http_header(request, "Host", 0) == NULL)
        found(h, WSD_FINDING_HANDSHAKE_HOST_MISSING, WSD_CLIENT, bytes_text(""));
    judge_upgrade(h, request, WSD_CLIENT);
    judge_repeated(h, request, WSD_CLIENT, once);
    if (h->draft != DRAFT_NONE)
        return;
    judge_key(h, request);
    judge_version(h, request);
}

/* ---- the answer (4.2.2) --------------------------------------------------------------------------------------- */

/* base64(SHA-1(key followed by the RFC's GUID)). */
static int make_accept(struct wsd_bytes key, char out[CRYPTO_BASE64_SIZE(CRYPTO_SHA1_SIZE)])
{
    uint8_t digest[CRYPTO_SHA1_SIZE];
    const struct wsd_bytes parts[] = {key, bytes_text("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")};
    int rc = crypto_sha1(parts, 2, digest);
    if (rc == 0)
        crypto_base64(bytes_of(digest, sizeof digest), out);
    return rc;
}

/* Sets *matches when the accept value is the one that the request's key asks for. */
static int judge_accept(struct handshake *h, const struct wsd_head *request, const struct wsd_head *response,
                        bool *matches)
{
    const struct wsd_header *accept = http_header(response, "Sec-WebSocket-Accept", 0);
    const struct wsd_header *key = request != NULL ? http_header(request, "Sec-WebSocket-Key", 0) : NULL;
    char wanted[CRYPTO_BASE64_SIZE(CRYPTO_SHA1_SIZE)];
    if (key != NULL && accept != NULL) {
        int rc = make_accept(key->value, wanted);
        if (rc != 0)
            return rc;
        *matches = bytes_equal(accept->value, bytes_of(wanted, sizeof wanted));
    }
    if (h->draft != DRAFT_NONE)
        return 0;
    if (accept == NULL)
        found(h, WSD_FINDING_HANDSHAKE_ACCEPT_MISSING, WSD_SERVER, bytes_text(""));
    else if (key != NULL && !*matches)
        found(h, WSD_FINDING_HANDSHAKE_ACCEPT_MISMATCH, WSD_SERVER, accept->value);
    return 0;
}

/* Subprotocol names are compared with their case (RFC 6455 4.1 asks for equality with a value that was sent). */
static bool offered_subprotocol(const struct wsd_head *request, const char *in, struct wsd_bytes name)
{
    const struct wsd_header *header;
    for (size_t n = 0; (header = http_header(request, in, n)) != NULL; n++) {
        struct wsd_bytes list = header->value, element;
        while (http_list_next(&list, ',', &element))
            if (bytes_equal(element, name))
                return true;
    }
    return false;
}

static void judge_subprotocol(struct handshake *h, const struct wsd_head *request, const struct wsd_head *response)
{
    const char *in = h->draft == DRAFT_HIXIE_75 ? "WebSocket-Protocol" : "Sec-WebSocket-Protocol";
    h->subprotocol = value_of(response, in);
    if (h->subprotocol.length > 0 && request != NULL && !offered_subprotocol(request, in, h->subprotocol))
        found(h, WSD_FINDING_HANDSHAKE_SUBPROTOCOL_NOT_OFFERED, WSD_SERVER, h->subprotocol);
}

/* ---- extensions (RFC 6455 9.1, RFC 7692 5 and 7.1) ------------------------------------------------------------ */

/* Walks all extensions of all Sec-WebSocket-Extensions headers of a head. */
struct walk {
    const struct wsd_head *head;
    size_t n;
    struct wsd_bytes list;
};

static bool walk_next(struct walk *w, struct extension *out)
{
    const struct wsd_header *header;
    while (!extension_next(&w->list, out)) {
        if ((header = http_header(w->head, "Sec-WebSocket-Extensions", w->n++)) == NULL)
            return false;
        w->list = header->value;
    }
    return true;
}

static bool offered_extension(const struct wsd_head *request, struct wsd_bytes name)
{
    struct walk w = {.head = request};
    struct extension e;
    while (walk_next(&w, &e))
        if (bytes_equal(e.name, name))
            return true;
    return false;
}

/* The client's own parameters, each offer by itself. */
static void judge_offers(struct handshake *h, const struct wsd_head *request)
{
    struct walk w = {.head = request};
    struct extension e;
    while (walk_next(&w, &e)) {
        if (!bytes_equal_nocase(e.name, EXTENSION_DEFLATE))
            continue;
        struct deflate_terms offer = extension_deflate_terms(e.parameters, false);
        if (offer.invalid)
            found(h, WSD_FINDING_HANDSHAKE_DEFLATE_PARAMETER, WSD_CLIENT, offer.culprit);
    }
}

/* One of the offers must allow the answer. */
static void judge_deflate_answer(struct handshake *h, const struct wsd_head *request,
                                 const struct deflate_terms *answer)
{
    struct walk w = {.head = request};
    struct extension e;
    const char *culprit = NULL;
    while (walk_next(&w, &e)) {
        if (!bytes_equal_nocase(e.name, EXTENSION_DEFLATE))
            continue;
        struct deflate_terms offer = extension_deflate_terms(e.parameters, false);
        if (extension_deflate_allowed(&offer, answer, &culprit))
            return;
    }
    if (culprit != NULL)
        found(h, WSD_FINDING_HANDSHAKE_DEFLATE_PARAMETER, WSD_SERVER, bytes_text(culprit));
}

static void agree_deflate(struct handshake *h, const struct deflate_terms *answer)
{
    h->deflate.negotiated = true;
    for (int d = 0; d < 2; d++) {
        h->deflate.no_context_takeover[d] = answer->no_context_takeover[d];
        h->deflate.max_window_bits[d] = answer->bits[d] != 0 ? answer->bits[d] : 15;
    }
}

/* What came before permessage-deflate, by the name of its draft or of the browser that had it. */
static bool is_deflate_frame(struct wsd_bytes name)
{
    return bytes_equal_nocase(name, EXTENSION_DEFLATE_FRAME) ||
           bytes_equal_nocase(name, EXTENSION_WEBKIT_DEFLATE_FRAME);
}

/* hybi-07 to -09: everything behind the heads is one deflate stream, frame headers too. */
static void agree_deflate_stream(struct handshake *h)
{
    h->draft = DRAFT_UNFRAMED;
    found(h, WSD_FINDING_HANDSHAKE_LEGACY, WSD_NEITHER, bytes_text("deflate-stream: frames are not decoded"));
}

static void agree_deflate_frame(struct handshake *h, const struct wsd_head *request, struct wsd_bytes parameters)
{
    struct deflate_frame_terms terms[2] = {extension_deflate_frame_terms(parameters), {false, 15}};
    struct walk w = {.head = request};
    struct extension e;
    while (request != NULL && walk_next(&w, &e))
        if (is_deflate_frame(e.name))
            terms[WSD_SERVER] = extension_deflate_frame_terms(e.parameters);
    h->deflate.negotiated = h->per_frame = true;
    for (int d = 0; d < 2; d++) {
        h->deflate.no_context_takeover[d] = terms[d].no_context_takeover;
        h->deflate.max_window_bits[d] = terms[d].bits;
    }
}

static void judge_extensions(struct handshake *h, const struct wsd_head *request, const struct wsd_head *response)
{
    struct walk w = {.head = response};
    struct extension e;
    while (walk_next(&w, &e)) {
        bool deflate = bytes_equal_nocase(e.name, EXTENSION_DEFLATE);
        bool per_frame = is_deflate_frame(e.name);
        if (request != NULL && !offered_extension(request, e.name))
            found(h, WSD_FINDING_HANDSHAKE_EXTENSION_NOT_OFFERED, WSD_SERVER, e.name);
        if (h->draft == DRAFT_HYBI && bytes_equal_nocase(e.name, "deflate-stream"))
            agree_deflate_stream(h);
        if (!deflate && !per_frame)
            continue;
        if (h->deflate.negotiated) { /* RSV1 can have one meaning only (RFC 6455 9.1, RFC 7692 6): the first */
            found(h, WSD_FINDING_HANDSHAKE_DEFLATE_PARAMETER, WSD_SERVER, bytes_text("RSV1 is given a meaning twice"));
            continue;
        }
        if (per_frame) {
            agree_deflate_frame(h, request, e.parameters);
            continue;
        }
        struct deflate_terms answer = extension_deflate_terms(e.parameters, true);
        if (answer.invalid)
            found(h, WSD_FINDING_HANDSHAKE_DEFLATE_PARAMETER, WSD_SERVER, answer.culprit);
        else if (request != NULL)
            judge_deflate_answer(h, request, &answer);
        agree_deflate(h, &answer);
    }
}

static int join_extensions(struct handshake *h, const struct wsd_head *response)
{
    const struct wsd_header *header;
    int rc = 0;
    for (size_t n = 0; rc == 0 && (header = http_header(response, "Sec-WebSocket-Extensions", n)) != NULL; n++) {
        if (n > 0)
            rc = buffer_append(&h->extensions, bytes_text(", "), HANDSHAKE_EXTENSIONS_MOST);
        if (rc == 0)
            rc = buffer_append(&h->extensions, header->value, HANDSHAKE_EXTENSIONS_MOST);
    }
    return rc;
}

static int judge_upgraded(struct handshake *h, const struct wsd_head *request, const struct wsd_head *response)
{
    static const char *const once[] = {"Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions",
                                       NULL};
    bool matches = false;
    judge_upgrade(h, response, WSD_SERVER);
    judge_repeated(h, response, WSD_SERVER, once);
    int rc = judge_accept(h, request, response, &matches);
    judge_subprotocol(h, request, response);
    judge_extensions(h, request, response);
    bool complete = matches || http_has_token(response, "Upgrade", "websocket");
    h->outcome = complete ? WSD_HANDSHAKE_COMPLETE : WSD_HANDSHAKE_REJECTED;
    return rc != 0 ? rc : join_extensions(h, response);
}

static void judge_refusal(struct handshake *h, const struct wsd_head *response)
{
    char status[HANDSHAKE_DETAIL_MOST];
    int reason = response->reason.length < 60 ? (int)response->reason.length : 60;
    snprintf(status, sizeof status, "%d %.*s", response->status, reason, (const char *)response->reason.data);
    found(h, WSD_FINDING_HANDSHAKE_REJECTED, WSD_SERVER, bytes_text(status));
    h->outcome = WSD_HANDSHAKE_REJECTED;
}

/* ---- all of it ------------------------------------------------------------------------------------------------ */

/* RFC 6455 3: ws://host[:port]/path?query. A target that is a URL already keeps all but its scheme. */
static int make_url(struct handshake *h, const struct wsd_head *request, bool secure)
{
    const struct wsd_header *host = http_header(request, "Host", 0);
    struct wsd_bytes target = request->target, authority = host != NULL ? host->value : bytes_text("");
    static const char *const schemes[] = {"http://", "https://", "ws://", "wss://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (bytes_begin(target, schemes[i]))
            target = bytes_after(target, strlen(schemes[i])), authority = bytes_text("");
    if (authority.length == 0 && target.length == request->target.length)
        return 0; /* nobody said which host */
    const struct wsd_bytes parts[] = {bytes_text(secure ? "wss://" : "ws://"), authority, target};
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = buffer_append(&h->url, parts[i], HANDSHAKE_URL_MOST);
    return rc;
}

/* What both heads together say before either is judged. */
static void begin(struct handshake *h, enum wsd_handshake outcome, const struct wsd_head *request,
                  const struct wsd_head *response)
{
    *h = (struct handshake){.outcome = outcome, .version = -1};
    h->subprotocol = bytes_text("");
    if (request != NULL) {
        int64_t version = http_number(value_of(request, "Sec-WebSocket-Version"));
        h->version = version >= 0 && version <= 255 ? (int)version : -1;
    }
    h->draft = draft_of(h, request, response);
    if (h->draft != DRAFT_NONE)
        tell_draft(h);
}

int handshake_judge_request(const struct wsd_head *request, bool secure, struct handshake *out)
{
    begin(out, WSD_HANDSHAKE_MISSING, request, NULL);
    if (request == NULL)
        return 0;
    judge_request(out, request);
    judge_offers(out, request);
    return make_url(out, request, secure);
}

int handshake_judge(const struct wsd_head *request, const struct wsd_head *response, bool secure, struct handshake *out)
{
    int rc = 0;
    begin(out, WSD_HANDSHAKE_UNANSWERED, request, response);
    if (request != NULL) {
        judge_request(out, request);
        judge_offers(out, request);
        rc = make_url(out, request, secure);
    }
    if (rc != 0)
        return rc;
    if (response == NULL)
        found(out, WSD_FINDING_HANDSHAKE_UNANSWERED, WSD_SERVER, bytes_text(""));
    else if (response->status == SWITCHING_PROTOCOLS)
        rc = judge_upgraded(out, request, response);
    else
        judge_refusal(out, response);
    return rc;
}

static bool needs_whole_request(const struct handshake_finding *f)
{
    switch (f->code) {
    case WSD_FINDING_HANDSHAKE_SUBPROTOCOL_NOT_OFFERED:
    case WSD_FINDING_HANDSHAKE_EXTENSION_NOT_OFFERED:
    case WSD_FINDING_HANDSHAKE_DEFLATE_PARAMETER: return true;
    default: return f->direction == WSD_CLIENT;
    }
}

void handshake_forgive(struct handshake *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->finding_count; i++)
        if (!needs_whole_request(&h->findings[i]))
            h->findings[kept++] = h->findings[i];
    h->finding_count = kept;
}

void handshake_free(struct handshake *h)
{
    buffer_free(&h->url);
    buffer_free(&h->extensions);
}
