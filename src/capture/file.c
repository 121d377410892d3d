#include "capture/file.h"

#include "capture/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Formats that people do have, so that "not a capture file" need not be all that they are told. */
static const struct {
    uint32_t magic; /* the first four bytes, in network order */
    const char *name;
} foreign[] = {
    {0x28b52ffd, "zstd"}, {0xfd377a58, "xz"}, {0x04224d18, "lz4"}, {0x504b0304, "zip"}, {0x736e6f6f, "snoop"},
};

const char *file_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static int fail(struct file *f, const char *why)
{
    snprintf(f->error, sizeof f->error, "%.*s: %s", FILE_ERROR - READER_WHY - 3, file_name(f->name), why);
    return -1;
}

int file_fail(struct file *f)
{
    return fail(f, f->reader.why);
}

static int no_capture(struct reader *r)
{
    if (reader_left(r) == 0)
        return reader_fail(r, "not a capture file: it is empty");
    uint32_t magic = reader_left(r) >= 4 ? load_u32(r->at, true) : 0;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (magic == foreign[i].magic)
            return reader_fail(r, "not a capture file: this is %s, which is not read", foreign[i].name);
    return reader_fail(r, "not a capture file: neither pcap nor pcapng, nor one of them in gzip");
}

static int recognise(struct file *f, const struct file_hooks *hooks)
{
    struct reader *r = &f->reader;
    size_t left = reader_need(r, 4);
    if (left < 4 && r->broken[0] != 0)
        return reader_fail(r, "%s", r->broken);
    if (left >= 4 && pcap_file_magic(r->at)) {
        f->format = FILE_PCAP;
        return pcap_file_open(&f->pcap, r);
    }
    if (left >= 4 && pcapng_file_magic(r->at)) {
        f->format = FILE_PCAPNG;
        pcapng_file_open(&f->pcapng, hooks->secrets, hooks->user);
        return 0;
    }
    return no_capture(r);
}

static void init(struct file *f, const char *name)
{
    f->name = name;
    memset(&f->reader, 0, sizeof f->reader);
    f->input.fd = -1;
    f->format = FILE_UNKNOWN;
}

static int open_reader(struct file *f, reader_read_fn *read, void *user, const struct file_hooks *hooks)
{
    int result = reader_open(&f->reader, read, user);
    if (result < 0)
        reader_fail(&f->reader, "%s", strerror(-result));
    else
        result = recognise(f, hooks);
    if (result == 0)
        return 0;
    file_fail(f);
    file_close(f);
    return -1;
}

int file_open_read(struct file *f, const char *name, reader_read_fn *read, void *user, const struct file_hooks *hooks)
{
    init(f, name);
    return open_reader(f, read, user, hooks);
}

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

static int open_path(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int file_open_ahead(const char *path)
{
    return is_standard_input(path) ? -1 : open_path(path);
}

static bool is_regular(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

int file_open(struct file *f, const char *path, int fd, const struct file_hooks *hooks)
{
    init(f, path);
    f->input.fd = fd >= 0 ? fd : is_standard_input(path) ? STDIN_FILENO : open_path(path);
    f->input.stop = hooks->stop;
    f->input.count = hooks->count;
    f->input.user = hooks->user;
    if (f->input.fd < 0)
        return fail(f, strerror(errno));
    f->input.idle = is_regular(f->input.fd) ? NULL : hooks->idle;
    return open_reader(f, reader_fd_read, &f->input, hooks);
}

void file_close(struct file *f)
{
    if (f->format == FILE_PCAPNG)
        pcapng_file_close(&f->pcapng);
    reader_close(&f->reader);
    if (f->input.fd > STDIN_FILENO)
        close(f->input.fd);
    f->input.fd = -1;
    f->format = FILE_UNKNOWN;
}
