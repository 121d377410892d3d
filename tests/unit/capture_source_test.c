/*
 * capture_source_test.c: several files, merged or not, live pipes, and capture filters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture/bpf.h"
#include "capture/source.h"
#include "capture_bytes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

/* ---- what a source told: times of packets and errors, in one line of text */

struct log {
    char text[4096];
};

static void add(struct log *log, const char *text)
{
    size_t used = strlen(log->text);
    snprintf(log->text + used, sizeof log->text - used, "%s%s", used > 0 ? " " : "", text);
}

static char folder[] = "/tmp/capture-test-XXXXXX";

/* Packets are logged by their seconds, errors by "!" and their text, without the folder. */
static struct log read_source(const struct source_options *options)
{
    struct log log = {""};
    char error[256], text[SOURCE_ERROR + 2];
    struct source *source = source_open(options, error, sizeof error);
    assert_non_null(source);
    struct wsd_packet packet;
    int result;
    while ((result = source_next(source, &packet, 1)) != 0) {
        const char *what = source_error(source);
        if (result > 0)
            snprintf(text, sizeof text, "%d", (int)(packet.time / 1000000000));
        else
            snprintf(text, sizeof text, "!%s", what + (strncmp(what, folder, strlen(folder)) == 0 ? sizeof folder : 0));
        add(&log, text);
    }
    assert_int_equal(source_next(source, &packet, 1), 0);
    source_close(source);
    return log;
}

/* ---- files in a folder of their own */

static char paths[8][64];

static const char *write_file(int number, const struct out *o)
{
    char *path = paths[number];
    snprintf(path, sizeof paths[number], "%s/%d", folder, number);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(o->data, 1, o->length, file), o->length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static const char *write_times(int number, const uint32_t *seconds, size_t count, size_t cut)
{
    struct out o = {0};
    put_pcap(&o, MICRO, 65535, 1);
    for (size_t i = 0; i < count; i++)
        put_pcap_packet(&o, seconds[i], 0, 20, 20);
    o.length -= cut;
    return write_file(number, &o);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (paths[i][0] != 0)
            unlink(paths[i]);
    return rmdir(folder);
}

static void files_follow_each_other(void **state)
{
    (void)state;
    static const uint32_t first[] = {5, 6, 7}, second[] = {1, 2};
    char missing[80];
    snprintf(missing, sizeof missing, "%s/missing", folder);
    const char *files[] = {write_times(0, first, 3, 1), missing, write_times(1, second, 2, 0), "/"};
    struct source_options options = {.files = files, .count = 4};
    struct log log = read_source(&options);
    assert_string_equal(log.text, "5 6 !0: cut short in packet 3 (wanted 36 bytes, 35 are there) "
                                  "!missing: No such file or directory 1 2 !/: Is a directory");
    options.count = 0;
    assert_string_equal(read_source(&options).text, "");
}

static void merged_by_time(void **state)
{
    (void)state;
    static const uint32_t a[] = {1, 4, 9}, b[] = {2, 3, 4, 8, 10}, c[] = {5, 2, 7};
    const char *files[] = {write_times(0, a, 3, 0), write_times(1, b, 5, 0), write_times(2, c, 3, 0)};
    struct source_options options = {.files = files, .count = 3, .merge = true};
    assert_string_equal(read_source(&options).text, "1 2 3 4 4 5 2 7 8 9 10");
    options.count = 1;
    assert_string_equal(read_source(&options).text, "1 4 9");
}

static void merged_at_the_same_time(void **state)
{
    (void)state;
    const char *files[4];
    for (uint32_t i = 0; i < 4; i++) {
        struct out o = {0};
        put_pcap(&o, MICRO, 65535, 1);
        put_pcap_packet(&o, 7, 0, i, i);
        put_pcap_packet(&o, 8, 0, i, i);
        files[i] = write_file((int)i, &o);
    }
    struct source_options options = {.files = files, .count = 4, .merge = true};
    struct source *source = source_open(&options, (char[64]){0}, 64);
    struct wsd_packet packet;
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(source_next(source, &packet, 1), 1);
        assert_int_equal(packet.captured, i % 4);
    }
    source_close(source);
}

