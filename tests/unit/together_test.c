/*
 * together_test.c: packets read together tell what they tell one by one, whatever captures they are from and however many come at a
 * time: with room for all connections, and with so little that their places are given up and used again meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/capture_load.h"
#include "support/recorder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct recorder alone, together;

static bool is_capture(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && (strcmp(dot, ".pcap") == 0 || strcmp(dot, ".pcapng") == 0) &&
           strcmp(name, "format-cut.pcap") != 0;
}

static void compare(const struct loaded *l, const struct wsd_options *options, size_t step)
{
    struct wsd_dissector *d = recorder_start(&together, options);
    assert_non_null(d);
    for (size_t i = 0; i < l->count; i += step)
        assert_true(wsd_packets(d, l->packets + i, l->count - i < step ? l->count - i : step) >= 0);
    assert_int_equal(recorder_finish(&together), 0);
    assert_string_equal(together.text, alone.text);
    assert_memory_equal(together.events, alone.events, sizeof alone.events);
    assert_int_equal(together.payload_hash, alone.payload_hash);
    assert_int_equal(together.totals.bytes, alone.totals.bytes);
    assert_int_equal(together.totals.flows, alone.totals.flows);
    assert_int_equal(together.totals.flows_evicted, alone.totals.flows_evicted);
    assert_int_equal(together.totals.undecoded, alone.totals.undecoded);
    assert_memory_equal(together.totals.layer_bytes, alone.totals.layer_bytes, sizeof alone.totals.layer_bytes);
}

static void try_capture(const char *path, const struct wsd_options *options)
{
    struct loaded l;
    capture_load(&l, path);
    struct wsd_dissector *d = recorder_start(&alone, options);
    assert_non_null(d);
    for (size_t i = 0; i < l.count; i++)
        assert_true(wsd_packet(d, &l.packets[i]) >= 0);
    assert_int_equal(recorder_finish(&alone), 0);
    const size_t steps[] = {2, 7, 16, 17, l.count};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        compare(&l, options, steps[i]);
    capture_unload(&l);
}

static void try_all(const struct wsd_options *options)
{
    DIR *folder = opendir("captures");
    assert_non_null(folder);
    int tried = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        if (!is_capture(entry->d_name))
            continue;
        snprintf(path, sizeof path, "captures/%s", entry->d_name);
        try_capture(path, options);
        tried++;
    }
    closedir(folder);
    assert_true(tried > 100);
}

static void with_room(void **state)
{
    (void)state;
    struct wsd_options options;
    wsd_options_init(&options);
    try_all(&options);
    options.frames = options.detail = options.transport = true;
    try_all(&options);
}

static void places_used_again(void **state)
{
    (void)state;
    struct wsd_options options;
    wsd_options_init(&options);
    options.limits.flows = 2;
    options.limits.fragments = 2;
    try_all(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_room),
        cmocka_unit_test(places_used_again),
    };
    return cmocka_run_group_tests_name("together", tests, NULL, NULL);
}
