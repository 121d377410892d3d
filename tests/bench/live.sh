#!/usr/bin/env bash
# Live capture on the loopback interface: delay from a message to its line, processor time when idle and under load, memory,
# drops. "make bench-live" runs it; it asserts nothing.
#
#   tests/bench/live.sh         RATE (50000 messages a second), SECONDS_EACH (20)
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build/bench
"${CC:-gcc}" -O2 -o build/bench/talk tests/bench/talk.c
own_network=
for try in 'unshare -Urn' 'unshare -n'; do
    [ -n "$own_network" ] || ! $try true 2>/dev/null || own_network=$try
done
[ -n "$own_network" ] || {
    echo 'no network namespaces here' >&2
    exit 1
}
$own_network python3 tests/bench/live.py ./wscope build/bench/talk "${RATE:-50000}" "${SECONDS_EACH:-20}"
