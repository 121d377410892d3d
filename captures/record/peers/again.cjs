// again.cjs PORT: two connections on ws from the same client port. The first ends with a
// reset, which frees the port at once.
const WebSocket = require('ws');

function connect(path, leave) {
    return new Promise(done => {
        const socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}${path}`,
            { localAddress: '127.0.0.1', localPort: 45678, perMessageDeflate: { threshold: 0 } });
        socket.on('open', () => socket.send(`hello from ${path}`));
        socket.on('message', () => leave(socket));
        socket.on('error', error => console.log(error.message));
        socket.on('close', done);
    });
}

(async () => {
    await connect('/first', socket => socket._socket.resetAndDestroy());
    await connect('/second', socket => socket.close(1000));
})();
