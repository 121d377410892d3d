// mqtt.cjs URL VERSION ...: mqtt.js publishes and receives at each quality of service, in
// each protocol version (5, 4). It writes one field of a packet's header per frame.
const mqtt = require('mqtt');

const [url, ...versions] = process.argv.slice(2);

async function talk(protocolVersion) {
    const client = await mqtt.connectAsync(url, {
        protocolVersion,
        clientId: `sensor-${protocolVersion}`,
        will: { topic: 'house/will', payload: 'gone', qos: 1 },
    });
    await client.subscribeAsync('house/#', { qos: 1 });
    let received = 0;
    const all = new Promise(done => client.on('message', () => ++received === 4 && done()));
    for (const qos of [0, 1])
        for (let i = 0; i < 2; i++)
            await client.publishAsync(`house/${qos}`, JSON.stringify({ qos, i, temperature: 21.5 }), { qos });
    await all;
    await client.endAsync();
    console.log('version', protocolVersion, 'received', received);
}

(async () => {
    for (const version of versions)
        await talk(Number(version));
})();
