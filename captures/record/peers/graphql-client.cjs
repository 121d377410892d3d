// graphql-client.cjs PORT: a query, a subscription, a query with an error.
const { createClient } = require('graphql-ws');

const client = createClient({
    url: `ws://127.0.0.1:${process.argv[2]}/graphql`,
    webSocketImpl: require('ws'),
    connectionParams: { token: 'a token' },
    lazyCloseTimeout: 200,      // else each operation opens a connection of its own
});

async function ask(query) {
    try {
        let answers = 0;
        for await (const _ of client.iterate({ query }))
            answers++;
        console.log(query, answers);
    } catch (error) {
        console.log(query, JSON.stringify(error).slice(0, 60));
    }
}

(async () => {
    await ask('{ hello }');
    await ask('subscription { count(to: 5) }');
    await ask('{ nothing }');
    client.dispose();
})();
