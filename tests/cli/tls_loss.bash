# shellcheck shell=bash
# tls_loss.bash: for tls_loss_*.sh: any one segment is missing from the captures inside TLS; and captures that begin anywhere, with the secrets of a
# connection whose handshake nobody saw. tls_loss.py says what must hold; tls_loss.wanted has the limits of what may be lost.
#
#   tests/cli/tls_loss_13.sh --update      writes them anew
. "$(dirname "$0")/lib.bash"
export wscope update=${1:-}

one() { # KEYLOG
    local options=() limits=--limits=tests/cli/tls_loss.wanted
    case $1 in *-large* | *-resumed* | *-nginx*) options=(--every=3) ;; esac # the others in full
    if [ "$update" != --update ]; then options+=("$limits"); fi
    python3 tests/cli/tls_loss.py "${options[@]}" "$wscope" "${1%.keylog}.pcap" -k "$1"
    case $1 in
    *tls-13-aes-128* | *tls-13-chacha* | *tls-13-key-update*) python3 tests/cli/tls_loss.py --start "${options[@]}" "$wscope" "${1%.keylog}.pcap" -k "$1" ;;
    esac
}
export -f one
loss_of() { # KEYLOG ...
    printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'one "$1"' _ {} 2>&1 | LC_ALL=C sort >"$out"
    if [ "$update" = --update ]; then
        cut -d' ' -f1 "$out" | sort -u >"$place/names"
        grep -vFf "$place/names" tests/cli/tls_loss.wanted | LC_ALL=C sort - "$out" >"$place/all"
        cp "$place/all" tests/cli/tls_loss.wanted
    elif [ -s "$out" ]; then
        fail "$(cat "$out")"
    fi
}
