#!/usr/bin/env bash
# Memory does not grow with the length of the capture: five times the traffic, with as much open at a time, has the same peak.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
for tool in generate measure; do
    gcc -O1 -std=c11 -D_DEFAULT_SOURCE -o "$place/$tool" "tests/bench/$tool.c" -lcrypto -lz || fail "$tool does not compile"
done
# Sanitizers keep freed memory for a while; here it counts when it is gone.
export ASAN_OPTIONS=quarantine_size_mb=1:thread_local_quarantine_size_kb=64:detect_leaks=0

peak() { # KIND N FORMAT: KiB
    local kib status
    read -r _ _ kib status < <("$place/generate" "$1" - "$2" 2>/dev/null | "$place/measure" -p "$wscope" -q -o "$3" - 2>&1 >/dev/null)
    [ "$status" = 0 ] || fail "$1 $2 $3: exit status $status"
    echo "$kib"
}

flat() { # KIND N
    local format less more
    for format in summary json; do
        less=$(peak "$1" "$2" "$format")
        more=$(peak "$1" $((5 * $2)) "$format")
        [ $((more - less)) -le 1024 ] || fail "$1, -o $format: $less KiB for $2, $more KiB for $((5 * $2))"
    done
}
flat day 2000 # connections that come and go
flat fragments 20000
flat unacked 20000
flat frames 8
done_testing
