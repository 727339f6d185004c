import { defineWire } from "../wire.mjs";

const IDENTIFY = { op: 2, d: { token: "t0k3n", capabilities: 0, properties: {} } };

export default defineWire({
  application: "spacebarchat/server",
  file: "src/gateway/opcodes/Identify.ts",
  commit: "02efa17a04b69d62549d609141b078fcbdf3141f",
  summary: "The gateway of Discord: the server speaks first, the page identifies itself; messages are sent by HTTP",
  options: (origin) => ({
    url: `${origin}/?v=9&encoding=json`,
    keepalive: { every: 30_000, frame: { op: 1, d: null } },
    adapter: {
      async onOpen(connection) {
        await connection.waitFor((frame) => frame.op === 10);
        connection.send(IDENTIFY);
        await connection.waitFor((frame) => frame.t === "READY");
      },
      conversationId: "d.channel_id",
      isMessage: (frame) => frame.t === "MESSAGE_CREATE",
    },
  }),
  server: {
    conversations: ["1066321500274212864", "1066321500274212865"],
    opening: () => [
      { says: { op: 10, d: { heartbeat_interval: 30_000 } } },
      { hears: IDENTIFY },
      { says: { op: 0, t: "READY", s: 0, d: { v: 9, session_id: "s-1" } } },
    ],
    message: (channel_id, content) => ({
      op: 0,
      t: "MESSAGE_CREATE",
      s: 7,
      d: { id: "1066321500274212900", channel_id, content, author: { id: "90", username: "ada" } },
    }),
    others: (channel_id) => [
      { frame: { op: 0, t: "TYPING_START", s: 8, d: { channel_id, user_id: "90" } }, to: "conversation" },
      { frame: { op: 0, t: "PRESENCE_UPDATE", s: 9, d: { user: { id: "90" }, status: "idle" } }, to: "all" },
      { frame: { op: 11 }, to: "all" },
    ],
    heartbeat: { op: 1, d: null },
  },
});
