import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "loveForAllAges/Chat-Widget",
  file: "chatwidget/chat/consumers.py",
  commit: "1de301cacb268f2cf89d6381262dd659da1f7967",
  summary: "Django Channels: a socket for each chat; what comes back has another `type` than what is sent",
  options: (origin) => ({
    url: ({ conversationId }) => `${origin}/ws/chat/${conversationId}/`,
    sockets: "each",
    adapter: {
      isMessage: (frame) => frame.type === "chat_message",
      outgoing: ({ message }) => ({ type: "message", content: message, is_agent: false }),
    },
  }),
  server: {
    conversations: ["0e5d1c2b-3a49-4857-9b66-7c8d9e0f1a99", "9f8e7d6c-5b4a-4938-8271-6a5b4c3d2eaa"],
    message: (_, content) => ({
      type: "chat_message",
      content,
      is_agent: true,
      created_at_formatted: "01.03.2026 09:30",
    }),
    others: () => [{ frame: { type: "chat_info", content: "A manager has joined" }, to: "conversation" }],
    sent: (_, content) => ({ type: "message", content, is_agent: false }),
  },
});
