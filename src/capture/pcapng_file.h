/*
 * pcapng_file.h: the pcapng format becomes packets (draft-ietf-opsawg-pcapng).
 *
 *     type 4   total length 4   body   total length 4        a block, a multiple of four bytes
 *
 * A file is one or more sections, each with its own byte order and its own interfaces; an interface has a link type, a
 * snaplen, and the unit and origin of its time stamps. Read are the section header, interface description, enhanced,
 * simple and (obsolete) packet blocks, and decryption secrets, which are handed on; the others are passed over.
 *
 * A block whose lengths disagree with each other or with what is inside is damage: nothing behind it can be found.
 * A simple packet has no time and gets that of the packet before it.
 */
#ifndef CAPTURE_PCAPNG_FILE_H
#define CAPTURE_PCAPNG_FILE_H

#include "capture/reader.h"
#include "capture/timescale.h"
#include "dissector/dissector.h"

/* A decryption secrets block: type is its Secrets Type (0x544c534b, "TLSK", is an NSS key log); the bytes are borrowed. */
typedef void pcapng_secrets_fn(void *user, uint32_t type, struct wsd_bytes secrets);

struct pcapng_interface {
    uint32_t link_type;
    uint32_t snaplen; /* 0: none */
    struct timescale time;
};

struct pcapng_file {
    bool big;                            /* byte order of the section */
    struct pcapng_interface *interfaces; /* of the section, owned */
    uint32_t count, capacity;
    uint64_t packets;           /* delivered */
    int64_t time;               /* of the last packet */
    pcapng_secrets_fn *secrets; /* may be NULL */
    void *user;
};

bool pcapng_file_magic(const uint8_t *bytes);

void pcapng_file_open(struct pcapng_file *file, pcapng_secrets_fn *secrets, void *user);
void pcapng_file_close(struct pcapng_file *file);

/* 1: a packet, which lies in the reader's buffer until the next call; 0: the end; -1: reader->why. */
int pcapng_file_next(struct pcapng_file *file, struct reader *reader, struct wsd_packet *packet);

/* The next packet, if its block is an enhanced one and lies in the buffer whole. False: it does not, or is damaged, and nothing has
 * changed. */
bool pcapng_file_take(struct pcapng_file *file, struct reader *reader, struct wsd_packet *packet);

#endif
