import { defineWire } from "../wire.mjs";

const END = "\x1e";

export default defineWire({
  application: "MrBitasmblTester2/Bitasmbl-Lightweight-Chat-App-7806a3-Nodar_Mebunia",
  file: "signalr-server/Hubs/ChatHub.cs",
  commit: "687480d9a246b860efb37a9ada73f47af504aa3e",
  summary: "ASP.NET SignalR: JSON texts that a control character ends, several in a frame, methods with arguments",
  options: (origin) => ({
    url: `${origin}/chatHub`,
    keepalive: { every: 15_000, frame: JSON.stringify({ type: 6 }) + END },
    adapter: {
      async onOpen(connection) {
        connection.send(JSON.stringify({ protocol: "json", version: 1 }) + END);
        const [{ error }] = parse(await connection.waitFor());
        if (error) throw new Error(error);
      },
      join: (room) => invoke("JoinRoom", room),
      leave: (room) => invoke("LeaveRoom", room),
      incoming: (text) =>
        parse(text)
          .filter(({ target }) => target === "ReceiveMessage")
          .map(({ arguments: [room, user, text] }) => ({ conversationId: room, frame: { room, user, text } })),
      outgoing: ({ conversationId, message }) =>
        invoke("SendMessage", conversationId, "ada", message, new Date().toISOString()),
    },
  }),
  server: {
    conversations: ["team", "ops"],
    opening: () => [{ hears: `{"protocol":"json","version":1}${END}` }, { says: `{}${END}` }],
    openingError: "The protocol 'json' is not supported.",
    refusedOpening: () => [
      { hears: `{"protocol":"json","version":1}${END}` },
      { says: `{"error":"The protocol 'json' is not supported."}${END}` },
    ],
    join: (room) => [{ hears: `{"type":1,"target":"JoinRoom","arguments":["${room}"]}${END}` }],
    leave: (room) => `{"type":1,"target":"LeaveRoom","arguments":["${room}"]}${END}`,
    message: (room, text) =>
      `{"type":6}${END}` +
      `${JSON.stringify({ type: 1, target: "ReceiveMessage", arguments: [room, "ben", text, "09:30"] })}${END}`,
    received: (room, text) => ({ room, user: "ben", text }),
    others: () => [{ frame: `{"type":6}${END}`, to: "none" }],
    sent: (room, text, frame) =>
      `{"type":1,"target":"SendMessage","arguments":["${room}","ada","${text}","${/[^"]+Z(?=")/.exec(frame)}"]}${END}`,
    heartbeat: JSON.stringify({ type: 6 }) + END,
  },
});

/** The call of a method of the hub. */
function invoke(target, ...args) {
  return JSON.stringify({ type: 1, target, arguments: args }) + END;
}

/** The JSON values in a text. */
function parse(text) {
  return text
    .split(END)
    .filter(Boolean)
    .map((part) => JSON.parse(part));
}
