#!/usr/bin/env bash
# Small floods with small limits: what real connections say among them is told whole, and what was given up is counted. The full
# ones are in tests/bench/bench.sh.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
for tool in generate measure; do
    gcc -O1 -std=c11 -D_DEFAULT_SOURCE -o "$place/$tool" "tests/bench/$tool.c" -lcrypto -lz || fail "$tool does not compile"
done

# flood "THE TWO REAL CONNECTIONS" "GIVEN UP" KIND N OPTION...      GIVEN UP: a pattern for flows, connections and findings
flood() {
    local real=$1 evicted=$2 kib status told
    shift 2
    read -r _ kib status told <<<"$(tests/bench/flood.sh "$place" "$wscope" "$@")"
    [ "$status" = 0 ] || fail "$1: exit status $status"
    [[ "$told" == $real\ * ]] || fail "$1: the real connections: $told"
    [[ "${told#"$real "}" =~ ^$evicted$ ]] || fail "$1: given up: $told"
    : "$kib"
}
both='500 handshake 250 handshake'
flood "$both" '[1-9][0-9]{3} 0 1' synflood 5000 --limit flows=500
flood "$both" '[1-9][0-9]{3} 0 1' randombytes 3000 --limit flows=500 --limit memory=1M
flood "$both" '[1-9][0-9]{2} 0 1' halfopen 1000 --limit flows=300
flood "$both" '[1-9][0-9] 0 1' heads 60 --limit memory=1M
flood "$both" '0 0 0' holes 500 --limit segment_total=1M
flood "$both" '0 0 0' fragflood 1000 --limit fragments=16
flood "$both" '[1-9][0-9] [1-9][0-9] 1' windows 100 --limit memory=2M
# What only looks like a WebSocket gives way to one that still opens.
flood "$both" '[1-9][0-9]* [1-9][0-9]* 1' openings 3000 --limit memory=1M
done_testing
