// echo.cjs PORT [OPTIONS]: a server on ws that sends every message back.
// OPTIONS is JSON for WebSocketServer; "hello" sends a number of ticks first.
const { WebSocketServer } = require('ws');

const [port, options = '{}'] = process.argv.slice(2);
const { hello = 0, ...rest } = JSON.parse(options);
const server = new WebSocketServer({
    port: Number(port),
    handleProtocols: offered => [...offered][0],
    ...rest,
});

server.on('connection', socket => {
    for (let i = 0; i < hello; i++)
        socket.send(JSON.stringify({ type: 'tick', seq: i, symbol: 'EURUSD', price: 1.08 + i / 1000 }));
    socket.on('message', (data, binary) => socket.send(data, { binary }));
    socket.on('error', error => console.log(error.message));
});
