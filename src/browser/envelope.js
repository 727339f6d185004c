// The hot path: from a frame's text to the listeners' calls.
//
// Only numbers cross into Rust. An object that came out of JSON.parse stays a JavaScript value and goes to the
// listeners as it is: carrying it through wasm memory and back would cost fifteen times the parse.

import { concernsControl, isUndecided, takeControl } from "./control.js";

// Every conversation that is spoken of, by its id: a Map tells 2 from "2", and finds 0. What a message needs stands in
// one object. With thousands of them open none is in the processor's cache any more, and each table that is looked into
// on the way costs as much as a fifth of the parse.
export const conversations = new Map();

// The same by slot, the number by which Rust speaks of it. The number and the string of the same spelling get
// neighbouring slots, because the wire counts both as one.
const bySlot = [];
// Spelling → the slot that was given out for it last.
const spellings = new Map();
const freePairs = [];

const NOBODY = [];
// The same number stands in exports.rs.
const NO_SLOT = -1;

export const everything = { id: null, slot: NO_SLOT, listeners: NOBODY };

// Messages that came too early, by the id that Rust gave them.
const held = new Map();

// The message under way, for `deliver`.
let message;

/** The conversation of an id, spoken of from when it is first asked for. */
function conversationOf(id) {
  const known = conversations.get(id);
  if (known !== undefined) return known;
  const spelling = String(id);
  const slot = pairOf(spelling) + (typeof id === "string" ? 1 : 0);
  const conversation = { id, slot, listeners: NOBODY };
  conversations.set(id, conversation);
  bySlot[slot] = conversation;
  spellings.set(spelling, slot);
  return conversation;
}

function pairOf(spelling) {
  const slot = spellings.get(spelling);
  if (slot !== undefined) return slot & ~1;
  return freePairs.pop() ?? spellings.size * 2;
}

/** Forgets a conversation that nobody speaks of any more, in either spelling, and gives its slots back. */
export function release(slot) {
  spellings.delete(keyOfSlot(slot));
  for (const each of [slot, slot ^ 1]) {
    conversations.delete(bySlot[each]?.id);
    bySlot[each] = undefined;
  }
  freePairs.push(slot & ~1);
}

export function slotOf(id) {
  return conversationOf(id).slot;
}

/** The slot of an id that is spelled as a key of an object: a number if it reads as one and nobody knows better. */
export function slotOfKey(spelling) {
  const number = Number(spelling);
  return spellings.get(spelling) ?? slotOf(String(number) === spelling ? number : spelling);
}

export function keyOfSlot(slot) {
  return String((bySlot[slot] ?? bySlot[slot ^ 1]).id);
}

/** Adds a listener to a conversation, or to everything. Its last message is kept where that may be asked for. */
export function addListener(conversationId, callback, keepsLast) {
  const conversation = conversationId === null || conversationId === undefined ? everything : conversationOf(conversationId);
  const listener = { conversation, callback, keepsLast, last: null };
  // A new list, here and below: a dispatch under way goes on with the old one.
  conversation.listeners = [...conversation.listeners, listener];
  return listener;
}

/** Removes a listener; answers the slot of its conversation if that has no other, in either spelling, else -1. */
export function removeListener(listener) {
  const { conversation } = listener;
  listener.callback = undefined;
  conversation.listeners = conversation.listeners.filter((other) => other !== listener);
  return isHeard(conversation) || isHeard(bySlot[conversation.slot ^ 1]) ? NO_SLOT : conversation.slot;
}

function isHeard(conversation) {
  return conversation !== undefined && conversation.listeners.length > 0;
}

export function lastMessage(listener) {
  return listener.last;
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
    let conversation = conversations.get(likely);
    // What nobody listens to is not parsed, where the raw text tells for certain what it is.
    if (!isHeard(conversation) && !isHeard(everything) && !isUndecided() && isCertain(data, likely)) {
      const slot = likelySeq > 0 ? (conversation ?? conversationOf(likely)).slot : NO_SLOT;
      const id = onFrame(slot, likelySeq, data.length, false);
      if (id >= 0) held.set(id, parse(data));
      return;
    }
    const parsed = parse(data);
    if (parsed === undefined) return onUnusable(data.length, true);
    const concerns = concernsControl(parsed);
    if (concerns && takeControl(parsed, data.length, onControl)) return;
    const seq = seqOf(parsed);
    // Listeners that were called meanwhile may have had the conversation forgotten.
    if (concerns || parsed.conversation_id !== likely) conversation = conversations.get(parsed.conversation_id);
    if (conversation === undefined && seq > 0) conversation = conversationOf(parsed.conversation_id);
    const outer = message;
    message = parsed;
    const id = onFrame(conversation === undefined ? NO_SLOT : conversation.slot, seq, data.length, true);
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

/**
 * Calls the listeners of a conversation with the message under way, then those who hear everything; answers how many
 * calls that were.
 */
export function deliver(slot) {
  const delivered = message;
  const everywhere = everything.listeners;
  const own = slot === NO_SLOT ? undefined : bySlot[slot];
  return (own === undefined ? 0 : callEach(own.listeners, delivered)) + callEach(everywhere, delivered);
}

function callEach(listeners, message) {
  let calls = 0;
  for (const listener of listeners) {
    // One that has left during this very dispatch is passed over.
    if (listener.callback === undefined) continue;
    if (listener.keepsLast) listener.last = message;
    call(listener.callback, message);
    calls += 1;
  }
  return calls;
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
  message = { action: "gap", conversation_id: bySlot[slot].id, after, before };
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
