// chat.cjs URL SCRIPT [OPTIONS]: a client on ws that does what SCRIPT says.
// SCRIPT is JSON, a list of steps:
//   "text"                 send a text message
//   {"binary": "00ff"}     send a binary message, in hex
//   {"fill": 300}          send a text of that many characters
//   {"parts": ["a", "b"]}  send one message in fragments
//   {"ping": "x"}          ... and {"pong": "x"}; inside "parts" too
//   {"await": 3}           until so many messages have arrived in all
//   {"close": 1000, "reason": "done"}, {"close": null} for one without a code
//   {"end": "fin"}         leave without a close frame; "reset" with a TCP reset,
//                          "killed" as a process that dies
// OPTIONS is JSON for WebSocket, with "protocols" beside it.
const WebSocket = require('ws');

const [url, script, options = '{}'] = process.argv.slice(2);
const { protocols = [], ...rest } = JSON.parse(options);
const socket = new WebSocket(url, protocols, rest);
let received = 0;
let wanted = null;

socket.on('message', () => {
    received++;
    if (wanted && received >= wanted.count)
        wanted.go();
});
socket.on('error', error => console.log('error', error.message));
socket.on('close', (code, reason) => console.log('closed', code, String(reason), 'after', received));
socket.on('open', async () => {
    for (const step of JSON.parse(script))
        await run(step);
});

function arrived(count) {
    if (received >= count)
        return null;
    return new Promise(go => { wanted = { count, go }; });
}

function sendParts(parts) {
    const last = parts.findLastIndex(part => typeof part === 'string');
    parts.forEach((part, i) => {
        if (part.ping !== undefined)
            socket.ping(part.ping);
        else
            socket.send(part, { fin: i === last });
    });
}

function leave(how) {
    if (how === 'fin')
        socket._socket.end();
    if (how === 'reset')
        socket._socket.resetAndDestroy();
    if (how === 'killed')
        process.kill(process.pid, 'SIGKILL');
}

function run(step) {
    if (typeof step === 'string')
        return socket.send(step);
    if (step.binary !== undefined)
        return socket.send(Buffer.from(step.binary, 'hex'));
    if (step.fill)
        return socket.send('The quick brown fox. '.repeat(step.fill).slice(0, step.fill));
    if (step.parts)
        return sendParts(step.parts);
    if (step.ping !== undefined)
        return socket.ping(step.ping);
    if (step.pong !== undefined)
        return socket.pong(step.pong);
    if (step.await)
        return arrived(step.await);
    if (step.end)
        return leave(step.end);
    if (step.close === null)
        return socket.close();
    return socket.close(step.close, step.reason);
}
