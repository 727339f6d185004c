import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "deight93/fastapi-event-handling",
  file: "websocket/main.py",
  commit: "646af4e3779724dc0f4fea658a3fbad79381251f",
  summary: "FastAPI: a socket for each room, and nothing but texts",
  options: (origin) => ({
    url: ({ conversationId }) => `${origin}/ws/${conversationId}`,
    sockets: "each",
    adapter: {
      incoming: (text) => ({ frame: text }),
      outgoing: ({ message }) => message,
    },
  }),
  server: {
    conversations: ["blue", "green"],
    message: (_, text) => text,
    sent: (_, text) => text,
  },
});
