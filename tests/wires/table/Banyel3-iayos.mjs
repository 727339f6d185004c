import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "Banyel3/iayos",
  file: "apps/backend/src/profiles/consumers.py",
  commit: "00ac3615800ea95d16914f3425a1e1c62eabf13c",
  summary: "Django Channels: layer 0 as it is, without an adapter",
  options: (origin) => ({ url: `${origin}/ws/inbox/`, protocol: 0 }),
  server: {
    conversations: [31, 32],
    message: (conversation_id, message_text) => ({
      conversation_id,
      message_id: 900,
      sender_name: "Ada L.",
      sender_avatar: null,
      message_text,
      message_type: "TEXT",
      created_at: "2026-03-01T09:30:00+00:00",
      is_mine: false,
    }),
    others: (conversation_id) => [
      {
        frame: { action: "typing", conversation_id, user_id: 4, user_name: "Ada", is_typing: true },
        to: "conversation",
        becomesLast: true,
      },
    ],
    sent: (conversation_id, message) => ({ conversation_id, message, type: "TEXT" }),
  },
});
