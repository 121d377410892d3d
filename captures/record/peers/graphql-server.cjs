// graphql-server.cjs PORT: graphql-ws, the subprotocol graphql-transport-ws.
const { WebSocketServer } = require('ws');
const { useServer } = require('graphql-ws/use/ws');
const { buildSchema } = require('graphql');

const schema = buildSchema('type Query { hello: String } type Subscription { count(to: Int!): Int }');
const roots = {
    query: { hello: () => 'world' },
    subscription: {
        async *count({ to }) {
            for (let i = 0; i < to; i++)
                yield { count: i };
        },
    },
};
useServer({ schema, roots }, new WebSocketServer({ port: Number(process.argv[2]), path: '/graphql' }));
