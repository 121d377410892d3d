# shellcheck shell=bash
# lib.bash: sourced by the scripts of this folder. Each is one test: it drives $WSCOPE in a terminal of its own, that of a tmux
# server that nobody else has, and exits with 1 when something was not as it should be, having said what.
#
#   start WIDTHxHEIGHT ARGUMENT...   the program
#   keys KEY...                      as tmux names them: Enter, Down, PageDown, q ...
#   bytes TEXT                       as they are: for the mouse
#   await TEXT                       until the screen holds it (a fixed string), at most 20 s
#   await_not TEXT
#   loaded                           until all of the input is on the screen
#   screen NAME                      the screen once it stands still, against tests/tui/screens/NAME; with TUI_UPDATE=1 it is written
#
# Settings are those of a new user each time, unless keeps_settings is set.
#
# Nothing sleeps for a fixed time: what is waited for is looked for again and again.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
wscope=$(realpath "${WSCOPE:-./wscope}")
place=$(mktemp -d)
server=none
screens=tests/tui/screens
failed=0
export TZ=UTC LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS LINES TMUX XDG_CONFIG_HOME
export XDG_CONFIG_HOME=$place HOME=$place

tmux_() { tmux -L "$server" -f /dev/null "$@"; }
end_all() {
    tmux_ kill-server 2>/dev/null
    rm -rf "$place"
}
trap end_all EXIT

fail() {
    echo "FAIL $*"
    failed=1
}

# The shell that stays behind the program says how it ended, and leaves its last screen to be looked at.
start() {
    local size=$1
    shift
    tmux_ kill-server 2>/dev/null
    if [ -z "${keeps_settings:-}" ]; then rm -rf "$place/wscope"; fi
    server=wscope-$$-$RANDOM # one that is ending would refuse
    tmux_ new-session -d -x "${size%x*}" -y "${size#*x}" \
        "TERM=${term:-screen-256color} ${environment:-} $wscope $* 2>$place/err; echo \"exit status \$?\"; exec cat" || fail "tmux: $*"
}

keys() { tmux_ send-keys "$@"; }
bytes() { tmux_ send-keys -l "$1"; }
shown() { tmux_ capture-pane -p | sed 's/ *$//'; }

looked() { # WANTED TEXT: 1, it is to be there; 0, not
    local i found
    for ((i = 0; i < 400; i++)); do
        found=0
        if shown | grep -qF -- "$2"; then found=1; fi
        if [ "$found" = "$1" ]; then return 0; fi
        sleep 0.05 # between two looks
    done
    return 1
}
await() { looked 1 "$1" || fail "no '$1' on the screen: $(shown)"; }
await_not() { looked 0 "$1" || fail "'$1' is still on the screen: $(shown)"; }

# All of the input has been read and is on the screen.
loaded() {
    await packets
    await_not loading
}

# Until two looks in a row are the same and as they should be; a screen that never becomes it has differed for 5 s.
screen() {
    local file=$screens/$1 before='' now='' i
    for ((i = 0; i < 100; i++)); do
        before=$now
        now=$(shown)
        if [ "$now" = "$before" ] && [ -n "$now" ]; then
            if [ -n "${TUI_UPDATE:-}" ] && [ "$i" -gt 4 ]; then break; fi
            if [ -z "${TUI_UPDATE:-}" ] && [ "$now" = "$(cat "$file" 2>/dev/null)" ]; then return; fi
        fi
        sleep 0.05 # between two looks
    done
    if [ -n "${TUI_UPDATE:-}" ]; then
        mkdir -p "$screens"
        printf '%s\n' "$now" >"$file"
    else
        fail "$1 differs (make tui-update writes it anew):"
        diff "$file" <(printf '%s\n' "$now")
    fi
}

done_testing() {
    exit "$failed"
}
