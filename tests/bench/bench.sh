#!/usr/bin/env bash
# Speed and memory of wscope, beside tcpdump (the floor: it only reads and copies), tshark and bare zlib.
#
#   tests/bench/bench.sh [speed | small | large | deflate] [memory] [linear] [loss] [floods] [tls]      WSCOPE (./wscope), ROUNDS (5), SCALE (percent, 100), NO_TSHARK=1
#
# Prints tables in Markdown; asserts nothing. The captures are made once, into build/bench/, by generate.c, which says
# what they hold. All programs of a table take turns, ROUNDS times, with the files in the page cache and their output
# thrown away; a figure is the median of its rounds. tshark is slow and runs once.
set -eu
cd "$(dirname "$0")/../.."
wscope=${WSCOPE:-./wscope}
rounds=${ROUNDS:-5}
scale=${SCALE:-100}
dir=build/bench
export LC_ALL=C TZ=UTC
[ -x "$wscope" ] || {
    echo "tests/bench/bench.sh: $wscope is not there; run make first" >&2
    exit 1
}
mkdir -p "$dir"

# ---- programs and captures

tool() { # NAME LIBRARIES...
    local name=$1
    shift
    [ "$dir/$name" -nt "tests/bench/$name.c" ] ||
        ${CC:-gcc} -O2 -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -o "$dir/$name" "tests/bench/$name.c" "$@"
}
tool generate -lcrypto -lz
tool zlib_floor -lz
tool measure

capture() { # KIND N: prints the file's name, made if need be; with its side file for deflate
    local file=$dir/$1-$2.pcap
    if [ ! -e "$file" ] || [ "$dir/generate" -nt "$file" ]; then
        local side=()
        [ "$1" != deflate ] || side=("$dir/$1-$2.side")
        "$dir/generate" "$1" "$file.new" "$2" "${side[@]}" >&2
        mv "$file.new" "$file"
    fi
    cat "$file" >/dev/null
    echo "$file"
}

scaled() { # N
    echo $(($1 * scale / 100 > 0 ? $1 * scale / 100 : 1))
}

# ---- measuring

# once LABEL COMMAND...: appends "seconds cpu kib status" to the label's file
once() {
    local label=$1
    shift
    "$dir/measure" "$@" >>"$dir/result.$label"
}

forget() { rm -f "$dir"/result.*; }

column() { # LABEL N [least]: the median of a column, or the least of it
    [ -e "$dir/result.$1" ] || return 0
    awk -v c="$2" '{print $c}' "$dir/result.$1" | sort -g | awk -v least="${3:-}" '{v[NR] = $1} END {if (NR) print v[least ? 1 : int((NR + 1) / 2)]}'
}
median() { column "$1" 1; }
least() { column "$1" 2 least; } # of processor time: for ratios of one program, also on a busy machine

most() { # LABEL: the largest peak of memory, in KiB
    [ -e "$dir/result.$1" ] || return 0
    awk '{print $3}' "$dir/result.$1" | sort -n | tail -n 1
}

worst_status() {
    [ -e "$dir/result.$1" ] || return 0
    awk '{print $4}' "$dir/result.$1" | sort -n | tail -n 1
}

calc() { awk "BEGIN {printf \"$1\", $2}"; }

have() { command -v "$1" >/dev/null 2>&1; }

# row WHAT LABEL LIMIT-TEXT LIMIT-IN-SECONDS: one line of a table of times
row() {
    local seconds limit=$4 share=- verdict=
    seconds=$(median "$2")
    if [ -z "$seconds" ]; then
        echo "| $1 | not measured | | | $3 | |"
        return
    fi
    [ "$(worst_status "$2")" = 0 ] || verdict="exit status $(worst_status "$2")! "
    [ -z "${floor:-}" ] || share=$(calc %.2f "$seconds / $floor")
    if [ -n "$limit" ]; then
        verdict=$verdict$(awk -v t="$seconds" -v l="$limit" 'BEGIN {printf "%s (%.0f %% of %.3f s)", t <= l ? "holds" : "MISSED", 100 * t / l, l}')
    fi
    echo "| $1 | $(calc %.3f "$seconds") s | $share | $(calc %.1f "$(most "$2") / 1024") MiB | $3 | $verdict |"
}

