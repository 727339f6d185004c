import { defineWire } from "../wire.mjs";

const HI = { hi: { id: "hi", ver: "0.22", ua: "inbox/1.0" } };
const LOGIN = { login: { id: "login", scheme: "token", secret: "XMgS...8+BO0=" } };

export default defineWire({
  application: "tinode/chat",
  file: "docs/API.md",
  commit: "058c992346996831b76d27e21cdcd60b00a9d30a",
  summary: "Go: the member's name is the frame's type, each request is answered by {ctrl}, history comes as messages",
  options: (origin) => ({
    url: `${origin}/v0/channels?apikey=k-1`,
    adapter: {
      async onOpen(connection) {
        connection.send(HI);
        await connection.waitFor(accepted("hi"));
        connection.send(LOGIN);
        await connection.waitFor(accepted("login"));
      },
      async join(topic, connection) {
        connection.send({ sub: { id: `sub ${topic}`, topic } });
        await connection.waitFor(accepted(`sub ${topic}`));
      },
      leave: (topic) => ({ leave: { id: `leave ${topic}`, topic } }),
      conversationId: (frame) => (frame.data ?? frame.info)?.topic,
      isMessage: (frame) => frame.data !== undefined,
      outgoing: ({ conversationId, message, clientId }) => ({
        pub: { id: clientId, topic: conversationId, content: message },
      }),
      // Tinode stores a message again if it receives it again.
      resend: false,
      ack: ({ ctrl }) =>
        ctrl && { clientId: ctrl.id, messageId: ctrl.params?.seq, reason: ctrl.code < 400 ? undefined : ctrl.text },
      history: (topic) => ({ get: { id: `get ${topic}`, topic, what: "data", data: { limit: 50 } } }),
    },
  }),
  server: {
    conversations: ["grpmiKBkQVXnm3P", "usrIU_LOVwRNsc"],
    opening: () => [
      { hears: HI },
      { says: { ctrl: { id: "hi", code: 201, text: "created", params: { ver: "0.22" } } } },
      { hears: LOGIN },
      { says: { ctrl: { id: "login", code: 200, text: "ok", params: { user: "usr2il9suCbuko" } } } },
    ],
    openingError: "authentication failed",
    refusedOpening: () => [
      { hears: HI },
      { says: { ctrl: { id: "hi", code: 201, text: "created" } } },
      { hears: LOGIN },
      { says: { ctrl: { id: "login", code: 401, text: "authentication failed" } } },
    ],
    join: (topic) => [
      { hears: { sub: { id: `sub ${topic}`, topic } } },
      { says: { ctrl: { id: `sub ${topic}`, topic, code: 200, text: "ok" } } },
    ],
    joinError: "permission denied",
    refusedJoin: (topic) => [
      { hears: { sub: { id: `sub ${topic}`, topic } } },
      { says: { ctrl: { id: `sub ${topic}`, topic, code: 403, text: "permission denied" } } },
    ],
    leave: (topic) => ({ leave: { id: `leave ${topic}`, topic } }),
    message: (topic, content) => ({ data: { topic, from: "usrBen", ts: "2026-03-01T09:30:00Z", seq: 17, content } }),
    others: (topic) => [
      { frame: { info: { topic, from: "usrBen", what: "kp" } }, to: "conversation" },
      { frame: { pres: { topic: "me", src: topic, what: "on" } }, to: "all" },
    ],
    sent: (topic, content, { pub }) => ({ pub: { id: pub.id, topic, content } }),
    clientId: (frame) => frame.pub.id,
    repeats: true,
    ack: ({ pub }) => ({ ctrl: { id: pub.id, topic: pub.topic, code: 202, text: "accepted", params: { seq: 18 } } }),
    messageId: () => 18,
    refusal: ({ pub }) => ({ ctrl: { id: pub.id, topic: pub.topic, code: 403, text: "permission denied" } }),
    reason: "permission denied",
    history: { request: (topic) => ({ get: { id: `get ${topic}`, topic, what: "data", data: { limit: 50 } } }) },
  },
});

/** Whether the frame answers the request of this id; a refusal is thrown. */
function accepted(id) {
  return ({ ctrl }) => {
    if (ctrl?.id !== id) return false;
    if (ctrl.code >= 400) throw new Error(ctrl.text);
    return true;
  };
}
