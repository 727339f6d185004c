// Which conversation a message is for, and its number, read from the raw text: a third of the price of parsing it.
//
// Without a backslash in the text no string contains a quote, so that `"seq":` can only be a key; and with no brace
// before it except the text's first one, it is a key of the frame itself. Where the text is not that plain, only a parser
// can tell. (What is no JSON at all is not noticed here.)

const ID = '"conversation_id":';
const SEQ = '"seq":';
const FIRST = `{${ID}`;

// A key is searched for by a piece that begins with a rare letter, since a search stops at each occurrence of the first
// one: at a quote it would stop all the time. To find the piece in a message's words costs a parse and no more.
// (`indexOf`, because V8 is several times as fast with it as with `includes`.)
const ID_PIECE = "versat";
const ID_PIECE_AT = ID.indexOf(ID_PIECE);
const SEQ_PIECE = 'q"';
const SEQ_PIECE_AT = SEQ.indexOf(SEQ_PIECE);
const ACTION_PIECE = 'ction"';

const SPACE = 32;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const C = 99;
const OPENING = 123;
const CLOSING = 125;

// Up to here an integer's digits are its value.
const DIGITS = 15;

/** The conversation id that the text seems to name, or some other number: enough to see that it is heard. */
export function likelyId(text) {
  return integerAt(text, idKeyIn(text) + ID.length);
}

/**
 * The number of a message that certainly belongs to the conversation `id`, which `likelyId` read: 0 where it has none, and
 * -1 where only a parser can tell what the text is.
 */
export function certainSeq(text, id) {
  if (id < 0 || !text.endsWith("}") || text.indexOf("\\") >= 0) return -1;
  return text.startsWith(FIRST) ? seqAfterId(text, id) : seqAnywhere(text, id);
}

/** As most servers write it: the id comes first, and the number next. */
function seqAfterId(text, id) {
  const from = digitsEnd(text, FIRST.length);
  if (!text.startsWith(SEQ, from + 1)) return seqAnywhere(text, id);
  return isSecondKey(text, from + 1 + SEQ.length) ? -1 : integerAt(text, from + 1 + SEQ.length);
}

function seqAnywhere(text, id) {
  const idKey = text.indexOf(ID_PIECE) - ID_PIECE_AT;
  const seqKey = text.indexOf(SEQ_PIECE) - SEQ_PIECE_AT;
  const hasSeq = seqKey >= 0;
  if (text.charCodeAt(0) !== OPENING || !text.startsWith(ID, idKey)) return -1;
  // What `likelyId` read may have been the value of another key.
  if (integerAt(text, idKey + ID.length) !== id) return -1;
  if (hasSeq && !text.startsWith(SEQ, seqKey)) return -1;
  const nested = text.indexOf("{", 1);
  if (nested >= 0 && nested < Math.max(idKey, seqKey)) return -1;
  if (text.indexOf(ID_PIECE, idKey + ID.length) >= 0 || text.indexOf(ACTION_PIECE) >= 0) return -1;
  if (hasSeq && text.indexOf(SEQ_PIECE, seqKey + SEQ.length) >= 0) return -1;
  return hasSeq ? integerAt(text, seqKey + SEQ.length) : 0;
}

/** Of two equal keys the last one counts, and a frame with an action is not a message. */
function isSecondKey(text, from) {
  return text.indexOf(SEQ_PIECE, from) >= 0 || text.indexOf(ID_PIECE, from) >= 0 || text.indexOf(ACTION_PIECE, from) >= 0;
}

/** Where the digits that begin here are followed by something else. */
function digitsEnd(text, from) {
  let end = from;
  for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(++end));
  return end;
}

/** Where the key of the conversation id seems to begin: most servers write it first. */
function idKeyIn(text) {
  return text.charCodeAt(2) === C && text.charCodeAt(ID.length) === COLON ? 1 : text.indexOf(ID_PIECE) - ID_PIECE_AT;
}

/** The whole number that begins here, after at most one space; -1 if it is none, or none that is read as it stands. */
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
