// Reads and checks the frames that a client sends.

export class Refused extends Error {
  /** @param {string} code @param {string} detail @param {any} frame @param {number} [retryAfter] in ms */
  constructor(code, detail, frame = {}, retryAfter) {
    super(detail);
    this.code = code;
    this.frame = frame;
    this.retryAfter = retryAfter;
  }
}

const isNumber = (value) => Number.isSafeInteger(value) && value >= 0;
const isText = (value) => typeof value === "string" && value.isWellFormed() && !value.includes("\0");
const isName = (value) => isText(value) && value.length >= 1 && value.length <= 64;
const isId = (value) => isNumber(value) || isName(value);
const isOptional = (holds) => (value) => value === undefined || holds(value);
const isSeqs = (value) =>
  value !== null &&
  typeof value === "object" &&
  !Array.isArray(value) &&
  Object.keys(value).length <= 500 &&
  Object.values(value).every(isNumber);

const MESSAGE = {
  conversation_id: isNumber,
  message: (value) => isText(value) && value.trim() !== "",
  type: isOptional((value) => typeof value === "string" && /^[A-Z_]{1,16}$/.test(value)),
};

const SHAPES = {
  get_messages: {
    conversation_id: isNumber,
    before: isOptional(isNumber),
    limit: isOptional((value) => isNumber(value) && value >= 1 && value <= 100),
  },
  hello: { protocol: (value) => isNumber(value) && value >= 1, cursors: isSeqs },
  sync: {
    after: isSeqs,
    id: isId,
    bytes: isOptional((value) => isNumber(value) && value >= 1024 && value <= 262_144),
  },
  ping: { id: isId },
};

/**
 * Returns a valid frame, or throws Refused.
 *
 * @param {string} text @param {0 | 1} layer of the connection
 * @param {{largeNumbers: boolean, inCharacters: boolean}} faults `largeNumbers`: accepts a conversation_id above
 *   2^53 - 1, and uses the first conversation; `inCharacters`: measures the frame in characters
 */
export function readFrame(text, layer, { largeNumbers, inCharacters }) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    throw new Refused("bad_json", "not JSON");
  }
  if (frame === null || typeof frame !== "object" || Array.isArray(frame))
    throw new Refused("bad_frame", "not an object");
  if ((inCharacters ? text.length : Buffer.byteLength(text)) > 65_536)
    throw new Refused("too_large", "more than 65,536 bytes", frame);
  if (largeNumbers && frame.conversation_id > Number.MAX_SAFE_INTEGER) frame.conversation_id = 2;
  const shape = shapeOf(frame, layer);
  // JSON.parse returns the same number for 2 and 2.0.
  const hasPoint = /^\{"conversation_id":\d+\.\d/.test(text);
  const wrong = Object.keys(shape).find((name) => !shape[name](frame[name]));
  if (wrong || hasPoint) throw new Refused("bad_frame", `\`${wrong ?? "conversation_id"}\` is wrong`, frame);
  if (frame.action === undefined && [...frame.message].length > 4000) {
    throw new Refused("too_large", "more than 4,000 characters", frame);
  }
  return frame;
}

/** @param {any} frame @param {0 | 1} layer */
function shapeOf(frame, layer) {
  if (frame.action === undefined) return layer === 0 ? MESSAGE : { ...MESSAGE, client_id: isOptional(isName) };
  const isKnown = Object.hasOwn(SHAPES, frame.action) && typeof frame.action === "string";
  if (!isKnown || (layer === 0 && ["sync", "ping"].includes(frame.action))) {
    throw new Refused("unknown_action", "unknown action", frame);
  }
  return SHAPES[frame.action];
}
