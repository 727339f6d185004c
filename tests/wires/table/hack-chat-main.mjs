import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "hack-chat/main",
  file: "commands/core/join.js",
  commit: "2a5a9c150cda5b7d70a435f645e3c5ba867e78b4",
  summary: "Node.js: one channel for each socket, which the first frame joins",
  options: (origin) => ({
    url: () => `${origin}/chat-ws`,
    sockets: "each",
    adapter: {
      async onOpen(connection) {
        connection.send({ cmd: "join", channel: connection.conversationId, nick: "ada" });
        const answer = await connection.waitFor(({ cmd }) => cmd === "onlineSet" || cmd === "warn");
        if (answer.cmd === "warn") throw new Error(answer.text);
      },
      isMessage: (frame) => frame.cmd === "chat",
      outgoing: ({ message }) => ({ cmd: "chat", text: message }),
    },
  }),
  server: {
    conversations: ["programming", "lounge"],
    opening: (channel) => [
      { hears: { cmd: "join", channel, nick: "ada" } },
      { says: { cmd: "onlineSet", nicks: ["ben", "ada"], users: [], channel } },
    ],
    openingError: "Nickname taken",
    refusedOpening: (channel) => [
      { hears: { cmd: "join", channel, nick: "ada" } },
      { says: { cmd: "warn", text: "Nickname taken", id: 8, channel: false } },
    ],
    message: (channel, text) => ({ cmd: "chat", nick: "ben", uType: "user", userid: 7, channel, text, level: 100 }),
    others: (channel) => [{ frame: { cmd: "onlineAdd", nick: "cy", channel }, to: "conversation" }],
    sent: (_, text) => ({ cmd: "chat", text }),
  },
});
