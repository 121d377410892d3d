#!/usr/bin/env bash
# What a terminal gets: arrows and escapes by locale, colours when wanted, and never a control sequence of the wire's.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
c=captures/bad-escapes.pcap

# In files: no colours, UTF-8 as it is
run captures/ws-plain.pcap
says "$out" '→ text'
says "$out" '← text'
says "$out" 'héllo ✓ 🎉'
LC_ALL=C run captures/ws-plain.pcap
says "$out" '-> text'
says "$out" '<- text'
says "$out" 'h\u{e9}llo'
LC_ALL=C grep -q '[^ -~]' "$out" && fail "the C locale's output is not ASCII"

# Control characters: C0 without line feed and tab, DEL; C1, bidirectional and line separators in UTF-8
raw() { # WHAT...
    LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]' "$out" &&
        fail "$*: control characters in the output"
}
for arguments in '' '-x' '-V' '--frames' '-o json --frames' '-o summary'; do
    # shellcheck disable=SC2086
    run $arguments "$c"
    wants 0 "$arguments"
    raw "$arguments"
    # shellcheck disable=SC2086
    LC_ALL=C run $arguments "$c"
    raw "$arguments in the C locale"
done
run "$(printf 'no\033[31msuch')"
one_line 'a file name with an escape'

# Colours
colored() { LC_ALL=C grep -q $'\033' "$out"; }
run --color always "$c"
colored || fail '--color always: no colours'
for arguments in '' '--color auto' '--color never'; do
    # shellcheck disable=SC2086
    run $arguments "$c"
    colored && fail "'$arguments': colours in a file"
done
# Apart from the colours it is the same text.
run captures/bad-server-masks.pcap
cp "$out" "$place/plain"
run --color always captures/bad-server-masks.pcap
sed 's/\x1b\[[0-9;]*m//g' "$out" | cmp -s - "$place/plain" || fail 'colours change the text'

PYTHONPATH=tests/cli python3 - "$wscope" <<'PYTHON' || fail 'on a terminal'
import sys
from terminal import run_on_terminal

def on_terminal(columns, *arguments, **environment):
    return run_on_terminal(columns, sys.argv[1], '-o', 'text', *arguments, **environment)

console = 'captures/console.pcap'
failed = False
def check(what, right):
    global failed
    if not right:
        print('FAIL', what)
        failed = True

check('colours on a terminal', b'\x1b[' in on_terminal(80, console))
check('NO_COLOR', b'\x1b' not in on_terminal(80, console, NO_COLOR='1'))
check('NO_COLOR, empty', b'\x1b' in on_terminal(80, console, NO_COLOR=''))
check('--color always wins over NO_COLOR', b'\x1b' in on_terminal(80, '--color=always', console, NO_COLOR='1'))
check('--color never', b'\x1b' not in on_terminal(80, '--color=never', console))
check('TERM=dumb', b'\x1b' not in on_terminal(80, '--color=auto', console, TERM='dumb'))
for columns in 80, 200:
    lines = on_terminal(columns, '--color=never', console).decode().splitlines()
    messages = [line for line in lines if ' text ' in line]
    check(f'messages in {columns} columns', messages and max(map(len, messages)) <= columns)
lines = on_terminal(80, '--color=never', '-o', 'summary', 'captures/many-connections.pcap').decode().splitlines()
check('a summary in 80 columns', max(map(len, lines)) <= 80)
sys.exit(failed)
PYTHON
done_testing
