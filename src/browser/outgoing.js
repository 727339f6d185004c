// Frames on their way out: the text, and the promise that tells how it ended, by the id that Rust gave it.
// Rust decides which frame goes when; the text itself never enters wasm memory.

const outgoing = new Map();

/** The seed's frame for a message. Throws what is wrong with the values. */
export function encodeMessage(conversationId, message, type) {
  checkConversation(conversationId);
  if (message === "" || message === null || message === undefined) {
    throw new TypeError("the message is empty");
  }
  return JSON.stringify({ conversation_id: conversationId, message, type: type ?? "TEXT" });
}

/** The seed's request for a conversation's history. */
export function encodeRequest(conversationId) {
  checkConversation(conversationId);
  return JSON.stringify({ action: "get_messages", conversation_id: conversationId });
}

/** Any frame of the application's own. */
export function encodeFrame(frame) {
  if (typeof frame !== "object" || frame === null || Array.isArray(frame)) {
    throw new TypeError(`a frame is an object, not ${describe(frame)}`);
  }
  return JSON.stringify(frame);
}

/** Keeps a frame's text until it is settled; the promise tells how, and never rejects. */
export function hold(id, text) {
  return new Promise((resolve) => outgoing.set(id, { text, resolve }));
}

/** Hands a frame to the socket: its length, or -1 where the socket takes no more. */
export function transmit(socket, id) {
  // A closing socket would swallow the frame without a word.
  if (socket.readyState !== socket.OPEN) return -1;
  const { text } = outgoing.get(id);
  socket.send(text);
  return text.length;
}

export function settleSent(id) {
  settle(id, { status: "sent" });
}

export function settleFailed(id, reason) {
  settle(id, { status: "failed", reason });
}

/** The answer to a frame that was never accepted. */
export function refused(reason) {
  return Promise.resolve({ status: "failed", reason: reason?.message ?? String(reason) });
}

function settle(id, result) {
  const entry = outgoing.get(id);
  outgoing.delete(id);
  entry?.resolve(result);
}

function checkConversation(id) {
  if (typeof id === "string" || Number.isFinite(id)) return;
  throw new TypeError(`the conversation id is ${describe(id)}; expected a number or a string`);
}

function describe(value) {
  if (Array.isArray(value)) return "an array";
  return value === null || typeof value !== "object" ? String(value) : "an object";
}
