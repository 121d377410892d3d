#!/usr/bin/env bash
# WebSocket inside TLS between real programs, with their key logs: browsers, Node, Python, haproxy and nginx; sessions that are resumed,
# pre-shared keys, certificates of the client; secrets in the capture itself. With names only those, as "tls-peers.sh tls-firefox".
wanted=" $* "
. "$(dirname "$0")/lib.sh"
segments_of 1500
unset SSLKEYLOGFILE
export HOME=$work TMPDIR=$work

# A CA, which Firefox insists on, and a certificate of it.
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/ca-key.pem" -out "$work/ca.pem" -days 3650 -subj '/CN=a CA' 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/request.pem" -subj /CN=localhost 2>/dev/null
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >"$work/extensions"
openssl x509 -req -in "$work/request.pem" -CA "$work/ca.pem" -CAkey "$work/ca-key.pem" -CAcreateserial -days 3650 \
    -out "$work/cert.pem" -extfile "$work/extensions" 2>/dev/null
cat "$work/cert.pem" "$work/key.pem" >"$work/both.pem"

is_wanted() { [ "$wanted" = '  ' ] || [[ $wanted = *" $1 "* ]]; }
keep_log() { grep -v '^#' "$work/keys" | sort -u >"$OUT/$1.keylog" && rm -f "$work/keys"; }
listen() { serve 9443 node "$peers/secure.cjs" 9443 "$work/cert.pem" "$work/key.pem" "$1"; }
# client STEPS ARGUMENT ...: openssl s_client
client() {
    local steps=$1
    shift
    timeout 30 python3 "$peers/s_client.py" "$steps" -connect 127.0.0.1:9443 -servername localhost -keylogfile "$work/keys" "$@" ||
        echo "$name: the client failed" >&2
}
talk='["the first message", "the second one", {"fill": 3000}, "the last"]'
node_client() { timeout 20 node --tls-keylog="$work/keys" "$peers/secure-client.cjs" "$@"; }

# browse COMMAND ...: until the page has closed its socket
browse() {
    timeout 40 node "$peers/secure-page.cjs" 9443 "$work/cert.pem" "$work/key.pem" &
    local page=$!
    await 15 listening 9443
    SSLKEYLOGFILE=$work/keys setsid "$@" https://localhost:9443/ >/dev/null 2>&1 &
    local browser=$!
    wait "$page" || cat "$work/log" >&2
    kill -TERM -- "-$browser"
    wait "$browser"
} 2>/dev/null

if is_wanted tls-firefox && command -v firefox-esr certutil >/dev/null; then
    mkdir "$work/firefox"
    certutil -N -d "sql:$work/firefox" --empty-password
    certutil -A -n ca -t C,, -i "$work/ca.pem" -d "sql:$work/firefox"
    for pref in datareporting.policy.dataSubmissionEnabled,false app.update.enabled,false browser.shell.checkDefaultBrowser,false \
        network.captive-portal-service.enabled,false network.connectivity-service.enabled,false toolkit.telemetry.enabled,false \
        network.dns.disableIPv6,true extensions.getAddons.cache.enabled,false browser.safebrowsing.update.enabled,false \
        network.http.http3.enable,false network.trr.mode,5; do
        printf 'user_pref("%s", %s);\n' "${pref%,*}" "${pref#*,}"
    done >"$work/firefox/user.js"
    printf 'user_pref("services.settings.server", "http://127.0.0.1:1/");\n' >>"$work/firefox/user.js"
    start tls-firefox
    MOZ_CRASHREPORTER_DISABLE=1 MOZ_DISABLE_CONTENT_SANDBOX=1 browse firefox-esr --headless --no-remote --profile "$work/firefox"
    finish 'port 9443'
    sort -u "$work/keys" >"$OUT/tls-firefox.keylog" && rm -f "$work/keys" # its comment is worth keeping
fi

if is_wanted tls-chromium && command -v chromium >/dev/null; then
    start tls-chromium
    browse chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --ignore-certificate-errors --user-data-dir="$work/chromium"
    finish 'port 9443'
    keep_log tls-chromium
fi

if is_wanted tls-python; then
    start tls-python
    timeout 20 /usr/bin/python3 "$peers/secure-echo.py" "$work/cert.pem" "$work/key.pem" "$work/keys" || cat "$work/log"
    finish
    keep_log tls-python
fi

# nginx ends TLS; the leg behind it is plain, and in the capture as well
if is_wanted tls-nginx && command -v nginx >/dev/null; then
    nginx_conf <<C
server {
    listen 127.0.0.1:9443 ssl;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $work/cert.pem;
    ssl_certificate_key $work/key.pem;
    location / {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade \$http_upgrade;
        proxy_set_header Connection upgrade;
        proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
    }
}
C
    start tls-nginx
    serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": {"threshold": 0}}'
    serve 9443 nginx -c "$work/nginx.conf"
    node_client wss://localhost:9443/feed 2
    finish
    keep_log tls-nginx
fi

if is_wanted tls-node; then
    start tls-node
    listen '{}'
    node_client wss://localhost:9443/feed 2
    finish
    keep_log tls-node
fi

