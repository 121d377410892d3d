/*
 * tls_sample.h: which of the records that are held secrets are tried on.
 *
 * Of the first records held of a direction, which follow each other, the smallest. Where records are held without their framing, the first
 * whole one of TLS 1.3 that may stand in the bytes, wherever segments begin: a false header stands in one of some thousand records.
 */
#ifndef STREAM_TLS_SAMPLE_H
#define STREAM_TLS_SAMPLE_H

#include "stream/tls_state.h"

struct tls_sample {
    struct tls_record record;
    struct buffer joined; /* what the record lies in, where that was held in pieces */
    uint64_t behind;      /* records in front of it */
    bool there;
    bool unframed;  /* how many are in front of it is not known */
    bool exhausted; /* there is none, and looking further is not worth it */
};

/* smallest: the number of the record does not matter, and it is one of TLS 1.3. What it gives, to be freed by the caller, is valid while what
 * is held stays. Returns 0 or -ENOMEM. */
int tls_sample_take(const struct tls *t, enum wsd_direction d, bool smallest, struct tls_sample *sample);
void tls_sample_free(struct tls_sample *sample);

/* A record that is held. */
struct tls_record tls_held_record(const struct tls_held *held);

#endif
