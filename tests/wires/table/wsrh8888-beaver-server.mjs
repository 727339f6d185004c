import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "wsrh8888/beaver-server",
  file: "app/ws/ws_api/internal/logic/websocket/README.md",
  commit: "101400d48cd22933ab333a1176f36ba31921a2b4",
  summary: "Go: the id is three objects deep, the server acknowledges with the page's own id, and it pings",
  options: (origin) => ({
    url: `${origin}/api/ws/chat`,
    keepalive: { ping: { command: "PING" }, pong: { command: "PONG" } },
    adapter: {
      conversationId: "content.data.conversationId",
      isMessage: (frame) => frame.content?.data.type === "chat_conversation_message_receive",
      outgoing: ({ conversationId, message, clientId }) => ({
        command: "CHAT_MESSAGE",
        content: {
          timestamp: Date.now(),
          messageId: clientId,
          data: {
            type: "private_message_send",
            conversationId,
            body: { conversationId, msg: { type: 1, textMsg: { content: message } } },
          },
        },
      }),
      ack: (frame) => (frame.command === "ACK" ? frame.messageId : null),
    },
  }),
  server: {
    conversations: ["private_ada_ben", "group_31"],
    message: (conversationId, content) => ({
      code: 0,
      command: "CHAT_MESSAGE",
      messageId: "x1y2z3w4",
      serverTime: 1_772_357_400,
      content: {
        timestamp: 1_772_357_400_000,
        messageId: "push-7",
        data: {
          type: "chat_conversation_message_receive",
          conversationId,
          body: { msgId: "m-7", conversationId, senderId: "ben", msg: { type: 1, textMsg: { content } } },
        },
      },
    }),
    others: (conversationId) => [
      {
        frame: { command: "CHAT_MESSAGE", content: { data: { type: "typing_receive", conversationId, body: {} } } },
        to: "conversation",
      },
      {
        frame: { command: "FRIEND_OPERATION", content: { data: { type: "friend_receive", body: { userId: "cy" } } } },
        to: "all",
      },
    ],
    sent: (conversationId, content, frame) => ({
      command: "CHAT_MESSAGE",
      content: {
        timestamp: frame.content.timestamp,
        messageId: frame.content.messageId,
        data: {
          type: "private_message_send",
          conversationId,
          body: { conversationId, msg: { type: 1, textMsg: { content } } },
        },
      },
    }),
    clientId: (frame) => frame.content.messageId,
    ack: (frame) => ({ command: "ACK", messageId: frame.content.messageId }),
    ping: { says: { command: "PING", timestamp: 1_772_357_460_000 }, hears: { command: "PONG" } },
  },
});
