import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "smogon/pokemon-showdown",
  file: "PROTOCOL.md",
  commit: "075c9f46856dcb8f7dcf254456bd30dc9318f11d",
  summary: "SockJS: a text protocol of lines, whose first line names the room; a login by HTTP and a challenge",
  options: (origin) => ({
    url: `${origin}/showdown/websocket`,
    adapter: {
      async onOpen(connection) {
        const challenge = await connection.waitFor((text) => text.startsWith("|challstr|"));
        connection.send(`|/trn ada,0,${await assertion(origin, challenge)}`);
        const answer = await connection.waitFor((text) => /^\|(updateuser|nametaken)\|/.test(text));
        if (answer.startsWith("|nametaken|")) throw new Error(answer.split("|")[3]);
      },
      join: (room) => `|/join ${room}`,
      leave: (room) => `|/leave ${room}`,
      incoming(text) {
        const [, room = "lobby", lines] = /^(?:>(.*)\n)?([^]*)$/.exec(text) ?? [];
        return lines.split("\n").map((line) => ({ conversationId: room, frame: line }));
      },
      isMessage: (line) => /^\|(c|c:|chat)\|/.test(line),
      outgoing: ({ conversationId, message }) => `${conversationId}|${message}`,
    },
  }),
  server: {
    conversations: ["overused", "lobby"],
    files: {
      "/action.php": (body) => JSON.stringify({ assertion: `sig-${new URLSearchParams(body).get("challstr")}` }),
    },
    opening: () => [
      { says: "|challstr|4|c0ffee" },
      { hears: "|/trn ada,0,sig-4|c0ffee" },
      { says: "|updateuser| ada|1|102|{}" },
    ],
    openingError: "Your name is registered",
    refusedOpening: () => [
      { says: "|challstr|4|c0ffee" },
      { hears: "|/trn ada,0,sig-4|c0ffee" },
      { says: "|nametaken|ada|Your name is registered" },
    ],
    join: (room) => [{ hears: `|/join ${room}` }, { says: `>${room}\n|init|chat\n|title|${room}\n|users|2, ada,+ben` }],
    leave: (room) => `|/leave ${room}`,
    message: (room, text) => `${room === "lobby" ? "" : `>${room}\n`}|c:|1772357400|+ben|${text}`,
    received: (_, text) => `|c:|1772357400|+ben|${text}`,
    others: (room) => [{ frame: `>${room}\n|j|+cara`, to: "conversation" }],
    sent: (room, text) => `${room}|${text}`,
  },
});

/** Logs in by HTTP. */
async function assertion(origin, challenge) {
  const body = new URLSearchParams({ act: "login", name: "ada", challstr: challenge.slice("|challstr|".length) });
  const response = await fetch(`${origin}/action.php`, { method: "POST", body });
  return (await response.json()).assertion;
}
