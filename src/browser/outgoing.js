// The drafts of outgoing frames: the text and the promise, by the id that Rust assigned. Rust decides when to send each
// frame; the text never enters wasm memory.

export class Outgoing {
  /** Send id → draft. */
  drafts = new Map();
  // Count → send id, for messages. Numbers, because each client id is a new string to hash.
  #sends = new Map();
  // A client id is this random prefix and a count; the server recognizes a repeated message by it.
  #page;
  #count = 0;

  /** Creates the draft of a message. Throws an error that names an invalid value. */
  message(conversationId, message, type, { hasClientId, limit }) {
    checkConversation(conversationId);
    if (message === "" || message === null || message === undefined) {
      throw new TypeError("`message` must not be empty");
    }
    // JSON.stringify would silently omit it from the frame.
    if (typeof message !== "string" && JSON.stringify(message) === undefined) {
      throw new TypeError(`\`message\` must not be undefined in JSON; got ${describe(message)}`);
    }
    const count = hasClientId ? ++this.#count : undefined;
    const clientId = hasClientId ? `${(this.#page ??= randomName())}-${count}` : undefined;
    const frame = { conversation_id: conversationId, message, type: type ?? "TEXT", client_id: clientId };
    return draft(frame, limit, count);
  }

  /** Creates the draft of a request for a conversation's history. */
  request(conversationId, limit) {
    checkConversation(conversationId);
    return draft({ action: "get_messages", conversation_id: conversationId }, limit);
  }

  /** Creates the draft of a custom frame. */
  frame(frame, limit) {
    if (typeof frame !== "object" || frame === null || Array.isArray(frame)) {
      throw new TypeError(`\`frame\` must be an object; got ${describe(frame)}`);
    }
    return draft(frame, limit);
  }

  /** Keeps a draft until it is settled. */
  hold(id, draft) {
    this.drafts.set(id, draft);
    if (draft.count !== undefined) this.#sends.set(draft.count, id);
  }

  /** Passes a frame to the socket. Returns its length, or -1 if the socket takes no more frames. */
  transmit(socket, id) {
    // A closing socket would silently drop the frame.
    if (socket.readyState !== socket.OPEN) return -1;
    const { text } = this.drafts.get(id);
    socket.send(text);
    return text.length;
  }

  /** Returns the send id of the pending message with this client id, or undefined. */
  sendOf(clientId) {
    // The prefix is base64, which contains no hyphen.
    const count = Number(String(clientId).split("-")[1]);
    return clientId === `${this.#page}-${count}` ? this.#sends.get(count) : undefined;
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
    this.#sends.delete(draft.count);
    draft.resolve(resultOf(draft));
  }
}

function draft(frame, limit, count) {
  const text = JSON.stringify(frame);
  checkSize(text, limit);
  return { text, count, resolve: undefined, messageId: undefined, reason: undefined };
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
