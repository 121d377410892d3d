#!/usr/bin/env bash
# WebSocket inside TLS: every version and family of ciphers, with the key logs. A server on Node, `openssl s_client`, and others.
. "$(dirname "$0")/lib.sh"
segments_of 1500
unset SSLKEYLOGFILE

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 3650 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
cat "$work/cert.pem" "$work/key.pem" >"$work/both.pem"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ec-key.pem" -out "$work/ec-cert.pem" \
    -days 3650 -subj /CN=localhost 2>/dev/null
old='@SECLEVEL=0'
talk='["the first message", "the second one", {"fill": 3000}, "the last"]'

keep_log() { sort -u "$work/keys" >"$OUT/$1.keylog" && rm -f "$work/keys"; }

# secure NAME SERVER-OPTIONS STEPS CLIENT-ARGUMENT ...: one connection, or one for each line of STEPS
secure() {
    local name=$1 options=$2 steps=$3 cert=cert key=key line
    shift 3
    case $name in *ecdsa*) cert=ec-cert key=ec-key ;; esac
    rm -f "$work/keys"
    start "$name"
    serve 9443 node "$peers/secure.cjs" 9443 "$work/$cert.pem" "$work/$key.pem" "$options"
    while read -r line; do
        timeout 30 python3 "$peers/s_client.py" "$line" -connect 127.0.0.1:9443 -servername localhost -keylogfile "$work/keys" "$@" ||
            echo "$name: the client failed" >&2
    done <<<"$steps"
    finish
    keep_log "$name"
}

all='"minVersion": "TLSv1", "ciphers": "ALL:'$old'"'
secure tls-10-cbc "{$all}" "$talk" -tls1 -cipher ECDHE-RSA-AES128-SHA:$old
secure tls-11-cbc "{$all}" "$talk" -tls1_1 -cipher ECDHE-RSA-AES256-SHA:$old
# 0x80000 is SSL_OP_NO_ENCRYPT_THEN_MAC, 1 SSL_OP_NO_EXTENDED_MASTER_SECRET, 0x4000 SSL_OP_NO_TICKET
secure tls-12-cbc-sha "{$all, \"secureOptions\": 524288}" "$talk" -tls1_2 -cipher ECDHE-RSA-AES128-SHA:$old
secure tls-12-cbc-sha256 "{$all}" "$talk" -tls1_2 -cipher ECDHE-RSA-AES128-SHA256:$old
secure tls-12-gcm-ecdsa "{$all}" "$talk" -tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
secure tls-12-chacha "{$all}" "$talk" -tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305
secure tls-12-ccm "{$all}" "$talk" -tls1_2 -cipher AES128-CCM:$old
secure tls-12-ccm-8-ecdsa "{$all}" "$talk" -tls1_2 -cipher ECDHE-ECDSA-AES256-CCM8:$old
secure tls-12-renegotiated "{$all}" '["before", {"key": "R"}, "behind"]' -tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384 -legacy_renegotiation

# RSA key exchange, opened with the private key alone; the second connection resumes the first's session.
for kind in "tls-12-rsa 0" "tls-12-rsa-session 16385" "tls-12-rsa-ticket 1"; do
    # shellcheck disable=SC2086
    set -- $kind
    secure "$1" "{$all, \"secureOptions\": $2}" "$talk" -tls1_2 -cipher AES128-GCM-SHA256 -sess_out "$work/session"
    [ "$2" != 0 ] || { cp "$work/key.pem" "$OUT/$1.pem"; rm -f "$OUT/$1.keylog"; continue; }
    start "$1"
    serve 9443 node "$peers/secure.cjs" 9443 "$work/cert.pem" "$work/key.pem" "{$all, \"secureOptions\": $2}"
    timeout 30 python3 "$peers/s_client.py" '["in full"]' -connect 127.0.0.1:9443 -tls1_2 -cipher AES128-GCM-SHA256 -sess_out "$work/session"
    timeout 30 python3 "$peers/s_client.py" '["resumed"]' -connect 127.0.0.1:9443 -tls1_2 -cipher AES128-GCM-SHA256 -sess_in "$work/session"
    finish
    rm -f "$OUT/$1.keylog"
done

any='"ciphers": "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"'
secure tls-13-aes-128 "{$any}" "$talk" -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256
secure tls-13-chacha "{$any}" "$talk" -tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256
secure tls-13-ccm "{$any}" "$talk" -tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256
secure tls-13-ccm-8 "{$any}" "$talk" -tls1_3 -ciphersuites TLS_AES_128_CCM_8_SHA256
secure tls-13-padded "{$any}" "$talk" -tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 -record_padding 256
secure tls-13-retry "{\"ecdhCurve\": \"P-384\"}" "$talk" -tls1_3 -curves X25519:P-384

# haproxy in front of ws ends TLS; 0-RTT, and the PROXY protocol in front of TLS.
cat >"$work/haproxy.cfg" <<C
global
    maxconn 100
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend early
    bind 127.0.0.1:9443 ssl crt $work/both.pem allow-0rtt alpn http/1.1
    bind 127.0.0.1:9444 ssl crt $work/both.pem accept-proxy
    default_backend ws
backend ws
    server ws 127.0.0.1:8080
listen through
    mode tcp
    bind 127.0.0.1:9445
    server front 127.0.0.1:9444 send-proxy
C
if command -v haproxy >/dev/null; then
    python3 - "$work/request" <<'P'
import sys, os
sys.argv = [sys.argv[0], '[]', sys.argv[1]]
open(sys.argv[2], 'wb').write(b'GET /early HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
P
    rm -f "$work/keys"
    start tls-13-early
    serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": false}'
    serve 9443 haproxy -f "$work/haproxy.cfg" -db
    timeout 30 python3 "$peers/s_client.py" '["in full"]' -connect 127.0.0.1:9443 -servername localhost -tls1_3 -keylogfile "$work/keys" -sess_out "$work/session" -alpn http/1.1
    timeout 30 python3 "$peers/s_client.py" '[{"early": true}, "behind 0-RTT"]' -connect 127.0.0.1:9443 -servername localhost -tls1_3 -keylogfile "$work/keys" -sess_in "$work/session" -early_data "$work/request" -alpn http/1.1
    finish 'port 9443'
    keep_log tls-13-early
    start tls-13-proxy-protocol
    serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": false}'
    serve 9443 haproxy -f "$work/haproxy.cfg" -db
    timeout 30 python3 "$peers/s_client.py" '["through the proxy"]' -connect 127.0.0.1:9445 -tls1_3 -keylogfile "$work/keys"
    finish 'port 9444'
    keep_log tls-13-proxy-protocol
fi
