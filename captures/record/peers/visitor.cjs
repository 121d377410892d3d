// visitor.cjs PORT STEP ...: does the steps one after the other on ONE kept-alive TCP
// connection, with Node's http client and ws. A step is METHOD:PATH, or ws:PATH, or
// expect:PATH for an upgrade with "Expect: 100-continue".
const http = require('http');
const WebSocket = require('ws');

const [port, ...steps] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const there = { host: '127.0.0.1', port: Number(port), agent };

// The agent takes its socket back a little after the answer has ended.
function whenFree(done) {
    if (Object.keys(agent.sockets).length === 0)
        return done();
    setImmediate(whenFree, done);
}

function visit(method, path) {
    const headers = path === '/not-modified' ? { 'If-None-Match': '"v1"' } : {};
    const expecting = path === '/upload';
    if (expecting)
        headers.Expect = '100-continue';
    return new Promise((done, failed) => {
        const request = http.request({ ...there, method, path, headers }, response => {
            response.resume();
            response.on('end', () => whenFree(done));
        });
        request.on('error', failed);
        if (!expecting)
            return request.end();
        request.flushHeaders();
        request.on('continue', () => {
            request.write('the body in ');
            request.end('two chunks');
        });
    });
}

function upgrade(path, headers = {}) {
    return new Promise(done => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
            agent, headers, perMessageDeflate: false, handshakeTimeout: 1000,
            followRedirects: true,
        });
        let received = 0;
        socket.on('unexpected-response', (request, response) => {
            console.log(path, response.statusCode);
            response.resume();
            response.on('end', () => whenFree(done));
        });
        socket.on('open', () => socket.send('one'));
        socket.on('message', () => {
            received++;
            if (received === 2)
                socket.send('two');
            if (received === 3)
                socket.close(1000);
        });
        socket.on('error', error => { console.log(path, error.message); done(); });
        socket.on('close', code => { console.log(path, 'closed', code); done(); });
    });
}

(async () => {
    for (const [kind, path] of steps.map(step => step.split(':'))) {
        if (kind === 'ws')
            await upgrade(path);
        else if (kind === 'expect')
            await upgrade(path, { Expect: '100-continue' });
        else
            await visit(kind, path);
    }
    agent.destroy();
})();
