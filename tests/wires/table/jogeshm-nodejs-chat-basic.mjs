import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "jogeshm/nodejs-chat-basic",
  file: "src/index.js",
  commit: "8c2d9c6498917369a430983f931bbabdbfa67ca1",
  summary: "Socket.IO: received messages do not name their room, so each room has its own socket",
  options: (origin) => ({
    url: () => `${origin}/socket.io/?EIO=4&transport=websocket`,
    sockets: "each",
    keepalive: { ping: "2", pong: "3" },
    adapter: {
      async onOpen(connection) {
        await connection.waitFor((packet) => packet.startsWith("0"));
        connection.send(`40${JSON.stringify({ username: "ada" })}`);
        await connection.waitFor((packet) => packet.startsWith("40"));
        connection.send(emit("join_room", { room: connection.conversationId }));
      },
      incoming(packet) {
        if (!packet.startsWith("42")) return null;
        const [name, data] = JSON.parse(packet.slice(2));
        return { frame: { name, ...data } };
      },
      isMessage: ({ name }) => name === "new_message",
      outgoing: ({ conversationId, message }) => emit("new_message", { room: conversationId, message }),
    },
  }),
  server: {
    conversations: ["mah01", "mah02"],
    opening: (room) => [
      { says: `0${JSON.stringify({ sid: "a1", pingInterval: 25_000, pingTimeout: 20_000 })}` },
      { hears: '40{"username":"ada"}' },
      { says: `40${JSON.stringify({ sid: "b2" })}` },
      { hears: emit("join_room", { room }) },
    ],
    message: (_, message) => emit("new_message", { message, username: "ben" }),
    received: (_, message) => ({ name: "new_message", message, username: "ben" }),
    others: () => [{ frame: emit("user_joined", { username: "cy" }), to: "conversation" }],
    sent: (room, message) => emit("new_message", { room, message }),
    ping: { says: "2", hears: "3" },
  },
});

/** A Socket.IO event, as the text of a WebSocket message. */
function emit(name, data) {
  return `42${JSON.stringify([name, data])}`;
}
