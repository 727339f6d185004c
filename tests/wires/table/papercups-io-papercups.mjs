import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "papercups-io/papercups",
  file: "lib/chat_api_web/channels/conversation_channel.ex",
  commit: "01b846b2d59a50b6cd3e2defd403f9e1a313b985",
  summary: "Phoenix channels: frames are arrays, a topic for each conversation, the join is answered",
  options: (origin) => ({
    url: `${origin}/socket/websocket?vsn=2.0.0&token=t0k3n`,
    keepalive: { every: 30_000, frame: [null, "heartbeat", "phoenix", "heartbeat", {}] },
    adapter: {
      async join(id, connection) {
        connection.send([id, id, topic(id), "phx_join", {}]);
        const [, , , , { status, response }] = await connection.waitFor(([, ref]) => ref === id);
        if (status !== "ok") throw new Error(response.reason);
      },
      leave: (id) => [id, `leave ${id}`, topic(id), "phx_leave", {}],
      conversationId: ([, , topic]) => /^conversation:(.+)/.exec(topic)?.[1],
      isMessage: ([, , , event]) => event === "shout",
      outgoing: ({ conversationId, message, clientId }) => [
        conversationId,
        clientId,
        topic(conversationId),
        "shout",
        { body: message },
      ],
    },
  }),
  server: {
    conversations: ["2f3b5c8e-9f0a-4b77-a9d3-7a6a9f0f5b55", "c9d8e7f6-a5b4-4c3d-9e2f-10a9b8c7d666"],
    join: (id) => [
      { hears: [id, id, `conversation:${id}`, "phx_join", {}] },
      { says: [id, id, `conversation:${id}`, "phx_reply", { status: "ok", response: {} }] },
    ],
    joinError: "unauthorized",
    refusedJoin: (id) => [
      { hears: [id, id, `conversation:${id}`, "phx_join", {}] },
      { says: [id, id, `conversation:${id}`, "phx_reply", { status: "error", response: { reason: "unauthorized" } }] },
    ],
    leave: (id) => [id, `leave ${id}`, `conversation:${id}`, "phx_leave", {}],
    message: (id, body) => [null, null, `conversation:${id}`, "shout", { id: "m-1", conversation_id: id, body }],
    others: (id) => [
      { frame: [null, null, `conversation:${id}`, "presence_diff", { joins: {}, leaves: {} }], to: "conversation" },
      { frame: [null, "heartbeat", "phoenix", "phx_reply", { status: "ok", response: {} }], to: "all" },
    ],
    sent: (id, body, [, ref]) => [id, ref, `conversation:${id}`, "shout", { body }],
    heartbeat: [null, "heartbeat", "phoenix", "heartbeat", {}],
  },
});

/** The Phoenix topic of a conversation. */
function topic(id) {
  return `conversation:${id}`;
}