static void merged_with_errors(void **state)
{
    (void)state;
    static const uint32_t a[] = {1, 4, 9}, b[] = {2, 3, 12};
    char missing[80];
    snprintf(missing, sizeof missing, "%s/missing", folder);
    const char *files[] = {write_times(0, a, 3, 0), missing, write_times(1, b, 3, 30)};
    struct source_options options = {.files = files, .count = 3, .merge = true};
    assert_string_equal(read_source(&options).text,
                        "!missing: No such file or directory 1 2 3 !1: cut short in the header of packet 3 "
                        "(wanted 16 bytes, 6 are there) 4 9");
}

/* A source may be left at any time. */
static void closed_early(void **state)
{
    (void)state;
    static const uint32_t a[] = {1, 4, 9};
    const char *files[] = {write_times(0, a, 3, 0), write_times(1, a, 3, 0)};
    for (int merge = 0; merge < 2; merge++)
        for (int packets = 0; packets < 3; packets++) {
            struct source_options options = {.files = files, .count = 2, .merge = merge, .filter = "less 1000"};
            struct source *source = source_open(&options, (char[64]){0}, 64);
            struct wsd_packet packet;
            for (int i = 0; i < packets; i++)
                assert_int_equal(source_next(source, &packet, 1), 1);
            source_close(source);
        }
}

/* At the end all bytes have been read, however the files were taken; of a file that is not there nobody knows the size. */
static void bytes_are_counted(void **state)
{
    (void)state;
    static const uint32_t a[] = {1, 4, 9}, b[] = {2, 3, 12};
    enum { FILE_BYTES = 24 + 3 * 16 }; /* at least */
    const char *files[] = {write_times(0, a, 3, 0), write_times(1, b, 3, 0), "/nonexistent/capture"};
    for (int merge = 0; merge < 2; merge++) {
        struct source_options options = {.files = files, .count = 2, .merge = merge};
        struct source *source = source_open(&options, (char[64]){0}, 64);
        struct wsd_packet packet;
        assert_in_range(source->size, 2 * FILE_BYTES, 4 * FILE_BYTES);
        while (source_next(source, &packet, 1) != 0)
            ;
        assert_int_equal(source->read, source->size);
        source_close(source);
    }
    struct source_options options = {.files = files, .count = 3};
    struct source *source = source_open(&options, (char[64]){0}, 64);
    assert_int_equal(source->size, 0);
    source_close(source);
}

/* ---- filters */

