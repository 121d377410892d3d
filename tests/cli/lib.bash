# shellcheck shell=bash
# lib.bash: sourced by the scripts of this folder. Each is one test: it runs $WSCOPE, and exits with 1 when something
# was not as it should be, having said what.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
wscope=${WSCOPE:-./wscope}
export TZ=UTC LC_ALL=C.UTF-8 TERM=dumb
unset NO_COLOR COLUMNS
place=$(mktemp -d)
out=$place/out err=$place/err failed=0 status=0
trap 'rm -rf "$place"' EXIT

fail() {
    echo "FAIL $*"
    failed=1
}

# run ARGUMENT...: sets $status, fills the files $out and $err
run() {
    status=0
    timeout 60 "$wscope" "$@" >"$out" 2>"$err" || status=$?
}

# wants STATUS WHAT...: of the last run
wants() {
    local wanted=$1
    shift
    [ "$status" = "$wanted" ] || fail "$*: exit status $status, not $wanted"
}

# one_line WHAT...: standard error holds one line, which begins with the program's name
one_line() {
    if [ "$(wc -l <"$err")" != 1 ] || ! grep -q '^wscope: ..*: ' "$err"; then
        fail "$*: not one line on standard error: $(cat "$err")"
    fi
}

# says FILE TEXT: the file holds that text
says() {
    grep -qF -- "$2" "$1" || fail "no '$2' in: $(head -c 1000 "$1")"
}

# silent FILE WHAT...: the file is empty
silent() {
    local file=$1
    shift
    [ ! -s "$file" ] || fail "$*: not silent: $(head -c 1000 "$file")"
}

done_testing() {
    exit "$failed"
}
