// The hot path: from a frame's text to the listeners' calls.
//
// Only numbers cross into Rust. An object that came out of JSON.parse stays a JavaScript value and goes to the
// listeners as it is: carrying it through wasm memory and back would cost fifteen times the parse.

import { answerPing, begin, concernsControl, isUndecided, takeControl } from "./control.js";

// Every conversation that is spoken of, by its id: a Map tells 2 from "2", and finds 0. Its listeners are a linked list,
// and what a dispatch needs is handed from one step to the next: with thousands of conversations open none is in the
// processor's cache any more, and each further object that is looked at on the way costs as much as a fifth of the parse.
export const conversations = new Map();

// The same by slot, the number by which Rust speaks of it. The number and the string of the same spelling get
// neighbouring slots, because the wire counts both as one.
const bySlot = [];
// Spelling → the slot that was given out for it last.
const spellings = new Map();
const freePairs = [];

// What is below zero is none to Rust.
const NO_SLOT = -1;

export const everything = { id: null, slot: NO_SLOT, first: undefined, last: undefined };

// How many listeners there have been.
let joined = 0;

// What `deliver` is about: a message, and its conversation if that is spoken of.
let underWay;

// The same for messages that came too early, by the id that Rust gave them.
const held = new Map();

/** The conversation of an id, spoken of from when it is first asked for. */
function conversationOf(id) {
  const known = conversations.get(id);
  if (known !== undefined) return known;
  const spelling = String(id);
  const slot = pairOf(spelling) + (typeof id === "string" ? 1 : 0);
  const added = { id, slot, first: undefined, last: undefined };
  conversations.set(id, added);
  bySlot[slot] = added;
  spellings.set(spelling, slot);
  return added;
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

/** The slots of conversations without a listener in either spelling. */
export function unheard() {
  const all = [...conversations.values()];
  return all.filter((one) => !isHeard(one) && !isHeard(bySlot[one.slot ^ 1])).map(({ slot }) => slot);
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
  const heard = conversationId === null || conversationId === undefined ? everything : conversationOf(conversationId);
  const listener = { heard, callback, keepsLast, lastMessage: null, number: ++joined, next: undefined };
  if (heard.last === undefined) heard.first = listener;
  else heard.last.next = listener;
  heard.last = listener;
  return listener;
}

/** Removes a listener; answers the slot of its conversation if that has no other, in either spelling, else -1. */
export function removeListener(listener) {
  const { heard } = listener;
  // Its `next` stays: a dispatch under way goes on from here.
  listener.callback = undefined;
  let before;
  for (let other = heard.first; other !== listener; other = other.next) before = other;
  if (before === undefined) heard.first = listener.next;
  else before.next = listener.next;
  if (heard.last === listener) heard.last = before;
  return isHeard(heard) || isHeard(bySlot[heard.slot ^ 1]) ? NO_SLOT : heard.slot;
}

function isHeard(heard) {
  return heard !== undefined && heard.first !== undefined;
}

export function lastMessage(listener) {
  return listener.lastMessage;
}

// Why a frame is not usable. The same numbers stand in socket.rs.
const NOT_TEXT = 0;
const NOT_AN_OBJECT = 1;
const TOO_LONG = 2;
const SYNC_TOO_LONG = 3;

/**
 * Reads a socket's frames. Each one ends in exactly one of
 * - `onFrame(slot, seq, characters, parsed)`, seq 0 where there is none; answers under which id to keep the message,
 *   or -1
 * - `onUnusable(characters, why)`
 * - a call of control.js
 */
export function read(socket, frameLimit, keepalive, onFrame, onUnusable, onControl) {
  begin();
  // Its close event says the rest; but without a listener, the WebSocket of Node's `ws` ends the process.
  socket.onerror = () => {};
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") return onUnusable(0, NOT_TEXT);
    if (data.length > frameLimit) return onUnusable(data.length, tooLong(data));
    const likely = likelyId(data);
    let heard = conversations.get(likely);
    // What nobody listens to is not parsed, where the raw text tells for certain what it is.
    if (!isHeard(heard) && !isHeard(everything) && !isUndecided() && isCertain(data, likely)) {
      if (heard === undefined && likelySeq > 0) heard = conversationOf(likely);
      const id = onFrame(likelySeq > 0 ? heard.slot : NO_SLOT, likelySeq, data.length, false);
      if (id >= 0) held.set(id, { message: parse(data), heard });
      return;
    }
    const parsed = parse(data);
    if (answerPing(socket, keepalive, parsed ?? data, data.length, onControl)) return;
    if (parsed === undefined) return onUnusable(data.length, NOT_AN_OBJECT);
    const concerns = concernsControl(parsed);
    if (concerns && takeControl(parsed, data.length, onControl)) return;
    const seq = seqOf(parsed);
    // Listeners that were called meanwhile may have had the conversation forgotten.
    if (concerns || parsed.conversation_id !== likely) heard = conversations.get(parsed.conversation_id);
    if (heard === undefined && seq > 0) heard = conversationOf(parsed.conversation_id);
    const outer = underWay;
    underWay = { message: parsed, heard };
    const id = onFrame(heard === undefined ? NO_SLOT : heard.slot, seq, data.length, true);
    if (id >= 0) held.set(id, underWay);
    underWay = outer;
  };
}

