import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "Tick-Talk/Protocol",
  file: "README.md",
  commit: "0338e07e3c28a951e1b0b78c857433700cb28e9e",
  summary: "Rooms are connected to by a frame; a history is a range of ids, and comes as messages",
  options: (origin) => ({
    url: `${origin}/`,
    adapter: {
      conversationId: "room",
      isMessage: (frame) => frame.name !== "SERVER",
      join: (room) => ({ type: "connect", room, name: "ada" }),
      leave: (room) => ({ type: "disconnect", room }),
      outgoing: ({ conversationId, message }) => ({
        type: "message",
        room: conversationId,
        id: null,
        name: null,
        msg: message,
      }),
      history: (room) => ({ type: "request", room, min: 0, max: 999_999_999 }),
    },
  }),
  server: {
    conversations: ["tea", "biscuits"],
    join: (room) => [{ hears: { type: "connect", room, name: "ada" } }],
    leave: (room) => ({ type: "disconnect", room }),
    message: (room, msg) => ({ type: "message", room, id: 41, name: "ben", msg }),
    others: (room) => [
      { frame: { type: "message", room, id: 42, name: "SERVER", msg: "Name taken" }, to: "conversation" },
    ],
    sent: (room, msg) => ({ type: "message", room, id: null, name: null, msg }),
    history: { request: (room) => ({ type: "request", room, min: 0, max: 999_999_999 }) },
  },
});
