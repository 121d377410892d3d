/*
 * pcapng.h: packets become a pcapng file (draft-ietf-opsawg-pcapng), or a ring of them.
 *
 *     section header   interface description   enhanced packet   enhanced packet ...
 *
 * An interface is described when its first packet comes: one for each pair of name and link type. Times are nanoseconds.
 * Whole blocks are written, and when the disk is full what of one got there is taken off again: the file can always be read.
 * After a write has failed nothing more is written, until pcapng_reopen(). A Decryption Secrets Block stands in front of the
 * packets it is for.
 *
 * With a size or a time to rotate at, the files are NAME_00001_20261122100000.EXT and so on, the time being the local one when
 * the file was begun; each of them is a file of its own, and of them the last `keep` are kept.
 */
#ifndef OUTPUT_PCAPNG_H
#define OUTPUT_PCAPNG_H

#include "dissector/dissector.h"

#include <sys/types.h>

#define PCAPNG_ERROR 512

struct pcapng_options {
    const char *path;
    uint64_t rotate_size; /* bytes, 0: any */
    uint64_t rotate_time; /* nanoseconds between a file's first packet and its last, 0: any */
    uint64_t keep;        /* files, 0: all */
    bool secrets;         /* there will be some: a file that is made is for its owner alone */
    bool give;            /* they are to belong to this user, who we are going to be: */
    uid_t uid;
    gid_t gid;
};

struct pcapng;

/* Creates or empties the (first) file. NULL: `error` has one line, "PATH: WHY". path is borrowed. */
struct pcapng *pcapng_open(const struct pcapng_options *options, char *error, size_t error_size);

/* interface: its name, always the same pointer for the same one, or NULL when it has none; snaplen 0: none. Returns 0, or -1 once,
 * when writing has failed: pcapng_error() says why. What is written after that is left out. */
int pcapng_packet(struct pcapng *file, const struct wsd_packet *packet, const char *interface, uint32_t snaplen);

/* Begins the next file, where files are to be begun, if this packet and `more` bytes do not fit in this one. Returns as pcapng_packet()
 * does, which does so by itself. */
int pcapng_make_room(struct pcapng *file, const struct wsd_packet *packet, size_t more);

/* The section that packets go to, counted over all files: what is to stand in front of a packet has to be in the same one. */
uint64_t pcapng_section(const struct pcapng *file);

/* Lines of a TLS key log, as a Decryption Secrets Block, which is handed to the system at once and overwritten here. Returns as
 * pcapng_packet() does. */
int pcapng_secrets(struct pcapng *file, struct wsd_bytes lines);

/* Hands what is held to the system. Returns as pcapng_packet() does. */
int pcapng_flush(struct pcapng *file);

/* The file may have been moved away: writes go to one of its name from here on, which is made, or gets another section at its
 * end; of a ring the next file is begun. Returns as pcapng_packet() does. */
int pcapng_reopen(struct pcapng *file);

const char *pcapng_error(const struct pcapng *file);

/* Does not write what is held: pcapng_flush() first. NULL is allowed. */
void pcapng_close(struct pcapng *file);

#endif
