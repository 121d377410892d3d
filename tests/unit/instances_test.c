/*
 * instances_test.c: many dissectors at once, each with a capture of its own, say what each says alone: taking turns packet by
 * packet in one thread, and in a thread each. There is no global state.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/capture_load.h"
#include "support/recorder.h"

#include <pthread.h>
#include <string.h>

static const char *const captures[] = {
    "captures/console.pcap",          "captures/ws-deflate-takeover.pcap",
    "captures/bad-utf8.pcap",         "captures/ws-deflate-fragments.pcap",
    "captures/tcp-lost-deflate.pcap", "captures/tcp-joined-late.pcap",
    "captures/http-keep-alive.pcap",  "captures/encap-vxlan-fragments.pcap",
    "captures/hixie-76.pcap",
};
enum { COUNT = sizeof captures / sizeof *captures };

static struct loaded loaded[COUNT];
static struct recorder alone[COUNT], together[COUNT];

static void read_all(size_t i, struct recorder *r)
{
    struct wsd_dissector *d = recorder_start(r, NULL);
    for (size_t n = 0; d != NULL && n < loaded[i].count; n++)
        wsd_packet(d, &loaded[i].packets[n]);
    recorder_finish(r);
}

static void same_as_alone(void)
{
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(alone[i].length > 0);
        assert_string_equal(together[i].text, alone[i].text);
        assert_int_equal(together[i].totals.packets, alone[i].totals.packets);
        assert_int_equal(together[i].totals.payload_bytes, alone[i].totals.payload_bytes);
    }
}

static void packet_by_packet(void **state)
{
    (void)state;
    size_t most = 0;
    for (size_t i = 0; i < COUNT; i++) {
        assert_non_null(recorder_start(&together[i], NULL));
        most = loaded[i].count > most ? loaded[i].count : most;
    }
    for (size_t n = 0; n < most; n++)
        for (size_t i = 0; i < COUNT; i++)
            if (n < loaded[i].count)
                assert_true(wsd_packet(together[i].dissector, &loaded[i].packets[n]) >= 0);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(recorder_finish(&together[i]), 0);
    same_as_alone();
}

static void *in_thread(void *which)
{
    size_t i = *(const size_t *)which;
    read_all(i, &together[i]);
    return NULL;
}

static void thread_by_thread(void **state)
{
    (void)state;
    pthread_t threads[COUNT];
    size_t which[COUNT];
    memset(together, 0, sizeof together);
    for (size_t i = 0; i < COUNT; i++) {
        which[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, in_thread, &which[i]), 0);
    }
    for (size_t i = 0; i < COUNT; i++)
        pthread_join(threads[i], NULL);
    same_as_alone();
}

/* One that is freed in the middle of everything takes nothing from the others with it. */
static void freed_in_the_middle(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        assert_non_null(recorder_start(&together[i], NULL));
    for (size_t i = 0; i < COUNT; i++)
        for (size_t n = 0; n < loaded[i].count / 2; n++)
            wsd_packet(together[i].dissector, &loaded[i].packets[n]);
    for (size_t i = 1; i < COUNT; i += 2)
        wsd_free(together[i].dissector);
    for (size_t i = 0; i < COUNT; i += 2) {
        for (size_t n = loaded[i].count / 2; n < loaded[i].count; n++)
            wsd_packet(together[i].dissector, &loaded[i].packets[n]);
        recorder_finish(&together[i]);
        assert_string_equal(together[i].text, alone[i].text);
    }
}

static int load(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        capture_load(&loaded[i], captures[i]);
        read_all(i, &alone[i]);
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        capture_unload(&loaded[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packet_by_packet),
        cmocka_unit_test(thread_by_thread),
        cmocka_unit_test(freed_in_the_middle),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
