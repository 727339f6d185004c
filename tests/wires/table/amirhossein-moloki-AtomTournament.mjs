import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "amirhossein-moloki/AtomTournament",
  file: "websockets.md",
  commit: "7c939328e874b0e1fcafd9c0892a0850f5fee0f8",
  summary: "Django Channels: a socket for each conversation, frames without a type",
  options: (origin) => ({
    url: ({ conversationId }) => `${origin}/ws/chat/${conversationId}/?token=t0k3n`,
    sockets: "each",
    adapter: { outgoing: ({ message }) => ({ message }) },
  }),
  server: {
    conversations: [7, 8],
    message: (_, content) => ({
      id: 123,
      sender: { id: 1, username: "ben" },
      content,
      timestamp: "2026-03-01T09:30:00Z",
    }),
    sent: (_, message) => ({ message }),
  },
});
