// socketio.cjs PORT: socket.io 4 at both ends: polling, then the upgrade, acknowledgements,
// a namespace, a binary attachment, the heartbeat.
const { Server } = require('socket.io');
const { io } = require('socket.io-client');

const port = Number(process.argv[2]);
const server = new Server(port, { perMessageDeflate: { threshold: 0 }, pingInterval: 400 });
server.on('connection', socket => {
    socket.on('echo', (data, answer) => answer({ ok: true, data }));
    socket.on('picture', bytes => socket.emit('picture', bytes, { width: 1 }));
});
server.of('/admin').on('connection', socket => socket.emit('hello', 'admin'));

const client = io(`http://127.0.0.1:${port}`);
client.io.on('open', () => client.io.engine.on('upgrade', async () => {
    for (let i = 0; i < 5; i++)
        await client.emitWithAck('echo', { i, text: 'over and over '.repeat(i) });
    client.emit('picture', Buffer.from([1, 2, 3, 4]));
    await new Promise(done => client.once('picture', done));
    const admin = client.io.socket('/admin');
    admin.connect();
    await new Promise(done => admin.once('hello', done));
    client.io.engine.once('heartbeat', () => {
        client.io.engine.on('close', () => setTimeout(process.exit, 100, 0));
        client.io._close();
    });
}));
