// The frames of layer 1 that are not messages: read here, decided upon in Rust. See PROTOCOL.md.

import { isMessage, seqOf } from "./messages.js";
import {
  ACK, ANOTHER_USER, PAIR, PLAIN_SERVER, PONG, RECEIVE, RECEIVE_CONTROL, REFUSAL, SYNC_BEGIN, SYNC_END, SYNC_MESSAGE,
  SYNC_REFUSAL, WELCOME,
} from "./numbers.js";

// What a server may say without naming a time, in ms.
const RETRY_AFTER = 2_000;

// What is believed of a server, in ms: see PROTOCOL.md.
const LONGEST_RETRY = 60_000;
const LONGEST_HEARTBEAT = 3_600_000;

// Refusals that are not for good.
const PASSING = new Set(["rate_limited", "internal"]);

export class Control {
  #tell;
  #conversations;
  #outgoing;
  #deliver;
  /** Who the latest `welcome` was for. */
  #user;
  /** The present socket's id. */
  #socket;
  // `hello` was said through it, and nothing has shown yet whether the server knows it.
  #isUndecided = false;
  // …and it has not been answered, not even by an error.
  #isUnanswered = false;
  // The id of the latest `sync`.
  #latestSync;

  /**
   * @param tell `command` of commands.rs, without the inbox
   * @param {(message: object, heard: object) => void} deliver
   */
  constructor(tell, conversations, outgoing, deliver) {
    this.#tell = tell;
    this.#conversations = conversations;
    this.#outgoing = outgoing;
    this.#deliver = deliver;
  }

  /** A new socket has shown nothing yet. */
  begin(socket) {
    this.#socket = socket;
    this.#isUndecided = this.#isUnanswered = false;
    this.#latestSync = undefined;
  }

  get isUndecided() {
    return this.#isUndecided;
  }

  /** For logging out: the next user is not another one than was expected. */
  forgetUser() {
    this.#user = undefined;
  }

