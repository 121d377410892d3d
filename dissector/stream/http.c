#include "stream/http.h"
#include "base/bytes.h"

/* ---- the end of a head ---------------------------------------------------------------------------------------- */

size_t http_head_length(struct wsd_bytes bytes, size_t from)
{
    size_t at = from > 3 ? from - 3 : 0; /* the empty line may have begun in what was searched */
    while (at < bytes.length) {
        const uint8_t *lf = memchr(bytes.data + at, '\n', bytes.length - at);
        if (lf == NULL)
            return 0;
        at = (size_t)(lf - bytes.data) + 1;
        if (at < bytes.length && bytes.data[at] == '\n')
            return at + 1;
        if (at + 1 < bytes.length && bytes.data[at] == '\r' && bytes.data[at + 1] == '\n')
            return at + 2;
    }
    return 0;
}

/* ---- lines ---------------------------------------------------------------------------------------------------- */

/* The next line without its end; false when there is none. */
static bool next_line(struct wsd_bytes *rest, struct wsd_bytes *line)
{
    if (rest->length == 0)
        return false;
    const uint8_t *lf = memchr(rest->data, '\n', rest->length);
    size_t n = lf != NULL ? (size_t)(lf - rest->data) : rest->length;
    *line = bytes_first(*rest, n);
    *rest = bytes_after(*rest, n + (lf != NULL));
    if (line->length > 0 && line->data[line->length - 1] == '\r')
        line->length--;
    return true;
}

/* The next word up to a space. */
static struct wsd_bytes next_word(struct wsd_bytes *line)
{
    const uint8_t *space = line->length > 0 ? memchr(line->data, ' ', line->length) : NULL;
    size_t n = space != NULL ? (size_t)(space - line->data) : line->length;
    struct wsd_bytes word = bytes_first(*line, n);
    *line = bytes_after(*line, n + 1);
    return word;
}

static struct wsd_bytes last_word(struct wsd_bytes line)
{
    size_t last = line.length;
    while (last > 0 && line.data[last - 1] != ' ')
        last--;
    return bytes_after(line, last);
}

static void parse_headers(struct wsd_bytes rest, struct http_head *out)
{
    struct wsd_bytes line;
    size_t count = 0;
    while (count < HTTP_HEADERS_MOST && next_line(&rest, &line)) {
        const uint8_t *colon = line.length > 0 ? memchr(line.data, ':', line.length) : NULL;
        if (colon == NULL || colon == line.data || line.data[0] == ' ' || line.data[0] == '\t')
            continue; /* the last two: a continued line (RFC 9112 5.2), no header of its own */
        size_t n = (size_t)(colon - line.data);
        out->headers[count].name = bytes_trim(bytes_first(line, n));
        out->headers[count].value = bytes_trim(bytes_after(line, n + 1));
        count++;
    }
    out->head.headers = out->headers;
    out->head.header_count = count;
}

/* RFC 9112 2.2: empty lines in front of a request are passed over. */
static struct wsd_bytes skip_empty_lines(struct wsd_bytes raw)
{
    while (raw.length > 0 && (raw.data[0] == '\r' || raw.data[0] == '\n'))
        raw = bytes_after(raw, 1);
    return raw;
}

int http_parse_request(struct wsd_bytes raw, struct http_head *out)
{
    struct wsd_bytes rest = skip_empty_lines(raw), line;
    out->head = (struct wsd_head){.raw = raw};
    if (!next_line(&rest, &line))
        return -1;
    out->head.method = next_word(&line);
    /* The version is the last word: targets with spaces in them exist. */
    out->head.http = last_word(line);
    out->head.target = bytes_trim(bytes_first(line, line.length - out->head.http.length));
    if (out->head.method.length == 0 || !bytes_begin(out->head.http, "HTTP/"))
        return -1;
    parse_headers(rest, out);
    return 0;
}

int http_parse_response(struct wsd_bytes raw, struct http_head *out)
{
    struct wsd_bytes rest = raw, line;
    out->head = (struct wsd_head){.raw = raw};
    if (!next_line(&rest, &line))
        return -1;
    out->head.http = next_word(&line);
    int64_t status = http_number(next_word(&line));
    out->head.reason = line;
    if (!bytes_begin(out->head.http, "HTTP/") || status < 100 || status > 999)
        return -1;
    out->head.status = (int)status;
    parse_headers(rest, out);
    return 0;
}