header() {
    printf '\n%s\n\n| program | time (median of %s) | of the floor | peak memory | limit | |\n|---|---|---|---|---|---|\n' "$1" "$rounds"
}

# ---- speed

speed_case() { # KIND N TITLE TSHARK-RATIO
    local kind=$1 title=$3 ratio=$4 file side round tshark limit
    file=$(capture "$kind" "$2")
    side=${file%.pcap}.side
    forget
    for ((round = 0; round < rounds; round++)); do
        if have tcpdump; then once floor tcpdump -nr "$file" -w /dev/null; fi
        once summary "$wscope" -o summary "$file"
        once json "$wscope" -o json "$file"
        if [ "$kind" = deflate ]; then "$dir/zlib_floor" "$side" >>"$dir/result.zlib"; fi
    done
    if have tshark && [ -z "${NO_TSHARK:-}" ]; then
        once tshark tshark -n -r "$file" -Y websocket -T fields -e websocket.opcode
    fi
    floor=$(median floor)
    tshark=$(median tshark)
    header "$title, $(du -m "$file" | cut -f1) MiB"
    row "tcpdump -nr -w /dev/null (the floor)" floor "" ""
    limit=$floor
    if [ "$kind" = deflate ]; then
        zlib=$(median zlib)
        echo "| bare zlib, same payloads and order, $(awk 'END {printf "%d messages, %.0f MB inflated, %d windows", $2, $4 / 1e6, $5}' "$dir/result.zlib") | $(calc %.3f "$zlib") s | $([ -z "$floor" ] || calc %.2f "$zlib / $floor") | | | |"
        [ -z "$floor" ] || limit=$(calc %.6f "$floor + 1.15 * $zlib")
        row "wscope -o summary" summary "floor + 1.15 zlib" "$limit"
        row "wscope -o json" json "" ""
    else
        row "wscope -o summary" summary "the floor" "$limit"
        if [ "$kind" = small ] && [ -n "$floor" ]; then
            row "wscope -o json" json "1.5 of the floor" "$(calc %.6f "1.5 * $floor")"
        else
            row "wscope -o json" json "" ""
        fi
    fi
    row "tshark -Y websocket -T fields (once)" tshark "" ""
    [ -z "$tshark" ] || row "wscope -o summary, against tshark" summary "1/$ratio of tshark" "$(calc %.6f "$tshark / $ratio")"
    have tcpdump || printf '\ntcpdump is not installed: no floor.\n'
    have tshark || printf '\ntshark is not installed: no comparison with it.\n'
    memory_rows="$memory_rows$kind $(most summary) $(most json)
"
}

memory_rows=
small() {
    local n
    n=$(scaled 2000)
    speed_case small "$n" "## small: $n connections × 500 messages of about 200 bytes" 140
}

large() {
    local n
    n=$(scaled 200)
    speed_case large "$n" "## large: $n connections × 40 messages of 100 kB" 65
}

deflate() {
    deflated=$(scaled 500)
    speed_case deflate "$deflated" "## deflate: $deflated connections × 1,000 compressed messages of 600 bytes" 10
}

speed() {
    echo "# Speed"
    small
    large
    deflate
}

# ---- memory

memory_row() { # WHAT SUMMARY-KIB JSON-KIB LIMIT-MIB
    local limit
    limit=$(calc %.1f "$4")
    echo "| $1 | $(calc %.1f "$2 / 1024") MiB | $(calc %.1f "$3 / 1024") MiB | $limit MiB | $(awk -v a="$2" -v b="$3" -v l="$limit" 'BEGIN {print (a > b ? a : b) <= l * 1024 ? "holds" : "MISSED"}') |"
}

memory() {
    local file n kind a b
    n=$(scaled 100000)
    file=$(capture idle "$n")
    forget
    once summary "$wscope" -o summary "$file"
    once json "$wscope" -o json "$file"
    printf '\n# Memory\n\n| capture | peak, -o summary | peak, -o json | limit | |\n|---|---|---|---|---|\n'
    while read -r kind a b; do
        [ -n "$kind" ] || continue
        if [ "$kind" = deflate ]; then
            memory_row "$kind: 24 MiB and 44 KiB for each of $((2 * deflated)) directions" "$a" "$b" "24 + 44 * 2 * $deflated / 1024"
        else
            memory_row "$kind" "$a" "$b" 24
        fi
    done <<<"$memory_rows"
    memory_row "idle: $n plain connections, all open ($(calc %.3f "$(median summary)") s)" "$(most summary)" "$(most json)" 110
}

