import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "aungsannphyo/TeaTalk-Backend",
  file: "internal/websocket/group/group_client.go",
  commit: "19bc3bb8569a290c385b41db11ca30a79ff53af9",
  summary: "Go: both directions use the same two members, under other names than ours",
  options: (origin) => ({
    url: `${origin}/ws/group?token=t0k3n`,
    adapter: { conversationId: "group_id", message: "content" },
  }),
  server: {
    conversations: ["8b0c6b0e-0a39-4b4e-9f13-1cbb0d9c5a01", "f3f9a0c4-5d0f-4f60-8a37-94e2c5b1d702"],
    message: (group_id, content) => ({ group_id, content, created_at: "2026-03-01T09:30:00Z" }),
    sent: (group_id, content) => ({ group_id, content }),
  },
});
