import { defineWire } from "../wire.mjs";

const LOUNGE = "6f2c1d8e-6a0f-4f0b-9a53-0d2f5b3a7c11";
const KITCHEN = "b1c6a5a2-3e0d-4b58-8f2a-91d4c0e7a942";

export default defineWire({
  application: "NC1107/echo-messenger",
  file: "apps/server/src/ws/protocol.rs",
  commit: "35779f0504768a3027589822e2951014acfc6db6",
  summary: "Rust: flat frames with a `type`; what is sent has another `type` and another text member",
  options: (origin) => ({
    url: `${origin}/ws`,
    adapter: {
      conversationId: "conversation_id",
      isMessage: (frame) => frame.type === "new_message",
      outgoing: ({ conversationId, message }) => ({
        type: "send_message",
        conversation_id: conversationId,
        content: message,
      }),
    },
  }),
  server: {
    conversations: [LOUNGE, KITCHEN],
    message: (conversation_id, content) => ({
      type: "new_message",
      message_id: "0f6b0c52-77d1-4c0e-8d11-2f3a52d1c3aa",
      from_user_id: "3d5f7a1c-90be-4d1e-a1f3-64c2b9e8d755",
      from_username: "ada",
      conversation_id,
      content,
      timestamp: "2026-03-01T09:30:00Z",
    }),
    others: (conversation_id) => [
      { frame: { type: "typing", conversation_id, user_id: "3d5f7a1c", from_username: "ada" }, to: "conversation" },
      { frame: { type: "error", message: "content is empty" }, to: "all" },
    ],
    sent: (conversation_id, content) => ({ type: "send_message", conversation_id, content }),
  },
});
