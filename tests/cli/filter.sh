#!/usr/bin/env bash
# -Y: what is shown, and what is said about a filter that is wrong.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"

c=captures/ws-plain.pcap

# shown TEXT...: exactly these lines, each known by a part of it
shown() {
    local n=0 text
    for text in "$@"; do
        n=$((n + 1))
        sed -n "${n}p" "$out" | grep -qF -- "$text" || fail "line $n lacks $text: $(sed -n "${n}p" "$out")"
    done
    [ "$(wc -l <"$out")" = $n ] || fail "$(wc -l <"$out") lines instead of $n"
}

run -Y 'ws.opcode == text && ws.length > 1000' "$c"
wants 0
shown ' open ' 'text   5.0 kB' 'text   5.0 kB'

run -Y 'payload matches "(?i)HEL+O" && dir == client' -o json "$c"
wants 0
shown '"type":"connection"' '"text":"hello"' '"type":"summary"'

# A field of frames tells frames; the line of the connection stands before them, once.
run -Y 'ws.masked && ws.opcode == close' "$c"
wants 0
shown ' open ' 'frame '

# Attempts have no end; their lines come with what is shown of them, or not at all.
run -Y 'finding.code == handshake-rejected' captures/nginx-401-then-101.pcap
wants 0
shown ' attempt ' '401 Unauthorized'

run -Y 'conn == 99' "$c"
wants 0
silent "$out"

# -c counts what is shown.
run -Y 'ws.opcode == ping || dir == server && ws.opcode == text' -c 1 "$c"
wants 0
[ "$(grep -c 'text ' "$out")" = 1 ] || fail '-c 1 with -Y'

wrong() { # TEXT FILTER
    run -Y "$2" "$c"
    wants 2 "$2"
    one_line "$2"
    silent "$out" "$2"
    says "$err" "$1"
}
wrong "--filter: column 1: 'ws.opcod': there is no such field; there is ws.opcode" 'ws.opcod == text'
wrong "--filter: column 14: 'txt': there are" 'ws.opcode == txt'
wrong '--filter: column 17' 'payload matches "("'

run -Y conn -o summary "$c"
wants 2
says "$err" 'it goes with text and json'

run -v -Y 'conn == 1' "$c"
says "$err" 'filter: conn == 1'

done_testing
