# Sourced by every recording script. It runs the script again inside a network
# namespace of its own, where all ports are free and nobody else is on lo, and
# gives it these verbs:
#
#   segments_of 1500      from here on segments look like those of an Ethernet
#   start NAME [ARG ...]  begin captures/NAME.pcap with tcpdump (ARG: more options)
#   serve PORT CMD ...    run a server, come back once it listens
#   finish [FILTER]       wait for the connections to end, stop, say what was got
#
# Variables: OUT is where captures go (default: the folder above this one),
# TOOLS where npm's packages are kept.

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
peers=$here/peers
OUT=$(realpath -m "${OUT:-$here/..}")
TOOLS=${TOOLS:-${TMPDIR:-/tmp}/wscope-record}

if [ -z "${IN_NAMESPACE:-}" ]; then
    if ! cmp -s "$here/package.json" "$TOOLS/package.json" || [ ! -d "$TOOLS/node_modules/ws" ]; then
        mkdir -p "$TOOLS" && cp "$here/package.json" "$TOOLS/" &&
            (cd "$TOOLS" && npm install --silent --ignore-scripts) || exit 1
    fi
    export IN_NAMESPACE=1 OUT TOOLS
    exec unshare -n -- bash "$0" "$@"
fi

export NODE_PATH=$TOOLS/node_modules
work=$(mktemp -d "${TMPDIR:-/tmp}/wscope-record.XXXXXX")
chmod 755 "$work"
servers=()
dumper=

mkdir -p "$OUT"
ip link set lo up

# Without this lo carries segments of 64 KiB, which no real wire has.
segments_of() {
    ip link set lo mtu "$1" gso_max_size "$1" gso_max_segs 1
}

# await SECONDS CMD ...: until CMD succeeds; false when it never did.
await() {
    local tries=$(($1 * 20)); shift
    while ! "$@"; do
        ((tries-- > 0)) || return 1
        sleep .05
    done
}

# nginx_conf: $work/nginx.conf, with what is inside http { } from standard input
nginx_conf() {
    cat >"$work/nginx.conf" <<C
daemon off; master_process off; pid $work/nginx.pid; error_log $work/nginx.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
$(cat)
}
C
}

listening()   { [ -n "$(ss -Hltn "sport = :$1")" ]; }
dumping()     { grep -qi 'listening on' "$work/dumper"; }
no_sockets()  { ! ss -Htan | grep -qvE '^(LISTEN|TIME-WAIT)'; }
# Packets that lo carried since its namespace began, and those in the file.
lo_packets()  { awk '$1 == "lo:" { print $3 }' /proc/net/dev; }
written()     { tcpdump -nr "$work/packets" 2>/dev/null | wc -l; }
all_written() { [ "$(written)" -ge $(($(lo_packets) - before)) ]; }

# Ports are asked for with ss and not with a connection, which would be in the
# capture.
serve() {
    local port=$1; shift
    "$@" >>"$work/log" 2>&1 &
    servers+=($!)
    await 15 listening "$port" && return
    echo "$0: nothing listens on port $port" >&2
    cat "$work/log" >&2
    exit 1
}

stop_servers() {
    for pid in ${servers[@]+"${servers[@]}"}; do
        kill -9 "$pid" && wait "$pid"
    done 2>/dev/null
    servers=()
}

start() {
    name=$1; shift
    before=$(lo_packets)
    rm -f "$work/packets"; : >"$work/dumper"
    tcpdump -i lo -Z root -B 16384 --immediate-mode -U "$@" -w "$work/packets" \
        2>"$work/dumper" &
    dumper=$!
    await 10 dumping || { cat "$work/dumper" >&2; exit 1; }
}

finish() {
    await 5 no_sockets
    stop_servers
    await 5 all_written
    kill -INT "$dumper" && wait "$dumper"
    dumper=
    if [ $# -gt 0 ]; then
        tcpdump -Z root -r "$work/packets" -w "$work/filtered" "$1" 2>/dev/null
        mv "$work/filtered" "$work/packets"
    fi
    keep "$work/packets" "$name.pcap"
}

# keep FILE NAME: moves a finished capture to its place and tells its size.
keep() {
    mv "$1" "$OUT/$2" && chmod 644 "$OUT/$2"
    printf '%-32s %7d bytes\n' "$2" "$(stat -c %s "$OUT/$2")"
}

leave() {
    [ -n "$dumper" ] && kill "$dumper"
    stop_servers
    rm -rf "$work"
} 2>/dev/null
trap leave EXIT