/* ---- guesses from the first bytes ----------------------------------------------------------------------------- */

/* Any token is a method (RFC 9110 9.1); letters in either case, '-' and '_' are all that is met. */
static bool in_method(uint8_t c)
{
    return (bytes_lower(c) >= 'a' && bytes_lower(c) <= 'z') || c == '-' || c == '_';
}

bool http_may_be_request(struct wsd_bytes bytes)
{
    enum { METHOD_MOST = 24 }; /* the longest registered one is 17 letters */
    bytes = skip_empty_lines(bytes);
    size_t n = 0;
    while (n < bytes.length && n < METHOD_MOST && in_method(bytes.data[n]))
        n++;
    if (n == bytes.length)
        return true;
    if (n == 0 || bytes.data[n] != ' ')
        return false;
    /* A target is a path, a URL, an authority or "*"; control bytes are in none of them. */
    return n + 1 == bytes.length || (bytes.data[n + 1] > ' ' && bytes.data[n + 1] < 0x7F);
}

bool http_is_likely_request(struct wsd_bytes bytes)
{
    bytes = skip_empty_lines(bytes);
    for (size_t i = 0; i < bytes.length && bytes.data[i] != ' '; i++)
        if (bytes_lower(bytes.data[i]) == bytes.data[i])
            return false;
    struct wsd_bytes rest = bytes;
    bool connect = bytes_equal(next_word(&rest), bytes_text("CONNECT"));
    return http_may_be_request(bytes) && (connect || rest.length == 0 || rest.data[0] == '/' || rest.data[0] == '*' ||
                                          bytes_lower(rest.data[0]) == 'h');
}

bool http_is_no_request(struct wsd_bytes bytes)
{
    struct wsd_bytes rest = skip_empty_lines(bytes), line;
    const uint8_t *lf = rest.length > 0 ? memchr(rest.data, '\n', rest.length) : NULL;
    if (lf == NULL || !next_line(&rest, &line))
        return false;
    return !bytes_begin(last_word(line), "HTTP/");
}

bool http_may_be_response(struct wsd_bytes bytes)
{
    static const char begin[] = "HTTP/1.";
    size_t n = bytes.length < sizeof begin - 1 ? bytes.length : sizeof begin - 1;
    return n == 0 || memcmp(bytes.data, begin, n) == 0;
}

/* ---- headers -------------------------------------------------------------------------------------------------- */

const struct wsd_header *http_header(const struct wsd_head *head, const char *name, size_t n)
{
    for (size_t i = 0; i < head->header_count; i++)
        if (bytes_equal_nocase(head->headers[i].name, name) && n-- == 0)
            return &head->headers[i];
    return NULL;
}

bool http_has_token(const struct wsd_head *head, const char *name, const char *token)
{
    const struct wsd_header *header;
    for (size_t n = 0; (header = http_header(head, name, n)) != NULL; n++) {
        struct wsd_bytes list = header->value, element;
        while (http_list_next(&list, ',', &element))
            if (bytes_equal_nocase(element, token))
                return true;
    }
    return false;
}

/* The index of the separator that ends the first element, quoted strings (RFC 9110 5.6.4) passed over. */
static size_t element_end(struct wsd_bytes list, char separator)
{
    bool quoted = false;
    for (size_t i = 0; i < list.length; i++) {
        uint8_t c = list.data[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == (uint8_t)separator)
            return i;
    }
    return list.length;
}

bool http_list_next(struct wsd_bytes *list, char separator, struct wsd_bytes *element)
{
    while (list->length > 0) {
        size_t n = element_end(*list, separator);
        *element = bytes_trim(bytes_first(*list, n));
        *list = bytes_after(*list, n + 1);
        if (element->length > 0)
            return true;
    }
    return false;
}

int64_t http_number(struct wsd_bytes text)
{
    int64_t value = 0;
    if (text.length == 0 || text.length > 18)
        return -1;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        value = value * 10 + (text.data[i] - '0');
    }
    return value;
}
