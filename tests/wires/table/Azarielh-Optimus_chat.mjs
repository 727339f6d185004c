import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "Azarielh/Optimus_chat",
  file: "shared/websocket-messages.ts",
  commit: "078fd49f180213f00fbf5b0ee44bd857ab16dde2",
  summary: "Bun: channels are subscribed to, a sent message also has its author and time",
  options: (origin) => ({
    url: `${origin}/ws`,
    adapter: {
      conversationId: "data.channel",
      isMessage: (frame) => frame.type === "chat_message",
      join: (channel) => ({ type: "subscribe_channel", data: { channel } }),
      leave: (channel) => ({ type: "unsubscribe_channel", data: { channel } }),
      outgoing: ({ conversationId, message }) => ({
        type: "chat_message",
        data: { channel: conversationId, content: message, user: "ada", date: new Date().toISOString() },
      }),
    },
  }),
  server: {
    conversations: ["general", "random"],
    join: (channel) => [{ hears: { type: "subscribe_channel", data: { channel } } }],
    leave: (channel) => ({ type: "unsubscribe_channel", data: { channel } }),
    message: (channel, content) => ({
      type: "chat_message",
      data: { channel, content, user: "ben", date: "2026-03-01T09:30:00.000Z" },
    }),
    others: (channel) => [
      { frame: { type: "Users_list", data: { channel, users: ["ada", "ben"] } }, to: "conversation" },
    ],
    sent: (channel, content, { data }) => ({
      type: "chat_message",
      data: { channel, content, user: "ada", date: data.date },
    }),
  },
});
