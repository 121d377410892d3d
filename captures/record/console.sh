#!/usr/bin/env bash
# A remote JavaScript console on Node's http module, without a WebSocket library:
# as it should be, and with the mistake of a 101 that lacks Sec-WebSocket-Accept,
# met by a client that does not care and by ws, which does.
. "$(dirname "$0")/lib.sh"
segments_of 1500

start console
serve 8083 node "$peers/console-server.cjs" 8083
timeout 20 node "$peers/console-client.cjs" ws://127.0.0.1:8083/console
finish

start console-no-accept
serve 8083 node "$peers/console-server.cjs" 8083 no-accept
timeout 20 node "$peers/lenient-client.cjs" 8083
finish

start console-no-accept-refused
serve 8083 node "$peers/console-server.cjs" 8083 no-accept
timeout 20 node "$peers/console-client.cjs" ws://127.0.0.1:8083/console
finish
