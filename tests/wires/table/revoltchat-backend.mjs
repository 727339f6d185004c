import { defineWire } from "../wire.mjs";

const TOKEN = "s3ss10n";

export default defineWire({
  application: "revoltchat/backend",
  file: "crates/core/database/src/events/client.rs",
  commit: "051417a6ce7120b5259d28ff3281c3da256c211c",
  summary: "Rust: the first frame authenticates, the channel is `channel` or `id`, a frame can carry several events",
  options: (origin) => ({
    url: `${origin}/?version=1&format=json`,
    keepalive: { every: 30_000, frame: { type: "Ping", data: 0 } },
    adapter: {
      async onOpen(connection) {
        connection.send({ type: "Authenticate", token: TOKEN });
        const answer = await connection.waitFor(({ type }) => type === "Authenticated" || type === "Error");
        if (answer.type === "Error") throw new Error(answer.data.type);
      },
      incoming(frame) {
        const events = frame.type === "Bulk" ? frame.v : [frame];
        return events.map((event) => ({ conversationId: channelOf(event), frame: event }));
      },
      isMessage: (event) => event.type === "Message",
    },
  }),
  server: {
    conversations: ["01HNCXMB1ZB6ZV7S0J8DH0QXKM", "01HNCXN4R2X7X6E0J5VYQ9W3TD"],
    opening: () => [
      { hears: { type: "Authenticate", token: TOKEN } },
      { says: { type: "Authenticated" } },
      { says: { type: "Ready", users: [], servers: [], channels: [], policy_changes: [] } },
    ],
    openingError: "InvalidSession",
    refusedOpening: () => [
      { hears: { type: "Authenticate", token: TOKEN } },
      { says: { type: "Error", data: { type: "InvalidSession" } } },
    ],
    message: (channel, content) => ({
      type: "Bulk",
      v: [
        { type: "Message", _id: "01HNCXQ0", channel, author: "01HNCX00", content },
        { type: "ChannelStopTyping", id: channel, user: "01HNCX00" },
      ],
    }),
    received: (channel, content) => ({ type: "Message", _id: "01HNCXQ0", channel, author: "01HNCX00", content }),
    others: (id) => [
      { frame: { type: "ChannelStartTyping", id, user: "01HNCX00" }, to: "conversation" },
      { frame: { type: "UserUpdate", id: "01HNCX00", data: { online: true }, clear: [] }, to: "all" },
    ],
    heartbeat: { type: "Ping", data: 0 },
  },
});

/** The channel of an event: events about a channel itself have its id as `id`. */
function channelOf(event) {
  return event.type.startsWith("Channel") ? event.id : event.channel;
}
