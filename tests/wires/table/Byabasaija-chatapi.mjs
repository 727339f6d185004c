import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "Byabasaija/chatapi",
  file: "internal/handlers/ws/handler.go",
  commit: "065fafbcb01b535f70cca03f05b93f8df074caf5",
  summary: "Go: received frames are flat with `room_id`, sent ones nest it in `data`",
  options: (origin) => ({
    url: `${origin}/ws?api_key=k-1&user_id=ada`,
    adapter: {
      conversationId: "room_id",
      isMessage: (frame) => frame.type === "message",
      outgoing: ({ conversationId, message }) => ({
        type: "send_message",
        data: { room_id: conversationId, content: message },
      }),
    },
  }),
  server: {
    conversations: ["room_garden", "room_attic"],
    message: (room_id, content) => ({
      type: "message",
      room_id,
      seq: 12,
      message_id: "msg_12",
      sender_id: "ben",
      content,
      created_at: "2026-03-01T09:30:00Z",
    }),
    others: (room_id) => [
      { frame: { type: "typing", room_id, user_id: "ben", action: "start" }, to: "conversation" },
      { frame: { type: "ack.received", room_id, seq: 12, user_id: "ben" }, to: "conversation" },
    ],
    sent: (room_id, content) => ({ type: "send_message", data: { room_id, content } }),
  },
});
