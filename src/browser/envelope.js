// The hot path: from a frame's text to the listeners' calls.
//
// Only numbers cross into Rust. An object that came out of JSON.parse stays a JavaScript value and goes to the
// listeners as it is: carrying it through wasm memory and back would cost fifteen times the parse.

import { concernsControl, isUndecided, takeControl } from "./control.js";

// Conversation ids as small numbers. A Map tells 2 from "2", and finds 0. The number and the string of the same
// spelling get neighbouring slots, because the wire counts both as one.
const slots = new Map();
export const ids = [];
// Spelling → the slot that was given out for it last.
const spellings = new Map();
const freePairs = [];

// Listener id → its callback, and the last message it was given where that may be asked for.
export const listeners = new Map();
// How many listeners each slot has, and how many hear everything.
const audiences = [];
let everything = 0;

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

export function addListener(listener, callback, slot, keepsLast) {
  listeners.set(listener, { callback, slot, keepsLast, last: null });
  count(slot, 1);
}

export function removeListener(listener) {
  const { slot } = listeners.get(listener);
  listeners.delete(listener);
  count(slot, -1);
}

function count(slot, by) {
  if (slot === NO_SLOT) everything += by;
  else audiences[slot] = (audiences[slot] ?? 0) + by;
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
    const likely = likelyId(data);
    const likelySlot = slots.get(likely);
    // What nobody listens to is not parsed, where the raw text tells for certain what it is.
    if (everything === 0 && !isUndecided() && !audiences[likelySlot] && isCertain(data, likely)) {
      const slot = likelySeq > 0 ? intern(likely) : NO_SLOT;
      const id = onFrame(slot, likelySeq, data.length, false);
      if (id >= 0) held.set(id, parse(data));
      return;
    }
    const parsed = parse(data);
    if (parsed === undefined) return onUnusable(data.length, true);
    const concerns = concernsControl(parsed);
    if (concerns && takeControl(parsed, data.length, onControl)) return;
    const seq = seqOf(parsed);
    // Listeners that were called meanwhile may have given the slot back.
    const isStill = !concerns && parsed.conversation_id === likely;
    const slot = isStill ? likelySlot : slots.get(parsed.conversation_id);
    const known = slot ?? (seq > 0 ? intern(parsed.conversation_id) : NO_SLOT);
    const outer = message;
    message = parsed;
    const id = onFrame(known, seq, data.length, true);
    message = outer;
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
  if (entry.keepsLast) entry.last = message;
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
// Only for the shape in which a server of ours writes it, `{"conversation_id":2,"seq":58,…` (the seq may be missing),
// and only where nothing in the text could make a parser see it otherwise. Without a backslash every quote begins or
// ends a string; without a second brace every key is at the top; so a key that is not found as text is not there.

const START = '{"conversation_id":';
const SEQ = '"seq":';

const COMMA = 44;
const ZERO = 48;
const NINE = 57;

// Up to here an integer's digits are its value.
const DIGITS = 15;

// Where the number that was read last is followed by something else.
let end = 0;

// The seq that stands behind the conversation id, 0 where there is none.
let likelySeq = 0;

/** The id that the text speaks of if it is of that shape, which is not looked at: enough to see that it is heard. */
function likelyId(text) {
  return integerAt(text, START.length);
}

/** Whether the text tells for certain that this id, and `likelySeq`, are what a parser would find. */
function isCertain(text, id) {
  if (id < 0 || !text.startsWith(START) || !text.endsWith("}")) return false;
  likelySeq = text.startsWith(SEQ, end + 1) ? integerAt(text, end + 1 + SEQ.length) : 0;
  return likelySeq >= 0 && text.indexOf("\\") < 0 && text.indexOf("{", 1) < 0 && !hasFurtherKey(text);
}

/**
 * Whether one of three keys may follow: a key that comes twice counts the second time, and a frame with an action is
 * not a message. A piece of each is looked for that begins with a rare letter, since a search stops at each occurrence
 * of the first one: at a quote it would stop all the time. To find such a piece somewhere else costs a parse and no more.
 * (`indexOf`, because V8 is several times as fast with it as with `includes`.)
 */
function hasFurtherKey(text) {
  return text.indexOf('q"', end) >= 0 || text.indexOf("versat", end) >= 0 || text.indexOf('ction"', end) >= 0;
}

/** The whole number that begins here and is followed by a comma; -1 if it is none, or none that is read as it stands. */
function integerAt(text, from) {
  let value = 0;
  let code = text.charCodeAt((end = from));
  for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++end)) value = 10 * value + code - ZERO;
  const digits = end - from;
  const isCanonical = digits === 1 || (digits > 1 && digits <= DIGITS && text.charCodeAt(from) !== ZERO);
  return isCanonical && code === COMMA ? value : -1;
}
