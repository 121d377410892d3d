#include "websocket/extension.h"
#include "base/bytes.h"
#include "stream/http.h"

bool extension_next(struct wsd_bytes *list, struct extension *out)
{
    struct wsd_bytes element;
    if (!http_list_next(list, ',', &element))
        return false;
    out->parameters = element;
    if (!http_list_next(&out->parameters, ';', &out->name))
        out->name = (struct wsd_bytes){NULL, 0};
    return true;
}

/* A quoted value must be a token when it is unquoted (RFC 6455 9.1), so there is nothing to unescape. */
static struct wsd_bytes unquote(struct wsd_bytes v)
{
    if (v.length >= 2 && v.data[0] == '"' && v.data[v.length - 1] == '"')
        return (struct wsd_bytes){v.data + 1, v.length - 2};
    return v;
}

bool extension_parameter(struct wsd_bytes *parameters, struct parameter *out)
{
    struct wsd_bytes element;
    if (!http_list_next(parameters, ';', &element))
        return false;
    const uint8_t *equals = memchr(element.data, '=', element.length);
    size_t n = equals != NULL ? (size_t)(equals - element.data) : element.length;
    out->has_value = equals != NULL;
    out->name = bytes_trim(bytes_first(element, n));
    out->value = unquote(bytes_trim(bytes_after(element, n + 1)));
    return true;
}

/* A decimal integer from 8 to 15 without leading zeros (7.1.2.1); 0: it is none. */
static uint8_t window_bits(struct wsd_bytes value)
{
    int64_t n = http_number(value);
    bool zero_first = value.length > 0 && value.data[0] == '0';
    return n < 8 || n > 15 || zero_first ? 0 : (uint8_t)n;
}

/* Takes one parameter; false when it breaks a rule. */
static bool take(struct deflate_terms *terms, const struct parameter *p, bool answer)
{
    static const char *const takeover[] = {"client_no_context_takeover", "server_no_context_takeover"};
    static const char *const bits[] = {"client_max_window_bits", "server_max_window_bits"};
    for (int d = 0; d < 2; d++) {
        if (bytes_equal_nocase(p->name, takeover[d])) {
            bool good = !terms->no_context_takeover[d] && !p->has_value;
            terms->no_context_takeover[d] = true;
            return good;
        }
        if (bytes_equal_nocase(p->name, bits[d])) {
            bool bare = !p->has_value && d == WSD_CLIENT && !answer;
            uint8_t value = p->has_value ? window_bits(p->value) : 0;
            bool good = !terms->bits_given[d] && (bare || value != 0);
            terms->bits_given[d] = true;
            terms->bits[d] = value;
            return good;
        }
    }
    return false;
}

struct deflate_terms extension_deflate_terms(struct wsd_bytes parameters, bool answer)
{
    struct deflate_terms terms = {0};
    struct parameter p;
    while (extension_parameter(&parameters, &p))
        if (!take(&terms, &p, answer) && !terms.invalid) {
            terms.invalid = true;
            terms.culprit = p.name;
        }
    return terms;
}

bool extension_deflate_allowed(const struct deflate_terms *offer, const struct deflate_terms *answer,
                               const char **culprit)
{
    uint8_t offered = offer->bits[WSD_SERVER];
    *culprit = "server_no_context_takeover";
    if (offer->no_context_takeover[WSD_SERVER] && !answer->no_context_takeover[WSD_SERVER])
        return false;
    *culprit = "server_max_window_bits";
    if (offered != 0 && (!answer->bits_given[WSD_SERVER] || answer->bits[WSD_SERVER] > offered))
        return false;
    *culprit = "client_max_window_bits";
    if (!answer->bits_given[WSD_CLIENT])
        return true;
    offered = offer->bits[WSD_CLIENT];
    return offer->bits_given[WSD_CLIENT] && (offered == 0 || answer->bits[WSD_CLIENT] <= offered);
}

struct deflate_frame_terms extension_deflate_frame_terms(struct wsd_bytes parameters)
{
    struct deflate_frame_terms terms = {false, 15};
    struct parameter p;
    while (extension_parameter(&parameters, &p)) {
        if (bytes_equal_nocase(p.name, "no_context_takeover"))
            terms.no_context_takeover = true;
        else if (bytes_equal_nocase(p.name, "max_window_bits") && window_bits(p.value) != 0)
            terms.bits = window_bits(p.value);
    }
    return terms;
}
