// browser.cjs PORT END: a web server whose page opens a WebSocket, and Chromium
// that looks at the page. END is how it ends: "page" (the page closes the socket),
// "tab" (the tab is closed), "away" (the tab goes to another page), "killed" (the
// browser dies).
//
// Chromium is driven through a pipe (two file descriptors, JSON ended by a zero
// byte) because a debugging port would talk on lo, into the capture.
const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const { WebSocketServer } = require('ws');

const [port, end] = process.argv.slice(2);
const page = fs.readFileSync(path.join(__dirname, 'page.html'));
const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'browser.'));

const web = http.createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(request.url.startsWith('/other') ? '<title>another page</title>' : page);
});
new WebSocketServer({ server: web, perMessageDeflate: { threshold: 0 } }).on('connection', socket => {
    let received = 0;
    socket.on('message', (data, binary) => {
        socket.send(data, { binary });
        if (++received === 12)
            act();
    });
    socket.on('close', (code, reason) => {
        console.log('closed', code, String(reason));
        setTimeout(leave, 100);
    });
});

const browser = spawn('chromium', [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-features=BackForwardCache',   // else the page left behind keeps its socket for a while
    '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank',
], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true });

let asked = 0;
const answers = new Map();
let pending = '';

browser.stdio[4].on('data', data => {
    const lines = (pending + data).split('\0');
    pending = lines.pop();
    for (const line of lines.map(text => JSON.parse(text))) {
        answers.get(line.id)?.(line.result);
        answers.delete(line.id);
    }
});

function ask(method, params = {}, sessionId = undefined) {
    const id = ++asked;
    browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
    return new Promise(answered => answers.set(id, answered));
}

let tab;

async function act() {
    if (end === 'tab')
        await ask('Target.closeTarget', { targetId: tab });
    if (end === 'away') {
        const { sessionId } = await ask('Target.attachToTarget', { targetId: tab, flatten: true });
        await ask('Page.navigate', { url: `http://127.0.0.1:${port}/other` }, sessionId);
    }
    if (end === 'killed')
        process.kill(-browser.pid, 'SIGKILL');
}

function leave() {
    try { process.kill(-browser.pid, 'SIGKILL'); } catch { /* it is dead already */ }
    setTimeout(() => {
        fs.rmSync(profile, { recursive: true, force: true });
        process.exit(0);
    }, 200);
}

web.listen(Number(port), async () => {
    const url = `http://127.0.0.1:${port}/${end === 'page' ? '' : '?stay'}`;
    ({ targetId: tab } = await ask('Target.createTarget', { url }));
});
