#!/usr/bin/env bash
# Other programs from npm: what speaks inside WebSocket, and other clients.
. "$(dirname "$0")/lib.sh"
segments_of 1500

start graphql
serve 8087 node "$peers/graphql-server.cjs" 8087
timeout 20 node "$peers/graphql-client.cjs" 8087
finish

start json-rpc; timeout 20 node "$peers/rpc.cjs" 8087;      finish
start socketio; timeout 20 node "$peers/socketio.cjs" 8087; finish
start hybi-8;   timeout 20 node --no-deprecation "$peers/hybi-8.cjs" 8087; finish

start node-native
serve 8087 node "$peers/echo.cjs" 8087 '{"perMessageDeflate": {"threshold": 0}}'
timeout 20 node --experimental-websocket --no-warnings "$peers/native.cjs" ws://127.0.0.1:8087/native
finish

start registered-ports
serve 8087 node "$peers/echo.cjs" 8087 '{"perMessageDeflate": false}'
timeout 20 node "$peers/ports.cjs" 8087
finish
