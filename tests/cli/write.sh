#!/usr/bin/env bash
# -w: what was written shows the same as what was read; rings of files; full disks.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

# The lines without what depends on the packets that were left out: their numbers and sums.
shown() { # FILE ARGUMENT...
    "$wscope" -q -o json --frames "$@" | sed -E 's/,"packet":[0-9]+//; s/"(packets|bytes|flows_ignored|seconds)":[0-9.]+,?//g'
}

for name in ws-plain ws-ipv6 ws-fragments many-connections console chromium-page http-keep-alive http-redirect nginx-401-then-101 \
    http-unanswered python-websockets registered-ports tcp-reordered tcp-lost-payload tcp-port-reused tcp-joined-late \
    tcp-joined-late-deflate tcp-client-only tcp-doubled encap-vxlan-fragments encap-ip4-fragments encap-ip6-fragments encap-qinq \
    encap-null format-sll2 format-snaplen close-unanswered many-frames; do
    shown "captures/$name.pcap" -w "$place/$name.pcapng" >"$place/before"
    shown "$place/$name.pcapng" >"$place/after"
    diff "$place/before" "$place/after" >"$place/diff" || fail "-w $name: $(head -c 600 "$place/diff")"
done
# Two link types in one file, and packets of the same connections only.
shown captures/ws-plain.pcap captures/format-sll.pcap captures/format-two-interfaces.pcapng -w "$place/two.pcapng" >"$place/before"
shown "$place/two.pcapng" >"$place/after"
cmp -s "$place/before" "$place/after" || fail '-w of several link types'
packets() { "$wscope" -q -o json "$1" | sed -n 's/^{"type":"summary","packets":\([0-9]*\).*/\1/p'; }
[ "$(packets "$place/chromium-page.pcapng")" -lt "$(packets captures/chromium-page.pcap)" ] ||
    fail '-w chromium-page: nothing was left out'
if command -v tshark >/dev/null; then
    tshark -r "$place/two.pcapng" -T fields -e frame.number >"$out" 2>"$err" || fail "tshark: $(head -c 300 "$err")"
    [ "$(wc -l <"$out")" = "$(packets "$place/two.pcapng")" ] || fail 'tshark does not see all packets'
else
    echo 'skipped: no tshark, what -w writes is read by wscope only'
fi

# A ring: files of at most that size, each of them readable; the last ones are there.
mkdir "$place/ring"
run -q -w "$place/ring/all.pcapng" captures/many-connections.pcap
run -q -w "$place/ring/a.b.pcapng" --rotate 64k captures/many-connections.pcap
wants 0 '--rotate'
files=("$place"/ring/a.b_*.pcapng)
[ "${#files[@]}" -gt 2 ] || fail "--rotate: ${#files[@]} files"
sum=0
for file in "${files[@]}"; do
    [[ $file =~ a\.b_0000[0-9]_[0-9]{14}\.pcapng$ ]] || fail "--rotate: $file"
    [ "$(stat -c %s "$file")" -le 65536 ] || fail "--rotate: $file is too large"
    sum=$((sum + $(packets "$file")))
done
[ "$sum" = "$(packets "$place/ring/all.pcapng")" ] || fail "--rotate: $sum packets"
shown captures/many-connections.pcap >"$place/before"
shown "${files[@]}" >"$place/after"
cmp -s "$place/before" "$place/after" || fail '--rotate: the files together'
run -q -w "$place/ring/kept.pcapng" --rotate 64k --keep 2 captures/many-connections.pcap
kept=("$place"/ring/kept_*.pcapng)
[ "${#kept[@]}" = 2 ] || fail "--keep 2: ${kept[*]}"
cmp -s "${kept[1]}" "${files[-1]}" || fail '--keep: not the last ones'
run -q -w "$place/ring/time.pcapng" --rotate 1s captures/tornado-aiohttp.pcap
wants 0 '--rotate 1s'
times=("$place"/ring/time_*.pcapng)
[ "${#times[@]}" -ge 1 ] || fail '--rotate 1s'

# As root: another user's files, also those that are begun when privileges are gone.
if [ "$(id -u)" = 0 ]; then
    mkdir "$place/theirs" && chown 65534 "$place/theirs" && chmod 755 "$place"
    run -q -Z nobody -w "$place/theirs/a.pcapng" --rotate 64k --keep 2 captures/many-connections.pcap
    wants 0 '-Z nobody -w'
    silent "$err" '-Z nobody -w'
    [ "$(find "$place/theirs" -user 65534 -name 'a_*' | wc -l)" = 2 ] || fail "-Z nobody -w: $(ls -l "$place/theirs")"
else
    echo 'skipped: not root, -w with -Z not tried'
fi

# A disk that is full: said once, status 1, everything is shown, and what got there can be read.
run -w /dev/full captures/ws-plain.pcap
wants 1 '-w /dev/full'
one_line '-w /dev/full'
says "$err" 'wscope: /dev/full: No space left on device'
says "$out" 'close '
(
    ulimit -f 64
    "$wscope" -q -w "$place/cut.pcapng" captures/many-connections.pcap >"$out" 2>"$err"
)
[ $? = 1 ] || fail 'a file that may not grow: status'
one_line 'a file that may not grow'
run "$place/cut.pcapng"
wants 0 'a file that could not grow'
says "$out" 'open'

# Mistakes before anything is read.
run -w "$place/no/such/folder" captures/ws-plain.pcap
wants 1 '-w into no folder'
one_line '-w into no folder'
silent "$out" '-w into no folder'
cp captures/ws-plain.pcap "$place/input"
run -w "$place/input" "$place/input"
wants 2 '-w to the input'
cmp -s captures/ws-plain.pcap "$place/input" || fail '-w emptied its input'
done_testing
