import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "owncast/owncast",
  file: "core/chat/chatclient.go",
  commit: "00cea9644648b3f07ddde7c6248824d280bbe9d8",
  summary:
    "Go: each server has one chat, so each server is a conversation; a frame can carry several events, a line each",
  options: (origin) => ({
    url: ({ conversationId }) => `${origin}/${conversationId}/ws?accessToken=t0k3n`,
    sockets: "each",
    adapter: {
      incoming(frame) {
        const events = typeof frame === "string" ? frame.split("\n").map((line) => JSON.parse(line)) : [frame];
        return events.map((event) => ({ frame: event }));
      },
      isMessage: (event) => event.type === "CHAT",
      outgoing: ({ message }) => ({ type: "CHAT", body: message }),
    },
  }),
  server: {
    conversations: ["stream", "rehearsal"],
    message: (_, body) =>
      [
        { type: "USER_JOINED", id: "e-1", user: { displayName: "ben" } },
        { type: "CHAT", id: "e-2", body, user: { displayName: "ben" } },
      ]
        .map((event) => JSON.stringify(event))
        .join("\n"),
    received: (_, body) => ({ type: "CHAT", id: "e-2", body, user: { displayName: "ben" } }),
    others: () => [{ frame: { type: "SYSTEM", id: "e-3", body: "The stream has started" }, to: "conversation" }],
    sent: (_, body) => ({ type: "CHAT", body }),
  },
});
