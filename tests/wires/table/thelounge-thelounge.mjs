import { defineWire } from "../wire.mjs";

const USER = { user: "ada", token: "t0k3n" };

export default defineWire({
  application: "thelounge/thelounge",
  file: "client/js/socket-events/msg.ts",
  commit: "0471e94b70a992516068db0b109d3562d4ae6b36",
  summary: "Socket.IO: text frames of an event and its data, with a login by events and the server's ping",
  options: (origin) => ({
    url: `${origin}/socket.io/?EIO=4&transport=websocket`,
    keepalive: { ping: "2", pong: "3" },
    adapter: {
      async onOpen(connection) {
        await connection.waitFor((packet) => packet.startsWith("0"));
        connection.send("40");
        await connection.waitFor((packet) => event(packet)?.name === "auth:start");
        connection.send(emit("auth:perform", USER));
        const answer = await connection.waitFor((packet) => event(packet)?.name.startsWith("auth:"));
        if (event(answer)?.name === "auth:failed") throw new Error("The server refused the login");
      },
      incoming(packet) {
        const { name, data } = event(packet) ?? {};
        return name ? { conversationId: data?.chan, frame: { name, ...data } } : null;
      },
      isMessage: ({ name }) => name === "msg",
      outgoing: ({ conversationId, message }) => emit("input", { target: conversationId, text: message }),
    },
  }),
  server: {
    conversations: [5, 6],
    opening: () => [
      { says: `0${JSON.stringify({ sid: "a1", upgrades: [], pingInterval: 25_000, pingTimeout: 20_000 })}` },
      { hears: "40" },
      { says: `40${JSON.stringify({ sid: "b2" })}` },
      { says: emit("auth:start", 417) },
      { hears: emit("auth:perform", USER) },
      { says: emit("auth:success") },
    ],
    openingError: "The server refused the login",
    refusedOpening: () => [
      { says: `0${JSON.stringify({ sid: "a1" })}` },
      { hears: "40" },
      { says: emit("auth:start", 417) },
      { hears: emit("auth:perform", USER) },
      { says: emit("auth:failed") },
    ],
    message: (chan, text) => emit("msg", { chan, msg: { type: "message", from: { nick: "ben" }, text } }),
    received: (chan, text) => ({ name: "msg", chan, msg: { type: "message", from: { nick: "ben" }, text } }),
    others: (chan) => [
      { frame: emit("users", { chan }), to: "conversation" },
      { frame: emit("network:status", { network: "n-1", connected: true }), to: "all" },
    ],
    sent: (target, text) => emit("input", { target, text }),
    ping: { says: "2", hears: "3" },
  },
});

/** A Socket.IO event, as the text of a WebSocket message. */
function emit(name, ...data) {
  return `42${JSON.stringify([name, ...data])}`;
}

/** Reads the text of an event; of another packet it returns null. */
function event(packet) {
  if (!packet.startsWith("42")) return null;
  const [name, data] = JSON.parse(packet.slice(2));
  return { name, data };
}
