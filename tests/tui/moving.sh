#!/usr/bin/env bash
# Keys and mouse: scrolling, sorting, marking, hiding, splitting; resizing; what is left of the terminal.
# shellcheck source=tests/tui/lib.bash
. "$(dirname "$0")/lib.bash"
mouse() { printf '\033[M'; printf "\\x$(printf %x "$((32 + $1))")\\x$(printf %x "$((33 + $2))")\\x$(printf %x "$((33 + $3))")"; }
press() { bytes "$(mouse "$@")"; }            # BUTTON X Y
press_twice() { bytes "$(mouse "$@")$(mouse 3 "$2" "$3")$(mouse "$@")$(mouse 3 "$2" "$3")"; } # at once, whatever else the machine does

start 80x24 captures/many-connections.pcap
loaded
keys End
await "$(shown | sed -n 's/.*1\/\([0-9]*\) connections.*/\1\/\1 connections/p')"
screen end
keys Home PageDown
screen page
keys S
screen sorted
press 0 3 0 # nothing is there to be clicked: the title
press 0 30 5
screen clicked
keys Space Space
await '2 marked'
keys 2
await 'all connections'
keys a
await 'marked connections'
screen marked
keys c
await 'control frames are hidden'
keys t
await 'SINCE START'
keys t
await 'SINCE LAST'
# Grouped, with sums: by server, by URL whatever its query
keys 1 U b
await '60 conn.'
screen group-server
keys b
await '9 conn.'
screen group-url
keys Enter
await 'marked connections'
keys q
await 'exit status 0'

# Wheel, double click, the line between list and detail
start 80x24 captures/many-frames.pcap
loaded
press_twice 0 10 2
await '#1  1/'
press 65 10 5
press 65 10 5
screen wheel
press_twice 0 10 3
await 'JSON'
screen split
press 0 10 10
press 32 10 6
press 3 10 6
screen dragged
bytes "$(mouse 0 10 6)$(mouse 32 10 8)$(mouse 32 10 12)$(mouse 3 10 10)" # all of it at once, as over a slow line
screen split
keys q
await 'exit status 0'

# Every size down to nothing, while it reads and afterwards
start 100x40 captures/many-frames.pcap
for size in '40 10' '10 3' '200 50' '1 1' '80 24'; do
    tmux_ resize-window -x "${size% *}" -y "${size#* }"
done
loaded
screen resized
keys q
await 'exit status 0'

program() { # the process that the shell on the screen runs; pgrep may be missing
    cat /proc/[0-9]*/stat 2>/dev/null |
        awk -v shell="$(tmux_ list-panes -F '#{pane_pid}')" -v name="($(basename "$wscope"))" '$2 == name && $4 == shell {print $1}'
}

# The terminal is given back as it was: the shell's screen, its cursor and its line settings
for signal in TERM INT SEGV ABRT; do
    start 80x24 captures/ws-plain.pcap
    await '1 Connections'
    kill -s $signal "$(program)"
    await 'exit status'
    await_not '1 Connections'
    [ "$(tmux_ display-message -p '#{cursor_flag} #{alternate_on} #{mouse_any_flag}')" = '1 0 0' ] ||
        fail "after SIG$signal: $(tmux_ display-message -p 'cursor #{cursor_flag}, alternate #{alternate_on}, mouse #{mouse_any_flag}')"
    stty -F "$(tmux_ display-message -p '#{pane_tty}')" -a | grep -q ' icanon.* echo ' || {
        stty -F "$(tmux_ display-message -p '#{pane_tty}')" -a | tr '\n' ' ' | grep -q ' icanon .* echo ' || fail "after SIG$signal: line settings"
    }
done

# Suspended, the terminal is the shell's; when it goes on, all is there again
tmux_ kill-server 2>/dev/null
server=wscope-$$-$RANDOM
tmux_ new-session -d -x 80 -y 24 "PS1='ready> ' bash --norc --noprofile -i"
await 'ready>'
keys "$wscope captures/ws-plain.pcap" Enter
loaded
modes() { # WANTED
    local i
    for ((i = 0; i < 400; i++)); do
        [ "$(tmux_ display-message -p '#{cursor_flag} #{alternate_on} #{mouse_any_flag} #{mouse_button_flag}')" != "$1" ] || return 0
        sleep 0.05 # between two looks
    done
    fail "modes: $(tmux_ display-message -p 'cursor #{cursor_flag}, alternate #{alternate_on}, mouse #{mouse_any_flag} #{mouse_button_flag}')"
}
modes '0 1 1 1'
keys C-z
await 'Stopped'
modes '1 0 0 0'
keys fg Enter
modes '0 1 1 1'
await '1/1 connection'
keys q
modes '1 0 0 0'

# Packets from a pipe, keys from the terminal
environment="cat captures/ws-plain.pcap | " start 80x24 -
await 'standard input'
loaded
keys 2
await 'all connections'
keys q
await 'exit status 0'

# SIGHUP on a terminal that is still there, and nothing to be reopened: reading ends, what was read stays.
mkfifo "$place/pipe"
environment="cat $place/pipe | " start 80x24 -
exec 7>"$place/pipe"
cat captures/ws-plain.pcap >&7
await 'reading, 41 packets'
kill -s HUP "$(program)"
(while tail -c +25 captures/ws-plain.pcap >&7; do sleep 0.1; done) & # it is looked for when packets come
writer=$!
await_not 'reading'
kill "$writer"
exec 7>&-
await '1 Connections'
keys q
await 'exit status 0'

# A terminal that goes away ends the program.
start 80x24 captures/ws-plain.pcap
await '1 Connections'
pid=$(program)
tmux_ kill-server
lives() { kill -0 "$pid" 2>/dev/null && ! grep -qs ') Z ' "/proc/$pid/stat"; } # nor waits for its parent to ask
for ((i = 0; i < 400; i++)); do lives || break; sleep 0.05; done
lives && fail 'it lives on without a terminal'

# Not a terminal, or one that nobody knows
term=nonsense start 80x24 -o tui captures/ws-plain.pcap
await 'exit status 2'
grep -q '^wscope: terminal: ' "$place/err" || fail "TERM=nonsense: $(cat "$place/err")"
done_testing
