/*
 * file.h: one capture file of any format, or a pipe, becomes packets.
 *
 * The format is told by the first bytes, never by the name. Every packet before an end, a cut or damage is delivered;
 * what ended a file badly is one line, "NAME: WHY", and after it the file has ended.
 */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H

#include "capture/pcap_file.h"
#include "capture/pcapng_file.h"
#include "capture/reader.h"

#define FILE_ERROR 1024

enum file_format { FILE_UNKNOWN, FILE_PCAP, FILE_PCAPNG };

struct file {
    struct reader reader;
    struct reader_fd input; /* fd -1: not ours to close */
    const char *name;       /* borrowed */
    enum file_format format;
    union {
        struct pcap_file pcap;
        struct pcapng_file pcapng;
    };
    char error[FILE_ERROR];
};

/* What a reader of captures hands on beside packets, and when it should stop. Zero is fine. */
struct file_hooks {
    pcapng_secrets_fn *secrets;
    void (*idle)(void *user);          /* see struct reader_fd; only for what is no regular file */
    void *user;                        /* handed to both */
    const volatile sig_atomic_t *stop; /* see struct reader_fd */
    uint64_t *count;                   /* see struct reader_fd */
};

/* How a path is called in an error: "-" is "standard input". */
const char *file_name(const char *path);

/* Opens a path, which must live as long as the file; "-" is standard input. fd is where it has been opened already, and is the file's
 * from now on, or -1. 0, or -1 with file->error; then it is closed already. `file` must not move while it is open. */
int file_open(struct file *file, const char *path, int fd, const struct file_hooks *hooks);

/* Opens a path that file_open() will be called for. Returns the descriptor, or -1: it is standard input, or cannot be opened,
 * which file_open() will tell. */
int file_open_ahead(const char *path);

/* The same for bytes from anywhere. */
int file_open_read(struct file *file, const char *name, reader_read_fn *read, void *user,
                   const struct file_hooks *hooks);

void file_close(struct file *file);

/* Writes file->error from reader->why, and returns -1. */
int file_fail(struct file *file);

/* A packet more, if one lies there whole: nothing is read, so that the data of those before stay where they are. False, and nothing
 * has changed: file_next() says what comes. */
static inline bool file_take(struct file *file, struct wsd_packet *packet)
{
    return file->format == FILE_PCAP ? pcap_file_take(&file->pcap, &file->reader, packet)
                                     : pcapng_file_take(&file->pcapng, &file->reader, packet);
}

/* 1: a packet, whose data are valid until the next call; 0: the end; -1: file->error. After 0 and -1: close it. */
static inline int file_next(struct file *file, struct wsd_packet *packet)
{
    int result = file->format == FILE_PCAP ? pcap_file_next(&file->pcap, &file->reader, packet)
                                           : pcapng_file_next(&file->pcapng, &file->reader, packet);
    return result >= 0 ? result : file_fail(file);
}

#endif
