// What a message is, and its number: read from the parsed frame, or from the raw text.

import { report } from "./report.js";

/** A frame with an action is none. */
export const isMessage = (frame) => frame.action === undefined;

/**
 * A message's number within its conversation, 0 where it has none that can be counted by. A frame with an action has
 * none: a receipt may name the number of the message that was read.
 */
export function seqOf(frame) {
  const { conversation_id: id, seq } = frame;
  if (!isMessage(frame) || !Number.isSafeInteger(seq) || seq <= 0) return 0;
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

// Where the number that was read last is followed by something else. A second return value costs an object for each frame.
let end = 0;

/** The id that the text speaks of if it is of that shape, which is not checked: enough to see that it is heard. */
export function likelyId(text) {
  return integerAt(text, START.length);
}

/**
 * The seq of a message whose `likelyId` this is: 0 where it has none, and -1 where only a parser can tell what the text
 * is. To be called right after `likelyId`, of the same text.
 */
export function certainSeq(text, id) {
  if (id < 0 || !text.startsWith(START) || !text.endsWith("}")) return -1;
  const seq = text.startsWith(SEQ, end + 1) ? integerAt(text, end + 1 + SEQ.length) : 0;
  return text.indexOf("\\") >= 0 || hasFurtherKey(text) ? -1 : seq;
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
