#!/usr/bin/env bash
# The monitor, in a pseudo terminal of 200x50: until the first row and all of two million packets are there, until a key is answered
# meanwhile; 24 hours of traffic in fast motion; live on the loopback interface of a network namespace. Asserts nothing.
#
#   tests/bench/monitor.sh      WSCOPE (./wscope), SIZE (packets, thousands: 2000), DAY (connections: 100000), RATE (50000 messages a second), SECONDS_LIVE (60)
set -eu
cd "$(dirname "$0")/../.."
wscope=$(realpath "${WSCOPE:-./wscope}")
dir=build/bench
mkdir -p "$dir"
"${CC:-gcc}" -O2 -std=c11 -D_DEFAULT_SOURCE -o "$dir/generate" tests/bench/generate.c -lcrypto -lz
"${CC:-gcc}" -O2 -o "$dir/talk" tests/bench/talk.c
capture=$(mktemp)
trap 'rm -f "$capture"' EXIT
"$dir/generate" small "$capture" "${SIZE:-2000}" >/dev/null
python3 tests/bench/monitor.py file "$wscope" "$capture"
python3 tests/bench/monitor.py day "$wscope" "$dir/generate" "${DAY:-100000}"
own_network=
for try in 'unshare -Urn' 'unshare -n'; do
    [ -n "$own_network" ] || ! $try true 2>/dev/null || own_network=$try
done
if [ -n "$own_network" ]; then
    $own_network python3 tests/bench/monitor.py live "$wscope" "$dir/talk" "${RATE:-50000}" "${SECONDS_LIVE:-60}"
else
    echo 'no network namespaces here: live capture not measured'
fi
