import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "BanderosikUa/BanderaChat",
  file: "docs/internal/chatWs.md",
  commit: "36bb599eb464aafc96a96f1d47989b6b4b2438c1",
  summary: "FastAPI: a socket for each chat, and an `action` in every frame, messages included",
  options: (origin) => ({
    url: ({ conversationId }) => `${origin}/chats/${conversationId}/ws`,
    sockets: "each",
    adapter: {
      isMessage: (frame) => frame.action === "newMessage",
      outgoing: ({ message }) => ({ action: "send_message", message }),
    },
  }),
  server: {
    conversations: [14, 15],
    message: (_, message) => ({ action: "newMessage", user: { id: 2, username: "ben" }, message }),
    others: () => [
      { frame: { action: "online", user: { id: 2 }, message: "ben is online" }, to: "conversation" },
      { frame: { action: "error", message: "Too long" }, to: "conversation" },
    ],
    sent: (_, message) => ({ action: "send_message", message }),
  },
});
