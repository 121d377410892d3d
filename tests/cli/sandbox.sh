#!/usr/bin/env bash
# The sandbox, in a build without sanitizers: what must work works in it, what must not is refused, and the program runs inside.
# shellcheck source=tests/cli/lib.bash
. "$(dirname "$0")/lib.bash"
if [ "$(uname -s)" != Linux ]; then
    echo 'skipped: the sandbox is for Linux'
    exit 0
fi
make -s VARIANT=gcc build/gcc/wscope build/gcc/tests/sandbox/probe || exit 1
wscope=build/gcc/wscope
unset SUDO_UID SUDO_GID

# ---- from inside, call by call

probe() { # on|off: into $out
    rm -rf "$place/probe"
    mkdir -p "$place/probe/other" "$place/probe/keys" "$place/probe/out"
    touch "$place/probe/in" "$place/probe/other/secret" "$place/probe/other/spare" "$place/probe/keys/log"
    ln -s ../other/secret "$place/probe/out/out"
    timeout 60 build/gcc/tests/sandbox/probe "$1" "$place/probe" >"$out" 2>"$err" </dev/null || fail "probe $1: $(cat "$err")"
}

probe on
landlock=yes seccomp=yes
grep -q '^wscope: sandbox: files: Landlock, ABI' "$out" || landlock=
grep -q '^wscope: sandbox: system calls: seccomp$' "$out" || seccomp=
[ -n "$landlock" ] || echo 'skipped: what Landlock refuses, which is not available here'
[ -n "$seccomp" ] || echo 'skipped: what seccomp refuses, which is not available here'
while IFS= read -r line; do
    case $line in
    *': allowed; wants allowed' | *': refused ('*'; wants refused'*) ;;
    *'; wants refused by files') [ -z "$landlock" ] || fail "in the sandbox: $line" ;;
    *'; wants refused') [ -z "$seccomp" ] || fail "in the sandbox: $line" ;;
    *'; wants '*) fail "in the sandbox: $line" ;;
    esac
done <"$out"
[ "$(grep -c '; wants ' "$out")" -gt 40 ] || fail 'the probe did not try everything'

# Without the sandbox each of these works: it is the sandbox that refused them.
probe off
says "$out" 'sandbox: system calls: off'
while IFS= read -r line; do
    case $line in
    *': allowed; wants '*) ;;
    *'; wants '*) fail "without the sandbox: $line" ;;
    esac
done <"$out"

# ---- the program

# inside NAME ARGUMENT...: what the kernel says of the program while it waits for a pipe, into the file NAME; its output in $out
inside() {
    local name=$1 pid
    shift
    mkfifo "$place/fifo.$name"
    "$@" -v "$place/fifo.$name" >"$out" 2>"$err" &
    pid=$!
    exec 7>"$place/fifo.$name"
    until grep -q '^wscope: sandbox: system calls:' "$err"; do kill -0 "$pid" 2>/dev/null || break; done
    tr '\t' ' ' <"/proc/$pid/status" >"$place/$name"
    cat captures/ws-plain.pcap >&7
    exec 7>&-
    wait "$pid" || fail "$name: exit status $?: $(cat "$err")"
    says "$out" 'by client, 1000 normal closure'
}

inside usual "$wscope"
for line in 'CapPrm: 0000000000000000' 'CapEff: 0000000000000000' 'CapInh: 0000000000000000' 'CapAmb: 0000000000000000'; do
    says "$place/usual" "$line"
done
if [ -n "$seccomp" ]; then says "$place/usual" 'Seccomp: 2'; fi
says "$place/usual" 'NoNewPrivs: 1'
says "$err" 'wscope: privileges: user '
inside without "$wscope" --no-sandbox
says "$place/without" 'Seccomp: 0'
says "$place/without" 'CapEff: 0000000000000000'
says "$err" 'wscope: sandbox: system calls: off'

# Several files one after the other, gzip, standard input, pipes of the shell, merged, with a filter that has names to look up
cat captures/ws-plain.pcap | "$wscope" --frames -o json captures/format-gzip.pcap.gz - <(cat captures/console.pcap) \
    captures/ws-deflate-takeover.pcap >"$out" 2>"$err" || fail "several inputs: $(cat "$err")"
cat captures/ws-plain.pcap | "$wscope" --no-sandbox --frames -o json captures/format-gzip.pcap.gz - <(cat captures/console.pcap) \
    captures/ws-deflate-takeover.pcap 2>&1 | cmp - "$out" || fail 'several inputs: the sandbox changes the output'
