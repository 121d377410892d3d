#!/usr/bin/env bash
# Golden outputs: what the program says of a capture, word for word.
#
#   tests/golden.sh [--update] [NAME ...]        WSCOPE names the program (default ./wscope)
#
# tests/golden/list has one test a line:  NAME  CAPTURE  ARGUMENT ...   (quoted as in a shell; # begins a comment line).
# It runs WSCOPE ARGUMENT ... CAPTURE; a CAPTURE "none" is left out, and "<FILE" is given on standard input, with "-" as
# its name. tests/golden/NAME.out holds standard output, then a line "exit STATUS", then what went to standard error.
# A line whose capture lies in ../shared/ is skipped where that is absent. --update writes the .out files anew: the
# difference that git then shows is the change in behaviour, to be read before it is committed.
# The last line is "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
wscope=${WSCOPE:-./wscope}
update=
if [ "${1:-}" = --update ]; then
    update=1
    shift
fi
# What the output may depend on, pinned. Sanitizers speak on standard error, where they make a difference.
export TZ=UTC LC_ALL=C.UTF-8 TERM=dumb COLUMNS=120
unset NO_COLOR SSLKEYLOGFILE
got=$(mktemp -d)
trap 'rm -rf "$got"' EXIT

run() { # CAPTURE ARGUMENT...
    local capture=$1 status=0 input=/dev/null
    shift
    case $capture in
    none) ;;
    '<'*)
        input=${capture#<}
        set -- "$@" -
        ;;
    *) set -- "$@" "$capture" ;;
    esac
    timeout 60 "$wscope" "$@" <"$input" >"$got/out" 2>"$got/err" || status=$?
    cat "$got/out"
    echo "exit $status"
    # What is in force of the sandbox depends on the system and on who runs this.
    sed 's/^\(wscope: \(privileges\|sandbox: [a-z ]*\): \).*/\1.../' "$got/err"
}

selected() { # NAME, and the names that were asked for
    local name=$1 only
    shift
    [ $# -gt 0 ] || return 0
    for only in "$@"; do
        [ "$only" != "$name" ] || return 0
    done
    return 1
}

passed=0 failed=0 skipped=0 names=' '
while read -r name capture arguments; do
    case $name in '' | '#'*) continue ;; esac
    names="$names$name "
    selected "$name" "$@" || continue
    case $capture in
    ../shared/* | '<../shared/'*)
        if [ ! -e "${capture#<}" ]; then
            skipped=$((skipped + 1))
            continue
        fi
        ;;
    esac
    words=()
    eval "words=($arguments)"
    run "$capture" "${words[@]}" >"$got/all"
    if [ -n "$update" ]; then
        cmp -s "$got/all" "tests/golden/$name.out" || echo "changed: tests/golden/$name.out"
        cp "$got/all" "tests/golden/$name.out"
        passed=$((passed + 1))
    elif diff -u --label "wanted: $name.out" --label "got: $name" "tests/golden/$name.out" "$got/all" >"$got/diff" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name: $wscope $arguments $capture"
        head -n 40 "$got/diff"
    fi
done <tests/golden/list

for out in tests/golden/*.out; do
    name=$(basename "$out" .out)
    case $names in *" $name "*) continue ;; esac
    if [ -n "$update" ]; then
        echo "no longer in the list: $out"
        rm -f "$out"
    else
        echo "FAIL $out is not in tests/golden/list"
        failed=$((failed + 1))
    fi
done
[ "$skipped" = 0 ] || echo "skipped: $skipped, ../shared is absent"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
