// Reads a message's conversation id and `seq` from the raw text: a third of the cost of parsing it.
//
// If the text contains no backslash, no string contains a quote, so `"seq":` can only be a key; if the only brace
// before it is the first character, the key belongs to the frame itself. Any other text needs a parser. (The scan does
// not check that the text is JSON.)

const ID = '"conversation_id":';
const SEQ = '"seq":';
const FIRST = `{${ID}`;

// Searches for a key by a part that begins with a rare letter: a search stops at each occurrence of its first
// character, and quotes are frequent. A match within a message's text only costs a parse. (V8's `indexOf` is several
// times as fast as `includes`.)
const ID_PART = "versat";
const ID_PART_AT = ID.indexOf(ID_PART);
const SEQ_PART = 'q"';
const SEQ_PART_AT = SEQ.indexOf(SEQ_PART);
const ACTION_PART = 'ction"';

const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const C = 99;
const OPENING = 123;
const CLOSING = 125;

// JavaScript represents every integer of up to 15 digits exactly.
const DIGITS = 15;

/** Returns the numeric conversation id that the text seems to name: maybe wrong, but enough to look up listeners. */
export function likelyId(text) {
  return integerAt(text, idKeyIn(text) + ID.length);
}

/**
 * Returns the `seq` of a message that certainly belongs to the conversation `id`, which `likelyId` has read: 0 if it
 * has no `seq`, and -1 if the text needs a parser.
 */
export function certainSeq(text, id) {
  if (id < 0 || !text.endsWith("}") || text.indexOf("\\") >= 0) return -1;
  return text.startsWith(FIRST) ? seqAfterId(text, id) : seqAnywhere(text, id);
}

/** The fast path for most servers: the id comes first, and the `seq` second. */
function seqAfterId(text, id) {
  const from = digitsEnd(text, FIRST.length);
  if (!text.startsWith(SEQ, from + 1)) return seqAnywhere(text, id);
  return mayContainKey(text, from + 1 + SEQ.length) ? -1 : integerAt(text, from + 1 + SEQ.length);
}

function seqAnywhere(text, id) {
  const idKey = text.indexOf(ID_PART) - ID_PART_AT;
  const seqKey = text.indexOf(SEQ_PART) - SEQ_PART_AT;
  const hasSeq = seqKey >= 0;
  if (text.charCodeAt(0) !== OPENING || !text.startsWith(ID, idKey)) return -1;
  // `likelyId` may have read the value of another key.
  if (integerAt(text, idKey + ID.length) !== id) return -1;
  if (hasSeq && !text.startsWith(SEQ, seqKey)) return -1;
  const nested = text.indexOf("{", 1);
  if (nested >= 0 && nested < Math.max(idKey, seqKey)) return -1;
  if (text.indexOf(ID_PART, idKey + ID.length) >= 0 || text.indexOf(ACTION_PART) >= 0) return -1;
  if (hasSeq && text.indexOf(SEQ_PART, seqKey + SEQ.length) >= 0) return -1;
  return hasSeq ? integerAt(text, seqKey + SEQ.length) : 0;
}

/** Returns whether the rest may repeat a key, of which JSON.parse takes the last, or contain an `action`. */
function mayContainKey(text, from) {
  return text.indexOf(SEQ_PART, from) >= 0 || text.indexOf(ID_PART, from) >= 0 || text.indexOf(ACTION_PART, from) >= 0;
}

/** Returns the index after the digits that begin here. */
function digitsEnd(text, from) {
  let end = from;
  for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(++end));
  return end;
}

/** Returns the likely index of the conversation id's key. Most servers write it first. */
function idKeyIn(text) {
  return text.charCodeAt(2) === C && text.charCodeAt(ID.length) === COLON ? 1 : text.indexOf(ID_PART) - ID_PART_AT;
}

/** Returns the non-negative integer that begins here, after at most one space; -1 for any other or longer number. */
function integerAt(text, from) {
  let value = 0;
  const first = text.charCodeAt(from) === SPACE ? from + 1 : from;
  let end = first;
  let code = text.charCodeAt(end);
  for (; code >= ZERO && code <= NINE; code = text.charCodeAt(++end)) value = 10 * value + code - ZERO;
  const digits = end - first;
  const isCanonical = digits === 1 || (digits > 1 && digits <= DIGITS && text.charCodeAt(first) !== ZERO);
  return isCanonical && (code === COMMA || code === CLOSING) ? value : -1;
}