  sayHello(socket, cursors) {
    this.#isUndecided = this.#isUnanswered = true;
    say(socket, { action: "hello", protocol: 1, cursors: this.#keyed(cursors) });
  }

  saySync(socket, id, bytes, after) {
    this.#latestSync = id;
    say(socket, { action: "sync", after: this.#keyed(after), id, bytes });
  }

  sayPing(socket, id) {
    say(socket, { action: "ping", id });
  }

  sayKeepalive(socket, frame) {
    say(socket, frame);
  }

  /** Whether `take` has to see this frame. */
  concerns(frame) {
    return this.#isUndecided || !isMessage(frame);
  }

  /**
   * Takes a frame that belongs to layer 1; false if it is for the listeners. One that is malformed is taken as well,
   * and does nothing.
   */
  take(frame, characters) {
    if (this.#isUndecided) this.#settleLayer(frame);
    const { action } = frame;
    // An echo of `hello` is read by nothing, and is no listener's either.
    const isOurs = action === "error" ? this.#isOurError(frame) : READERS.has(action) || action === "hello";
    if (!isOurs) return false;
    this.#tell(RECEIVE_CONTROL, this.#socket, characters);
    READERS.get(action)?.(this, frame);
    return true;
  }

  /**
   * Answers a ping of the server's own; false if the frame is none.
   *
   * @param keepalive the option of that name
   * @param frame the parsed frame, or its text where that is no object
   */
  answerPing(socket, keepalive, frame, characters) {
    if (keepalive?.ping === undefined || !matches(frame, keepalive.ping)) return false;
    // To Rust a frame like any other of the application's, which no listener hears.
    this.#tell(RECEIVE, this.#socket, -1, 0, characters, 0);
    say(socket, keepalive.pong);
    return true;
  }

  readWelcome({ heartbeat, heads, user_id: next }) {
    if (!isObject(heads)) return;
    if (this.#user !== undefined && next !== undefined && next !== this.#user) this.#tell(ANOTHER_USER);
    this.#user = next ?? this.#user;
    this.#isUndecided = this.#isUnanswered = false;
    this.#addPairs(heads);
    this.#tell(WELCOME, this.#socket, span(heartbeat, 0, LONGEST_HEARTBEAT));
  }

  readAck({ client_id: clientId, message_id: messageId }) {
    const send = this.#outgoing.sendOf(clientId);
    if (send === undefined) return;
    this.#outgoing.note(send, { messageId });
    this.#tell(ACK, this.#socket, send);
  }

  readError({ code, detail, ref, retry_after: retryAfter }) {
    const later = PASSING.has(code) ? span(retryAfter, RETRY_AFTER, LONGEST_RETRY) : -1;
    const send = this.#outgoing.sendOf(ref);
    if (send !== undefined) {
      if (later < 0) this.#outgoing.note(send, { reason: String(detail ?? code) });
      this.#tell(REFUSAL, this.#socket, send, later);
    } else if (typeof ref === "number") {
      this.#tell(SYNC_REFUSAL, this.#socket, ref, later < 0 ? RETRY_AFTER : later);
    } else {
      this.#isUnanswered = false;
      if (this.#isUndecided) this.#provePlain(true);
    }
  }

  readPong({ id, total }) {
    if (typeof id === "number" && isCount(total)) this.#tell(PONG, this.#socket, id, total);
  }

  readSyncResponse({ id, messages, heads, has_more: hasMore, floors }) {
    if (typeof id !== "number" || !Array.isArray(messages) || !isObject(heads)) return;
    if (isObject(floors)) this.#addPairs(floors);
    if (this.#tell(SYNC_BEGIN, this.#socket, id) === 0) return;
    for (const message of messages) {
      const seq = isObject(message) ? seqOf(message) : 0;
      if (seq === 0) continue;
      const heard = this.#conversations.of(message.conversation_id);
      if (this.#tell(SYNC_MESSAGE, this.#socket, heard.slot, seq) === 1) this.#deliver(message, heard);
    }
    this.#addPairs(heads);
    this.#tell(SYNC_END, this.#socket, hasMore === true ? 1 : 0);
  }

  /** An error for the page itself: it answers a message that is waited for, a `sync`, or `hello`. */
  #isOurError({ code, ref }) {
    const answersHello = this.#isUnanswered && code === "unknown_action" && (ref ?? null) === null;
    return (
      this.#outgoing.sendOf(ref) !== undefined || (typeof ref === "number" && ref === this.#latestSync) || answersHello
    );
  }

  /**
   * Before it has answered `hello`, a server that knows it says nothing but numbered messages: see PROTOCOL.md. A message
   * without a number, the answer to a later question and an echo of `hello` itself are certain signs that it does not;
   * any other frame of the application is one that such a server might send by mistake.
   */
  #settleLayer({ action, message, seq }) {
    if (action === "welcome" || action === "error" || (action === undefined && seq !== undefined)) return;
    const isPlainMessage = action === undefined && message !== undefined;
    this.#provePlain(isPlainMessage || action === "messages_response" || action === "hello");
  }

  #provePlain(isCertain) {
    this.#isUndecided = this.#tell(PLAIN_SERVER, this.#socket, isCertain ? 1 : 0) === 0;
  }

  /** Hands slots and numbers to Rust, from an object keyed by conversation ids; what is no number is left out. */
  #addPairs(object) {
    for (const [key, count] of Object.entries(object)) {
      if (isCount(count)) this.#tell(PAIR, this.#conversations.slotOfKey(key), count);
    }
  }

  #keyed(pairs) {
    // Without a prototype, or a conversation named "__proto__" would get lost.
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

/** @param frame a text goes as it is, an object as JSON */
function say(socket, frame) {
  // A closing socket would swallow it as well; its close event says the rest.
  if (socket.readyState === socket.OPEN) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
}

/** A text is itself; an object has all these members. */
function matches(frame, ping) {
  if (typeof ping === "string" || typeof frame === "string") return frame === ping;
  return Object.entries(ping).every(([name, value]) => JSON.stringify(frame[name]) === JSON.stringify(value));
}

function span(value, otherwise, most) {
  return Number.isFinite(value) && value > 0 ? Math.min(value, most) : otherwise;
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
