import { defineWire } from "../wire.mjs";

const LOGIN = { msg: "method", method: "login", id: "login", params: [{ resume: "t0k3n" }] };

export default defineWire({
  application: "RocketChat/Rocket.Chat",
  file: "packages/ddp-client/src/MinimalDDPClient.ts",
  commit: "31d30a90dfbd65aae6cd0b31d46fb2cee2a9b51b",
  summary: "Meteor DDP: hello and login, a subscription for each room, method calls with results, the server's ping",
  options: (origin) => ({
    url: `${origin}/websocket`,
    keepalive: { ping: { msg: "ping" }, pong: { msg: "pong" } },
    adapter: {
      async onOpen(connection) {
        connection.send({ msg: "connect", version: "1", support: ["1"] });
        await connection.waitFor((frame) => frame.msg === "connected");
        connection.send(LOGIN);
        const { error } = await connection.waitFor((frame) => frame.msg === "result" && frame.id === "login");
        if (error) throw new Error(error.message);
      },
      async join(room, connection) {
        connection.send({ msg: "sub", id: room, name: "stream-room-messages", params: [room, false] });
        const { error } = await connection.waitFor((frame) => frame.subs?.includes(room) || frame.id === room);
        if (error) throw new Error(error.reason);
      },
      leave: (room) => ({ msg: "unsub", id: room }),
      incoming(frame) {
        if (frame.collection === "stream-room-messages") {
          return { conversationId: frame.fields.eventName, frame: frame.fields.args[0] };
        }
        return frame.result?.messages ? { conversationId: frame.id.replace("history:", "") } : null;
      },
      outgoing: ({ conversationId, message, clientId }) => ({
        msg: "method",
        method: "sendMessage",
        id: clientId,
        params: [{ _id: clientId, rid: conversationId, msg: message }],
      }),
      ack: ({ msg, id, result, error }) =>
        msg === "result" && !result?.messages ? { clientId: id, messageId: result?._id, reason: error?.reason } : null,
      history: {
        request: (room) => ({
          msg: "method",
          method: "loadHistory",
          id: `history:${room}`,
          params: [room, null, 50],
        }),
        answer: (frame) => frame.result?.messages,
      },
    },
  }),
  server: {
    conversations: ["GENERAL", "7aDSXtjMA3KPLxLjt"],
    opening: () => [
      { hears: { msg: "connect", version: "1", support: ["1"] } },
      { says: { msg: "connected", session: "s-1" } },
      { hears: LOGIN },
      { says: { msg: "result", id: "login", result: { id: "u-1", token: "t0k3n" } } },
    ],
    openingError: "You've been logged out [403]",
    refusedOpening: () => [
      { hears: { msg: "connect", version: "1", support: ["1"] } },
      { says: { msg: "connected", session: "s-1" } },
      { hears: LOGIN },
      { says: { msg: "result", id: "login", error: { error: 403, message: "You've been logged out [403]" } } },
    ],
    join: (room) => [
      { hears: { msg: "sub", id: room, name: "stream-room-messages", params: [room, false] } },
      { says: { msg: "ready", subs: [room] } },
    ],
    joinError: "Not allowed",
    refusedJoin: (room) => [
      { hears: { msg: "sub", id: room, name: "stream-room-messages", params: [room, false] } },
      { says: { msg: "nosub", id: room, error: { error: "not-allowed", reason: "Not allowed" } } },
    ],
    leave: (room) => ({ msg: "unsub", id: room }),
    message: (rid, msg) => ({
      msg: "changed",
      collection: "stream-room-messages",
      id: "id",
      fields: { eventName: rid, args: [{ _id: "m-1", rid, msg, u: { username: "ben" } }] },
    }),
    received: (rid, msg) => ({ _id: "m-1", rid, msg, u: { username: "ben" } }),
    others: () => [
      { frame: { msg: "updated", methods: ["login"] }, to: "none" },
      { frame: { msg: "changed", collection: "stream-notify-user", fields: { eventName: "u-1/otr" } }, to: "none" },
    ],
    sent: (rid, msg, { id }) => ({ msg: "method", method: "sendMessage", id, params: [{ _id: id, rid, msg }] }),
    clientId: (frame) => frame.id,
    ack: ({ id }) => ({ msg: "result", id, result: { _id: id, ts: { $date: 1_772_357_400_000 } } }),
    messageId: ({ id }) => id,
    refusal: ({ id }) => ({
      msg: "result",
      id,
      error: { error: "error-not-allowed", reason: "This room is read-only" },
    }),
    reason: "This room is read-only",
    history: {
      request: (room) => ({ msg: "method", method: "loadHistory", id: `history:${room}`, params: [room, null, 50] }),
      answer: (rid, texts) => ({
        msg: "result",
        id: `history:${rid}`,
        result: { messages: texts.map((msg) => ({ rid, msg })), unreadNotLoaded: 0 },
      }),
      messages: (rid, texts) => texts.map((msg) => ({ rid, msg })),
    },
    ping: { says: { msg: "ping" }, hears: { msg: "pong" } },
  },
});
