// Frames on their way out: the text, and the promise that tells how it ended, by the id that Rust gave it.
// Rust decides which frame goes when; the text itself never enters wasm memory.

// Send id → draft; client id → send id, for messages.
export const outgoing = new Map();
const sends = new Map();

// Names the messages of this page, so that a retried one is known by the server: a page's random name and a count.
let page;
let count = 0;

/** The seed's frame for a message. Throws what is wrong with the values. */
export function draftMessage(conversationId, message, type, named, limit) {
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
  return draft(frame, limit, clientId);
}

/** The seed's request for a conversation's history. */
export function draftRequest(conversationId, limit) {
  checkConversation(conversationId);
  return draft({ action: "get_messages", conversation_id: conversationId }, limit);
}

/** Any frame of the application's own. */
export function draftFrame(frame, limit) {
  if (typeof frame !== "object" || frame === null || Array.isArray(frame)) {
    throw new TypeError(`a frame is an object, not ${describe(frame)}`);
  }
  return draft(frame, limit);
}

function draft(frame, limit, clientId) {
  const text = JSON.stringify(frame);
  checkSize(text, limit);
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

/** A server answers a frame that is over its limit with a close, and would do so each time that it is sent. */
function checkSize(text, limit) {
  // No character takes more than three bytes.
  if (text.length * 3 <= limit) return;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= limit) return;
  throw new RangeError(`the frame must be at most ${limit} bytes as JSON; got ${bytes} (option messageLimit)`);
}

function checkConversation(id) {
  if (typeof id === "string" || (typeof id === "number" && Math.abs(id) <= Number.MAX_SAFE_INTEGER)) return;
  throw new TypeError(`the conversation id must be a number up to 2^53 - 1, or a string; got ${describe(id)}`);
}

function describe(value) {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return value === null || typeof value !== "object" ? String(value) : "an object";
}
