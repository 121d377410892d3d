// play.cjs PORT CASE: plays one of the dialogues of dialogues.cjs over a real TCP
// connection. A step is sent once the other side has received all that came before
// it, so the order in the capture is the order of the dialogue.
const net = require('net');
const dialogues = require('./dialogues.cjs');

const [port, name] = process.argv.slice(2);
const received = { client: 0, server: 0 };
const sent = { client: 0, server: 0 };
let wake = () => {};

function listen(side, socket) {
    socket.setNoDelay(true);
    socket.on('data', data => { received[side] += data.length; wake(); });
    socket.on('error', error => console.log(side, error.message));
}

function caughtUp() {
    return received.server >= sent.client && received.client >= sent.server;
}

async function play(sockets, steps) {
    for (const [who, bytes] of steps) {
        sockets[who].write(bytes);
        sent[who] += bytes.length;
        while (!caughtUp())
            await new Promise(go => { wake = go; });
    }
    sockets.server.end();
    sockets.client.end();
}

const listener = net.createServer({ allowHalfOpen: true }, socket => {
    listener.close();
    listen('server', socket);
    play({ client, server: socket }, dialogues[name]());
});
let client;
listener.listen(Number(port), '127.0.0.1', () => {
    client = net.connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    listen('client', client);
});
