import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "gks930620/spring_redis_basic",
  file: "src/main/java/com/prac/prac/chat/WebSockChatHandler.java",
  commit: "fd7ba7773cd1649a6635fef3dff29a9a706147ba",
  summary: "Spring, without STOMP: one kind of frame enters, leaves and talks",
  options: (origin) => ({
    url: `${origin}/ws/chat`,
    adapter: {
      conversationId: "roomId",
      isMessage: (frame) => frame.type === "TALK",
      join: (roomId) => ({ type: "ENTER", roomId, sender: "ada" }),
      leave: (roomId) => ({ type: "QUIT", roomId, sender: "ada" }),
      outgoing: ({ conversationId, message }) => ({ type: "TALK", roomId: conversationId, sender: "ada", message }),
    },
  }),
  server: {
    conversations: ["1f0c2b3a-4d5e-4f60-9a7b-8c9d0e1f2a77", "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c88"],
    join: (roomId) => [
      { hears: { type: "ENTER", roomId, sender: "ada" } },
      { says: { type: "ENTER", roomId, sender: "ada", message: "ada is here" } },
    ],
    leave: (roomId) => ({ type: "QUIT", roomId, sender: "ada" }),
    message: (roomId, message) => ({ type: "TALK", roomId, sender: "ben", message }),
    others: (roomId) => [
      { frame: { type: "QUIT", roomId, sender: "ben", message: "ben has left" }, to: "conversation" },
    ],
    sent: (roomId, message) => ({ type: "TALK", roomId, sender: "ada", message }),
  },
});
