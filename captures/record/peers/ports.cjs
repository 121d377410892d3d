// ports.cjs PORT: one connection on ws after the other, from client ports that are
// registered for other protocols.
const WebSocket = require('ws');

const registered = [44818, 5060, 1883, 3306, 2049, 11211, 27017, 6653, 1433, 5672, 9092, 3389];

function connect(localPort) {
    return new Promise(done => {
        const socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}/from/${localPort}`,
            { localAddress: '127.0.0.1', localPort, perMessageDeflate: false });
        let received = 0;
        socket.on('open', () => {
            for (let i = 0; i < 5; i++)
                socket.send(`port ${localPort}, message ${i}`);
        });
        socket.on('message', () => ++received === 5 && socket.close());
        socket.on('error', error => console.log(localPort, error.message));
        socket.on('close', done);
    });
}

(async () => {
    for (const port of registered)
        await connect(port);
})();