/* A TCP segment to port 8080, behind a link header of any sort. */
static void put_segment(struct out *o, uint32_t interface, uint64_t stamp, const char *link, uint32_t link_length,
                        int port)
{
    static const uint8_t ip[] = {0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
    size_t start = block_begin(o, 6);
    put_u32(o, interface);
    put_u32(o, (uint32_t)(stamp >> 32));
    put_u32(o, (uint32_t)stamp);
    put_u32(o, link_length + 40);
    put_u32(o, link_length + 40);
    put(o, link, link_length);
    put(o, ip, sizeof ip);
    const uint8_t tcp[20] = {0xc0, 0, (uint8_t)(port >> 8), (uint8_t)port, [12] = 0x50};
    put(o, tcp, sizeof tcp);
    block_end(o, start);
}

static const char ethernet[] = "\2\0\0\0\0\2\2\0\0\0\0\1\x08\0";
static const char cooked[] = "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\0";

static const char *write_three_links(void)
{
    struct out o = {0};
    put_section(&o);
    put_interface(&o, 1, 0, 0, 0);
    put_interface(&o, 113, 0, 0, 0);
    put_interface(&o, 101, 0, 0, 0);
    for (uint64_t i = 0; i < 4; i++) {
        put_segment(&o, 0, 10 * i + 1, ethernet, 14, i & 1 ? 80 : 8080);
        put_segment(&o, 1, 10 * i + 2, cooked, 16, i & 1 ? 80 : 8080);
        put_segment(&o, 2, 10 * i + 3, "", 0, i & 1 ? 80 : 8080);
    }
    return write_file(3, &o);
}

static void filter_is_compiled_for_each_link_type(void **state)
{
    (void)state;
    const char *file = write_three_links();
    struct source_options options = {.files = &file, .count = 1, .filter = "tcp port 8080"};
    assert_string_equal(read_source(&options).text, "1 2 3 21 22 23");
    options.filter = "tcp port 9999";
    assert_string_equal(read_source(&options).text, "");
    options.filter = "greater 55";
    assert_string_equal(read_source(&options).text, "2 12 22 32");
}

static void filter_that_does_not_fit_a_link_type(void **state)
{
    (void)state;
    const char *file = write_three_links();
    struct source_options options = {.files = &file, .count = 1, .filter = "ether src 02:00:00:00:00:01"};
    struct log log = read_source(&options);
    /* Told once; the other link types go on. */
    assert_non_null(strstr(log.text, "1 !3: the capture filter does not fit "));
    assert_non_null(strstr(log.text, "(113)"));
    assert_non_null(strstr(log.text, " 31"));
    char *first = strchr(log.text, '!');
    assert_null(strstr(strstr(first, "(113)") + 5, "(113)"));
}

static void filter_that_can_match_nothing_of_a_link_type(void **state)
{
    (void)state;
    struct out o = {0};
    put_section(&o);
    put_interface(&o, 101, 0, 0, 0);
    put_segment(&o, 0, 1, "", 0, 80);
    const char *file = write_file(4, &o);
    struct source_options options = {.files = &file, .count = 1, .filter = "pppoes"};
    assert_string_equal(read_source(&options).text, "");
}

static void wrong_filter_is_told_at_once(void **state)
{
    (void)state;
    char error[256] = "";
    struct source_options options = {.filter = "tcp prot 80"};
    assert_null(source_open(&options, error, sizeof error));
    assert_non_null(strstr(error, "syntax error"));
    assert_null(strchr(error, '\n'));
    options.filter = "inbound"; /* not for Ethernet, but for cooked captures */
    struct source *source = source_open(&options, error, sizeof error);
    assert_non_null(source);
    source_close(source);
}

/* ---- pipes */

struct peer {
    pid_t child;
    int data[2], ack[2], saved;
};

/* Writes a piece, one byte a write, and waits until the other side says that it has the packet. */
static void write_piece(struct peer *p, const uint8_t *data, size_t length)
{
    char ack;
    for (size_t i = 0; i < length; i++)
        if (write(p->data[1], data + i, 1) != 1)
            _exit(1);
    if (read(p->ack[0], &ack, 1) != 1)
        _exit(2);
}

/* The file's header and first packet are one piece, then each packet is. */
static void write_pieces(struct peer *p, bool gzip)
{
    uint8_t packed[1024];
    z_stream z = {0};
    deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    for (uint32_t i = 0; i < 5; i++) {
        struct out o = {.big = true};
        if (i == 0)
            put_pcap(&o, MICRO, 65535, 1);
        put_pcap_packet(&o, i + 1, 0, 30 * i, 30 * i);
        z.next_in = o.data;
        z.avail_in = (uInt)o.length;
        z.next_out = packed;
        z.avail_out = sizeof packed;
        deflate(&z, Z_SYNC_FLUSH);
        if (gzip)
            write_piece(p, packed, sizeof packed - z.avail_out);
        else
            write_piece(p, o.data, o.length);
    }
    deflateEnd(&z);
}

/* Starts a writer whose pipe is this process's standard input. */
static void start_peer(struct peer *p, bool gzip)
{
    assert_int_equal(pipe(p->data), 0);
    assert_int_equal(pipe(p->ack), 0);
    p->child = fork();
    assert_true(p->child >= 0);
    if (p->child == 0) {
        close(p->data[0]);
        close(p->ack[1]);
        write_pieces(p, gzip);
        _exit(0);
    }
    close(p->data[1]);
    close(p->ack[0]);
    p->saved = dup(STDIN_FILENO);
    assert_int_equal(dup2(p->data[0], STDIN_FILENO), STDIN_FILENO);
    close(p->data[0]);
}

static void end_peer(struct peer *p)
{
    int status;
    dup2(p->saved, STDIN_FILENO);
    close(p->saved);
    close(p->ack[1]);
    assert_int_equal(waitpid(p->child, &status, 0), p->child);
    assert_int_equal(status, 0);
}

/* If one packet needed a byte of the next, both sides would wait for ever, and the alarm would end the test. */
static void live_pipe(bool gzip, bool blocking)
{
    static const char *const standard_input = "-";
    struct source_options options = {.files = &standard_input, .count = 1};
    struct peer peer;
    struct wsd_packet packet;
    alarm(20);
    start_peer(&peer, gzip);
    if (!blocking)
        assert_int_equal(fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK), 0);
    struct source *source = source_open(&options, (char[64]){0}, 64);
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(source_next(source, &packet, 1), 1);
        assert_int_equal(packet.captured, 30 * i);
        assert_int_equal(write(peer.ack[1], "", 1), 1);
    }
    assert_int_equal(source_next(source, &packet, 1), gzip ? -1 : 0); /* the gzip member was never ended */
    if (gzip)
        assert_non_null(strstr(source_error(source), "standard input: the gzip data is cut short"));
    source_close(source);
    end_peer(&peer);
    alarm(0);
}

