// The control frames of layer 1: this file reads and writes them, Rust makes the decisions. See PROTOCOL.md.

import { isMessage, seqOf } from "./messages.js";
import { send } from "./outgoing.js";
import {
  ACK,
  ANOTHER_USER,
  PAIR,
  PLAIN_SERVER,
  PONG,
  RECEIVE_CONTROL,
  REFUSAL,
  SYNC_BEGIN,
  SYNC_END,
  SYNC_MESSAGE,
  SYNC_REFUSAL,
  WELCOME,
} from "./numbers.js";

// Re-exported, so that incoming.js has one import less to load at once: imports.rs says why.
export { answerPing } from "./keepalive.js";

// The default of a missing `retry_after`, in ms.
const RETRY_AFTER = 2_000;

// The caps on a server's `retry_after` and `heartbeat`, in ms: see PROTOCOL.md.
const LONGEST_RETRY = 60_000;
const LONGEST_HEARTBEAT = 3_600_000;

// The errors after which the client sends the frame again.
const TEMPORARY = new Set(["rate_limited", "internal"]);

export class Control {
  #command;
  #conversations;
  #outgoing;
  #deliver;
  /** The `user_id` of the latest `welcome`. */
  #user;
  /** The current socket's id. */
  #socket;
  // This socket has sent `hello`, and no frame has shown yet which layer the server speaks.
  #isNegotiating = false;
  // The server has not replied to that `hello`, not even with an error.
  #awaitsReply = false;
  // The id of the latest `sync`.
  #latestSync;

  /**
   * @param command that of commands.rs, without the inbox
   * @param {(message: object, conversation: object) => void} deliver
   */
  constructor(command, conversations, outgoing, deliver) {
    this.#command = command;
    this.#conversations = conversations;
    this.#outgoing = outgoing;
    this.#deliver = deliver;
  }

  /** Resets the state for a new socket. */
  begin(socket) {
    this.#socket = socket;
    this.#isNegotiating = this.#awaitsReply = false;
    this.#latestSync = undefined;
  }

  get isNegotiating() {
    return this.#isNegotiating;
  }

  /** After a logout: then the next `welcome` may be for any user. */
  forgetUser() {
    this.#user = undefined;
  }

