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

// What a server may say without naming a time, in ms.
const RETRY_AFTER = 2_000;

// Refusals that are not for good.
const PASSING = new Set(["rate_limited", "internal"]);

let user;

// `hello` was said on this connection, and nothing has shown yet whether the server knows it.
let undecided = false;

// …and it has not been answered, not even by an error.
let unanswered = false;

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

/** Whether `takeControl` has to see this frame. */
export function concernsControl(frame) {
  return undecided || frame.action !== undefined;
}

/**
 * Takes a frame that belongs to layer 1; false if it is for the listeners. One that is malformed is taken as well,
 * and does nothing.
 */
export function takeControl(frame, characters, control) {
  if (undecided && isUncounted(frame)) provePlain(control);
  const reader = readers.get(frame.action);
  if (reader === undefined || reader(frame, control) === false) return false;
  control(COUNT, characters, 0, []);
  return true;
}

function readWelcome({ heartbeat, heads, user_id: next }, control) {
  if (!isObject(heads)) return;
  if (user !== undefined && next !== undefined && next !== user) control(ANOTHER_USER, 0, 0, []);
  user = next ?? user;
  undecided = false;
  unanswered = false;
  control(WELCOME, span(heartbeat, 0), 0, counts(heads));
}

function readAck({ client_id: clientId, message_id: messageId }, control) {
  const send = acknowledge(clientId, messageId);
  if (send !== undefined) control(ACK, send, 0, []);
}

function readError({ code, detail, ref, retry_after: retryAfter }, control) {
  const later = PASSING.has(code) ? span(retryAfter, RETRY_AFTER) : -1;
  const send = sendOf(ref);
  if (send !== undefined) {
    if (later < 0) refuse(send, detail ?? code);
    control(REFUSAL, send, later, []);
    return;
  }
  if (typeof ref === "number" && control(SYNC_REFUSAL, ref, later < 0 ? RETRY_AFTER : later, [])) return;
  // The answer to `hello`, which nobody on the page has asked for.
  if (!unanswered || code !== "unknown_action" || (ref ?? null) !== null) return false;
  unanswered = false;
  if (undecided) provePlain(control);
}

function readPong({ total }, control) {
  if (Number.isSafeInteger(total) && total >= 0) control(PONG, total, 0, []);
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
 * What a server that knows `hello` never says before it has answered it: a message without a number, or the answer
 * to a later question.
 */
function isUncounted({ action, message, seq }) {
  return action === "messages_response" || (action === undefined && message !== undefined && seq === undefined);
}

function provePlain(control) {
  undecided = false;
  control(PLAIN_SERVER, 0, 0, []);
}

/** Slots and numbers in turn, from an object keyed by conversation ids; what is no number is left out. */
function counts(object) {
  const entries = Object.entries(object).filter(([, count]) => Number.isSafeInteger(count) && count >= 0);
  return entries.flatMap(([key, count]) => [slotOfKey(key), count]);
}

function span(value, otherwise) {
  return Number.isFinite(value) && value > 0 ? Math.min(value, 3_600_000) : otherwise;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function sayHello(socket, cursors) {
  undecided = true;
  unanswered = true;
  say(socket, { action: "hello", protocol: 1, cursors: keyed(cursors) });
}

export function saySync(socket, id, after) {
  say(socket, { action: "sync", after: keyed(after), id });
}

export function sayPing(socket, id) {
  say(socket, { action: "ping", id });
}

function say(socket, frame) {
  // A closing socket would swallow it as well; its close event says the rest.
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}

function keyed(pairs) {
  const object = {};
  for (let i = 0; i < pairs.length; i += 2) object[keyOfSlot(pairs[i])] = pairs[i + 1];
  return object;
}