# ---- linearity

linear_row() { # KIND N WHAT: N, 2N and 4N of it
    local kind=$1 n=$2 k round times=''
    forget
    for k in 1 2 4; do capture "$kind" $((n * k)) >/dev/null; done
    for ((round = 0; round < rounds; round++)); do
        for k in 1 2 4; do once "n$k" "$wscope" -o summary "$dir/$kind-$((n * k)).pcap"; done
    done
    for k in 1 2 4; do
        local t
        t=$(least n$k)
        times="$times | $(calc %.3f "$t") s"
    done
    echo "| $kind | $3, N = $n$times | $(calc %.2f "$(least n2) / $(least n1)") | $(calc %.2f "$(least n4) / $(least n1)") | $(calc %.1f "$(most n1) / 1024"), $(calc %.1f "$(most n2) / 1024"), $(calc %.1f "$(most n4) / 1024") MiB |"
}

linear() {
    printf '\n# Linearity: twice the capture, twice the time (at most 2 and 4 are wanted, above the cost of starting)\n\nProcessor time, the least of %s rounds.\n\n' "$rounds"
    printf '| case | what | N | 2 N | 4 N | 2 N / N | 4 N / N | peak memory |\n|---|---|---|---|---|---|---|---|\n'
    linear_row small "$(scaled 500)" "connections of 500 messages"
    linear_row fragments "$(scaled 400000)" "fragments of one message"
    linear_row frames "$(scaled 64)" "segments of 32,000 empty frames"
    linear_row reverse "$(scaled 20000)" "segments, the last first"
    linear_row unacked "$(scaled 200000)" "messages that nobody acknowledges"
    linear_row hole "$(scaled 200000)" "the same behind a lost segment"
}

# ---- loss

damaged() { # KIND N WHAT: what is left of it
    local file
    file=$(capture "$1" "$2")
    printf '\n## %s: %s\n\n' "$1" "$3"
    printf '| change | segments removed | untouched messages told | foreign messages | wrong bytes | gap bytes | payload known |\n|---|---|---|---|---|---|---|\n'
    python3 tests/bench/loss.py "$wscope" "$file"
    printf '\n| begun at | messages sent from there on | behind the first border found: told | foreign messages | wrong bytes | payload known |\n|---|---|---|---|---|---|\n'
    python3 tests/bench/loss.py --start "$wscope" "$file" 1 5
}

loss() {
    local n
    printf '\n# Loss: data segments removed at random (a fixed seed), reordered, doubled; and captures that begin anywhere\n'
    have python3 || {
        printf '\npython3 is not installed: not measured.\n'
        return
    }
    n=$(scaled 50)
    damaged small "$n" "$n connections of 500 plain messages, one segment each"
    n=$(scaled 5)
    damaged large "$n" "$n connections of 40 plain messages of 100 kB, 70 segments each"
    n=$(scaled 20)
    damaged deflate "$n" "$n connections of 1,000 compressed messages with context takeover, of a form that repeats itself"
    printf '\n## Streams that are no WebSockets, joined late\n\n'
    python3 tests/bench/strangers.py "$wscope" "$(scaled 120)" 1 || true
}

# ---- floods

flood_row() { # KIND N WHAT
    local seconds kib status first first_end second second_end flows connections verdict=holds
    read -r seconds kib status first first_end second second_end flows connections _ \
        <<<"$(tests/bench/flood.sh "$dir" "$wscope" "$1" "$2")"
    [ "$status" = 0 ] && [ "$kib" -lt $((1934 * 1024)) ] && [ "$first $first_end" = "500 handshake" ] || verdict=MISSED
    echo "| $1 | $2 $3 | $(calc %.1f "$seconds") s | $(calc %.0f "$kib / 1024") MiB | $first of 500, $first_end | $second of 250, $second_end | $flows, $connections | $verdict |"
}

