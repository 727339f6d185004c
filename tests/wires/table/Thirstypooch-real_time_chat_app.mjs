import { defineWire } from "../wire.mjs";

let socketId = "";

export default defineWire({
  application: "Thirstypooch/real_time_chat_app",
  file: "chat-api/app/Events/MessageSent.php",
  commit: "5510664ac32c9c9cd86a86a53da648639ea71134",
  summary: "Laravel Reverb, the protocol of Pusher: each channel is authorized by HTTP; messages are sent by HTTP",
  options: (origin) => ({
    url: `${origin}/app/chat-key?protocol=7&client=js&version=8.4.0`,
    keepalive: { ping: { event: "pusher:ping" }, pong: { event: "pusher:pong", data: {} } },
    adapter: {
      async onOpen(connection) {
        const { data } = await connection.waitFor(({ event }) => event === "pusher:connection_established");
        socketId = JSON.parse(data).socket_id;
      },
      async join(id, connection) {
        const channel = `private-conversation.${id}`;
        const body = new URLSearchParams({ socket_id: socketId, channel_name: channel });
        const response = await fetch(`${origin}/broadcasting/auth`, { method: "POST", body });
        connection.send({ event: "pusher:subscribe", data: { channel, ...(await response.json()) } });
      },
      leave: (id) => ({ event: "pusher:unsubscribe", data: { channel: `private-conversation.${id}` } }),
      incoming({ event, channel, data }) {
        const [, id] = /^private-conversation\.(\d+)$/.exec(channel) ?? [];
        return id ? { conversationId: Number(id), frame: { event, ...JSON.parse(data) } } : null;
      },
      isMessage: ({ event }) => event === "App\\Events\\MessageSent",
    },
  }),
  server: {
    conversations: [51, 52],
    files: {
      "/broadcasting/auth": (body) =>
        JSON.stringify({ auth: `chat-key:${new URLSearchParams(body).get("socket_id")}` }),
    },
    opening: () => [
      {
        says: {
          event: "pusher:connection_established",
          data: JSON.stringify({ socket_id: "123.456", activity_timeout: 30 }),
        },
      },
    ],
    join: (id) => [
      {
        hears: {
          event: "pusher:subscribe",
          data: { channel: `private-conversation.${id}`, auth: "chat-key:123.456" },
        },
      },
      {
        says: {
          event: "pusher_internal:subscription_succeeded",
          data: "{}",
          channel: `private-conversation.${id}`,
        },
      },
    ],
    leave: (id) => ({ event: "pusher:unsubscribe", data: { channel: `private-conversation.${id}` } }),
    message: (id, body) => ({
      event: "App\\Events\\MessageSent",
      data: JSON.stringify({ message: { id: 9, conversation_id: id, body } }),
      channel: `private-conversation.${id}`,
    }),
    received: (id, body) => ({
      event: "App\\Events\\MessageSent",
      message: { id: 9, conversation_id: id, body },
    }),
    others: (id) => [
      {
        frame: { event: "pusher_internal:subscription_succeeded", data: "{}", channel: `private-conversation.${id}` },
        to: "conversation",
      },
      { frame: { event: "pusher:error", data: JSON.stringify({ code: 4301, message: "Too fast" }) }, to: "none" },
    ],
    ping: { says: { event: "pusher:ping" }, hears: { event: "pusher:pong", data: {} } },
  },
});
