// The hot path: from a frame's text to the listeners' calls.
//
// Only numbers cross into Rust. An object that came out of JSON.parse stays a JavaScript value and goes to the
// listeners as it is: carrying it through wasm memory and back would cost fifteen times the parse.

import { concernsControl, isUndecided, takeControl } from "./control.js";

// Conversation ids as small numbers. A Map tells 2 from "2", and finds 0. The number and the string of the same
// spelling get neighbouring slots, because the wire counts both as one.
const slots = new Map();
const ids = [];
// Spelling → the slot that was given out for it last.
const spellings = new Map();
const freePairs = [];

// Listener id → its callback and the last message it was given.
const listeners = new Map();
// How many listeners each slot has; NO_SLOT stands for those who hear everything.
const audiences = new Map();

// Messages that came too early, by the id that Rust gave them.
const held = new Map();

// The message under way, for `deliver`.
let message;

// The same number stands in exports.rs.
const NO_SLOT = -1;

/** The slot of a conversation id, given out when it is first asked for. */
export function intern(conversationId) {
  const known = slots.get(conversationId);
  if (known !== undefined) return known;
  const spelling = String(conversationId);
  const pair = pairOf(spelling);
  const slot = pair + (typeof conversationId === "string" ? 1 : 0);
  slots.set(conversationId, slot);
  ids[slot] = conversationId;
  spellings.set(spelling, slot);
  return slot;
}

function pairOf(spelling) {
  const slot = spellings.get(spelling);
  if (slot !== undefined) return slot & ~1;
  return freePairs.pop() ?? spellings.size * 2;
}

/** Gives the slots of an id back when nobody speaks of its conversation any more. */
export function release(conversationId) {
  const spelling = String(conversationId);
  const pair = spellings.get(spelling) & ~1;
  for (const slot of [pair, pair + 1]) {
    slots.delete(ids[slot]);
    ids[slot] = undefined;
  }
  if (spellings.delete(spelling)) freePairs.push(pair);
}

/** The slot of an id that is spelled as a key of an object: a number if it reads as one and nobody knows better. */
export function slotOfKey(spelling) {
  const number = Number(spelling);
  return spellings.get(spelling) ?? intern(String(number) === spelling ? number : spelling);
}

export function keyOfSlot(slot) {
  return String(ids[slot] ?? ids[slot ^ 1]);
}

export function addListener(listener, callback, slot) {
  listeners.set(listener, { callback, slot, last: null });
  audiences.set(slot, (audiences.get(slot) ?? 0) + 1);
}

export function removeListener(listener) {
  const { slot } = listeners.get(listener);
  listeners.delete(listener);
  const left = audiences.get(slot) - 1;
  if (left > 0) audiences.set(slot, left);
  else audiences.delete(slot);
}

export function lastMessage(listener) {
  return listeners.get(listener)?.last ?? null;
}

/**
 * Reads a socket's frames. Each one ends in exactly one of
 * - `onFrame(slot, seq, characters, parsed)`, seq 0 where there is none; answers under which id to keep the message,
 *   or -1
 * - `onUnusable(characters, parsed)`
 * - a call of control.js
 */
export function read(socket, frameLimit, onFrame, onUnusable, onControl) {
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") return onUnusable(0, false);
    if (data.length > frameLimit) return onUnusable(data.length, false);
    // What nobody listens to is not parsed, where the raw text tells for certain what it is.
    if (!audiences.has(NO_SLOT) && !isUndecided()) {
      const head = skim(data);
      if (head !== null && !audiences.has(slots.get(head.id))) {
        const slot = head.seq > 0 ? intern(head.id) : NO_SLOT;
        const id = onFrame(slot, head.seq, data.length, false);
        if (id >= 0) held.set(id, parse(data));
        return;
      }
    }
    const parsed = parse(data);
    if (parsed === undefined) return onUnusable(data.length, true);
    if (concernsControl(parsed) && takeControl(parsed, data.length, onControl)) return;
    const seq = seqOf(parsed);
    const slot = seq > 0 ? intern(parsed.conversation_id) : (slots.get(parsed.conversation_id) ?? NO_SLOT);
    const id = withMessage(parsed, () => onFrame(slot, seq, data.length, true));
    if (id >= 0) held.set(id, parsed);
  };
}

