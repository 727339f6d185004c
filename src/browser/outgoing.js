// The drafts of outgoing frames: the text and the promise, by the id that Rust assigned. Rust decides when to send each
// frame; the text never enters wasm memory.

// The limit of PROTOCOL.md.
const LONGEST_CLIENT_ID = 64;

export class Outgoing {
  /** Send id → draft. */
  drafts = new Map();
  // Key → send id, for messages. The key is the count, because each client id is a new string to hash; or the client id
  // of the caller.
  #sends = new Map();
  // A client id is this random prefix and a count; the server recognizes a repeated message by it.
  #page;
  #count = 0;

  /** Creates the draft of a message. Throws an error that names an invalid value. */
  message(conversationId, message, type, clientId, { hasClientId, limit, wire }) {
    checkConversation(conversationId);
    if (message === "" || message === null || message === undefined) {
      throw new TypeError("`message` must not be empty");
    }
    // JSON.stringify would silently omit it from the frame.
    if (typeof message !== "string" && JSON.stringify(message) === undefined) {
      throw new TypeError(`\`message\` must not be undefined in JSON; got ${describe(message)}`);
    }
    const key = this.#keyOf(clientId, hasClientId);
    const id = typeof key === "number" ? `${(this.#page ??= randomName())}-${key}` : key;
    const frame = wire
      ? wire.message({ conversationId, message, type, clientId: id })
      : { conversation_id: conversationId, message, type: type ?? "TEXT", client_id: id };
    return draft(frame, limit, key);
  }

  /** Creates the draft of a request for a conversation's history. */
  request(conversationId, { limit, wire }) {
    checkConversation(conversationId);
    if (wire) return wire.request(conversationId, (frame) => draft(frame, limit));
    return draft({ action: "get_messages", conversation_id: conversationId }, limit);
  }

  /** Creates the draft of a custom frame. */
  frame(frame, { limit, wire }) {
    const isFrame =
      typeof frame === "object" ? frame !== null && (wire || !Array.isArray(frame)) : wire && typeof frame === "string";
    if (!isFrame) throw new TypeError(`\`frame\` must be an object; got ${describe(frame)}`);
    return draft(frame, limit);
  }

  /** Keeps a draft until it is settled. */
  hold(id, draft) {
    this.drafts.set(id, draft);
    if (draft.key !== undefined) this.#sends.set(draft.key, id);
  }

  /** Passes a frame to the socket. Returns its length, or -1 if the socket takes no more frames. */
  transmit(socket, id) {
    // A closing socket would silently drop the frame.
    if (socket.readyState !== socket.OPEN) return -1;
    const draft = this.drafts.get(id);
    socket.send(draft.text);
    draft.sent?.();
    return draft.text.length;
  }

  /** Returns the send id of the pending message with this client id, or undefined. */
  sendOf(clientId) {
    // The prefix is base64, which contains no hyphen.
    const count = Number(String(clientId).split("-")[1]);
    return this.#sends.get(clientId === `${this.#page}-${count}` ? count : clientId);
  }

  /** Adds the server's reply to a message's draft: its `messageId`, or the `reason` for its rejection. */
  note(id, reply) {
    Object.assign(this.drafts.get(id), reply);
  }

  /** Settles a frame's promise and its draft. @param {(draft: {messageId: any, reason: any}) => object} resultOf */
  settle(id, resultOf) {
    const draft = this.drafts.get(id);
    if (draft === undefined) return;
    this.drafts.delete(id);
    this.#sends.delete(draft.key);
    draft.resolve(resultOf(draft));
  }

  /** Returns the key of a new message: the client id that the caller has given, or else the next count. */
  #keyOf(clientId, hasClientId) {
    if (clientId === undefined) return hasClientId ? ++this.#count : undefined;
    if (typeof clientId !== "string" || clientId === "" || clientId.length > LONGEST_CLIENT_ID) {
      throw new TypeError(`\`clientId\` must be a string of 1 to 64 characters; got ${describe(clientId)}`);
    }
    if (this.#sends.has(clientId))
      throw new Error(`\`clientId\` must differ from that of a pending message; got ${clientId}`);
    return clientId;
  }
}

/** Passes a frame that is not queued to a socket. @param frame text, or an object to encode as JSON */
export function send(socket, frame) {
  // A closing socket would drop it silently; the close event handles that.
  if (socket.readyState === socket.OPEN) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
}

function draft(frame, limit, key) {
  const text = typeof frame === "string" ? frame : JSON.stringify(frame);
  checkSize(text, limit);
  return { text, key, resolve: undefined, messageId: undefined, reason: undefined, sent: undefined };
}

/** Throws if a frame exceeds the limit: the server would close the connection each time it is sent. */
function checkSize(text, limit) {
  // A UTF-16 code unit takes at most three bytes.
  if (text.length * 3 <= limit) return;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= limit) return;
  throw new RangeError(`the frame must be at most ${limit} bytes as JSON; got ${bytes} (option messageLimit)`);
}

function randomName() {
  // Not randomUUID, which is missing on pages that are not served over https or from localhost. The prefix must differ
  // from those of the same user's other pages; nine bytes fill twelve characters exactly.
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(9))));
}

function checkConversation(id) {
  if (typeof id === "string" || (typeof id === "number" && Math.abs(id) <= Number.MAX_SAFE_INTEGER)) return;
  throw new TypeError(`\`conversationId\` must be a number up to 2^53 - 1 or a string; got ${describe(id)}`);
}

function describe(value) {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  return value === null || typeof value !== "object" ? String(value) : "an object";
}
