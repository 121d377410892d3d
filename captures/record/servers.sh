#!/usr/bin/env bash
# Servers that Debian packages. One that is not installed is passed over, with a word:
# apt install --no-install-recommends mosquitto websocketd libwebsockets-test-server \
#     python3-tornado python3-aiohttp rabbitmq-server libprotocol-websocket-perl
. "$(dirname "$0")/lib.sh"
segments_of 1500

# have PROGRAM_OR_MODULE
have() {
    command -v "$1" >/dev/null || /usr/bin/python3 -c "import $1" 2>/dev/null && return
    echo "$1 is not installed, not recorded" >&2
    return 1
}

if have mosquitto; then
    # With a listener for WebSocket alone, mosquitto 2.0.11 does not start.
    printf '%s\n' 'listener 1883 127.0.0.1' 'listener 8088' 'protocol websockets' \
        'allow_anonymous true' 'user root' >"$work/mosquitto.conf"
    start mqtt-mosquitto
    serve 8088 mosquitto -c "$work/mosquitto.conf"
    timeout 20 node "$peers/mqtt.cjs" ws://127.0.0.1:8088/mqtt 5 4
    finish
fi

if have websocketd; then
    start websocketd
    serve 8088 websocketd --port=8088 --address=127.0.0.1 \
        bash -c 'while read -r line; do echo "got $line"; done'
    timeout 20 node "$peers/chat.cjs" ws://127.0.0.1:8088/ \
        '["one", "two", "three", {"await": 3}, {"close": 1000}]'
    finish
fi

if have libwebsockets-test-server; then
    start libwebsockets
    serve 7681 libwebsockets-test-server -p 7681 -d 1
    timeout 20 node "$peers/chat.cjs" ws://127.0.0.1:7681/ '[{"await": 10}, {"close": 1000}]' \
        '{"protocols": ["dumb-increment-protocol"]}'
    finish
fi

if have tornado && have aiohttp; then
    start tornado-aiohttp
    timeout 20 /usr/bin/python3 "$peers/tornado-aiohttp.py" 8088
    finish
fi

if have rabbitmq-server; then
    export HOME=$work RABBITMQ_NODENAME=recorded@localhost RABBITMQ_MNESIA_BASE=$work/mnesia
    export RABBITMQ_LOG_BASE=$work/rabbit RABBITMQ_PID_FILE=$work/pid ERL_EPMD_ADDRESS=127.0.0.1
    export RABBITMQ_ENABLED_PLUGINS_FILE=$work/plugins RABBITMQ_DIST_PORT=25672
    echo '[rabbitmq_web_stomp,rabbitmq_web_mqtt].' >"$work/plugins"
    chmod 777 "$work"
    # In a process namespace: it starts others, which are to end with it. Erlang's nodes
    # talk to each other all the time, hence the filter.
    serve 15674 unshare --pid --fork --kill-child \
        "$(echo /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server)"
    await 20 listening 15675
    start rabbitmq
    timeout 30 node "$peers/stomp.cjs" ws://127.0.0.1:15674/ws
    timeout 30 node "$peers/mqtt.cjs" ws://127.0.0.1:15675/ws 4
    finish 'tcp port 15674 or tcp port 15675'
fi

# The drafts before framing had lengths: the client is Perl's Protocol::WebSocket, the server is from npm.
for draft in hixie-75 hixie-76; do
    perl -MProtocol::WebSocket -e1 2>/dev/null || { echo "Protocol::WebSocket is not installed, not recorded" >&2; break; }
    start "$draft"
    serve 8088 node "$peers/hixie-server.cjs" 8088
    timeout 20 perl "$peers/hixie-client.pl" 8088 "$draft"
    finish
done