/** The object that a text is, or undefined if it is none. */
function parse(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
}

/** A message's number within its conversation, 0 where it has none that can be counted by. */
export function seqOf(parsed) {
  const { conversation_id: id, seq } = parsed;
  return Number.isSafeInteger(seq) && seq > 0 && (typeof id === "number" || typeof id === "string") ? seq : 0;
}

/** Makes this the message that `deliver` gives to listeners. */
export function withMessage(next, action) {
  const outer = message;
  message = next;
  const result = action();
  message = outer;
  return result;
}

/** Calls one listener with the message under way. One that has left during this very dispatch is passed over. */
export function deliver(listener) {
  const entry = listeners.get(listener);
  if (entry === undefined || message === undefined) return;
  entry.last = message;
  call(entry.callback, message);
}

/** Makes a message that was held the one under way, and forgets it. */
export function recall(id) {
  message = held.get(id);
  held.delete(id);
}

export function forget(id) {
  held.delete(id);
}

/** Makes the report of missing messages the message under way. */
export function reportGap(slot, after, before) {
  message = { action: "gap", conversation_id: ids[slot], after, before };
}

/** Calls a callback of the application's. What it throws is reported as uncaught and disturbs nobody else. */
export function call(callback, argument) {
  try {
    callback(argument);
  } catch (error) {
    report(error);
  }
}

export function report(error) {
  // Where there is no reportError (jsdom, Safari before 15.4), an uncaught exception of a timer is its equal.
  if (typeof reportError === "function") reportError(error);
  else setTimeout(() => { throw error; });
}

// Which conversation a message is for, told from its raw text: a third of the price of parsing it.
//
// Only for the shape in which a server of ours writes it, `{"conversation_id":2,"seq":58,…}` (the seq may be missing),
// and only where nothing in the text could make a parser see it otherwise. Without a backslash every quote begins or
// ends a string; without a second brace every key is at the top; so a key that is not found as text is not there.

const START = '{"conversation_id":';
const SEQ = '"seq":';

const COMMA = 44;
const ZERO = 48;
const NINE = 57;

// Up to here an integer's digits are its value.
const DIGITS = 15;

const found = { id: 0, seq: 0 };

/** The conversation id and seq (0: none) of a message, or null: parse it. The object is the same one each time. */
function skim(text) {
  if (!text.startsWith(START) || !text.endsWith("}")) return null;
  let at = integerEnd(text, START.length);
  if (at < 0 || text.charCodeAt(at) !== COMMA) return null;
  found.id = Number(text.slice(START.length, at));
  found.seq = 0;
  at += 1;
  if (text.startsWith(SEQ, at)) {
    const from = at + SEQ.length;
    at = integerEnd(text, from);
    if (at < 0 || text.charCodeAt(at) !== COMMA) return null;
    found.seq = Number(text.slice(from, at));
  }
  const plain = !text.includes("\\") && !text.includes("{", 1);
  // A key that comes twice counts the second time; a frame with an action is not a message.
  const single = !text.includes('"conversation_id"', at) && !text.includes('"seq"', at) && !text.includes('"action"', at);
  return plain && single ? found : null;
}

/** Where the whole number that begins here ends; -1 where there is none, or not one that is read as it stands. */
function integerEnd(text, from) {
  let at = from;
  for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) at += 1;
  const length = at - from;
  const leadingZero = length > 1 && text.charCodeAt(from) === ZERO;
  return length > 0 && length <= DIGITS && !leadingZero ? at : -1;
}
