import { defineWire } from "../wire.mjs";

const END = "\x1e";

export default defineWire({
  application: "RoberthDudiver/SignalR-Simple-Chat",
  file: "App-ChatRoom/Services/ChatHub.cs",
  commit: "341d6067a9310e7b3e40967be76be5c3767428bb",
  summary: "ASP.NET SignalR: received messages do not name their room, so each room has its own socket",
  options: (origin) => ({
    url: () => `${origin}/chatHub`,
    sockets: "each",
    keepalive: { every: 15_000, frame: encode({ type: 6 }) },
    adapter: {
      async onOpen(connection) {
        connection.send(encode({ protocol: "json", version: 1 }));
        await connection.waitFor((text) => text === `{}${END}`);
        connection.send(encode({ type: 1, target: "JoinRoom", arguments: [connection.conversationId] }));
      },
      incoming(text) {
        const calls = text.split(END).filter((call) => call.includes('"ReceiveMessage"'));
        return calls.map((call) => ({ frame: JSON.parse(call).arguments }));
      },
      outgoing: ({ conversationId, message }) =>
        encode({ type: 1, target: "SendMessage", arguments: ["ada", message, conversationId] }),
    },
  }),
  server: {
    conversations: ["salon", "patio"],
    opening: (room) => [
      { hears: `{"protocol":"json","version":1}${END}` },
      { says: `{}${END}` },
      { hears: `{"type":1,"target":"JoinRoom","arguments":["${room}"]}${END}` },
    ],
    message: (_, text) => `{"type":1,"target":"ReceiveMessage","arguments":["ben","${text}"]}${END}`,
    received: (_, text) => ["ben", text],
    others: () => [{ frame: `{"type":6}${END}`, to: "none" }],
    sent: (room, text) => `{"type":1,"target":"SendMessage","arguments":["ada","${text}","${room}"]}${END}`,
    heartbeat: encode({ type: 6 }),
  },
});

/** A SignalR message. */
function encode(message) {
  return JSON.stringify(message) + END;
}
