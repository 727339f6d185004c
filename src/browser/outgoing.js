// Frames on their way out: the text, and the promise that tells how it ended, by the id that Rust gave it.
// Rust decides which frame goes when; the text itself never enters wasm memory.

// Send id → draft; client id → send id, for messages.
export const outgoing = new Map();
const sends = new Map();

// Names the messages of this page, so that a retried one is known by the server: a page's random name and a count.
let page;
let count = 0;

/** The seed's frame for a message. Throws what is wrong with the values. */
export function draftMessage(conversationId, message, type, named) {
  checkConversation(conversationId);
  if (message === "" || message === null || message === undefined) {
    throw new TypeError("the message is empty");
  }
  // JSON would leave it out of the frame without a word.
  if (typeof message !== "string" && JSON.stringify(message) === undefined) {
    throw new TypeError(`the message is ${describe(message)}, which is undefined in JSON`);
  }
  const clientId = named ? `${(page ??= randomName())}-${++count}` : undefined;
  const frame = { conversation_id: conversationId, message, type: type ?? "TEXT", client_id: clientId };
  return draft(frame, clientId);
}

/** The seed's request for a conversation's history. */
export function draftRequest(conversationId) {
  checkConversation(conversationId);
  return draft({ action: "get_messages", conversation_id: conversationId });
}

/** Any frame of the application's own. */
export function draftFrame(frame) {
  if (typeof frame !== "object" || frame === null || Array.isArray(frame)) {
    throw new TypeError(`a frame is an object, not ${describe(frame)}`);
  }
  return draft(frame);
}

function draft(frame, clientId) {
  const text = JSON.stringify(frame);
  return { text, length: text.length, clientId, resolve: undefined, messageId: undefined, reason: undefined };
}

/** Keeps a draft until it is settled; the promise tells how it ended, and never rejects. */
export function hold(id, draft) {
  outgoing.set(id, draft);
  if (draft.clientId !== undefined) sends.set(draft.clientId, id);
  return new Promise((resolve) => (draft.resolve = resolve));
}

/** Hands a frame to the socket: its length, or -1 where the socket takes no more. */
export function transmit(socket, id) {
  // A closing socket would swallow the frame without a word.
  if (socket.readyState !== socket.OPEN) return -1;
  const { text } = outgoing.get(id);
  socket.send(text);
  return text.length;
}

/** The message that this client id names, if it is still waited for. */
export function sendOf(clientId) {
  return sends.get(clientId);
}

/** Keeps the id that the server gave to a message; answers which message that was. */
export function acknowledge(clientId, messageId) {
  const send = sends.get(clientId);
  if (send !== undefined) outgoing.get(send).messageId = messageId;
  return send;
}

/** Keeps the server's reason for refusing a message. */
export function refuse(send, reason) {
  outgoing.get(send).reason = String(reason);
}

export function settleDelivered(id) {
  settle(id, ({ messageId }) => ({ status: "delivered", messageId }));
}

export function settleSent(id) {
  settle(id, () => ({ status: "sent" }));
}

/** @param reason unless the server's own is kept */
export function settleFailed(id, reason) {
  settle(id, (draft) => ({ status: "failed", reason: draft.reason ?? reason }));
}

/** The answer to a frame that was never accepted. */
export function refused(reason) {
  return Promise.resolve({ status: "failed", reason: reason?.message ?? String(reason) });
}

function settle(id, result) {
  const draft = outgoing.get(id);
  if (draft === undefined) return;
  outgoing.delete(id);
  sends.delete(draft.clientId);
  draft.resolve(result(draft));
}

function randomName() {
  // randomUUID is missing on pages that are not served over https or from localhost.
  // Nine bytes, which fill twelve characters: it has to differ from those of the same user's other pages.
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(9))));
}

function checkConversation(id) {
  if (typeof id === "string" || Number.isFinite(id)) return;
  throw new TypeError(`the conversation id is ${describe(id)}; expected a number or a string`);
}

function describe(value) {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return value === null || typeof value !== "object" ? String(value) : "an object";
}
