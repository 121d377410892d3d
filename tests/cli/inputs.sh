#!/usr/bin/env bash
# Inputs that cannot be read, or not to their end: what can be read is shown, then one line says what and why, status 1.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
c=captures/close-by-client.pcap

run "$place/none" "$c"
wants 1 'a missing file among others'
one_line 'a missing file among others'
says "$err" "$place/none: No such file or directory"
says "$out" 'got hello'
run "$c" "$place/none"
wants 1 'the same, the other way round'
says "$out" 'got hello'
run --merge "$place/none" "$c"
wants 1 'the same, merged'
says "$out" 'got hello'

run captures
wants 1 'a folder'
one_line 'a folder'
says "$err" 'captures: '
: >"$place/empty"
run "$place/empty"
wants 1 'an empty file'
one_line 'an empty file'
run - </dev/null
wants 1 'nothing on standard input'
one_line 'nothing on standard input'
says "$err" 'standard input'
run README.md "$c"
wants 1 'a file that is no capture'
one_line 'a file that is no capture'
says "$err" 'README.md: '
says "$out" 'got hello'
if [ "$(id -u)" != 0 ]; then
    cp "$c" "$place/locked" && chmod 0 "$place/locked"
    run "$place/locked"
    wants 1 'a file that may not be read'
    says "$err" "$place/locked: "
fi

# Cut anywhere: never a crash, at most one line, and what was there before the cut is shown.
size=$(wc -c <"$c")
for n in 1 10 23 24 30 39 40 500 $((size - 1)); do
    head -c "$n" "$c" >"$place/cut"
    run "$place/cut"
    if [ "$n" = 24 ]; then
        wants 0 'a capture without packets'
    else
        wants 1 "a file cut after $n bytes"
        one_line "a file cut after $n bytes"
    fi
done
says "$out" 'open'
run captures/format-cut.pcap "$c"
wants 1 'a cut file and a whole one'
says "$out" '#2'
says "$err" 'captures/format-cut.pcap: cut short in packet 24'

# The same capture by every way.
cp captures/format-gzip.pcap.gz "$place/zipped" # no name tells what it is
run -o json "$place/zipped"
wants 0 'gzip'
cp "$out" "$place/wanted"
for way in redirected pipe plain plain-pipe fifo; do
    case $way in
    redirected) run -o json - <"$place/zipped" ;;
    pipe) cat "$place/zipped" | timeout 60 "$wscope" -o json - >"$out" 2>"$err" ;;
    plain) gzip -dc <"$place/zipped" >"$place/plain" && run -o json "$place/plain" ;;
    plain-pipe) gzip -dc <"$place/zipped" | timeout 60 "$wscope" -o json - >"$out" 2>"$err" ;;
    fifo)
        mkfifo "$place/fifo"
        cat "$place/zipped" >"$place/fifo" &
        run -o json "$place/fifo"
        wait
        ;;
    esac
    cmp -s "$out" "$place/wanted" || fail "$way: another output: $(cat "$err")"
done

# Packet numbers and connections run on over all files.
run -o json --frames "$c" captures/close-server-fin.pcap
[ "$(grep '"type":"frame"' "$out" | tail -n 1 | grep -o '"packet":[0-9]*')" = '"packet":27' ] ||
    fail "packet numbers do not run on: $(grep '"type":"frame"' "$out" | tail -n 1)"
done_testing
