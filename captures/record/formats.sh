#!/usr/bin/env bash
# One conversation in the file formats and link types that tcpdump, dumpcap and others
# write. Recorded where a program records it so, converted by Wireshark's tools elsewhere.
. "$(dirname "$0")/lib.sh"
segments_of 1500

# talk [PATH]: the same short conversation each time.
talk() {
    serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": false}'
    timeout 20 node "$peers/chat.cjs" "ws://127.0.0.1:8080${1:-/}" \
        '["hello", {"fill": 3000}, {"binary": "00ff"}, {"await": 3}, {"close": 1000}]' '{"perMessageDeflate": false}'
}

start format-nanosecond --time-stamp-precision=nano; talk; finish
start format-snaplen -s 96;                          talk; finish
start format-sll  -i any -y LINUX_SLL;               talk; finish
start format-sll2 -i any -y LINUX_SLL2;              talk; finish

# dumpcap writes pcapng itself.
before=$(lo_packets)
dumpcap -q -i lo -w "$work/ng.pcapng" >"$work/dumpcap" 2>&1 &
dumper=$!
await 10 grep -q 'File:' "$work/dumpcap"
talk
await 5 no_sockets
stop_servers
ng_written() { [ "$(tshark -r "$work/ng.pcapng" 2>/dev/null | wc -l)" -ge $(($(lo_packets) - before)) ]; }
await 10 ng_written
kill -INT "$dumper" && wait "$dumper"
dumper=
keep "$work/ng.pcapng" format-pcapng.pcapng

# Two interfaces of different link types and time resolutions in one file.
mergecap -F pcapng -w "$work/two.pcapng" "$OUT/format-nanosecond.pcap" "$OUT/format-sll2.pcap"
keep "$work/two.pcapng" format-two-interfaces.pcapng

gzip -9nc "$OUT/format-nanosecond.pcap" >"$work/gz"
keep "$work/gz" format-gzip.pcap.gz

# The last packet is cut in its middle, as by a full disk.
head -c -20 "$OUT/format-nanosecond.pcap" >"$work/cut"
keep "$work/cut" format-cut.pcap

/usr/bin/python3 "$here/big-endian.py" "$OUT/format-sll.pcap" "$work/swapped"
keep "$work/swapped" format-big-endian.pcap