run --merge captures/ws-plain.pcap captures/format-gzip.pcap.gz captures/format-sll.pcap
wants 0 'merged'
if getent hosts localhost >"$place/names" && getent services http >>"$place/names"; then
    run -f 'host localhost or port http or tcp' captures/format-sll.pcap captures/encap-raw.pcap
    wants 0 'a capture filter with names'
    says "$out" '#2'
else
    echo 'skipped: /etc/hosts or /etc/services is missing, names in a capture filter not tried'
fi
for output in summary json text; do
    run -V -x --color always -o "$output" captures/bad-escapes.pcap
    wants 0 "-o $output"
done
# Saving and rotating, by the program itself: of the ring the last two files are left, and what was removed could be.
mkdir "$place/ring"
run -v -w "$place/ring/a.pcapng" --rotate 64k --keep 2 captures/many-connections.pcap
wants 0 '--rotate'
[ -z "$seccomp" ] || says "$err" 'wscope: sandbox: system calls: seccomp'
files=("$place"/ring/*)
[ "${#files[@]}" = 2 ] || fail "--rotate: ${#files[@]} files"
run -q -o summary "${files[@]}"
wants 0 'what was written in a ring'
# Reopening: the file was moved away, a new one takes its place with what comes next.
mkfifo "$place/fifo.reopen"
"$wscope" -v -o summary -w "$place/reopened.pcapng" "$place/fifo.reopen" >"$out" 2>"$err" &
pid=$!
exec 7>"$place/fifo.reopen"
head -c 3000 captures/many-connections.pcap >&7
until grep -q '^wscope: sandbox: system calls:' "$err" && [ -s "$place/reopened.pcapng" ]; do kill -0 "$pid" || break; done
mv "$place/reopened.pcapng" "$place/moved.pcapng"
kill -s HUP "$pid"
tail -c +3001 captures/many-connections.pcap >&7
exec 7>&-
wait "$pid" || fail "reopening: exit status $?: $(cat "$err")"
run -q -o summary "$place/reopened.pcapng"
says "$out" '60 connections'
run "$place/none" captures captures/ws-plain.pcap "$place/none"
wants 1 'files that are not there'
says "$err" 'none: No such file or directory'
says "$err" 'captures: Is a directory'
says "$out" 'by client, 1000 normal closure'

# ---- giving up root

run -Z 'no such user' captures/ws-plain.pcap
wants 2 'a user that is not there'
one_line 'a user that is not there'
silent "$out" 'a user that is not there'
run -Z "$(id -u)" captures/ws-plain.pcap
wants 0 '-Z with the own user'
if [ "$(id -u)" != 0 ]; then
    echo 'skipped: giving up root, which only root can'
    run -Z 0 captures/ws-plain.pcap
    wants 2 '-Z as another user than root'
    one_line '-Z as another user than root'
    done_testing
fi
nobody() { # FILE
    says "$1" 'Uid: 65534 65534 65534 65534'
    says "$1" 'Gid: 65534 65534 65534 65534'
    says "$1" 'CapPrm: 0000000000000000'
    says "$1" 'CapEff: 0000000000000000'
    says "$1" 'CapBnd: 0000000000000000'
    grep -qE '^Groups:( 65534)? *$' "$1" || fail "groups are left: $(grep Groups "$1")"
}
says "$place/usual" 'Uid: 0 0 0 0'
says "$place/usual" 'CapBnd: 0000000000000000'
inside sudo env SUDO_UID=65534 SUDO_GID=65534 "$wscope"
nobody "$place/sudo"
says "$err" 'wscope: privileges: user 65534 (SUDO_UID), no capabilities'
inside sudo-without env SUDO_UID=65534 SUDO_GID=65534 "$wscope" --no-sandbox
nobody "$place/sudo-without"
inside user "$wscope" -Z nobody
nobody "$place/user"
inside root env SUDO_UID=65534 SUDO_GID=65534 "$wscope" -Z root
says "$place/root" 'Uid: 0 0 0 0'
says "$place/root" 'CapEff: 0000000000000000'
# What only root can read was opened before.
mkdir -m 700 "$place/locked"
for name in ws-plain.pcap console.pcap format-gzip.pcap.gz; do cp "captures/$name" "$place/locked"; done
SUDO_UID=65534 run "$place/locked/"*
wants 0 'files that only root can read'
SUDO_UID=65534 run --merge <(cat captures/ws-plain.pcap) <(cat captures/console.pcap)
wants 0 'pipes of a root shell, merged'
# A mistake in the environment is no way to keep rights.
SUDO_UID=nonsense run -v captures/ws-plain.pcap
wants 0 'SUDO_UID that is no number'
says "$err" 'wscope: privileges: user 0, no capabilities'
done_testing
