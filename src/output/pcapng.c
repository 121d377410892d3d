#include "output/pcapng.h"

#include "dissector/base/crypto.h"
#include "output/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_ENHANCED = 6, BLOCK_SECRETS = 10 };
enum { OPTION_END = 0, OPTION_NAME = 2, OPTION_USER_APPLICATION = 4, OPTION_RESOLUTION = 9, NANOSECONDS = 9 };

enum {
    PACKET_MOST = 16 << 20,   /* bytes of one packet: what is read is no larger */
    BUFFER = 256 << 10,       /* what is gathered before it is written; a larger block is written alone */
    INTERFACES_MOST = 65536,  /* as the reader has it */
    NAME_MOST = 256,          /* bytes of an interface's name */
    PACKET_AROUND = 32,       /* bytes of a packet's block without the packet */
    SECRETS_AROUND = 20,      /* bytes of a block of secrets without them */
    SECRETS_TLS = 0x544c534b, /* "TLSK": lines of a TLS key log */
    FILE_MODE = 0644,
    FILE_MODE_SECRETS = 0600,
};

struct interface {
    const char *name;
    uint32_t link_type;
};

struct pcapng {
    struct pcapng_options options;
    struct ring *ring; /* NULL: one file */
    const char *path;  /* of the current file */
    int fd;
    bool failed;
    uint8_t *buffer; /* whole blocks */
    size_t length, capacity;
    uint64_t size;      /* bytes of the current file, the buffer's included */
    int64_t first_time; /* of its first packet */
    bool packets;       /* it has some */
    uint64_t section;
    struct interface *interfaces;
    uint32_t count, room, last; /* described in this section; the one used last */
    char error[PCAPNG_ERROR];
};

/* ---- writing */

static int fail(struct pcapng *f, const char *what, const char *why)
{
    snprintf(f->error, sizeof f->error, "%.300s: %s", what, why);
    f->failed = true;
    f->length = 0;
    return -1;
}

/* Of the first n bytes of the buffer, those in whole blocks. */
static size_t whole_blocks(const struct pcapng *f, size_t n)
{
    size_t at = 0;
    for (uint32_t length; at + 8 <= n; at += length) {
        memcpy(&length, f->buffer + at + 4, sizeof length);
        if (length > n - at)
            break;
    }
    return at;
}

/* Part of the last block may have got there: the file ends with the one before. */
static int broken(struct pcapng *f, size_t written, int error)
{
    off_t end = lseek(f->fd, 0, SEEK_CUR);
    if (end >= 0 && ftruncate(f->fd, end - (off_t)(written - whole_blocks(f, written))) < 0)
        errno = 0; /* a device: it has no end */
    return fail(f, f->path, strerror(error));
}

int pcapng_flush(struct pcapng *f)
{
    size_t written = 0;
    while (written < f->length) {
        ssize_t n = write(f->fd, f->buffer + written, f->length - written);
        if (n < 0 && errno != EINTR)
            return broken(f, written, errno);
        written += n > 0 ? (size_t)n : 0;
    }
    f->length = 0;
    return 0;
}

/* ---- blocks, in this machine's byte order */

static size_t padded(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

/* Room for a block of that length, a multiple of four: its type and both lengths are set. NULL: it failed. */
static uint8_t *begin_block(struct pcapng *f, uint32_t type, size_t length)
{
    if (f->length + length > BUFFER && pcapng_flush(f) < 0)
        return NULL;
    if (length > f->capacity) {
        uint8_t *larger = realloc(f->buffer, length);
        if (larger == NULL) {
            fail(f, f->path, "out of memory");
            return NULL;
        }
        f->buffer = larger;
        f->capacity = length;
    }
    uint8_t *block = f->buffer + f->length;
    const uint32_t total = (uint32_t)length;
    memset(block, 0, length < NAME_MOST * 2 ? length : PACKET_AROUND);
    memcpy(block, &type, 4);
    memcpy(block + 4, &total, 4);
    memcpy(block + length - 4, &total, 4);
    f->length += length;
    f->size += length;
    return block;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, 4);
    return at + 4;
}

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
    memcpy(at, &value, 2);
    return at + 2;
}

