#!/usr/bin/env bash
# Wrong usage: exit status 2, one line on standard error that names what was wrong, nothing on standard output.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

wrong() { # TEXT ARGUMENT...
    local text=$1
    shift
    run "$@"
    wants 2 "$*"
    one_line "$*"
    silent "$out" "$*"
    says "$err" "$text"
    says "$err" "see wscope --help"
}

c=captures/close-by-client.pcap
wrong '--interface: not together with a FILE' -i lo "$c"
wrong '--duration: for a live capture' -a 1 "$c"
wrong '--duration 0: 1 to 1000000000' -a 0
wrong '--snaplen 300000: 1 to 262144' -s 300000
wrong '--rotate 10m: M for MiB, or min' -w x --rotate 10m "$c"
wrong '--rotate 0s: not a time' -w x --rotate 0s "$c"
wrong '--rotate 0: at least one byte' -w x --rotate 0 "$c"
wrong '--rotate soon: not a number' -w x --rotate soon "$c"
wrong '--rotate: only with --write' --rotate 1M "$c"
wrong '--keep: only with --rotate' -w x --keep 2 "$c"
wrong '--keep 0: 1 to ' -w x --rotate 1M --keep 0 "$c"
wrong '--write -: standard output is for what is shown' -w - "$c"
wrong '--buffer 4096: 1 to 2047' -B 4096
wrong '--colour: unknown option' --colour "$c"
wrong '-j: unknown option' -j "$c"
wrong '-j: unknown option' "$c" -xj
wrong '--frames=yes' --frames=yes "$c"
wrong '-c: it wants an argument' "$c" -c
wrong '--output: it wants an argument' "$c" --output
wrong '--output yaml: there are text, json, summary' -o yaml "$c"
wrong '--color maybe: there are auto, always, never' --color=maybe "$c"
wrong '--count 0: count at least one message' -c 0 "$c"
wrong '--count -1: not a number' -c -1 "$c"
wrong '--count 1x: not a number' -c 1x "$c"
wrong '--count : not a number' -c '' "$c"
wrong '--max-payload lots: not a number' --max-payload lots "$c"
wrong '--max-payload 1T: not a number' --max-payload 1T "$c"
wrong '--max-payload 99999999999999999999: too large' --max-payload 99999999999999999999 "$c"
wrong '--max-payload 99999999999G: too large' --max-payload 99999999999G "$c"
wrong '--limit lots: no such limit; see --list-limits' --limit lots "$c"
wrong '--limit lots=1: no such limit; see --list-limits' --limit lots=1 "$c"
wrong '--limit flows: it wants =VALUE' --limit flows "$c"
wrong '--limit flows=many: not a number' --limit flows=many "$c"
wrong '--limit flows=0: at least 1' --limit flows=0 "$c"
wrong '--limit flows=1G: too large' --limit flows=1G "$c"

# What is not an option of this program yet is unknown too.
for option in --metrics --stats-interval; do wrong "$option: unknown option" "$option" "$c"; done

run -o tui "$c"
wants 2 'the monitor without a terminal'
one_line 'the monitor without a terminal'
says "$err" 'wscope: terminal: standard output is none'

run -f 'tcp prot 80' "$c"
wants 2 'a capture filter that cannot be compiled'
one_line 'a capture filter that cannot be compiled'

# Long options may be shortened while that is unambiguous, options and files mixed, and -- ends the options.
run "$c" --out json -c 1
wants 0 'options behind the file'
says "$out" '"type":"summary"'
run -c 1 -- "$c"
wants 0 'a double dash'
says "$out" 'open'

for option in --help -h --version --list-findings; do
    run "$option"
    wants 0 "$option"
    silent "$err" "$option"
    [ -s "$out" ] || fail "$option says nothing"
done
[ -z "$("$wscope" --help | awk 'length > 79')" ] || fail '--help has lines of more than 79 columns'
done_testing