  sendHello(socket, cursors) {
    this.#isNegotiating = this.#awaitsReply = true;
    send(socket, { action: "hello", protocol: 1, cursors: this.#keyed(cursors) });
  }

  sendSync(socket, id, bytes, after) {
    this.#latestSync = id;
    send(socket, { action: "sync", after: this.#keyed(after), id, bytes });
  }

  sendPing(socket, id) {
    send(socket, { action: "ping", id });
  }

  /** Returns whether `take` must inspect this frame. */
  concerns(frame) {
    return this.#isNegotiating || !isMessage(frame);
  }

  /**
   * Handles a control frame; returns false if the frame is for the listeners. Ignores a malformed control frame, and
   * returns true for it.
   */
  take(frame, characters) {
    if (this.#isNegotiating) this.#detectLayer(frame);
    const { action } = frame;
    // Ignores an echo of `hello`.
    const isControl = action === "error" ? this.#isReply(frame) : READERS.has(action) || action === "hello";
    if (!isControl) return false;
    this.#command(RECEIVE_CONTROL, this.#socket, characters);
    READERS.get(action)?.(this, frame);
    return true;
  }

  readWelcome({ heartbeat, heads, user_id: next }) {
    if (!isObject(heads)) return;
    if (this.#user !== undefined && next !== undefined && next !== this.#user) this.#command(ANOTHER_USER);
    this.#user = next ?? this.#user;
    this.#isNegotiating = this.#awaitsReply = false;
    this.#addPairs(heads);
    this.#command(WELCOME, this.#socket, span(heartbeat, 0, LONGEST_HEARTBEAT));
  }

  readAck({ client_id: clientId, message_id: messageId }) {
    const id = this.#outgoing.sendOf(clientId);
    if (id === undefined) return;
    this.#outgoing.note(id, { messageId });
    this.#command(ACK, this.#socket, id);
  }

  readError({ code, detail, ref, retry_after: retryAfter }) {
    const retryIn = TEMPORARY.has(code) ? span(retryAfter, RETRY_AFTER, LONGEST_RETRY) : -1;
    const id = this.#outgoing.sendOf(ref);
    if (id !== undefined) {
      if (retryIn < 0) this.#outgoing.note(id, { reason: String(detail ?? code) });
      this.#command(REFUSAL, this.#socket, id, retryIn);
    } else if (typeof ref === "number") {
      this.#command(SYNC_REFUSAL, this.#socket, ref, retryIn < 0 ? RETRY_AFTER : retryIn);
    } else {
      this.#awaitsReply = false;
      if (this.#isNegotiating) this.#reportPlainServer(true);
    }
  }

  readPong({ id, total }) {
    if (typeof id === "number" && isCount(total)) this.#command(PONG, this.#socket, id, total);
  }

  readSyncResponse({ id, messages, heads, has_more: hasMore, floors }) {
    if (typeof id !== "number" || !Array.isArray(messages) || !isObject(heads)) return;
    if (isObject(floors)) this.#addPairs(floors);
    if (this.#command(SYNC_BEGIN, this.#socket, id) === 0) return;
    for (const message of messages) {
      const seq = isObject(message) ? seqOf(message) : 0;
      if (seq === 0) continue;
      const conversation = this.#conversations.of(message.conversation_id);
      if (this.#command(SYNC_MESSAGE, this.#socket, conversation.slot, seq) === 1) this.#deliver(message, conversation);
    }
    this.#addPairs(heads);
    this.#command(SYNC_END, this.#socket, hasMore === true ? 1 : 0);
  }

  /** Returns whether an error replies to a pending message, the latest `sync`, or `hello`. */
  #isReply({ code, ref }) {
    const answersHello = this.#awaitsReply && code === "unknown_action" && (ref ?? null) === null;
    return (
      this.#outgoing.sendOf(ref) !== undefined || (typeof ref === "number" && ref === this.#latestSync) || answersHello
    );
  }

  /**
   * Before its `welcome`, a layer-1 server sends only messages with a `seq`: see PROTOCOL.md. A message without one, a
   * reply to a later request and an echo of `hello` prove layer 0. Any other application frame does not, because a
   * layer-1 server might send it by mistake.
   */
  #detectLayer({ action, message, seq }) {
    if (action === "welcome" || action === "error" || (action === undefined && seq !== undefined)) return;
    const isPlainMessage = action === undefined && message !== undefined;
    this.#reportPlainServer(isPlainMessage || action === "messages_response" || action === "hello");
  }

  #reportPlainServer(isCertain) {
    this.#isNegotiating = this.#command(PLAIN_SERVER, this.#socket, isCertain ? 1 : 0) === 0;
  }

  /** Passes slots and numbers to Rust, from an object keyed by conversation ids. Skips values that are not counts. */
  #addPairs(object) {
    for (const [key, count] of Object.entries(object)) {
      if (isCount(count)) this.#command(PAIR, this.#conversations.slotOfKey(key), count);
    }
  }

  #keyed(pairs) {
    // Without a prototype, so that a conversation named "__proto__" is kept.
    const object = Object.create(null);
    for (const [slot, seq] of pairs) object[this.#conversations.keyOfSlot(slot)] = seq;
    return object;
  }
}

const READERS = new Map([
  ["welcome", (control, frame) => control.readWelcome(frame)],
  ["ack", (control, frame) => control.readAck(frame)],
  ["error", (control, frame) => control.readError(frame)],
  ["pong", (control, frame) => control.readPong(frame)],
  ["sync_response", (control, frame) => control.readSyncResponse(frame)],
]);

function span(value, otherwise, most) {
  return Number.isFinite(value) && value > 0 ? Math.min(value, most) : otherwise;
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
