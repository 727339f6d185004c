import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "enochchau/chat-app",
  file: "client/src/api/validators/websocket.ts",
  commit: "315a6e3c4c7d84c25e754d82c649e3ed16595446",
  summary:
    "Node.js: a socket for each group, which the first frame joins with a token; frames have a topic and a payload",
  options: (origin) => ({
    url: () => `${origin}/ws`,
    sockets: "each",
    adapter: {
      async onOpen(connection) {
        connection.send({
          topic: "auth",
          payload: { timestamp: new Date(), groupId: connection.conversationId, token: "t0k3n" },
        });
        const { topic, payload } = await connection.waitFor(({ topic }) => topic === "okay" || topic === "error");
        if (topic === "error") throw new Error(payload.message);
      },
      isMessage: (frame) => frame.topic === "chat",
      outgoing: ({ conversationId, message }) => ({
        topic: "chat",
        payload: { timestamp: new Date(), message, groupId: conversationId, userId: 4 },
      }),
    },
  }),
  server: {
    conversations: [21, 22],
    opening: (groupId) => [
      { hears: (frame) => ({ topic: "auth", payload: { ...frame.payload, groupId, token: "t0k3n" } }) },
      { says: { topic: "okay", payload: { timestamp: "2026-03-01T09:30:00Z", message: "authenticated" } } },
    ],
    openingError: "not a member",
    refusedOpening: (groupId) => [
      { hears: (frame) => ({ topic: "auth", payload: { ...frame.payload, groupId, token: "t0k3n" } }) },
      { says: { topic: "error", payload: { timestamp: "2026-03-01T09:30:00Z", message: "not a member" } } },
    ],
    message: (groupId, message) => ({
      topic: "chat",
      payload: { timestamp: "2026-03-01T09:30:00Z", message, groupId, userId: 5 },
    }),
    others: () => [
      {
        frame: { topic: "error", payload: { timestamp: "2026-03-01T09:31:00Z", message: "empty" } },
        to: "conversation",
      },
    ],
    sent: (groupId, message, { payload }) => ({
      topic: "chat",
      payload: { timestamp: payload.timestamp, message, groupId, userId: 4 },
    }),
  },
});
