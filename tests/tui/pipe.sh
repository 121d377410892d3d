#!/usr/bin/env bash
# What stands before the pipe shares the terminal, as ssh and tcpdump do: it may ask for a password first, and what it says later does
# not stay on the screen.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"

cat >"$place/sender" <<'END'
printf 'password: ' >/dev/tty
read -r password </dev/tty
[ "$password" = 'secret q' ] || exit 1
cat captures/graphql.pcap
until [ -e "$0.go" ]; do sleep 0.05; done # until the screen has been looked at
printf 'listening\non any\r\n\n\nof this terminal\n' >/dev/tty
: >"$0.said"
END
environment="bash $place/sender | " start 80x24 -
await 'password:'
await_not 'Connections'
keys 'secret q' Enter
await '1 connection'
await 'reading, 30 packets'
: >"$place/sender.go"
until [ -e "$place/sender.said" ]; do sleep 0.05; done # a file that it writes at once
await_not 'of this terminal'
await '30 packets'
screen pipe
keys q
await 'exit status 0'

# Reading a pipe that never ends is ended, when asked, and what was read stays
mkfifo "$place/endless"
environment="cat $place/endless | " start 80x24 -
exec 7>"$place/endless"
cat captures/ws-plain.pcap >&7
await 'reading, 41 packets'
keys Escape
await 'Stop reading'
keys n
await_not 'Stop reading'
keys 2 Escape Escape
await 'Stop reading'
keys y
await_not 'reading'
await '1/1 connection'
keys Escape
await 'Enter open'
exec 7>&-
keys q
await 'exit status 0'
done_testing
