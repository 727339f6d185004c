import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "sathirak/elix",
  file: "lib/elix_web/channels/room_channel.ex",
  commit: "3e32b35cf754d8436d9e11f545a4df789dcc7a4d",
  summary: "Phoenix channels without authorization: listeners receive only the payload",
  options: (origin) => ({
    url: `${origin}/socket/websocket?vsn=2.0.0`,
    keepalive: { every: 30_000, frame: [null, "0", "phoenix", "heartbeat", {}] },
    adapter: {
      join: (room) => ["1", "1", `room:${room}`, "phx_join", {}],
      leave: (room) => ["1", "2", `room:${room}`, "phx_leave", {}],
      incoming: ([, , topic, event, payload]) =>
        event === "new_message" ? { conversationId: Number(topic.replace("room:", "")), frame: payload } : null,
      outgoing: ({ conversationId, message, clientId }) => [
        "1",
        clientId,
        `room:${conversationId}`,
        "new_message",
        { body: message },
      ],
    },
  }),
  server: {
    conversations: [11, 12],
    join: (room) => [
      { hears: ["1", "1", `room:${room}`, "phx_join", {}] },
      { says: ["1", "1", `room:${room}`, "phx_reply", { status: "ok", response: {} }] },
    ],
    leave: (room) => ["1", "2", `room:${room}`, "phx_leave", {}],
    message: (room, body) => ["1", null, `room:${room}`, "new_message", { body }],
    received: (_, body) => ({ body }),
    others: (room) => [{ frame: ["1", "2", `room:${room}`, "phx_close", {}], to: "none" }],
    sent: (room, body, [, ref]) => ["1", ref, `room:${room}`, "new_message", { body }],
    heartbeat: [null, "0", "phoenix", "heartbeat", {}],
  },
});
