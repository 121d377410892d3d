#!/usr/bin/env bash
# Damaged captures, by a fixed seed: lost, reordered and doubled segments, and a beginning anywhere (tests/bench/loss.py says
# what must hold: nothing that is left is lost, nothing is invented).
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
${CC:-gcc} -O1 -std=c11 -D_DEFAULT_SOURCE -o "$place/generate" tests/bench/generate.c -lcrypto -lz
for kind in 'small 2' 'large 1' 'deflate 1'; do
    read -r name n <<<"$kind"
    "$place/generate" "$name" "$place/$name.pcap" "$n" 2>/dev/null
    python3 tests/bench/loss.py --check "$wscope" "$place/$name.pcap" 7 >"$place/table" ||
        fail "$name: something of this does not hold: $(cat "$place/table")"
    python3 tests/bench/loss.py --start --check "$wscope" "$place/$name.pcap" 7 2 >"$place/table" ||
        fail "$name, begun anywhere: something of this does not hold: $(cat "$place/table")"
done
# And nothing else is taken for a WebSocket.
python3 tests/bench/strangers.py "$wscope" 4 7 >"$place/table" || fail "$(cat "$place/table")"