static void packets_arrive_as_they_are_written(void **state)
{
    (void)state;
    live_pipe(false, true);
}

static void packets_arrive_through_gzip(void **state)
{
    (void)state;
    live_pipe(true, true);
}

static void packets_arrive_without_blocking(void **state)
{
    (void)state;
    live_pipe(false, false);
}

/* A signal while waiting in the middle of a packet: the end, not damage. */
static volatile sig_atomic_t stop;

static void on_alarm(int number)
{
    (void)number;
    stop = 1;
}

static void a_signal_ends_a_waiting_pipe(void **state)
{
    (void)state;
    int ends[2];
    char path[32];
    struct out o = {0};
    put_pcap(&o, MICRO, 65535, 1);
    put_pcap_packet(&o, 1, 0, 10, 10);
    put_pcap_packet(&o, 2, 0, 10, 10);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], o.data, o.length - 5), o.length - 5);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    const char *file = path;
    struct sigaction action = {.sa_handler = on_alarm}, before;
    sigaction(SIGALRM, &action, &before);
    struct source_options options = {.files = &file, .count = 1, .stop = &stop};
    alarm(1);
    assert_string_equal(read_source(&options).text, "1");
    sigaction(SIGALRM, &before, NULL);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_follow_each_other),
        cmocka_unit_test(merged_by_time),
        cmocka_unit_test(merged_at_the_same_time),
        cmocka_unit_test(merged_with_errors),
        cmocka_unit_test(closed_early),
        cmocka_unit_test(bytes_are_counted),
        cmocka_unit_test(filter_is_compiled_for_each_link_type),
        cmocka_unit_test(filter_that_does_not_fit_a_link_type),
        cmocka_unit_test(filter_that_can_match_nothing_of_a_link_type),
        cmocka_unit_test(wrong_filter_is_told_at_once),
        cmocka_unit_test(packets_arrive_as_they_are_written),
        cmocka_unit_test(packets_arrive_through_gzip),
        cmocka_unit_test(packets_arrive_without_blocking),
        cmocka_unit_test(a_signal_ends_a_waiting_pipe),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
