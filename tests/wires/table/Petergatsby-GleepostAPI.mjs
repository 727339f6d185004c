import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "Petergatsby/GleepostAPI",
  file: "websockets.md",
  commit: "0042a3bbb8b7ad3cdf672f1dfd44530030826e12",
  summary: "Go: events name their conversation by its path; messages are sent by HTTP",
  options: (origin) => ({
    url: `${origin}/api/v0.34/ws?id=9&token=t0k3n`,
    adapter: {
      conversationId(event) {
        const [, id] = /^\/conversations\/(\d+)$/.exec(event.location) ?? [];
        return id ? Number(id) : null;
      },
      isMessage: (event) => event.type === "message",
    },
  }),
  server: {
    conversations: [67, 1595],
    message: (id, text) => ({
      type: "message",
      location: `/conversations/${id}`,
      data: { id: 1180, by: { id: 9, username: "Ada" }, text, timestamp: "2026-03-01T09:30:00Z", seen: false },
    }),
    others: (id) => [
      { frame: { type: "new-conversation", location: `/conversations/${id}`, data: { id } }, to: "conversation" },
      { frame: { type: "notification", location: "/notifications", data: { id: 5, type: "added_you" } }, to: "all" },
    ],
  },
});
