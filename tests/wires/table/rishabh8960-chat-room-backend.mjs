import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "rishabh8960/chat-room-backend",
  file: "src/main/java/com/example/chat/controller/ChatController.java",
  commit: "7b7b359aa2c3316e4c80d040a27f9c393b85085f",
  summary: "Spring STOMP: text frames of a command, headers and a JSON body, with subscriptions",
  options: (origin) => ({
    url: `${origin}/ws/websocket`,
    protocols: ["v12.stomp", "v11.stomp"],
    adapter: {
      async onOpen(connection) {
        connection.send(stomp("CONNECT", { "accept-version": "1.2", host: "/", "heart-beat": "0,0" }));
        const answer = await connection.waitFor();
        if (!answer.startsWith("CONNECTED")) throw new Error(/^message:(.*)/m.exec(answer)?.[1]);
      },
      join: (room) => stomp("SUBSCRIBE", { id: room, destination: `/topic/${room}` }),
      leave: (room) => stomp("UNSUBSCRIBE", { id: room }),
      incoming(text) {
        const [, room, body] = /^MESSAGE\n[^]*?^destination:\/topic\/(.*)\n[^]*?\n\n([^]*)\0/m.exec(text) ?? [];
        return room ? { conversationId: room, frame: JSON.parse(body) } : null;
      },
      outgoing: ({ conversationId, message }) =>
        stomp(
          "SEND",
          { destination: `/app/chat/${conversationId}`, "content-type": "application/json" },
          JSON.stringify({ sender: "ada", content: message, room: conversationId }),
        ),
    },
  }),
  server: {
    conversations: ["lobby", "cellar"],
    protocol: "v12.stomp",
    opening: () => [
      { hears: "CONNECT\naccept-version:1.2\nhost:/\nheart-beat:0,0\n\n\0" },
      { says: "CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0" },
    ],
    openingError: "Failed to authenticate",
    refusedOpening: () => [
      { hears: "CONNECT\naccept-version:1.2\nhost:/\nheart-beat:0,0\n\n\0" },
      { says: "ERROR\nmessage:Failed to authenticate\n\n\0" },
    ],
    join: (room) => [{ hears: `SUBSCRIBE\nid:${room}\ndestination:/topic/${room}\n\n\0` }],
    leave: (room) => `UNSUBSCRIBE\nid:${room}\n\n\0`,
    message: (room, content) =>
      `MESSAGE\ndestination:/topic/${room}\ncontent-type:application/json\nsubscription:${room}\nmessage-id:a-1\n\n` +
      `${JSON.stringify({ sender: "ben", content, room, timestamp: "09:30" })}\0`,
    received: (room, content) => ({ sender: "ben", content, room, timestamp: "09:30" }),
    others: () => [{ frame: "\n", to: "none" }],
    sent: (room, content) =>
      `SEND\ndestination:/app/chat/${room}\ncontent-type:application/json\n\n` +
      `${JSON.stringify({ sender: "ada", content, room })}\0`,
  },
});

/** A STOMP frame. */
function stomp(command, headers, body = "") {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  return `${[command, ...lines].join("\n")}\n\n${body}\0`;
}