/** In a string the quotes would be escaped, so that what is found is the frame's own action. */
function tooLong(text) {
  return text.includes('"sync_response"') ? SYNC_TOO_LONG : TOO_LONG;
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

/**
 * A message's number within its conversation, 0 where it has none that can be counted by. What has an action is no
 * message: a receipt may name the number of the message that was read.
 */
export function seqOf({ action, conversation_id: id, seq }) {
  if (action !== undefined || !Number.isSafeInteger(seq) || seq <= 0) return 0;
  return typeof id === "string" || isExact(id) ? seq : 0;
}

let saidInexact = false;

/** Whether a number is the one that the server has written. Says once if it may be another. */
function isExact(id) {
  if (typeof id !== "number") return false;
  if (Math.abs(id) <= Number.MAX_SAFE_INTEGER) return true;
  if (!saidInexact) {
    saidInexact = true;
    report(new RangeError(`conversation_id must be at most 2^53 - 1 as a number, or a string; got about ${id}, which ` +
      "JavaScript has rounded, so that no listener hears its messages. The server must write such ids as strings"));
  }
  return false;
}

/** Puts a message under way while something is done. */
export function withMessage(message, action) {
  const outer = underWay;
  underWay = { message, heard: conversationOf(message.conversation_id) };
  action();
  underWay = outer;
}

/** Calls the listeners of what is under way, then those who hear everything; answers how many calls that were. */
export function deliver() {
  const { message, heard } = underWay;
  // It was counted by its raw text, held, and turned out to be no JSON.
  if (message === undefined) return 0;
  // Who joins in one of these calls did not listen when the message came.
  const newest = joined;
  const own = heard === undefined ? 0 : callEach(heard.first, message, newest);
  return own + callEach(everything.first, message, newest);
}

function callEach(first, message, newest) {
  let calls = 0;
  for (let listener = first; listener !== undefined; listener = listener.next) {
    // One that has left in one of these calls is passed over.
    if (listener.callback === undefined || listener.number > newest) continue;
    if (listener.keepsLast) listener.lastMessage = message;
    call(listener.callback, message);
    calls += 1;
  }
  return calls;
}

/** Puts a message that was held under way, and forgets it. */
export function recall(id) {
  underWay = held.get(id);
  held.delete(id);
}

export function forget(id) {
  held.delete(id);
}

/** Puts the report of missing messages under way, for the spelling of the id that has listeners. */
export function reportGap(slot, after, before) {
  const named = bySlot[slot];
  const other = bySlot[slot ^ 1];
  const heard = named === undefined || (!isHeard(named) && isHeard(other)) ? other : named;
  underWay = { message: { action: "gap", conversation_id: heard.id, after, before }, heard };
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
  // Where there is no reportError (Node.js, jsdom), throwing from a timer instead would end a server's process.
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}

// Which conversation a message is for, told from its raw text: a third of the price of parsing it.
//
// Only for the shape in which a server of ours writes it, `{"conversation_id":2,"seq":58,…` (the seq may be missing),
// and only where nothing in the text could make a parser see it otherwise. Without a backslash every key is written as
// it is, so one that is not found as text is not there.

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
  return likelySeq >= 0 && text.indexOf("\\") < 0 && !hasFurtherKey(text);
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
