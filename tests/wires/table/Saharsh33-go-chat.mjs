import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "Saharsh33/go-chat",
  file: "internal/websocket/hub.go",
  commit: "01bef60805ae467bb5560505e0334fff2edac6e4",
  summary: "Go: the first frame is the user's name; rooms are joined by a frame, answers come from the room `system`",
  options: (origin) => ({
    url: `${origin}/ws`,
    adapter: {
      onOpen: (connection) => connection.send({ user: "ada" }),
      conversationId: "room",
      isMessage: (frame) => frame.type === "messageRoom",
      join: (room) => ({ type: "join", room }),
      leave: (room) => ({ type: "leave", room }),
      outgoing: ({ conversationId, message }) => ({ type: "messageRoom", room: conversationId, content: message }),
    },
  }),
  server: {
    conversations: ["kitchen", "garden"],
    opening: () => [{ hears: { user: "ada" } }],
    join: (room) => [
      { hears: { type: "join", room } },
      { says: { type: "system", user: "system", room: "system", content: `Joined ${room}` } },
    ],
    leave: (room) => ({ type: "leave", room }),
    message: (room, content) => ({ type: "messageRoom", user: "ben", room, content }),
    others: () => [
      { frame: { type: "system", user: "system", room: "system", content: "Message sent" }, to: "all" },
      { frame: { type: "broadcast", user: "ben", room: "/Broadcast", content: "Lunch!" }, to: "all" },
    ],
    sent: (room, content) => ({ type: "messageRoom", room, content }),
  },
});
