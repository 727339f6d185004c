import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "tojinguyen/online-chat-app",
  file: "WEBSOCKET_DOCUMENTATION.md",
  commit: "57d45f1b8b202921952e3f03a13442b66ec95701",
  summary: "Go: rooms are joined by a frame, everything stands in `data`",
  options: (origin) => ({
    url: `${origin}/ws?token=t0k3n`,
    keepalive: { every: 30_000, frame: { type: "PING" } },
    adapter: {
      conversationId: "data.chat_room_id",
      isMessage: (frame) => frame.type === "NEW_MESSAGE",
      join: (chat_room_id) => ({ type: "JOIN_ROOM", data: { chat_room_id } }),
      leave: (chat_room_id) => ({ type: "LEAVE_ROOM", data: { chat_room_id } }),
      outgoing: ({ conversationId, message, clientId }) => ({
        type: "SEND_MESSAGE",
        data: { chat_room_id: conversationId, content: message, temp_message_id: clientId },
      }),
    },
  }),
  server: {
    conversations: ["6d7a2c4e-2f0b-4a5e-8b1a-3c9d0e1f2a33", "0c1d2e3f-4a5b-4c6d-8e7f-901a2b3c4d44"],
    join: (chat_room_id) => [
      { hears: { type: "JOIN_ROOM", data: { chat_room_id } } },
      { says: { type: "JOIN_SUCCESS", data: { chat_room_id, initial_messages: [] } } },
    ],
    leave: (chat_room_id) => ({ type: "LEAVE_ROOM", data: { chat_room_id } }),
    message: (chat_room_id, content) => ({
      type: "NEW_MESSAGE",
      sender_id: "u-2",
      timestamp: 1_772_357_400,
      data: { chat_room_id, message_id: "m-2", sender_name: "Ben", content, mime_type: "text/plain" },
    }),
    others: (chat_room_id) => [
      { frame: { type: "TYPING", sender_id: "u-2", data: { chat_room_id, is_typing: true } }, to: "conversation" },
      { frame: { type: "ERROR", data: { chat_room_id, message: "Too fast", code: "RATE" } }, to: "conversation" },
      { frame: { type: "PONG" }, to: "all" },
    ],
    sent: (chat_room_id, content, { data }) => ({
      type: "SEND_MESSAGE",
      data: { chat_room_id, content, temp_message_id: data.temp_message_id },
    }),
    heartbeat: { type: "PING" },
  },
});
