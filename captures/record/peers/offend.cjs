// offend.cjs PORT: a client that breaks one rule on each connection and waits for the
// server to hang up.
const net = require('net');
const { TEXT, CLOSE, PING, client, server, closing, request } = require('./websocket.cjs');

const port = Number(process.argv[2]);
const offences = [
    client(TEXT, Buffer.from([0xff])),                      // not UTF-8
    server(TEXT, 'not masked'),
    client(TEXT, 'RSV1, nothing negotiated', { rsv: 4 }),
    client(3, 'reserved opcode'),
    client(0, 'continues nothing'),
    client(PING, 'ping in two', { fin: false }),
    client(PING, 'p'.repeat(126)),
    client(CLOSE, closing(1005)),
    client(CLOSE, Buffer.from([3])),
];

function offend(bytes) {
    return new Promise(done => {
        const socket = net.connect(port, '127.0.0.1');
        socket.write(request());
        socket.once('data', () => socket.write(bytes));
        socket.on('end', () => socket.end());
        socket.on('close', done);
        socket.on('error', () => {});
    });
}

(async () => {
    for (const bytes of offences)
        await offend(bytes);
})();
