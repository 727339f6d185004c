// How applications write adapters and inboxes in TypeScript; `tsc` checks this file and never runs it.

import { type Adapter, configure, createInbox, type Inbox, sendMessage } from "inbox-socket";

configure({
  adapter: { conversationId: "data.chat_room_id", message: "data.content", ref: "data.ref", ack: "data.ref" },
});

const rooms: Adapter = {
  conversationId: (frame) => frame.room?.id,
  isMessage: (frame) => frame.type === "message",
  outgoing: ({ conversationId, message, type, clientId }) => ({ room: conversationId, text: message, type, clientId }),
  history: { request: (room) => ({ type: "history", room }), answer: (frame) => frame.messages },
  async onOpen({ send, waitFor }) {
    send({ type: "authenticate", token: "secret" });
    await waitFor((frame) => frame.type === "authenticated");
  },
  join: (room) => ({ type: "join", room }),
  leave: (room) => ({ type: "leave", room }),
  ack: (frame) => (frame.type === "ack" ? { clientId: frame.ref, messageId: frame.id } : undefined),
  resend: false,
  reconnect: (code) => code === 1000 || undefined,
};

const joinsByHand: Adapter = {
  incoming: (frame) => [{ conversationId: frame.topic, frame: frame.payload }, { conversationId: null }],
  async join(room, connection) {
    connection.send([room, "join"]);
    return connection.waitFor(([topic]) => topic === room);
  },
};

const inbox: Inbox = createInbox({ adapter: rooms, protocols: ["chat.v2"], url: "wss://example.com/ws" });
inbox.subscribe(5, () => {});
createInbox({
  adapter: joinsByHand,
  sockets: "each",
  url: ({ conversationId }) => `/ws/chat/${conversationId}/`,
  protocols: async () => ["token", "secret"],
});

void sendMessage(5, "now", undefined, { queue: false, clientId: "1" });

// @ts-expect-error a member that does not exist
configure({ adapter: { joins: () => ({}) } });
// @ts-expect-error a path is a string
configure({ adapter: { conversationId: ["data", "id"] } });
// @ts-expect-error a message is sent as an object, an array or text
configure({ adapter: { outgoing: () => 5 } });
