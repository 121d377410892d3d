#!/usr/bin/env bash
# Where the output goes: a closed pipe ends the program quietly, a full disk is an error.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
c=captures/console.pcap

for format in text json summary; do
    # Without pipefail's help: the program's own status and what it said.
    { timeout 60 "$wscope" -o "$format" "$c" captures/many-connections.pcap 2>"$err"; echo $? >"$place/status"; } |
        head -n 1 >"$out"
    [ "$(cat "$place/status")" = 0 ] || fail "$format: a closed pipe: status $(cat "$place/status")"
    silent "$err" "$format: a closed pipe"
    [ "$(wc -l <"$out")" = 1 ] || fail "$format: no first line"
done
{ timeout 60 "$wscope" --list-findings 2>"$err"; echo $? >"$place/status"; } | true
[ "$(cat "$place/status")" = 0 ] || fail '--list-findings: a closed pipe'

if [ -c /dev/full ]; then
    for arguments in "$c" "-o json $c" "-o summary $c" --help --list-findings; do
        status=0
        # shellcheck disable=SC2086
        timeout 60 "$wscope" $arguments >/dev/full 2>"$err" || status=$?
        wants 1 "$arguments to a full disk"
        says "$err" 'wscope: standard output: No space left on device'
    done
fi

# Closed from the beginning
status=0
timeout 60 "$wscope" "$c" >&- 2>"$err" || status=$?
wants 1 'a closed standard output'
done_testing