floods() {
    printf '\n# Floods: ten minutes of them through a pipe, two real connections among them; at most 1934 MiB\n\n'
    printf '| flood | what | time, with making it | peak memory | /feed/0: messages, end | /feed/1 | given up: TCP, WebSocket | |\n|---|---|---|---|---|---|---|---|\n'
    flood_row synflood "$(scaled 3000000)" "SYNs"
    flood_row randombytes "$(scaled 1000000)" "segments of random bytes"
    flood_row halfopen "$(scaled 1000000)" "upgrades that nobody answers"
    flood_row heads "$(scaled 20000)" "HTTP heads without an end"
    flood_row holes "$(scaled 100000)" "connections with bytes out of order"
    flood_row fragflood "$(scaled 1000000)" "IP datagrams with one fragment"
    flood_row windows "$(scaled 20000)" "connections with compression windows"
    flood_row openings "$(scaled 1000000)" "connections joined late"
}

# The keys of generate.c's connections inside TLS.
tls_keylog() {
    local random
    random=$(printf '11%.0s' {1..32})
    echo "CLIENT_TRAFFIC_SECRET_0 $random b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"
    echo "SERVER_TRAFFIC_SECRET_0 $random b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"
}

tls_row() { # KIND N BYTES-OF-A-RECORD WHAT: the least processor time of both captures, taken in turns
    local file plain round sealed bare n=$2
    file=$(capture "$1" "$n")
    plain=$(capture "$1-plain" "$n")
    tls_keylog >"$dir/tls.keylog"
    forget
    for ((round = 0; round < rounds; round++)); do
        once plain "$wscope" -o summary "$plain"
        once sealed "$wscope" -o summary -k "$dir/tls.keylog" "$file"
        openssl speed -seconds 1 -bytes "$3" -evp aes-128-gcm 2>/dev/null |
            awk -v n="$n" -v b="$3" '/^AES|^aes/ {sub(/k$/, "", $2); print 0, n * b / ($2 * 1000), 0, 0}' >>"$dir/result.bare"
    done
    plain=$(column plain 2 least) sealed=$(column sealed 2 least) bare=$(column bare 2 least)
    echo "| $1 | $n records of $3 B, $4 | $sealed s | $plain s | $bare s | $(awk -v s="$sealed" -v p="$plain" -v b="$bare" 'BEGIN {
        l = p + 2.5 * b; printf "%.3f s | %s (%.0f %%)", l, s <= l ? "holds" : "MISSED", 100 * s / l}') |"
}

tls_memory() { # N
    local sealed plain
    tls_keylog >"$dir/tls.keylog"
    forget
    once plain "$wscope" -o summary "$(capture tls-idle-plain "$1")"
    once sealed "$wscope" -o summary -k "$dir/tls.keylog" "$(capture tls-idle "$1")"
    sealed=$(most sealed) plain=$(most plain)
    printf '\n%s idle connections: %s MiB inside TLS, %s MiB plain: %s B more for each (at most 8192: %s).\n' "$1" \
        "$(calc %.1f "$sealed / 1024")" "$(calc %.1f "$plain / 1024")" "$(calc %.0f "($sealed - $plain) * 1024 / $1")" \
        "$([ $((sealed - plain)) -le $(($1 * 8)) ] && echo holds || echo MISSED)"
}

tls() {
    printf '\n# TLS 1.3, AES-128-GCM: processor time, least of %s\n\n' "$rounds"
    printf '| capture | what | opened | the same messages plain | bare cipher (openssl speed) | plain + 2.5 times the cipher | |\n|---|---|---|---|---|---|---|\n'
    tls_row tls "$(scaled 20000)" 16008 "a message each"
    tls_row tls-small "$(scaled 1000000)" 104 "(no limit asked for)"
    tls_memory "$(scaled 10000)"
}

[ $# -gt 0 ] || set -- speed memory linear loss floods tls
echo "wscope $("$wscope" --version 2>/dev/null | head -n 1 | sed 's/^wscope //'), $(uname -sm), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1), $(nproc) processors"
echo
for part in "$@"; do
    case $part in
    speed | small | large | deflate | memory | linear | loss | floods | tls) "$part" ;;
    *)
        echo "usage: tests/bench/bench.sh [speed | small | large | deflate] [memory] [linear] [loss] [floods] [tls]" >&2
        exit 2
        ;;
    esac
done
forget
