#include "stream/tls_suite.h"

#include <stddef.h>

#define ROW(id, name, cipher, mac, hash) {id, CRYPTO_##cipher, CRYPTO_##mac, CRYPTO_##hash, "TLS_" name},
static const struct tls_suite suites[] = {TLS_SUITES(ROW)};
#undef ROW

const struct tls_suite *tls_suite(uint16_t id)
{
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
        if (suites[i].id == id)
            return &suites[i];
    return NULL;
}

const struct tls_suite *tls_suite_13(unsigned index)
{
    return &suites[index];
}
