import { defineWire } from "../wire.mjs";

let irc;

export default defineWire({
  application: "SwiftIRC/Web-IRC",
  file: "ircclient.js",
  commit: "02fd8842b6bca39243f9231b68a485ff1bebad0c",
  summary: "IRC, a line in each text: a nickname first, channels are joined, the answer to a ping repeats its token",
  options: (origin) => ({
    url: `${origin}/`,
    protocols: "text.ircv3.net",
    adapter: {
      async onOpen(connection) {
        irc = connection;
        irc.send("NICK ada");
        irc.send("USER ada 0 * :ada");
        const answer = parse(await irc.waitFor((line) => /^:\S+ (001|433) /.test(line)));
        if (answer.command === "433") throw new Error(answer.text);
      },
      join: (channel) => `JOIN ${channel}`,
      leave: (channel) => `PART ${channel}`,
      incoming(line) {
        const message = parse(line);
        if (message.command === "PING") return void irc.send(`PONG ${message.text}`);
        const channel = message.params.find((param) => param.startsWith("#"));
        return { conversationId: channel, frame: message };
      },
      isMessage: ({ command }) => command === "PRIVMSG",
      outgoing: ({ conversationId, message }) => `PRIVMSG ${conversationId} :${message}`,
    },
  }),
  server: {
    conversations: ["#tea", "#biscuits"],
    protocol: "text.ircv3.net",
    opening: () => [
      { hears: "NICK ada" },
      { hears: "USER ada 0 * :ada" },
      { says: ":irc.test 001 ada :Welcome to the network" },
      { says: ":irc.test 422 ada :There is no message of the day" },
    ],
    openingError: "Nickname is already in use",
    refusedOpening: () => [
      { hears: "NICK ada" },
      { hears: "USER ada 0 * :ada" },
      { says: ":irc.test 433 * ada :Nickname is already in use" },
    ],
    join: (channel) => [{ hears: `JOIN ${channel}` }, { says: `:ada!ada@test JOIN ${channel}` }],
    leave: (channel) => `PART ${channel}`,
    message: (channel, text) => `:ben!ben@test PRIVMSG ${channel} :${text}`,
    received: (channel, text) => ({ source: "ben!ben@test", command: "PRIVMSG", params: [channel], text }),
    others: (channel) => [
      { frame: `:cy!cy@test PART ${channel} :bye`, to: "conversation" },
      { frame: ":irc.test NOTICE ada :The server restarts at noon", to: "all" },
    ],
    sent: (channel, text) => `PRIVMSG ${channel} :${text}`,
    ping: { says: "PING :4f2a", hears: "PONG 4f2a" },
  },
});

/** The parts of a line of IRC. */
function parse(line) {
  const [, source, head, text] = /^(?::(\S+) )?(.*?)(?: :(.*))?$/.exec(line) ?? [];
  const [command, ...params] = head.split(" ");
  return { source, command, params, text };
}
