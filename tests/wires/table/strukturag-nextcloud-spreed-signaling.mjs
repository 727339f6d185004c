import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "strukturag/nextcloud-spreed-signaling",
  file: "docs/standalone-signaling-api-v1.md",
  commit: "0338e9db423042e3301646152ffaaf9aeaf87999",
  summary:
    "Nextcloud Talk: a session is in one room, so each room has its own; chat by HTTP, frames say that there is some",
  options: (origin) => ({
    url: () => `${origin}/spreed`,
    sockets: "each",
    adapter: {
      async onOpen(connection) {
        const auth = { url: "https://cloud.example/auth", params: { ticket: "t0k3n" } };
        connection.send({ id: "1", type: "hello", hello: { version: "1.0", auth } });
        await connection.waitFor(answerTo("1"));
        const room = { roomid: connection.conversationId, sessionid: "nc-1" };
        connection.send({ id: "2", type: "room", room });
        await connection.waitFor(answerTo("2"));
      },
      isMessage: ({ type, event }) => type === "event" && event.type === "message",
    },
  }),
  server: {
    conversations: ["ab3k9xqz", "7hw2mnpo"],
    opening: (roomid) => [
      { says: { type: "welcome", welcome: { features: ["hello-v2"] } } },
      {
        hears: {
          id: "1",
          type: "hello",
          hello: { version: "1.0", auth: { url: "https://cloud.example/auth", params: { ticket: "t0k3n" } } },
        },
      },
      { says: { id: "1", type: "hello", hello: { sessionid: "s-1", resumeid: "r-1", version: "1.0" } } },
      { hears: { id: "2", type: "room", room: { roomid, sessionid: "nc-1" } } },
      { says: { id: "2", type: "room", room: { roomid, properties: { name: "Tea" } } } },
    ],
    openingError: "The room does not exist",
    refusedOpening: (roomid) => [
      {
        hears: {
          id: "1",
          type: "hello",
          hello: { version: "1.0", auth: { url: "https://cloud.example/auth", params: { ticket: "t0k3n" } } },
        },
      },
      { says: { id: "1", type: "hello", hello: { sessionid: "s-1", version: "1.0" } } },
      { hears: { id: "2", type: "room", room: { roomid, sessionid: "nc-1" } } },
      { says: { id: "2", type: "error", error: { code: "no_such_room", message: "The room does not exist" } } },
    ],
    message: (roomid) => ({
      type: "event",
      event: { target: "room", type: "message", message: { roomid, data: { type: "chat", chat: { refresh: true } } } },
    }),
    others: () => [
      {
        frame: { type: "event", event: { target: "room", type: "join", join: [{ sessionid: "s-2" }] } },
        to: "conversation",
      },
    ],
  },
});

/** Whether the frame answers the request of this id; an error is thrown. */
function answerTo(id) {
  return (frame) => {
    if (frame.id !== id) return false;
    if (frame.type === "error") throw new Error(frame.error.message);
    return true;
  };
}
