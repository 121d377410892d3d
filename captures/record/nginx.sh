#!/usr/bin/env bash
# nginx as a reverse proxy in front of ws, both legs in one capture.
. "$(dirname "$0")/lib.sh"
segments_of 1500

nginx_conf <<C
map \$http_upgrade \$connection_upgrade { default upgrade; '' close; }
server {
    listen 127.0.0.1:80;
    listen 127.0.0.2:80;
    proxy_http_version 1.1;
    proxy_set_header Host \$host;
    proxy_set_header Upgrade \$http_upgrade;
    proxy_set_header Connection \$connection_upgrade;
    proxy_set_header X-Real-IP \$remote_addr;
    proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto \$scheme;
    location /feed   { proxy_pass http://127.0.0.1:8080; }
    location /idle   { proxy_pass http://127.0.0.1:8080; proxy_read_timeout 1s; }
    location /down   { proxy_pass http://127.0.0.1:8999; }
    location /secret { auth_basic "feed"; auth_basic_user_file $work/none; }
    location /       { root $work/empty; }
}
C
mkdir "$work/empty"; : >"$work/none"

# through NAME PATH SCRIPT OPTIONS
through() {
    start "$1"
    serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": {"threshold": 0}}'
    serve 80 nginx -c "$work/nginx.conf"
    timeout 20 node "$peers/chat.cjs" "ws://127.0.0.2$2" "$3" "${4:-"{}"}"
    finish
}

through nginx-proxy /feed '["through the proxy", "through the proxy again", {"fill": 4000},
    {"ping": "over both legs"}, {"await": 3}, {"close": 1000, "reason": "done"}]' \
    '{"perMessageDeflate": {"threshold": 0}, "headers": {"X-Forwarded-For": "203.0.113.9"}}'
through nginx-timeout /idle  '["and then nothing", {"await": 1}]'
through nginx-502     /down  '[]'
through nginx-401     /secret '[]'
through nginx-404     /nowhere '[]'

start nginx-401-then-101
serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": false, "hello": 1}'
serve 80 nginx -c "$work/nginx.conf"
timeout 20 node "$peers/visitor.cjs" 80 ws:/secret ws:/feed
finish
