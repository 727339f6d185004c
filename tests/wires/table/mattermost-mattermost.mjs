import { defineWire } from "../wire.mjs";

const TOKEN = "s3ss10n";

export default defineWire({
  application: "mattermost/mattermost",
  file: "webapp/platform/client/src/websocket.ts",
  commit: "115e37ad7f065e612d7d0a140223395882f511c7",
  summary: "Go: the first frame authenticates, the channel stands beside the event; messages are sent by HTTP",
  options: (origin) => ({
    url: `${origin}/api/v4/websocket`,
    keepalive: { every: 30_000, frame: { seq: 2, action: "ping" } },
    adapter: {
      async onOpen(connection) {
        connection.send({ seq: 1, action: "authentication_challenge", data: { token: TOKEN } });
        const { error } = await connection.waitFor((frame) => frame.seq_reply === 1);
        if (error) throw new Error(error.message);
      },
      conversationId: (frame) => frame.broadcast?.channel_id || null,
      isMessage: (frame) => frame.event === "posted",
    },
  }),
  server: {
    conversations: ["4xp9fdt77pncbef59f4k1qe83o", "qmd5oqtwoibz8cuzxzg5ekshgr"],
    opening: () => [
      { says: { event: "hello", data: { connection_id: "c-1" }, broadcast: { channel_id: "" }, seq: 0 } },
      { hears: { seq: 1, action: "authentication_challenge", data: { token: TOKEN } } },
      { says: { status: "OK", seq_reply: 1 } },
    ],
    openingError: "Invalid session",
    refusedOpening: () => [
      { hears: { seq: 1, action: "authentication_challenge", data: { token: TOKEN } } },
      { says: { status: "FAIL", seq_reply: 1, error: { message: "Invalid session" } } },
    ],
    message: (channel_id, message) => ({
      event: "posted",
      data: { sender_name: "@ada", post: JSON.stringify({ id: "p-1", channel_id, message }) },
      broadcast: { omit_users: null, user_id: "", channel_id, team_id: "" },
      seq: 4,
    }),
    others: (channel_id) => [
      { frame: { event: "typing", data: { user_id: "u-1" }, broadcast: { channel_id }, seq: 5 }, to: "conversation" },
      {
        frame: { event: "status_change", data: { status: "away" }, broadcast: { channel_id: "" }, seq: 6 },
        to: "all",
      },
    ],
    heartbeat: { seq: 2, action: "ping" },
  },
});
