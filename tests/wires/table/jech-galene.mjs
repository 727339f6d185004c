import { defineWire } from "../wire.mjs";

const ID = "5f2c9d0e1a7b48c6";

export default defineWire({
  application: "jech/galene",
  file: "static/protocol.js",
  commit: "002333853ab2adaaab345a54294a306045743962",
  summary: "Go: a handshake and a join on a socket for each group, the server's ping, and a history by itself",
  options: (origin) => ({
    url: () => `${origin}/ws`,
    sockets: "each",
    keepalive: { ping: { type: "ping" }, pong: { type: "pong" } },
    adapter: {
      async onOpen(connection) {
        connection.send({ type: "handshake", version: ["2"], id: ID });
        await connection.waitFor(({ type }) => type === "handshake");
        connection.send({
          type: "join",
          kind: "join",
          group: connection.conversationId,
          username: "ada",
          password: "s3cret",
        });
        const { kind, value } = await connection.waitFor(({ type }) => type === "joined");
        if (kind === "fail") throw new Error(value);
      },
      isMessage: ({ type }) => type === "chat" || type === "chathistory",
      outgoing: ({ message }) => ({ type: "chat", source: ID, dest: "", username: "ada", kind: "", value: message }),
    },
  }),
  server: {
    conversations: ["maths", "public/tea"],
    opening: (group) => [
      { hears: { type: "handshake", version: ["2"], id: ID } },
      { says: { type: "handshake", version: ["2"] } },
      { hears: { type: "join", kind: "join", group, username: "ada", password: "s3cret" } },
      { says: { type: "joined", kind: "join", group, username: "ada", permissions: ["message"] } },
    ],
    openingError: "not authorised",
    refusedOpening: (group) => [
      { hears: { type: "handshake", version: ["2"], id: ID } },
      { says: { type: "handshake", version: ["2"] } },
      { hears: { type: "join", kind: "join", group, username: "ada", password: "s3cret" } },
      { says: { type: "joined", kind: "fail", group, error: "not-authorised", value: "not authorised" } },
    ],
    message: (_, value) => ({
      type: "chat",
      source: "0b1c",
      username: "ben",
      time: "2026-03-01T09:30:00Z",
      kind: "",
      value,
    }),
    others: () => [
      { frame: { type: "user", kind: "add", id: "0b1c", username: "ben" }, to: "conversation" },
      { frame: { type: "usermessage", kind: "warning", value: "The room closes soon" }, to: "conversation" },
    ],
    sent: (_, value) => ({ type: "chat", source: ID, dest: "", username: "ada", kind: "", value }),
    ping: { says: { type: "ping" }, hears: { type: "pong" } },
  },
});