# TLS 1.2, resumed by ticket and by session id; 0x4000 is SSL_OP_NO_TICKET
for kind in ticket session; do
    is_wanted tls-12-$kind || continue
    start tls-12-$kind
    listen "{\"maxVersion\": \"TLSv1.2\", \"secureOptions\": $([ $kind = session ] && echo 16384 || echo 0)}"
    client '["in full"]' -sess_out "$work/session" -cipher ECDHE-RSA-AES128-GCM-SHA256
    client '["resumed"]' -sess_in "$work/session" -cipher ECDHE-RSA-AES128-GCM-SHA256
    finish
    keep_log tls-12-$kind
done

# Pre-shared keys, without certificates
if is_wanted tls-12-psk; then
    start tls-12-psk
    listen '{"psk": "00112233445566778899aabbccddeeff", "ciphers": "PSK-AES128-GCM-SHA256", "maxVersion": "TLSv1.2"}'
    client "$talk" -psk 00112233445566778899aabbccddeeff -cipher PSK-AES128-GCM-SHA256 -tls1_2
    finish
    keep_log tls-12-psk
fi
if is_wanted tls-13-psk; then
    start tls-13-psk
    listen '{"psk": "00112233445566778899aabbccddeeff", "minVersion": "TLSv1.3", "ciphers": "TLS_AES_128_GCM_SHA256"}'
    client "$talk" -psk 00112233445566778899aabbccddeeff -ciphersuites TLS_AES_128_GCM_SHA256 -tls1_3
    finish
    keep_log tls-13-psk
fi

if is_wanted tls-12-client-certificate; then
    start tls-12-client-certificate
    listen '{"requestCert": true, "rejectUnauthorized": false, "maxVersion": "TLSv1.2"}'
    client "$talk" -cert "$work/cert.pem" -key "$work/key.pem" -tls1_2
    finish
    keep_log tls-12-client-certificate
fi

# Records of 16 KiB, each in a dozen segments; and small ones, several in a segment
if is_wanted tls-13-large; then
    start tls-13-large
    listen '{"ciphers": "TLS_CHACHA20_POLY1305_SHA256"}'
    node_client wss://localhost:9443/feed 1 '[10, 60000, 20, 30, 20000, 40]'
    finish
    keep_log tls-13-large
fi

# haproxy ends TLS in front of ws, and writes the key log; early data that it rejects, since another one gave the ticket.
cat >"$work/haproxy.cfg" <<C
global
    maxconn 100
    tune.ssl.keylog on
    log stdout format raw local0
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    timeout tunnel 5s
frontend front
    bind 127.0.0.1:9443 ssl crt $work/both.pem allow-0rtt alpn http/1.1
    log global
    log-format "keylog|CLIENT_HANDSHAKE_TRAFFIC_SECRET %[ssl_fc_client_random,hex] %[ssl_fc_client_handshake_traffic_secret]|SERVER_HANDSHAKE_TRAFFIC_SECRET %[ssl_fc_client_random,hex] %[ssl_fc_server_handshake_traffic_secret]|CLIENT_TRAFFIC_SECRET_0 %[ssl_fc_client_random,hex] %[ssl_fc_client_traffic_secret_0]|SERVER_TRAFFIC_SECRET_0 %[ssl_fc_client_random,hex] %[ssl_fc_server_traffic_secret_0]"
    default_backend ws
backend ws
    server ws 127.0.0.1:8080
C
if is_wanted tls-haproxy && command -v haproxy >/dev/null; then
    : >"$work/log"
    start tls-haproxy
    serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": {"threshold": 0}}'
    serve 9443 haproxy -f "$work/haproxy.cfg" -db
    node_client wss://localhost:9443/feed 1
    await 5 grep -q '^keylog' "$work/log"
    finish
    grep '^keylog' "$work/log" | tr '|' '\n' | grep SECRET | sort -u >"$OUT/tls-haproxy.keylog" # haproxy's, not the client's
    rm -f "$work/keys"
fi
if is_wanted tls-13-early-rejected && command -v haproxy >/dev/null; then
    printf 'GET /early HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n' >"$work/request"
    start tls-13-early-rejected
    serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": false}'
    serve 9443 haproxy -f "$work/haproxy.cfg" -db
    client '["in full"]' -tls1_3 -sess_out "$work/session" -alpn http/1.1
    kill "${servers[-1]}" && wait "${servers[-1]}" 2>/dev/null
    unset 'servers[-1]'
    serve 9443 haproxy -f "$work/haproxy.cfg" -db
    client '[{"early": "rejected"}, "sent again"]' -tls1_3 -sess_in "$work/session" -early_data "$work/request" -alpn http/1.1
    finish 'port 9443'
    keep_log tls-13-early-rejected
fi

# Secrets in the capture: in front of the packets, and behind them.
if is_wanted tls-dsb; then
    start tls-dsb-before
    listen '{}'
    node_client wss://localhost:9443/feed 1
    finish
    for where in before behind; do
        python3 "$peers/dsb.py" "$OUT/tls-dsb-before.pcap" "$work/keys" $where "$OUT/tls-dsb-$where.pcapng"
    done
    rm -f "$OUT/tls-dsb-before.pcap"
fi
