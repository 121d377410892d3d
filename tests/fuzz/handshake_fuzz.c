/*
 * handshake_fuzz.c: any bytes as the heads of a request and of its answer, with a zero byte between them.
 *
 * Everything parsed lies inside the head, headers are trimmed, no element of a list is empty; what is agreed is in range, details
 * are printable and bounded, a finding says who broke the rule, and a handshake that is complete was answered 101.
 */
#include "base/bytes.h"
#include "stream/http.h"
#include "websocket/extension.h"
#include "websocket/handshake.h"
#include "support/require.h"

#include <stdlib.h>

static bool inside(struct wsd_bytes part, struct wsd_bytes whole)
{
    return part.length == 0 || (part.data >= whole.data && part.data + part.length <= whole.data + whole.length);
}

static void check_list(struct wsd_bytes list)
{
    struct wsd_bytes rest = list, element;
    struct extension e;
    struct parameter p;
    size_t count = 0;
    while (http_list_next(&rest, ',', &element))
        require(element.length > 0 && inside(element, list) && ++count <= list.length);
    while (extension_next(&list, &e)) {
        require(count-- > 0);
        struct deflate_terms t = extension_deflate_terms(e.parameters, count % 2 == 0);
        require(t.invalid == (t.culprit.data != NULL));
        for (int d = 0; d < 2; d++)
            require(t.bits[d] == 0 || (t.bits_given[d] && t.bits[d] >= 8 && t.bits[d] <= 15));
        uint8_t bits = extension_deflate_frame_terms(e.parameters).bits;
        require(bits >= 8 && bits <= 15);
        while (extension_parameter(&e.parameters, &p))
            require(p.has_value || p.value.length == 0);
    }
    require(count == 0);
}

static void check_head(const struct http_head *h)
{
    const struct wsd_head *head = &h->head;
    require(inside(head->method, head->raw) && inside(head->target, head->raw) && inside(head->http, head->raw));
    require(inside(head->reason, head->raw) && head->header_count <= HTTP_HEADERS_MOST);
    for (size_t i = 0; i < head->header_count; i++) {
        struct wsd_bytes name = head->headers[i].name, value = head->headers[i].value;
        require(inside(name, head->raw) && inside(value, head->raw));
        require(bytes_trim(value).length == value.length && bytes_trim(name).length == name.length);
        check_list(value);
    }
}

static void check_judgement(const struct handshake *h, const struct wsd_head *request, const struct wsd_head *response)
{
    require(h->finding_count <= HANDSHAKE_FINDINGS_MOST && h->version >= -1 && h->version <= 255);
    require(h->outcome != WSD_HANDSHAKE_COMPLETE || (response != NULL && response->status == 101));
    require((h->outcome == WSD_HANDSHAKE_UNANSWERED) == (response == NULL));
    require(h->url.length <= 8192 && h->extensions.length <= 8192);
    for (int d = 0; d < 2 && h->deflate.negotiated; d++)
        require(h->deflate.max_window_bits[d] >= 8 && h->deflate.max_window_bits[d] <= 15);
    for (size_t i = 0; i < h->finding_count; i++) {
        const struct handshake_finding *f = &h->findings[i];
        require(f->direction != WSD_CLIENT || request != NULL);
        require(memchr(f->detail, 0, sizeof f->detail) != NULL);
        for (const char *c = f->detail; *c != 0; c++)
            require(*c >= 0x20 && *c < 0x7F);
    }
}

/* A copy of exactly this size, so that reading past it is seen. */
static struct wsd_bytes copy(struct wsd_bytes bytes)
{
    uint8_t *to = malloc(bytes.length + 1);
    require(to != NULL);
    if (bytes.length > 0)
        memcpy(to + 1, bytes.data, bytes.length);
    return bytes_of(to + 1, bytes.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_head request, response;
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    size_t n = zero != NULL ? (size_t)(zero - data) : size;
    struct wsd_bytes first = copy(bytes_of(data, n)),
                     second = copy(bytes_after(bytes_of(data, size), n + (zero != NULL)));
    size_t end = http_head_length(first, 0);
    for (size_t from = 0; from < end; from += 1 + end / 8)
        require(http_head_length(first, from) == end);
    bool asked = http_parse_request(first, &request) == 0, answered = http_parse_response(second, &response) == 0;
    if (asked)
        check_head(&request);
    if (answered)
        check_head(&response);
    struct handshake h;
    const struct wsd_head *q = asked ? &request.head : NULL, *a = answered ? &response.head : NULL;
    require(handshake_judge(q, a, size % 2 == 0, &h) == 0);
    check_judgement(&h, q, a);
    handshake_free(&h);
    free((void *)(uintptr_t)(first.data - 1));
    free((void *)(uintptr_t)(second.data - 1));
    return 0;
}
