import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "lichess-org/lila",
  file: "ui/lib/src/socket.ts",
  commit: "1603abd0e96bf600c04fb141a6fe7799343f0500",
  summary: "Scala: a socket for each game, one-letter members, and a ping that is no object",
  options: (origin) => ({
    url: ({ conversationId }) => `${origin}/watch/${conversationId}/white/v6?sri=a1b2c3`,
    sockets: "each",
    keepalive: { every: 2500, frame: "null" },
    adapter: {
      isMessage: (frame) => frame.t === "message",
      outgoing: ({ message }) => ({ t: "talk", d: message }),
    },
  }),
  server: {
    conversations: ["q7ZvsdUF", "mDYKlzVK"],
    message: (_, text) => ({ t: "message", d: { u: "ben", t: text } }),
    others: () => [
      { frame: { t: "crowd", d: { white: true, black: true } }, to: "conversation" },
      { frame: "0", to: "none" },
    ],
    sent: (_, text) => ({ t: "talk", d: text }),
    heartbeat: "null",
  },
});
