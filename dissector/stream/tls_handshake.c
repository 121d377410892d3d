#include "stream/tls_handshake.h"
#include "base/bytes.h"
#include "base/cursor.h"

#include <errno.h>

enum { MESSAGE_HEADER = 4 };

/* RFC 8446 4.2, RFC 5077, RFC 7366, RFC 7627, RFC 7301, RFC 6066. */
enum {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_ALPN = 16,
    EXTENSION_ENCRYPT_THEN_MAC = 22,
    EXTENSION_EXTENDED_MASTER_SECRET = 23,
    EXTENSION_SESSION_TICKET = 35,
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_SUPPORTED_VERSIONS = 43,
};

/* RFC 8446 4.1.3: the random of a ServerHello that is a HelloRetryRequest, SHA-256 of that name. */
static const uint8_t retry_random[TLS_HELLO_RANDOM] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
                                                       0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
                                                       0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

/* ---- messages ------------------------------------------------------------------------------------------------- */

static bool is_read(uint8_t type)
{
    return type == TLS_CLIENT_HELLO || type == TLS_SERVER_HELLO || type == TLS_NEW_SESSION_TICKET ||
           type == TLS_ENCRYPTED_EXTENSIONS || type == TLS_CLIENT_KEY_EXCHANGE || type == TLS_KEY_UPDATE;
}

