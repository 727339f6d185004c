import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "GTS-TEAM/IsekaiApi",
  file: "socket.md",
  commit: "00ab8cda7cd10748abad5974a1722d9bf6745601",
  summary: "NestJS with Socket.IO: a conversation is joined by an event, a received message nests its id",
  options: (origin) => ({
    url: `${origin}/socket.io/?EIO=4&transport=websocket`,
    keepalive: { ping: "2", pong: "3" },
    adapter: {
      async onOpen(connection) {
        await connection.waitFor((packet) => packet.startsWith("0"));
        connection.send(`40${JSON.stringify({ token: "t0k3n" })}`);
        const answer = await connection.waitFor((packet) => packet.startsWith("4"));
        if (!answer.startsWith("40")) throw new Error(JSON.parse(answer.slice(2)).message);
      },
      join: (conversationId) => emit("join", { conversationId }),
      incoming(packet) {
        if (!packet.startsWith("42")) return null;
        const [name, data] = JSON.parse(packet.slice(2));
        return name === "message" ? { conversationId: data.conversation.id, frame: data } : null;
      },
      outgoing: ({ conversationId, message }) => emit("message", { conversationId, content: message, senderId: "u-1" }),
    },
  }),
  server: {
    conversations: ["310fffb0-d595-48e1-90d5-f302a4f8e641", "5a1e0d44-2c3b-4f6a-9d8e-7b6c5d4e3f22"],
    opening: () => [
      { says: `0${JSON.stringify({ sid: "a1", pingInterval: 25_000, pingTimeout: 20_000 })}` },
      { hears: '40{"token":"t0k3n"}' },
      { says: `40${JSON.stringify({ sid: "b2" })}` },
    ],
    openingError: "Unauthorized",
    refusedOpening: () => [
      { says: `0${JSON.stringify({ sid: "a1", pingInterval: 25_000, pingTimeout: 20_000 })}` },
      { hears: '40{"token":"t0k3n"}' },
      { says: `44${JSON.stringify({ message: "Unauthorized" })}` },
    ],
    join: (conversationId) => [{ hears: emit("join", { conversationId }) }],
    message: (id, content) => emit("message", { id: "m-1", content, conversation: { id }, sender: { id: "u-2" } }),
    received: (id, content) => ({ id: "m-1", content, conversation: { id }, sender: { id: "u-2" } }),
    others: () => [{ frame: emit("online", { userId: "u-2" }), to: "none" }],
    sent: (conversationId, content) => emit("message", { conversationId, content, senderId: "u-1" }),
    ping: { says: "2", hears: "3" },
  },
});

/** A Socket.IO event, as the text of a WebSocket message. */
function emit(name, data) {
  return `42${JSON.stringify([name, data])}`;
}
