#!/usr/bin/env bash
# Much of something in little traffic: frames, inflated bytes, connections; and two
# things of TCP that only a real kernel does: the window that closes, the port that
# is used again.
. "$(dirname "$0")/lib.sh"

# 32,000 frames of five bytes, in segments as large as lo allows.
start many-frames
timeout 20 node "$peers/play.cjs" 8080 many-frames
finish

segments_of 1500

start deflate-bomb
serve 8080 node "$peers/bomb.cjs" 8080
timeout 60 node "$peers/chat.cjs" ws://127.0.0.1:8080/ '["go", {"await": 2}, {"close": 1000}]'
finish

start many-connections
serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": false}'
timeout 20 node "$peers/crowd.cjs" 8080 60
finish

start tcp-port-reused
serve 8080 node "$peers/echo.cjs" 8080 '{"perMessageDeflate": {"threshold": 0}}'
timeout 20 node "$peers/again.cjs" 8080
finish

sysctl -qw net.ipv4.tcp_rmem='4096 8192 8192'
start tcp-zero-window
serve 8080 node "$peers/sluggish.cjs" 8080
timeout 20 node "$peers/chat.cjs" ws://127.0.0.1:8080/ \
    '["first", {"fill": 60000}, "last", {"await": 3}, {"close": 1000}]' '{"perMessageDeflate": false}'
finish
