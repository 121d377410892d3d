// ender.cjs PORT HOW: a server on ws that ends each connection in its own way when
// the first message comes.
const { WebSocketServer } = require('ws');

const [port, how] = process.argv.slice(2);
const server = new WebSocketServer({ port: Number(port), perMessageDeflate: false });

const ends = {
    answer:   () => {},
    away:     socket => socket.close(1001, 'going down for maintenance'),
    expired:  socket => socket.close(4401, 'session expired – sign in again'),
    empty:    socket => socket.close(),
    fin:      socket => socket._socket.end(),
    reset:    socket => socket._socket.resetAndDestroy(),
    killed:   () => process.kill(process.pid, 'SIGKILL'),
    // Bytes that it never read make the dying process send a reset.
    unread:   () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        process.kill(process.pid, 'SIGKILL');
    },
    // Gone while the client is in the middle of a message.
    gone:     socket => socket._socket.destroy(),
    // Frozen, not dead: its kernel goes on acknowledging, it never answers.
    frozen:   () => process.kill(process.pid, 'SIGSTOP'),
};

server.on('connection', socket => {
    socket.on('error', error => console.log(error.message));
    if (how === 'at-once')
        return socket.close(1001, 'closing too');
    socket.send('welcome');
    socket.on('message', data => {
        socket.send(`got ${data}`);
        ends[how](socket);
    });
});
