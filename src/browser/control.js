// The frames of layer 1 that are not messages: read here, decided upon in Rust. See PROTOCOL.md.
//
// They are rare, so they share one way across: a kind and up to three numbers or lists of numbers.

import { keyOfSlot, seqOf, slotOf, slotOfKey, withMessage } from "./envelope.js";
import { acknowledge, refuse, sendOf } from "./outgoing.js";

// The same numbers stand in control.rs.
const WELCOME = 0;
const ANOTHER_USER = 1;
const PLAIN_SERVER = 2;
const ACK = 3;
const REFUSAL = 4;
const PONG = 5;
const SYNC_BEGIN = 6;
const SYNC_MESSAGE = 7;
const SYNC_DELIVERY = 8;
const SYNC_END = 9;
const SYNC_REFUSAL = 10;
const COUNT = 11;
const SERVER_PING = 12;

// What a server may say without naming a time, in ms.
const RETRY_AFTER = 2_000;

// What is believed of a server, in ms: see PROTOCOL.md.
const LONGEST_RETRY = 60_000;
const LONGEST_HEARTBEAT = 3_600_000;

// Refusals that are not for good.
const PASSING = new Set(["rate_limited", "internal"]);

let user;

// `hello` was said on this connection, and nothing has shown yet whether the server knows it.
let undecided = false;

// …and it has not been answered, not even by an error.
let unanswered = false;

// The id of the latest `sync`.
let latestSync;

const readers = new Map([
  ["welcome", readWelcome],
  ["ack", readAck],
  ["error", readError],
  ["pong", readPong],
  ["sync_response", readSyncResponse],
]);

export const isUndecided = () => undecided;

/** For logging out: the next user is not another one than was expected. */
export function forgetUser() {
  user = undefined;
}

/** A new socket has shown nothing yet. */
export function begin() {
  undecided = false;
  unanswered = false;
  latestSync = undefined;
}

/** Whether `takeControl` has to see this frame. */
export function concernsControl(frame) {
  return undecided || frame.action !== undefined;
}

/**
 * Takes a frame that belongs to layer 1; false if it is for the listeners. One that is malformed is taken as well,
 * and does nothing.
 */
export function takeControl(frame, characters, control) {
  if (undecided) settleLayer(frame, control);
  const isEcho = frame.action === "hello";
  const reader = readers.get(frame.action);
  if (!isEcho && (reader === undefined || (reader === readError && !isOurs(frame)))) return false;
  control(COUNT, characters, 0, []);
  reader?.(frame, control);
  return true;
}

/**
 * Answers a ping of the server's own; false if the frame is none.
 *
 * @param keepalive the option of that name
 * @param frame the parsed frame, or its text where that is no object
 */
export function answerPing(socket, keepalive, frame, characters, control) {
  if (keepalive?.ping === undefined || !matches(frame, keepalive.ping)) return false;
  control(SERVER_PING, characters, 0, []);
  say(socket, keepalive.pong);
  return true;
}

/** A text is itself; an object has all these members. */
function matches(frame, ping) {
  if (typeof ping === "string" || typeof frame === "string") return frame === ping;
  return Object.entries(ping).every(([name, value]) => JSON.stringify(frame[name]) === JSON.stringify(value));
}

function readWelcome({ heartbeat, heads, user_id: next }, control) {
  if (!isObject(heads)) return;
  if (user !== undefined && next !== undefined && next !== user) control(ANOTHER_USER, 0, 0, []);
  user = next ?? user;
  undecided = false;
  unanswered = false;
  control(WELCOME, span(heartbeat, 0, LONGEST_HEARTBEAT), 0, counts(heads));
}

function readAck({ client_id: clientId, message_id: messageId }, control) {
  const send = acknowledge(clientId, messageId);
  if (send !== undefined) control(ACK, send, 0, []);
}

/** An error for the page itself: it answers a message that is waited for, a `sync`, or `hello`. */
function isOurs({ code, ref }) {
  const answersHello = unanswered && code === "unknown_action" && (ref ?? null) === null;
  return sendOf(ref) !== undefined || (typeof ref === "number" && ref === latestSync) || answersHello;
}

function readError({ code, detail, ref, retry_after: retryAfter }, control) {
  const later = PASSING.has(code) ? span(retryAfter, RETRY_AFTER, LONGEST_RETRY) : -1;
  const send = sendOf(ref);
  if (send !== undefined) {
    if (later < 0) refuse(send, detail ?? code);
    control(REFUSAL, send, later, []);
  } else if (typeof ref === "number") {
    control(SYNC_REFUSAL, ref, later < 0 ? RETRY_AFTER : later, []);
  } else {
    unanswered = false;
    if (undecided) provePlain(true, control);
  }
}

function readPong({ id, total }, control) {
  if (typeof id === "number" && Number.isSafeInteger(total) && total >= 0) control(PONG, id, total, []);
}

function readSyncResponse({ id, messages, heads, has_more: hasMore, floors }, control) {
  if (typeof id !== "number" || !Array.isArray(messages) || !isObject(heads)) return;
  if (!control(SYNC_BEGIN, id, 0, isObject(floors) ? counts(floors) : [])) return;
  for (const message of messages) {
    const seq = isObject(message) ? seqOf(message) : 0;
    if (seq === 0) continue;
    const slot = slotOf(message.conversation_id);
    // Between the two, listeners are told of what is missing before this message.
    if (control(SYNC_MESSAGE, slot, seq, [])) withMessage(message, () => control(SYNC_DELIVERY, 0, 0, []));
  }
  control(SYNC_END, hasMore === true ? 1 : 0, 0, counts(heads));
}

/**
 * Before it has answered `hello`, a server that knows it says nothing but numbered messages: see PROTOCOL.md. A message
 * without a number, the answer to a later question and an echo of `hello` itself are certain signs that it does not; any
 * other frame of the application is one that such a server might send by mistake.
 */
function settleLayer({ action, message, seq }, control) {
  if (action === "welcome" || action === "error" || (action === undefined && seq !== undefined)) return;
  const isMessage = action === undefined && message !== undefined;
  provePlain(isMessage || action === "messages_response" || action === "hello", control);
}

function provePlain(isCertain, control) {
  undecided = !control(PLAIN_SERVER, isCertain ? 1 : 0, 0, []);
}

/** Slots and numbers in turn, from an object keyed by conversation ids; what is no number is left out. */
function counts(object) {
  const entries = Object.entries(object).filter(([, count]) => Number.isSafeInteger(count) && count >= 0);
  return entries.flatMap(([key, count]) => [slotOfKey(key), count]);
}

function span(value, otherwise, most) {
  return Number.isFinite(value) && value > 0 ? Math.min(value, most) : otherwise;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function sayHello(socket, cursors) {
  undecided = true;
  unanswered = true;
  say(socket, { action: "hello", protocol: 1, cursors: keyed(cursors) });
}

export function saySync(socket, id, bytes, after) {
  latestSync = id;
  say(socket, { action: "sync", after: keyed(after), id, bytes });
}

export function sayPing(socket, id) {
  say(socket, { action: "ping", id });
}

/** @param frame a text goes as it is, an object as JSON */
export function say(socket, frame) {
  // A closing socket would swallow it as well; its close event says the rest.
  if (socket.readyState === socket.OPEN) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
}

function keyed(pairs) {
  // Without a prototype, or a conversation named "__proto__" would get lost.
  const object = Object.create(null);
  for (let i = 0; i < pairs.length; i += 2) object[keyOfSlot(pairs[i])] = pairs[i + 1];
  return object;
}
