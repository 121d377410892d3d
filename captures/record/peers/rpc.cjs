// rpc.cjs PORT: JSON-RPC 2.0 with rpc-websockets at both ends: a call, a notification,
// an event, a method that does not exist.
const { Client, Server } = require('rpc-websockets');

const port = Number(process.argv[2]);
const server = new Server({ port, host: '127.0.0.1' });
server.register('sum', numbers => numbers.reduce((a, b) => a + b, 0));
server.event('feed');

const client = new Client(`ws://127.0.0.1:${port}`);
client.on('open', async () => {
    console.log(await client.call('sum', [5, 3]));
    await client.subscribe('feed');
    client.notify('note', ['no answer wanted']);
    await client.call('nope').catch(error => console.log(error.code, error.message));
    client.on('feed', ({ seq }) => {
        if (seq < 3)
            return server.emit('feed', { seq: seq + 1 });
        client.on('close', () => process.exit(0));
        client.close();
    });
    server.emit('feed', { seq: 1 });
});
