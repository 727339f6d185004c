import { defineWire } from "../wire.mjs";

export default defineWire({
  application: "silverskg/event_app",
  file: "app/jobs/message_broadcast_job.rb",
  commit: "a2d116af18aa4b32df039e3a4209a7b4b72f5b6d",
  summary:
    "Rails Action Cable: a subscription for each room, whose identifier stands in every frame; messages are HTML",
  options: (origin) => ({
    url: `${origin}/cable`,
    protocols: "actioncable-v1-json",
    adapter: {
      onOpen: (connection) => connection.waitFor(({ type }) => type === "welcome"),
      async join(room, connection) {
        const identifier = identify(room);
        connection.send({ command: "subscribe", identifier });
        const { type } = await connection.waitFor((frame) => frame.identifier === identifier);
        if (type === "reject_subscription") throw new Error("The server rejected the subscription");
      },
      leave: (room) => ({ command: "unsubscribe", identifier: identify(room) }),
      incoming: ({ identifier, message }) =>
        identifier ? { conversationId: JSON.parse(identifier).room, frame: message } : null,
      outgoing: ({ conversationId, message }) => ({
        command: "message",
        identifier: identify(conversationId),
        data: JSON.stringify({ action: "speak", message }),
      }),
    },
  }),
  server: {
    conversations: [3, 4],
    protocol: "actioncable-v1-json",
    opening: () => [{ says: { type: "welcome" } }],
    join: (room) => [
      { hears: { command: "subscribe", identifier: `{"channel":"RoomChannel","room":${room}}` } },
      { says: { type: "confirm_subscription", identifier: `{"channel":"RoomChannel","room":${room}}` } },
    ],
    joinError: "The server rejected the subscription",
    refusedJoin: (room) => [
      { hears: { command: "subscribe", identifier: `{"channel":"RoomChannel","room":${room}}` } },
      { says: { type: "reject_subscription", identifier: `{"channel":"RoomChannel","room":${room}}` } },
    ],
    leave: (room) => ({ command: "unsubscribe", identifier: `{"channel":"RoomChannel","room":${room}}` }),
    message: (room, text) => ({
      identifier: `{"channel":"RoomChannel","room":${room}}`,
      message: { message: `<li>${text}</li>` },
    }),
    received: (_, text) => ({ message: `<li>${text}</li>` }),
    others: () => [{ frame: { type: "ping", message: 1_772_357_400 }, to: "none" }],
    sent: (room, message) => ({
      command: "message",
      identifier: `{"channel":"RoomChannel","room":${room}}`,
      data: JSON.stringify({ action: "speak", message }),
    }),
  },
});

/** The identifier of a room's subscription. */
function identify(room) {
  return JSON.stringify({ channel: "RoomChannel", room });
}
