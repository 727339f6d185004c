import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "seed-ecosystem/seed-web",
  file: "src/api/create-server-socket.ts",
  commit: "17bd83bed868e0742b40dae6f7b407f993c5fd68",
  summary: "End-to-end encrypted: responses have no id and come in the order of the requests, a history among them",
  options: (origin) => ({
    url: `${origin}/`,
    adapter: {
      join: (chatId) => ({ type: "subscribe", chatId: [chatId] }),
      incoming: ({ event }) => event && { conversationId: event.message.chatId, frame: event.message },
      // The page encrypts: it passes { nonce, signature, content, contentIV } to sendMessage().
      outgoing: ({ conversationId, message }) => ({ type: "send", message: { chatId: conversationId, ...message } }),
      history: {
        request: (chatId) => ({ type: "history", nonce: null, amount: 50, chatId }),
        answer: (frame) => frame.response?.messages,
      },
    },
  }),
  server: {
    conversations: ["bHVuY2g=", "ZGlubmVy"],
    join: (chatId) => [{ hears: { type: "subscribe", chatId: [chatId] } }],
    message: (chatId, content) => ({
      type: "event",
      event: { type: "new", message: { chatId, nonce: 8, signature: "c2ln", content, contentIV: "aXY=" } },
    }),
    received: (chatId, content) => ({ chatId, nonce: 8, signature: "c2ln", content, contentIV: "aXY=" }),
    others: () => [{ frame: { type: "response", response: { status: true } }, to: "none" }],
    compose: (content) => ({ nonce: 9, signature: "c2ln", content, contentIV: "aXY=" }),
    sent: (chatId, content) => ({
      type: "send",
      message: { chatId, nonce: 9, signature: "c2ln", content, contentIV: "aXY=" },
    }),
    history: {
      request: (chatId) => ({ type: "history", nonce: null, amount: 50, chatId }),
      answer: (_, texts) => ({ type: "response", response: { messages: texts.map((content) => ({ content })) } }),
      messages: (_, texts) => texts.map((content) => ({ content })),
    },
  },
});
