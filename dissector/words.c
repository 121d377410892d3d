/*
 * words.c: the words of all closed sets, made from their tables in base/event.h and dissector.h.
 */
#include "dissector.h"

#include <arpa/inet.h>
#include <stdio.h>

#ifndef WSCOPE_VERSION
#define WSCOPE_VERSION "0"
#endif

#define COUNT(table)     (sizeof(table) / sizeof *(table))
#define WORD(name, word) word,

const struct wsd_finding_info *wsd_finding_info(enum wsd_finding_code code)
{
#define ROW(name, word, severity, rule, text) {word, WSD_##severity, rule, text},
    static const struct wsd_finding_info infos[] = {WSD_FINDINGS(ROW)};
#undef ROW
    return (unsigned)code < COUNT(infos) ? &infos[code] : NULL;
}

const struct wsd_limit_info *wsd_limit_info(enum wsd_limit limit)
{
#define ROW(name, normal, most, unit, what, why, reached) {#name, normal, most, WSD_UNIT_##unit, what, why, reached},
    static const struct wsd_limit_info infos[] = {WSD_LIMITS(ROW)};
#undef ROW
    return (unsigned)limit < COUNT(infos) ? &infos[limit] : NULL;
}

uint64_t *wsd_limit_at(struct wsd_limits *limits, enum wsd_limit limit)
{
#define ROW(name, ...) &limits->name,
    uint64_t *const all[] = {WSD_LIMITS(ROW)};
#undef ROW
    return (unsigned)limit < COUNT(all) ? all[limit] : NULL;
}

const char *wsd_opcode_word(uint8_t opcode)
{
#define ROW(name, value, word) [value] = word,
    static const char *const words[16] = {WSD_OPCODES(ROW)};
#undef ROW
    static const char *const reserved[16] = {
        [0x3] = "reserved-3",  [0x4] = "reserved-4",  [0x5] = "reserved-5",  [0x6] = "reserved-6",
        [0x7] = "reserved-7",  [0xB] = "reserved-11", [0xC] = "reserved-12", [0xD] = "reserved-13",
        [0xE] = "reserved-14", [0xF] = "reserved-15"};
    return words[opcode & 15] != NULL ? words[opcode & 15] : reserved[opcode & 15];
}

const char *wsd_close_word(int code)
{
#define ROW(value, word)                                                                                               \
    case value: return word;
    switch (code) {
        WSD_CLOSE_CODES(ROW)
    default: break;
    }
#undef ROW
    if (code >= 3000 && code <= 3999) /* RFC 6455 7.4.2 */
        return "registered application code";
    return code >= 4000 && code <= 4999 ? "private application code" : "unknown";
}

const char *wsd_severity_word(enum wsd_severity severity)
{
    static const char *const words[] = {WSD_SEVERITIES(WORD)};
    return (unsigned)severity < COUNT(words) ? words[severity] : "?";
}

const char *wsd_carrier_word(enum wsd_carrier carrier)
{
    static const char *const words[] = {WSD_CARRIERS(WORD)};
    return (unsigned)carrier < COUNT(words) ? words[carrier] : "?";
}

const char *wsd_handshake_word(enum wsd_handshake handshake)
{
    static const char *const words[] = {WSD_HANDSHAKES(WORD)};
    return (unsigned)handshake < COUNT(words) ? words[handshake] : "?";
}

const char *wsd_hop_word(enum wsd_hop_kind kind)
{
    static const char *const words[] = {WSD_HOPS(WORD)};
    return (unsigned)kind < COUNT(words) ? words[kind] : "?";
}

const char *wsd_how_word(enum wsd_how how)
{
    static const char *const words[] = {WSD_HOWS(WORD)};
    return (unsigned)how < COUNT(words) ? words[how] : "?";
}

const char *wsd_transport_word(enum wsd_transport_what what)
{
    static const char *const words[] = {WSD_TRANSPORTS(WORD)};
    return (unsigned)what < COUNT(words) ? words[what] : "?";
}

const char *wsd_layer_word(enum wsd_layer layer)
{
    static const char *const words[] = {WSD_LAYERS(WORD)};
    return (unsigned)layer < COUNT(words) ? words[layer] : "?";
}

const char *wsd_version(void)
{
    return WSCOPE_VERSION;
}

void wsd_address(const struct wsd_endpoint *endpoint, char out[WSD_ADDRESS_SIZE])
{
    int family = endpoint->family == 4 ? AF_INET : AF_INET6;
    if (inet_ntop(family, endpoint->address, out, WSD_ADDRESS_SIZE) == NULL)
        out[0] = 0;
}

const char *wsd_tls_version_word(uint16_t version)
{
    static const char *const words[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"};
    return version >= 0x0300 && version <= 0x0304 ? words[version - 0x0300] : NULL;
}
