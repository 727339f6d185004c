import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "joshuanotf0und7/ServerMessaging",
  file: "server.py",
  commit: "4a3069cffa389cc8a47451d2de39e72eb84347a7",
  summary: "FastAPI: the first text of a socket names the room, all others are messages",
  options: (origin) => ({
    url: () => `${origin}/ws`,
    sockets: "each",
    adapter: {
      onOpen: (connection) => connection.send(`${connection.conversationId}`),
      incoming: (text) => ({ frame: text }),
      outgoing: ({ message }) => message,
    },
  }),
  server: {
    conversations: ["north", "south"],
    opening: (room) => [{ hears: room }],
    message: (_, text) => text,
    sent: (_, text) => text,
  },
});
