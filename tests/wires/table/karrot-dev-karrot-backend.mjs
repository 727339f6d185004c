import { defineWire } from "../wire.mjs";

const TOKEN = "d4t4b4se-t0k3n";

export default defineWire({
  application: "karrot-dev/karrot-backend",
  file: "karrot/subscriptions/consumers.py",
  commit: "341ce028fa3a67e5c5cab2bca4c7cc9e53ddd32d",
  summary: "Django Channels: a subprotocol carries the token, a topic and a payload follow; messages are sent by HTTP",
  options: (origin) => ({
    url: `${origin}/api/ws/`,
    protocols: () => ["karrot.token", `karrot.token.value.${btoa(TOKEN).replaceAll("=", "")}`],
    keepalive: { every: 20_000, frame: { type: "ping" } },
    adapter: {
      conversationId: "payload.conversation",
      isMessage: (frame) => frame.topic === "conversations:message",
    },
  }),
  server: {
    conversations: [4001, 4002],
    protocol: "karrot.token",
    message: (conversation, content) => ({
      topic: "conversations:message",
      payload: { id: 77, author: 12, content, conversation, created_at: "2026-03-01T09:30:00Z" },
    }),
    others: () => [
      { frame: { topic: "groups:user_joined", payload: { user_id: 12, group_id: 3 } }, to: "all" },
      { frame: { type: "pong" }, to: "all" },
    ],
    heartbeat: { type: "ping" },
  },
});
