/*
 * pcapng_fuzz.c: any packets, written as pcapng and read back.
 *
 * The input is read like a pcap file (support/pcap_input.h); its ninth to sixteenth byte, 0 in files, choose link types, names of
 * interfaces and snap lengths. What comes back is what was written: data, lengths, link types and times, in order, whatever the
 * times (before 1970 and beyond what 64 bits of nanoseconds hold are not packets' times).
 */
#include "capture/source.h"
#include "output/pcapng.h"
#include "support/pcap_input.h"
#include "support/require.h"

#include <stdio.h>
#include <unistd.h>

enum { PACKETS_MOST = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wsd_packet written[PACKETS_MOST];
static size_t count;

static void forget(void)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)written[i].data);
    count = 0;
}

static void keep(const struct wsd_packet *p)
{
    uint8_t *copy = malloc(p->captured + 1);
    require(copy != NULL);
    memcpy(copy, p->data, p->captured);
    written[count] = *p;
    written[count++].data = copy;
}

static void write_all(const char *path, const uint8_t *data, size_t size)
{
    static const char *const names[] = {NULL, "eth0", "an interface with a name of some length, \xff\xfe and more",
                                        "lo"};
    char error[PCAPNG_ERROR];
    struct pcapng *file = pcapng_open(&(struct pcapng_options){.path = path}, error, sizeof error);
    struct pcap_input in = {.data = data, .size = size, .at = PCAP_HEADER};
    require(file != NULL);
    for (struct wsd_packet p; pcap_input_next(&in, &p);) {
        uint8_t choice = count < PACKETS_MOST ? data[8 + count % 8] : 0;
        if (count == PACKETS_MOST)
            continue;
        if (choice & 4)
            p.link_type = choice >> 3;
        p.link_type &= 0xFFFF;
        require(pcapng_packet(file, &p, names[choice & 3], choice & 128 ? 96 : 0) == 0);
        keep(&p);
        if (choice == 255)
            require(pcapng_flush(file) == 0 && pcapng_reopen(file) == 0);
    }
    require(pcapng_flush(file) == 0);
    pcapng_close(file);
}

static void read_all(const char *path)
{
    char error[SOURCE_ERROR] = "";
    struct source *s = source_open(&(struct source_options){.files = &path, .count = 1}, error, sizeof error);
    struct wsd_packet p;
    size_t read = 0;
    int rc;
    require(s != NULL);
    while ((rc = source_next(s, &p, 1)) > 0) {
        require(read < count);
        const struct wsd_packet *w = &written[read++];
        require(p.captured == w->captured && p.length == w->length);
        require(p.captured == 0 || memcmp(p.data, w->data, p.captured) == 0);
        require(p.link_type == w->link_type);
        require(p.time == w->time);
    }
    require(rc == 0);
    require(read == count);
    source_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    if (size < PCAP_HEADER)
        return 0;
    snprintf(path, sizeof path, "/dev/shm/pcapng_fuzz.%ld", (long)getpid());
    if (access("/dev/shm", W_OK) != 0)
        snprintf(path, sizeof path, "/tmp/pcapng_fuzz.%ld", (long)getpid());
    write_all(path, data, size);
    read_all(path);
    forget();
    unlink(path);
    return 0;
}
