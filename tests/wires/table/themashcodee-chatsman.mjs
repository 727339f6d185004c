import { defineWire } from "../wire.mjs";

const MESSAGE_ADDED = "subscription ($id: ID!) { messageAdded(conversationId: $id) { messages { id content } } }";

export default defineWire({
  application: "themashcodee/chatsman",
  file: "graphql/configure.js",
  commit: "12ddd308ea950b72737b7b79a4e253db754877a6",
  summary: "GraphQL subscriptions: an operation for each conversation; messages are sent by HTTP",
  options: (origin) => ({
    url: `${origin}/graphql`,
    protocols: "graphql-ws",
    adapter: {
      async onOpen(connection) {
        connection.send({ type: "connection_init", payload: { authorization: "t0k3n" } });
        const { type, payload } = await connection.waitFor((frame) => frame.type !== "ka");
        if (type === "connection_error") throw new Error(payload.message);
      },
      join: (id) => ({ type: "start", id, payload: { query: MESSAGE_ADDED, variables: { id } } }),
      leave: (id) => ({ type: "stop", id }),
      conversationId: "id",
      isMessage: (frame) => frame.type === "data",
    },
  }),
  server: {
    conversations: ["61a0f0c2e4b0a1b2c3d4e5f6", "61a0f0c2e4b0a1b2c3d4e5f7"],
    protocol: "graphql-ws",
    opening: () => [
      { hears: { type: "connection_init", payload: { authorization: "t0k3n" } } },
      { says: { type: "connection_ack" } },
      { says: { type: "ka" } },
    ],
    openingError: "Token expired",
    refusedOpening: () => [
      { hears: { type: "connection_init", payload: { authorization: "t0k3n" } } },
      { says: { type: "connection_error", payload: { message: "Token expired" } } },
    ],
    join: (id) => [{ hears: { type: "start", id, payload: { query: MESSAGE_ADDED, variables: { id } } } }],
    leave: (id) => ({ type: "stop", id }),
    message: (id, content) => ({
      type: "data",
      id,
      payload: { data: { messageAdded: { messages: [{ id: "m-1", content }] } } },
    }),
    others: (id) => [
      { frame: { type: "error", id, payload: { message: "Not a member" } }, to: "conversation" },
      { frame: { type: "ka" }, to: "all" },
    ],
  },
});
