// crowd.cjs PORT COUNT: so many clients on ws at the same time; each says a few things.
const WebSocket = require('ws');

const [port, count] = process.argv.slice(2).map(Number);

for (let i = 0; i < count; i++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/${i % 7}?user=${i}`, ['chat'], { perMessageDeflate: false });
    const messages = 1 + i % 4;
    let received = 0;
    socket.on('open', () => socket.send(`user ${i} says hello`));
    socket.on('message', () => {
        if (++received < messages)
            socket.send(`user ${i}, message ${received}`);
        else
            socket.close(i % 10 === 9 ? 4000 + i : 1000);
    });
}
