// secure-client.cjs URL N [SIZES]: a client on ws, N connections one after the other, the later ones resumed. SIZES: JSON, of messages.
const WebSocket = require('ws');

const [url, count, sizes] = process.argv.slice(2);
const sent = sizes ? JSON.parse(sizes).map(size => 'abcdefghij'.repeat(size / 10)) : ['the first message', JSON.stringify({ second: true, text: 'ä ✓ 🎉' }), 'say it again '.repeat(400), Buffer.alloc(2000, 7)];
let session;

function connect(left) {
    const lookup = (host, options, done) => options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    const socket = new WebSocket(url, { rejectUnauthorized: false, lookup, session });
    let received = 0;
    socket.on('upgrade', answer => {
        session = answer.socket.getSession();
        answer.socket.on('session', given => { session = given; });
    });
    socket.on('open', () => sent.forEach(message => socket.send(message)));
    socket.on('message', () => {
        if (++received === sent.length)
            socket.close(1000, 'done');
    });
    socket.on('close', () => left > 1 && connect(left - 1));
    socket.on('error', error => console.log(error.message));
}

connect(Number(count));
