// Frames on their way out: the text, and the promise that tells how it ended, by the id that Rust gave it. Rust decides
// which frame goes when; the text itself never enters wasm memory.

export class Outgoing {
  /** Send id → draft. */
  drafts = new Map();
  // Count → send id, for messages: a client id would be hashed anew for each message.
  #sends = new Map();
  // A client id names a message of this page, so that the server recognizes a repeated one: a random name and a count.
  #page;
  #count = 0;

  /** The frame for a message. Throws what is wrong with the values. */
  message(conversationId, message, type, { isNamed, limit }) {
    checkConversation(conversationId);
    if (message === "" || message === null || message === undefined) {
      throw new TypeError("`message` must not be empty");
    }
    // JSON would leave it out of the frame without a word.
    if (typeof message !== "string" && JSON.stringify(message) === undefined) {
      throw new TypeError(`\`message\` must not be undefined in JSON; got ${describe(message)}`);
    }
    const count = isNamed ? ++this.#count : undefined;
    const clientId = isNamed ? this.#clientId(count) : undefined;
    const frame = { conversation_id: conversationId, message, type: type ?? "TEXT", client_id: clientId };
    return draft(frame, limit, count);
  }

  /** The request for a conversation's history. */
  request(conversationId, limit) {
    checkConversation(conversationId);
    return draft({ action: "get_messages", conversation_id: conversationId }, limit);
  }

  /** Any frame of the application. */
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

  /** Hands a frame to the socket; returns its length, or -1 where the socket takes no more. */
  transmit(socket, id) {
    // A closing socket would swallow the frame without a word.
    if (socket.readyState !== socket.OPEN) return -1;
    const { text } = this.drafts.get(id);
    socket.send(text);
    return text.length;
  }

  /** The message that this client id names, if it is still waited for. */
  sendOf(clientId) {
    const count = Number(String(clientId).slice(String(this.#page).length + 1));
    return clientId === this.#clientId(count) ? this.#sends.get(count) : undefined;
  }

  /** Keeps what the server said of a message for its result: `messageId`, or the `reason` for refusing it. */
  note(send, said) {
    Object.assign(this.drafts.get(send), said);
  }

  /** Tells how a frame ended. @param {(draft: {messageId: any, reason: any}) => object} resultOf */
  settle(id, resultOf) {
    const draft = this.drafts.get(id);
    if (draft === undefined) return;
    this.drafts.delete(id);
    this.#sends.delete(draft.count);
    draft.resolve(resultOf(draft));
  }

  #clientId(count) {
    return `${(this.#page ??= randomName())}-${count}`;
  }
}

function draft(frame, limit, count) {
  const text = JSON.stringify(frame);
  checkSize(text, limit);
  return { text, count, resolve: undefined, messageId: undefined, reason: undefined };
}

/** A server answers a frame that is over its limit with a close, and would do so each time that it is sent. */
function checkSize(text, limit) {
  // No character takes more than three bytes.
  if (text.length * 3 <= limit) return;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= limit) return;
  throw new RangeError(`the frame must be at most ${limit} bytes as JSON; got ${bytes} (option messageLimit)`);
}

function randomName() {
  // randomUUID is missing on pages that are not served over https or from localhost.
  // Nine bytes, which fill twelve characters: it has to differ from those of the same user's other pages.
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
