/*
 * tls_alert.c: alerts (RFC 8446 6, RFC 5246 7.2): the end of a direction, or what a side found wrong.
 */
#include "stream/tls_state.h"

#include <stdio.h>

/* RFC 8446 6, RFC 5246 7.2, IANA's TLS Alerts registry. */
#define ALERTS(X)                                                                                                      \
    X(10, "unexpected_message")                                                                                        \
    X(20, "bad_record_mac")                                                                                            \
    X(21, "decryption_failed")                                                                                         \
    X(22, "record_overflow")                                                                                           \
    X(30, "decompression_failure")                                                                                     \
    X(40, "handshake_failure")                                                                                         \
    X(41, "no_certificate")                                                                                            \
    X(42, "bad_certificate")                                                                                           \
    X(43, "unsupported_certificate")                                                                                   \
    X(44, "certificate_revoked")                                                                                       \
    X(45, "certificate_expired")                                                                                       \
    X(46, "certificate_unknown")                                                                                       \
    X(47, "illegal_parameter")                                                                                         \
    X(48, "unknown_ca")                                                                                                \
    X(49, "access_denied")                                                                                             \
    X(50, "decode_error")                                                                                              \
    X(51, "decrypt_error")                                                                                             \
    X(60, "export_restriction")                                                                                        \
    X(70, "protocol_version")                                                                                          \
    X(71, "insufficient_security")                                                                                     \
    X(80, "internal_error")                                                                                            \
    X(86, "inappropriate_fallback")                                                                                    \
    X(100, "no_renegotiation")                                                                                         \
    X(109, "missing_extension")                                                                                        \
    X(110, "unsupported_extension")                                                                                    \
    X(111, "certificate_unobtainable")                                                                                 \
    X(112, "unrecognized_name")                                                                                        \
    X(113, "bad_certificate_status_response")                                                                          \
    X(114, "bad_certificate_hash_value")                                                                               \
    X(115, "unknown_psk_identity")                                                                                     \
    X(116, "certificate_required")                                                                                     \
    X(120, "no_application_protocol")                                                                                  \
    X(121, "ech_required")
enum { ALERT_CLOSE_NOTIFY = 0, ALERT_USER_CANCELED = 90, ALERT_FATAL = 2 };

static const char *alert_word(uint8_t code)
{
#define ROW(code, word)                                                                                                \
    case code: return word;
    switch (code) {
        ALERTS(ROW)
    default: return "unknown";
    }
#undef ROW
}

int tls_read_alert(struct tls *t, enum wsd_direction d, struct wsd_bytes content, const struct wsd_moment *moment)
{
    char detail[64];
    if (content.length != 2 || content.data[1] == ALERT_USER_CANCELED)
        return 0;
    uint8_t code = content.data[1];
    if (code == ALERT_CLOSE_NOTIFY) {
        t->half[d].closed = true;
        return 0;
    }
    if (content.data[0] != ALERT_FATAL && !tls_is_13(t))
        return 0;
    t->half[d].closed = true;
    int rc = tls_seal(t, "handshake failed");
    snprintf(detail, sizeof detail, "%s (%u)", alert_word(code), (unsigned)code);
    if (rc == 0)
        tls_tell(t, d, WSD_FINDING_TLS_ALERT, detail, moment);
    return rc;
}
