#include "websocket/forwarded.h"
#include "base/bytes.h"
#include "stream/http.h"

static struct wsd_bytes unquote(struct wsd_bytes value)
{
    bool quoted = value.length >= 2 && value.data[0] == '"' && value.data[value.length - 1] == '"';
    return quoted ? bytes_of(value.data + 1, value.length - 2) : value;
}

/* The value of `for` in one element of Forwarded: pairs separated by semicolons. */
static struct wsd_bytes for_of(struct wsd_bytes element)
{
    struct wsd_bytes pair;
    while (http_list_next(&element, ';', &pair)) {
        const uint8_t *equals = memchr(pair.data, '=', pair.length);
        size_t n = equals != NULL ? (size_t)(equals - pair.data) : 0;
        if (n > 0 && bytes_equal_nocase(bytes_trim(bytes_first(pair, n)), "for"))
            return unquote(bytes_trim(bytes_after(pair, n + 1)));
    }
    return (struct wsd_bytes){NULL, 0};
}

static struct wsd_bytes first_of(const struct wsd_head *request, const char *name, bool pairs)
{
    const struct wsd_header *header;
    for (size_t n = 0; (header = http_header(request, name, n)) != NULL; n++) {
        struct wsd_bytes list = header->value, element;
        while (http_list_next(&list, ',', &element)) {
            struct wsd_bytes client = pairs ? for_of(element) : element;
            if (client.length > 0)
                return client;
        }
    }
    return (struct wsd_bytes){NULL, 0};
}

struct wsd_bytes forwarded_for(const struct wsd_head *request)
{
    static const char *const names[] = {"Forwarded", "X-Forwarded-For", "X-Real-IP"};
    struct wsd_bytes client = {NULL, 0};
    for (size_t i = 0; request != NULL && client.length == 0 && i < sizeof names / sizeof *names; i++)
        client = first_of(request, names[i], i == 0);
    return client;
}
