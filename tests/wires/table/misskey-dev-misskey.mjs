import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "misskey-dev/misskey",
  file: "packages/misskey-js/src/streaming.ts",
  commit: "03701218a78480c624116bfbc51bd911c4f81806",
  summary: "Fastify: one stream of channels that are connected to by a frame; messages are sent by HTTP",
  options: (origin) => ({
    url: `${origin}/streaming?i=t0k3n`,
    keepalive: { every: 60_000, frame: "h" },
    adapter: {
      join: (roomId) => ({ type: "connect", body: { channel: "chatRoom", id: roomId, params: { roomId } } }),
      leave: (roomId) => ({ type: "disconnect", body: { id: roomId } }),
      conversationId: ({ type, body }) => (type === "channel" ? body.id : null),
      isMessage: (frame) => frame.body?.type === "message",
    },
  }),
  server: {
    conversations: ["9wq1v5h2k0", "9wq1v7m4c1"],
    join: (roomId) => [{ hears: { type: "connect", body: { channel: "chatRoom", id: roomId, params: { roomId } } } }],
    leave: (roomId) => ({ type: "disconnect", body: { id: roomId } }),
    message: (id, text) => ({
      type: "channel",
      body: { id, type: "message", body: { id: "9wq2", fromUserId: "9wq0", toRoomId: id, text } },
    }),
    others: (id) => [
      { frame: { type: "channel", body: { id, type: "typing", body: { userId: "9wq0" } } }, to: "conversation" },
      { frame: { type: "emojiAdded", body: { emoji: { id: "e-1", name: "wave" } } }, to: "all" },
    ],
    heartbeat: "h",
  },
});