static uint8_t *put_option(uint8_t *at, uint16_t code, const void *value, size_t length)
{
    at = put_u16(put_u16(at, code), (uint16_t)length);
    memcpy(at, value, length);
    return at + padded(length);
}

static int put_section(struct pcapng *f)
{
    static const char application[] = "wscope " WSCOPE_VERSION;
    const size_t length = 28 + 4 + padded(sizeof application - 1) + 4;
    uint8_t *at = begin_block(f, BLOCK_SECTION, length);
    if (at == NULL)
        return -1;
    at = put_u32(at + 8, 0x1a2b3c4d);
    at = put_u16(put_u16(at, 1), 0);
    at = put_u32(put_u32(at, UINT32_MAX), UINT32_MAX); /* the section's length is not told */
    put_option(at, OPTION_USER_APPLICATION, application, sizeof application - 1);
    f->count = 0;
    return 0;
}

static int put_interface(struct pcapng *f, const char *name, uint32_t link_type, uint32_t snaplen)
{
    size_t n = name == NULL ? 0 : strlen(name) < NAME_MOST ? strlen(name) : NAME_MOST;
    const uint8_t resolution = NANOSECONDS;
    uint8_t *at = begin_block(f, BLOCK_INTERFACE, 20 + (n > 0 ? 4 + padded(n) : 0) + 8 + 4);
    if (at == NULL)
        return -1;
    at = put_u16(at + 8, (uint16_t)link_type);
    at = put_u32(put_u16(at, 0), snaplen);
    if (n > 0)
        at = put_option(at, OPTION_NAME, name, n);
    put_option(at, OPTION_RESOLUTION, &resolution, 1);
    return 0;
}

static bool is_interface(const struct pcapng *f, uint32_t i, const char *name, uint32_t link_type)
{
    return i < f->count && f->interfaces[i].name == name && f->interfaces[i].link_type == link_type;
}

/* Its number, described now if need be; -1: it failed. */
static int64_t find_interface(struct pcapng *f, const char *name, uint32_t link_type, uint32_t snaplen)
{
    if (is_interface(f, f->last, name, link_type))
        return f->last;
    for (uint32_t i = 0; i < f->count; i++)
        if (is_interface(f, i, name, link_type))
            return f->last = i;
    if (f->count == INTERFACES_MOST)
        return fail(f, f->path, "too many interfaces");
    if (f->count == f->room) {
        uint32_t room = f->room > 0 ? f->room * 2 : 4;
        struct interface *larger = realloc(f->interfaces, room * sizeof *larger);
        if (larger == NULL)
            return fail(f, f->path, "out of memory");
        f->interfaces = larger;
        f->room = room;
    }
    f->interfaces[f->count] = (struct interface){name, link_type};
    f->last = f->count++;
    if (put_interface(f, name, link_type, snaplen) < 0)
        return -1;
    return f->last;
}

/* ---- files */

/* Makes the file, or takes the one that is there, emptied or with another section at its end. */
static int begin_file(struct pcapng *f, bool append)
{
    if (f->ring != NULL)
        f->path = ring_next(f->ring, time(NULL));
    if (f->path == NULL)
        return fail(f, f->options.path, "out of memory");
    f->fd = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (append ? O_APPEND : O_TRUNC),
                 f->options.secrets ? FILE_MODE_SECRETS : FILE_MODE);
    struct stat about;
    if (f->fd < 0 || fstat(f->fd, &about) < 0)
        return fail(f, f->path, strerror(errno));
    if (f->options.give && S_ISREG(about.st_mode) && fchown(f->fd, f->options.uid, f->options.gid) < 0)
        return fail(f, f->path, strerror(errno));
    f->options.give = false; /* later ones are made by that user */
    f->size = S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
    f->packets = false;
    f->failed = false;
    f->section++;
    if (f->ring != NULL)
        ring_trim(f->ring);
    return put_section(f);
}

