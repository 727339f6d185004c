import { defineWire } from "../wire.mjs";

const ROOM = JSON.stringify({ channel: "RoomChannel", pubsub_token: "p-1", account_id: 3, user_id: 8 });

export default defineWire({
  application: "chatwoot/chatwoot",
  file: "app/javascript/shared/helpers/BaseActionCableConnector.js",
  commit: "1346cb47c59d2cdf1b513863e0792b366c183564",
  summary: "Rails Action Cable: one subscription carries all conversations of a user; messages are sent by HTTP",
  options: (origin) => ({
    url: `${origin}/cable`,
    protocols: ["actioncable-v1-json", "actioncable-unsupported"],
    adapter: {
      async onOpen(connection) {
        await connection.waitFor(({ type }) => type === "welcome");
        connection.send({ command: "subscribe", identifier: ROOM });
        const { type } = await connection.waitFor(({ identifier }) => identifier === ROOM);
        if (type !== "confirm_subscription") throw new Error("The server rejected the subscription");
      },
      incoming({ message }) {
        if (!message?.event) return null;
        const { conversation_id, conversation } = message.data;
        return { conversationId: conversation_id ?? conversation?.id, frame: message };
      },
      isMessage: (message) => message.event === "message.created",
    },
  }),
  server: {
    conversations: [1071, 1072],
    protocol: "actioncable-v1-json",
    opening: () => [
      { says: { type: "welcome" } },
      { hears: { command: "subscribe", identifier: ROOM } },
      { says: { type: "confirm_subscription", identifier: ROOM } },
    ],
    openingError: "The server rejected the subscription",
    refusedOpening: () => [
      { says: { type: "welcome" } },
      { hears: { command: "subscribe", identifier: ROOM } },
      { says: { type: "reject_subscription", identifier: ROOM } },
    ],
    message: (conversation_id, content) => ({
      identifier: ROOM,
      message: { event: "message.created", data: { id: 90, conversation_id, content, account_id: 3 } },
    }),
    received: (conversation_id, content) => ({
      event: "message.created",
      data: { id: 90, conversation_id, content, account_id: 3 },
    }),
    others: (id) => [
      {
        frame: { identifier: ROOM, message: { event: "conversation.typing_on", data: { conversation: { id } } } },
        to: "conversation",
      },
      { frame: { identifier: ROOM, message: { event: "contact.created", data: { id: 12 } } }, to: "all" },
      { frame: { type: "ping", message: 1_772_357_400 }, to: "none" },
    ],
  },
});
