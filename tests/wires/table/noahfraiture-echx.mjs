import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "noahfraiture/echx",
  file: "backend/src/transport/outgoing.gleam",
  commit: "05319201e197d1460fd342d5fadb1d443b0c579f",
  summary: "Gleam: frames name no room, so each room has its own socket, which connects and joins by two frames",
  options: (origin) => ({
    url: () => `${origin}/ws`,
    sockets: "each",
    adapter: {
      async onOpen(connection) {
        connection.send({ type: "connect", token: "t0k3n", name: "ada" });
        connection.send({ type: "join_room", room_id: connection.conversationId });
        const { status, reason } = await connection.waitFor(({ type }) => type === "join_room");
        if (status === "error") throw new Error(reason);
      },
      isMessage: (frame) => frame.type === "room_event",
      outgoing: ({ message }) => ({ type: "chat", message }),
    },
  }),
  server: {
    conversations: ["lobby", "gleam"],
    opening: (room_id) => [
      { hears: { type: "connect", token: "t0k3n", name: "ada" } },
      { hears: { type: "join_room", room_id } },
      { says: { type: "join_room", status: "ok" } },
    ],
    openingError: "The room is full",
    refusedOpening: (room_id) => [
      { hears: { type: "connect", token: "t0k3n", name: "ada" } },
      { hears: { type: "join_room", room_id } },
      { says: { type: "join_room", status: "error", reason: "The room is full" } },
    ],
    message: (_, content) => ({
      type: "room_event",
      chat: { content, user: { name: "ben" }, timestamp: { seconds: 1_772_357_400, nanoseconds: 0 } },
    }),
    others: () => [{ frame: { type: "error", message: "The message is empty" }, to: "conversation" }],
    sent: (_, message) => ({ type: "chat", message }),
  },
});