static size_t message_length(const uint8_t *header)
{
    return (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
}

/* A message that lies whole in the record, or whose body is not of interest. Returns 1, or 0: it has to be gathered. */
static int at_once(struct tls_messages *m, struct wsd_bytes *bytes, struct tls_message *message)
{
    if (bytes->length < MESSAGE_HEADER)
        return 0;
    size_t length = message_length(bytes->data), there = bytes->length - MESSAGE_HEADER;
    uint8_t type = bytes->data[0];
    if (length <= there) {
        *message = (struct tls_message){type, bytes_of(bytes->data + MESSAGE_HEADER, length)};
        *bytes = bytes_after(*bytes, MESSAGE_HEADER + length);
        return 1;
    }
    if (is_read(type) && length <= TLS_MESSAGE_MOST)
        return 0;
    *message = (struct tls_message){type, bytes_of(NULL, 0)};
    m->skip = length - there;
    *bytes = bytes_of(NULL, 0);
    return 1;
}

/* Moves what the message at hand lacks. */
static int gather(struct tls_messages *m, struct wsd_bytes *bytes, size_t whole)
{
    struct wsd_bytes piece = bytes_first(*bytes, whole - m->held.length);
    *bytes = bytes_after(*bytes, piece.length);
    return buffer_append(&m->held, piece, MESSAGE_HEADER + TLS_MESSAGE_MOST);
}

static int gathered(struct tls_messages *m, struct wsd_bytes *bytes, struct tls_message *message)
{
    if (m->held.length < MESSAGE_HEADER) {
        int rc = gather(m, bytes, MESSAGE_HEADER);
        if (rc != 0 || m->held.length < MESSAGE_HEADER)
            return rc;
    }
    size_t length = message_length(m->held.data);
    uint8_t type = m->held.data[0];
    if (!is_read(type) || length > TLS_MESSAGE_MOST) {
        size_t there = m->held.length - MESSAGE_HEADER; /* nothing: only a header was gathered */
        m->held.length = 0;
        m->skip = length - there;
        *message = (struct tls_message){type, bytes_of(NULL, 0)};
        return 1;
    }
    if (gather(m, bytes, MESSAGE_HEADER + length) < 0)
        return -ENOMEM;
    if (m->held.length < MESSAGE_HEADER + length)
        return 0;
    *message = (struct tls_message){type, bytes_of(m->held.data + MESSAGE_HEADER, length)};
    return 1;
}

int tls_messages_next(struct tls_messages *m, struct wsd_bytes *bytes, struct tls_message *message)
{
    size_t skipped = m->skip < bytes->length ? m->skip : bytes->length;
    m->skip -= skipped;
    *bytes = bytes_after(*bytes, skipped);
    if (m->held.length >= MESSAGE_HEADER && m->held.length == MESSAGE_HEADER + message_length(m->held.data))
        buffer_free(&m->held); /* handed on last time */
    if (bytes->length == 0)
        return 0;
    if (m->held.length == 0 && at_once(m, bytes, message) == 1)
        return 1;
    return gathered(m, bytes, message);
}

void tls_messages_free(struct tls_messages *m)
{
    buffer_free(&m->held);
    m->skip = 0;
}

/* ---- hellos --------------------------------------------------------------------------------------------------- */

bool tls_extension(struct wsd_bytes *extensions, uint16_t *type, struct wsd_bytes *data)
{
    struct cursor c = cursor_of(*extensions);
    *type = cursor_u16(&c);
    *data = cursor_bytes(&c, cursor_u16(&c));
    *extensions = cursor_rest(&c);
    return !c.short_of;
}

/* RFC 6066 3: the first name of type host_name. */
static struct wsd_bytes host_name(struct wsd_bytes data)
{
    struct cursor c = cursor_of(data);
    cursor_skip(&c, 2);
    return cursor_u8(&c) == 0 ? cursor_bytes(&c, cursor_u16(&c)) : bytes_of(NULL, 0);
}

/* RFC 7301 3.1: the list behind its length. */
static struct wsd_bytes protocols(struct wsd_bytes data)
{
    struct cursor c = cursor_of(data);
    return cursor_bytes(&c, cursor_u16(&c));
}

static struct wsd_bytes first_protocol(struct wsd_bytes data)
{
    struct cursor c = cursor_of(protocols(data));
    return cursor_bytes(&c, cursor_u8(&c));
}

static uint16_t highest_version(struct wsd_bytes data, uint16_t otherwise)
{
    struct cursor c = cursor_of(data);
    struct cursor list = cursor_of(cursor_bytes(&c, cursor_u8(&c)));
    uint16_t highest = 0;
    while (cursor_left(&list) >= 2) {
        uint16_t version = cursor_u16(&list);
        if (!tls_is_grease(version) && version > highest)
            highest = version;
    }
    return highest != 0 ? highest : otherwise;
}

bool tls_client_hello(struct wsd_bytes body, struct tls_client_hello *hello)
{
    struct cursor c = cursor_of(body);
    *hello = (struct tls_client_hello){.version = cursor_u16(&c)};
    hello->random = cursor_bytes(&c, TLS_HELLO_RANDOM).data;
    hello->session_id = cursor_bytes(&c, cursor_u8(&c));
    hello->suites = cursor_bytes(&c, cursor_u16(&c));
    (void)cursor_bytes(&c, cursor_u8(&c)); /* compression methods */
    hello->highest = hello->version;
    if (c.short_of || hello->session_id.length > 32)
        return false;
    if (cursor_left(&c) > 0)
        hello->extensions = cursor_bytes(&c, cursor_u16(&c));
    struct wsd_bytes left = hello->extensions, data;
    for (uint16_t type; tls_extension(&left, &type, &data);) {
        switch (type) {
        case EXTENSION_SERVER_NAME: hello->sni = host_name(data); break;
        case EXTENSION_ALPN: hello->alpn = protocols(data); break;
        case EXTENSION_EXTENDED_MASTER_SECRET: hello->extended_master = true; break;
        case EXTENSION_SESSION_TICKET: hello->ticket = data; break;
        case EXTENSION_EARLY_DATA: hello->early_data = true; break;
        case EXTENSION_SUPPORTED_VERSIONS: hello->highest = highest_version(data, hello->version); break;
        default: break;
        }
    }
    return true;
}

bool tls_server_hello(struct wsd_bytes body, struct tls_server_hello *hello)
{
    struct cursor c = cursor_of(body);
    *hello = (struct tls_server_hello){.version = cursor_u16(&c)};
    hello->random = cursor_bytes(&c, TLS_HELLO_RANDOM).data;
    hello->session_id = cursor_bytes(&c, cursor_u8(&c));
    hello->suite = cursor_u16(&c);
    cursor_skip(&c, 1); /* compression method */
    if (c.short_of)
        return false;
    hello->retry = memcmp(hello->random, retry_random, sizeof retry_random) == 0;
    struct wsd_bytes left = cursor_left(&c) > 0 ? cursor_bytes(&c, cursor_u16(&c)) : bytes_of(NULL, 0), data;
    for (uint16_t type; tls_extension(&left, &type, &data);) {
        switch (type) {
        case EXTENSION_ALPN: hello->alpn = first_protocol(data); break;
        case EXTENSION_ENCRYPT_THEN_MAC: hello->encrypt_then_mac = true; break;
        case EXTENSION_EXTENDED_MASTER_SECRET: hello->extended_master = true; break;
        case EXTENSION_SUPPORTED_VERSIONS:
            if (data.length == 2)
                hello->version = (uint16_t)(data.data[0] << 8 | data.data[1]);
            break;
        default: break;
        }
    }
    return true;
}

struct wsd_bytes tls_encrypted_extensions(struct wsd_bytes body, bool *early)
{
    struct wsd_bytes left = protocols(body) /* a list behind its length, too */, data, alpn = {NULL, 0};
    *early = false;
    for (uint16_t type; tls_extension(&left, &type, &data);) {
        if (type == EXTENSION_ALPN)
            alpn = first_protocol(data);
        *early = *early || type == EXTENSION_EARLY_DATA;
    }
    return alpn;
}
