#!/usr/bin/env bash
# One flood, made by generate.c and read through a pipe, and what wscope told of the real connections in it.
#
#   tests/bench/flood.sh TOOLS WSCOPE KIND N [OPTION ...]        TOOLS: the folder with generate and measure
#
# Prints words: seconds, peak memory in KiB, exit status, whole messages and the end of /feed/0, the same of /feed/1, TCP
# connections given up, WebSocket ones of them, findings limit-reached without a connection.
set -eu
tools=$1 wscope=$2 kind=$3 n=$4
shift 4
"$tools/generate" "$kind" - "$n" 2>/dev/null | { "$tools/measure" -p "$wscope" -q -o json "$@" - 2>&3 | awk '
    function value(key) { return match($0, "\"" key "\":\"?[^,\"}]*") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : "" }
    /^."type":"connection"/ && match($0, "/feed/[01]\"") { feed = substr($0, RSTART + 6, 1); which[value("conn")] = feed }
    /^."type":"message"/ && /"opcode":"text"/ && /"complete":true/ && value("conn") in which { messages[which[value("conn")]]++ }
    /^."type":"close"/ && value("conn") in which { how = value("how"); sub("^\"", "", how); end[which[value("conn")]] = how }
    /"code":"limit-reached"/ && /"conn":null/ { limit++ }
    /^."type":"summary"/ { flows = $0; sub(".*\"evicted\":{\"flows\":", "", flows); split(flows, evicted, /[^0-9]+/) }
    END { printf "%d %s %d %s %d %d %d\n", messages[0], end[0] == "" ? "-" : end[0], messages[1], end[1] == "" ? "-" : end[1], evicted[1], evicted[2], limit }
'; } 3>"$tools/flood.figures.$$" >"$tools/flood.told.$$"
read -r seconds _ kib status <"$tools/flood.figures.$$"
echo "$seconds $kib $status $(cat "$tools/flood.told.$$")"
rm -f "$tools/flood.figures.$$" "$tools/flood.told.$$"
