/*
 * tls_suite.h: cipher suites (IANA, TLS Cipher Suites registry): what they are called, and those that can be decrypted.
 *
 * The bulk ciphers are in base/crypto.h. RC4, export ciphers and other relics are not known: their connections stay encrypted.
 */
#ifndef STREAM_TLS_SUITE_H
#define STREAM_TLS_SUITE_H

#include "base/crypto.h"

/* Number, name behind "TLS_", cipher, hash of the MAC (CBC) and else unused, hash of PRF or HKDF. */
#define TLS_SUITES(X)                                                                                                  \
    X(0x1301, "AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                                       \
    X(0x1302, "AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                                       \
    X(0x1303, "CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305, SHA256, SHA256)                                           \
    X(0x1304, "AES_128_CCM_SHA256", AES_128_CCM, SHA256, SHA256)                                                       \
    X(0x1305, "AES_128_CCM_8_SHA256", AES_128_CCM_8, SHA256, SHA256)                                                   \
    X(0x000A, "RSA_WITH_3DES_EDE_CBC_SHA", DES3_CBC, SHA1, SHA256)                                                     \
    X(0x0016, "DHE_RSA_WITH_3DES_EDE_CBC_SHA", DES3_CBC, SHA1, SHA256)                                                 \
    X(0x002F, "RSA_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                                   \
    X(0x0032, "DHE_DSS_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                               \
    X(0x0033, "DHE_RSA_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                               \
    X(0x0034, "DH_anon_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                               \
    X(0x0035, "RSA_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                                   \
    X(0x0038, "DHE_DSS_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                               \
    X(0x0039, "DHE_RSA_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                               \
    X(0x003A, "DH_anon_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                               \
    X(0x003C, "RSA_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                              \
    X(0x003D, "RSA_WITH_AES_256_CBC_SHA256", AES_256_CBC, SHA256, SHA256)                                              \
    X(0x0040, "DHE_DSS_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                          \
    X(0x0067, "DHE_RSA_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                          \
    X(0x006A, "DHE_DSS_WITH_AES_256_CBC_SHA256", AES_256_CBC, SHA256, SHA256)                                          \
    X(0x006B, "DHE_RSA_WITH_AES_256_CBC_SHA256", AES_256_CBC, SHA256, SHA256)                                          \
    X(0x006C, "DH_anon_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                          \
    X(0x006D, "DH_anon_WITH_AES_256_CBC_SHA256", AES_256_CBC, SHA256, SHA256)                                          \
    X(0x008C, "PSK_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                                   \
    X(0x008D, "PSK_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                                   \
    X(0x0090, "DHE_PSK_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                               \
    X(0x0091, "DHE_PSK_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                               \
    X(0x0094, "RSA_PSK_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                               \
    X(0x0095, "RSA_PSK_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                               \
    X(0x009C, "RSA_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                              \
    X(0x009D, "RSA_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                              \
    X(0x009E, "DHE_RSA_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                          \
    X(0x009F, "DHE_RSA_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                          \
    X(0x00A2, "DHE_DSS_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                          \
    X(0x00A3, "DHE_DSS_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                          \
    X(0x00A6, "DH_anon_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                          \
    X(0x00A7, "DH_anon_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                          \
    X(0x00A8, "PSK_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                              \
    X(0x00A9, "PSK_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                              \
    X(0x00AA, "DHE_PSK_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                          \
    X(0x00AB, "DHE_PSK_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                          \
    X(0x00AC, "RSA_PSK_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                          \
    X(0x00AD, "RSA_PSK_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                          \
    X(0x00AE, "PSK_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                              \
    X(0x00AF, "PSK_WITH_AES_256_CBC_SHA384", AES_256_CBC, SHA384, SHA384)                                              \
    X(0x00B2, "DHE_PSK_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                          \
    X(0x00B3, "DHE_PSK_WITH_AES_256_CBC_SHA384", AES_256_CBC, SHA384, SHA384)                                          \
    X(0x00B6, "RSA_PSK_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                          \
    X(0x00B7, "RSA_PSK_WITH_AES_256_CBC_SHA384", AES_256_CBC, SHA384, SHA384)                                          \
    X(0xC004, "ECDH_ECDSA_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                            \
    X(0xC005, "ECDH_ECDSA_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                            \
    X(0xC008, "ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", DES3_CBC, SHA1, SHA256)                                             \
    X(0xC009, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                           \
    X(0xC00A, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                           \
    X(0xC00E, "ECDH_RSA_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                              \
    X(0xC00F, "ECDH_RSA_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                              \
    X(0xC012, "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", DES3_CBC, SHA1, SHA256)                                               \
    X(0xC013, "ECDHE_RSA_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                             \
    X(0xC014, "ECDHE_RSA_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                             \
    X(0xC018, "ECDH_anon_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                             \
    X(0xC019, "ECDH_anon_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                             \
    X(0xC023, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                      \
    X(0xC024, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", AES_256_CBC, SHA384, SHA384)                                      \
    X(0xC027, "ECDHE_RSA_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                        \
    X(0xC028, "ECDHE_RSA_WITH_AES_256_CBC_SHA384", AES_256_CBC, SHA384, SHA384)                                        \
    X(0xC02B, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                      \
    X(0xC02C, "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                      \
    X(0xC02F, "ECDHE_RSA_WITH_AES_128_GCM_SHA256", AES_128_GCM, SHA256, SHA256)                                        \
    X(0xC030, "ECDHE_RSA_WITH_AES_256_GCM_SHA384", AES_256_GCM, SHA384, SHA384)                                        \
    X(0xC035, "ECDHE_PSK_WITH_AES_128_CBC_SHA", AES_128_CBC, SHA1, SHA256)                                             \
    X(0xC036, "ECDHE_PSK_WITH_AES_256_CBC_SHA", AES_256_CBC, SHA1, SHA256)                                             \
    X(0xC037, "ECDHE_PSK_WITH_AES_128_CBC_SHA256", AES_128_CBC, SHA256, SHA256)                                        \
    X(0xC038, "ECDHE_PSK_WITH_AES_256_CBC_SHA384", AES_256_CBC, SHA384, SHA384)                                        \
    X(0xC09C, "RSA_WITH_AES_128_CCM", AES_128_CCM, SHA256, SHA256)                                                     \
    X(0xC09D, "RSA_WITH_AES_256_CCM", AES_256_CCM, SHA256, SHA256)                                                     \
    X(0xC09E, "DHE_RSA_WITH_AES_128_CCM", AES_128_CCM, SHA256, SHA256)                                                 \
    X(0xC09F, "DHE_RSA_WITH_AES_256_CCM", AES_256_CCM, SHA256, SHA256)                                                 \
    X(0xC0A0, "RSA_WITH_AES_128_CCM_8", AES_128_CCM_8, SHA256, SHA256)                                                 \
    X(0xC0A1, "RSA_WITH_AES_256_CCM_8", AES_256_CCM_8, SHA256, SHA256)                                                 \
    X(0xC0A2, "DHE_RSA_WITH_AES_128_CCM_8", AES_128_CCM_8, SHA256, SHA256)                                             \
    X(0xC0A3, "DHE_RSA_WITH_AES_256_CCM_8", AES_256_CCM_8, SHA256, SHA256)                                             \
    X(0xC0A4, "PSK_WITH_AES_128_CCM", AES_128_CCM, SHA256, SHA256)                                                     \
    X(0xC0A5, "PSK_WITH_AES_256_CCM", AES_256_CCM, SHA256, SHA256)                                                     \
    X(0xC0A6, "DHE_PSK_WITH_AES_128_CCM", AES_128_CCM, SHA256, SHA256)                                                 \
    X(0xC0A7, "DHE_PSK_WITH_AES_256_CCM", AES_256_CCM, SHA256, SHA256)                                                 \
    X(0xC0A8, "PSK_WITH_AES_128_CCM_8", AES_128_CCM_8, SHA256, SHA256)                                                 \
    X(0xC0A9, "PSK_WITH_AES_256_CCM_8", AES_256_CCM_8, SHA256, SHA256)                                                 \
    X(0xC0AC, "ECDHE_ECDSA_WITH_AES_128_CCM", AES_128_CCM, SHA256, SHA256)                                             \
    X(0xC0AD, "ECDHE_ECDSA_WITH_AES_256_CCM", AES_256_CCM, SHA256, SHA256)                                             \
    X(0xC0AE, "ECDHE_ECDSA_WITH_AES_128_CCM_8", AES_128_CCM_8, SHA256, SHA256)                                         \
    X(0xC0AF, "ECDHE_ECDSA_WITH_AES_256_CCM_8", AES_256_CCM_8, SHA256, SHA256)                                         \
    X(0xCCA8, "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305, SHA256, SHA256)                            \
    X(0xCCA9, "ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305, SHA256, SHA256)                          \
    X(0xCCAA, "DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305, SHA256, SHA256)                              \
    X(0xCCAB, "PSK_WITH_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305, SHA256, SHA256)                                  \
    X(0xCCAC, "ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305, SHA256, SHA256)                            \
    X(0xCCAD, "DHE_PSK_WITH_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305, SHA256, SHA256)

struct tls_suite {
    uint16_t id;
    uint8_t cipher; /* enum crypto_cipher_name */
    uint8_t mac;    /* enum crypto_hash, for CBC */
    uint8_t hash;   /* enum crypto_hash */
    const char *name;
};

/* NULL: not known. Static. */
const struct tls_suite *tls_suite(uint16_t id);

/* Suites of TLS 1.3 (RFC 8446 B.4) come first in the table: so many. */
enum { TLS_SUITES_13 = 5 };
const struct tls_suite *tls_suite_13(unsigned index);

#endif