static void end_file(struct pcapng *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

static bool is_full(const struct pcapng *f, int64_t time, size_t more)
{
    const struct pcapng_options *o = &f->options;
    return f->packets && ((o->rotate_size != 0 && f->size + more > o->rotate_size) ||
                          (o->rotate_time != 0 && time - f->first_time >= (int64_t)o->rotate_time));
}

static int next_file(struct pcapng *f, bool append)
{
    int result = f->failed ? 0 : pcapng_flush(f);
    end_file(f);
    int begun = begin_file(f, append);
    return result < 0 ? result : begun;
}

int pcapng_reopen(struct pcapng *f)
{
    return next_file(f, true);
}

static size_t packet_length(const struct wsd_packet *packet)
{
    return PACKET_AROUND + padded(packet->captured);
}

int pcapng_make_room(struct pcapng *f, const struct wsd_packet *packet, size_t more)
{
    return !f->failed && is_full(f, packet->time, packet_length(packet) + more) ? next_file(f, false) : 0;
}

uint64_t pcapng_section(const struct pcapng *f)
{
    return f->section;
}

int pcapng_secrets(struct pcapng *f, struct wsd_bytes lines)
{
    const size_t length = SECRETS_AROUND + padded(lines.length);
    uint8_t *block = f->failed ? NULL : begin_block(f, BLOCK_SECRETS, length);
    if (block == NULL)
        return f->failed ? 0 : -1;
    uint8_t *at = put_u32(put_u32(block + 8, SECRETS_TLS), (uint32_t)lines.length);
    memset(at + lines.length, 0, padded(lines.length) - lines.length);
    memcpy(at, lines.data, lines.length);
    int result = pcapng_flush(f);
    crypto_wipe(block, length);
    return result;
}

int pcapng_packet(struct pcapng *f, const struct wsd_packet *packet, const char *interface, uint32_t snaplen)
{
    const size_t length = packet_length(packet);
    if (f->failed || packet->captured > PACKET_MOST)
        return 0;
    if (pcapng_make_room(f, packet, 0) < 0)
        return -1;
    int64_t number = find_interface(f, interface, packet->link_type, snaplen);
    uint8_t *at = number < 0 ? NULL : begin_block(f, BLOCK_ENHANCED, length);
    if (at == NULL)
        return -1;
    uint64_t time = packet->time > 0 ? (uint64_t)packet->time : 0;
    at = put_u32(at + 8, (uint32_t)number);
    at = put_u32(put_u32(at, (uint32_t)(time >> 32)), (uint32_t)time);
    at = put_u32(put_u32(at, packet->captured), packet->length);
    memcpy(at, packet->data, packet->captured);
    memset(at + packet->captured, 0, padded(packet->captured) - packet->captured);
    if (!f->packets)
        f->first_time = packet->time;
    f->packets = true;
    return 0;
}

/* ---- life */

const char *pcapng_error(const struct pcapng *f)
{
    return f->error;
}

struct pcapng *pcapng_open(const struct pcapng_options *options, char *error, size_t error_size)
{
    struct pcapng *f = calloc(1, sizeof *f);
    bool rotates = options->rotate_size != 0 || options->rotate_time != 0;
    if (f != NULL) {
        *f = (struct pcapng){.options = *options, .path = options->path, .fd = -1, .capacity = BUFFER};
        f->buffer = malloc(BUFFER);
        f->ring = rotates ? ring_new(options->path, options->keep) : NULL;
    }
    if (f == NULL || f->buffer == NULL || (rotates && f->ring == NULL))
        snprintf(error, error_size, "%.300s: out of memory", options->path);
    else if (begin_file(f, false) == 0)
        return f;
    else
        snprintf(error, error_size, "%s", f->error);
    pcapng_close(f);
    return NULL;
}

void pcapng_close(struct pcapng *f)
{
    if (f == NULL)
        return;
    end_file(f);
    ring_free(f->ring);
    free(f->interfaces);
    free(f->buffer);
    free(f);
}
