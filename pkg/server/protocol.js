// The frames of the protocol: parses requests and builds replies. Pure functions over text and objects, so that tests
// need no server.

export const MAX_FRAME_BYTES = 65_536;
export const MAX_TEXT_CHARS = 4_000; // Unicode code points, as PostgreSQL counts them
export const MAX_REF_CHARS = 64;
export const MAX_ID_CHARS = 128; // of a conversation id or message id, if they are strings
export const MAX_CURSORS = 500; // conversations in one hello or sync
export const SYNC_MESSAGES = 200;
// The size of a sync_response in bytes: the range that a client may request, and the default.
export const SYNC_BYTES_MIN = 1_024;
export const SYNC_BYTES_MAX = 262_144;
export const SYNC_BYTES_DEFAULT = 32_768;
export const HISTORY_BYTES = 65_536; // of a messages_response
export const PROTOCOL = 1;
export const HISTORY_DEFAULT = 50;
export const HISTORY_MAX = 100;

const MAX_NUMBER = Number.MAX_SAFE_INTEGER;
const MESSAGE_TYPE = /^[A-Z_]{1,16}$/;
const CONVERSATION_KEY = /^(?:0|[1-9][0-9]{0,15})$/;
const FRACTION = /[0-9][.eE]/;
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|[-+.0-9eE]+/g;

/**
 * @typedef {import("./index.js").Frame} Frame
 * @typedef {import("./index.js").Ids} Ids
 * @typedef {import("./index.js").ConversationId} ConversationId
 * @typedef {import("./index.js").UserId} UserId
 *
 * @typedef {{kind: "message", conversationId: ConversationId, text: string, type: string, clientId?: string}} SendMessage
 * @typedef {{kind: "get_messages", conversationId: ConversationId, before?: number | string, limit: number, id?: string | number}} GetMessages
 * @typedef {{kind: "hello", protocol: number}} Hello
 * @typedef {{kind: "sync", after: Map<ConversationId, number>, id: string | number, bytes: number}} Sync
 * @typedef {{kind: "ping", id: string | number}} Ping
 * @typedef {SendMessage | GetMessages | Hello | Sync | Ping} Request
 */

/** @type {Ids} */
export const NUMBERS = { conversation: "number", message: "number" };

/** Rejects a frame: the server replies with an error frame and keeps the connection open. */
export class Refused extends Error {
  /**
   * @param {import("./index.js").Code} code
   * @param {string} detail
   * @param {number} [retryAfter] in ms
   */
  constructor(code, detail, retryAfter) {
    super(detail);
    this.name = "Refused";
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** Parses the JSON object in a text frame; `null` represents a binary frame. @param {string | null} text */
export function decode(text) {
  if (text === null) throw new Refused("bad_frame", "a frame must be text; got binary");
  const length = Buffer.byteLength(text);
  if (length > MAX_FRAME_BYTES) {
    throw new Refused("too_large", `a frame must have at most ${MAX_FRAME_BYTES} bytes; got ${length}`);
  }
  /** @type {any} */
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    throw new Refused("bad_json", "a frame must be JSON");
  }
  if (!isObject(frame)) throw new Refused("bad_frame", "a frame must be a JSON object");
  return /** @type {Frame} */ (FRACTION.test(text) ? JSON.parse(withoutFractions(text)) : frame);
}

/**
 * Returns the request in a frame. Ignores members that the layer doesn't define.
 *
 * @param {Frame} frame
 * @param {number} layer 0 until the client has sent `hello`, then 1
 * @param {Ids} ids
 * @returns {Request}
 */
export function parse(frame, layer, ids = NUMBERS) {
  if (!("action" in frame)) {
    const clientId = layer > 0 ? clientIdOf(frame) : undefined;
    const conversationId = idOf(frame, "conversation_id", ids.conversation);
    return { kind: "message", conversationId, text: textOf(frame), type: typeOf(frame), clientId };
  }
  switch (frame.action) {
    case "get_messages":
      return {
        kind: "get_messages",
        conversationId: idOf(frame, "conversation_id", ids.conversation),
        before: frame.before == null ? undefined : idOf(frame, "before", ids.message),
        limit: "limit" in frame ? integerOf(frame, "limit", 1, HISTORY_MAX) : HISTORY_DEFAULT,
        ...(isRef(frame.id) && { id: frame.id }),
      };
    case "hello":
      cursorsOf(frame, "cursors", ids.conversation); // not used, but a mistake is reported to the client
      return { kind: "hello", protocol: Math.min(PROTOCOL, integerOf(frame, "protocol", 1, MAX_NUMBER)) };
    case "sync":
      if (layer === 0) break;
      return {
        kind: "sync",
        after: cursorsOf(frame, "after", ids.conversation),
        id: refOf(frame),
        bytes: "bytes" in frame ? integerOf(frame, "bytes", SYNC_BYTES_MIN, SYNC_BYTES_MAX) : SYNC_BYTES_DEFAULT,
      };
    case "ping":
      if (layer === 0) break;
      return { kind: "ping", id: refOf(frame) };
  }
  throw new Refused("unknown_action", "unknown action");
}

/** Returns the size of a frame on the wire in bytes: in UTF-8, with JSON's escapes. @param {Frame} frame */
export function size(frame) {
  return Buffer.byteLength(JSON.stringify(frame));
}

/**
 * Returns the first messages that fit into `room` bytes, and at least one: otherwise the client would repeat the same
 * request forever.
 *
 * @param {Frame[]} messages
 * @param {number} room
 */
export function fitting(messages, room) {
  let count = 0;
  for (const message of messages) {
    room -= size(message) + 1; // the comma
    if (count > 0 && room < 0) break;
    count += 1;
  }
  return messages.slice(0, count);
}

/**
 * Returns the reply to `get_messages`.
 *
 * @param {GetMessages} request
 * @param {Frame[]} messages oldest first
 * @param {boolean} hasMore whether there are older ones
 */
export function messagesFrame({ conversationId, id }, messages, hasMore) {
  const frame = { action: "messages_response", conversation_id: conversationId, messages, has_more: hasMore };
  return id === undefined ? frame : { ...frame, id };
}

/**
 * Returns the reply to `hello`.
 *
 * @param {UserId} userId
 * @param {Map<ConversationId, number>} heads
 * @param {number} heartbeat in ms; 0 disables pings
 */
export function welcomeFrame(userId, heads, heartbeat) {
  const pings = heartbeat > 0 ? { heartbeat } : {};
  return { action: "welcome", protocol: PROTOCOL, user_id: userId, ...pings, heads: Object.fromEntries(heads) };
}

/** Returns the reply to a message that is stored. @param {string} clientId @param {Frame} message */
export function ackFrame(clientId, { conversation_id, message_id, seq }) {
  return { action: "ack", client_id: clientId, conversation_id, message_id, seq };
}

/**
 * Returns the reply to `sync`.
 *
 * @param {Sync} request
 * @param {Frame[]} messages
 * @param {Map<ConversationId, number>} heads
 * @param {Map<ConversationId, number>} floors
 * @param {boolean} hasMore
 */
export function syncFrame(request, messages, heads, floors, hasMore) {
  return {
    action: "sync_response",
    id: request.id,
    messages,
    heads: Object.fromEntries(heads),
    has_more: hasMore,
    complete: floors.size === 0,
    floors: Object.fromEntries(floors),
  };
}

/** Returns the reply to `ping`. @param {Ping} request @param {number} total */
export function pongFrame(request, total) {
  return { action: "pong", id: request.id, total };
}

/** Returns the same error for a missing conversation and for one of other users. */
export function notFound() {
  return new Refused("not_found", "unknown conversation");
}

/**
 * Returns the error reply to the frame `about`; repeats only its well-formed ids.
 *
 * @param {Refused} refused
 * @param {Frame} about
 * @param {Ids} ids
 */
export function errorFrame(refused, about, ids = NUMBERS) {
  const ref = [about.client_id, about.id].find(isRef);
  /** @type {Frame} */
  const frame = { action: "error", code: refused.code, detail: refused.message, ref: ref ?? null };
  if (isId(about.conversation_id, ids.conversation)) frame.conversation_id = about.conversation_id;
  if (refused.retryAfter !== undefined) frame.retry_after = refused.retryAfter;
  return frame;
}

/** @param {unknown} value @returns {value is string | number} */
function isRef(value) {
  return isShortText(value) || isInteger(value, 0, MAX_NUMBER);
}

/** Returns whether a value is a JSON object. @param {unknown} value */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns the JSON text with `null` in place of each number that has a decimal point or an exponent: the protocol has
 * no such numbers, and JSON.parse does not distinguish 2.0 from 2.
 *
 * @param {string} text valid JSON
 */
function withoutFractions(text) {
  return text.replace(STRING_OR_NUMBER, (token) => (/^-?[0-9][0-9]*[.eE]/.test(token) ? "null" : token));
}

/** @param {Frame} frame */
function textOf({ message }) {
  if (typeof message !== "string" || message.trim() === "") {
    throw new Refused("bad_frame", "message must be a non-empty string");
  }
  // Counting code points takes longer; there are at most as many as UTF-16 units.
  const length = message.length > MAX_TEXT_CHARS ? codePoints(message) : 0;
  if (length > MAX_TEXT_CHARS) {
    throw new Refused("too_large", `message must have at most ${MAX_TEXT_CHARS} characters; got ${length}`);
  }
  if (!isStorable(message)) {
    throw new Refused("bad_frame", "message must not contain NUL or an unpaired surrogate");
  }
  return message;
}

/** @param {Frame} frame */
function typeOf({ type = "TEXT" }) {
  if (typeof type !== "string" || !MESSAGE_TYPE.test(type)) {
    throw new Refused("bad_frame", "type must be 1 to 16 characters from A-Z and _");
  }
  return type;
}

/** @param {Frame} frame @param {string} key @param {number} low @param {number} high */
function integerOf(frame, key, low, high) {
  const value = frame[key];
  if (!isInteger(value, low, high)) {
    throw new Refused("bad_frame", `${key} must be an integer from ${low} to ${high}`);
  }
  return /** @type {number} */ (value);
}

/** @param {Frame} frame @param {string} key @param {"number" | "string"} kind @returns {any} */
function idOf(frame, key, kind) {
  const value = frame[key];
  if (isId(value, kind)) return value;
  const expected =
    kind === "number" ? `an integer from 0 to ${MAX_NUMBER}` : `a string of 1 to ${MAX_ID_CHARS} characters`;
  throw new Refused("bad_frame", `${key} must be ${expected}`);
}

/**
 * Returns the member's map from conversation to `seq`. Skips keys that can't be an id here: they may be ids of another
 * server, and are treated like conversations of other users.
 *
 * @param {Frame} frame
 * @param {string} key
 * @param {"number" | "string"} kind
 * @returns {Map<ConversationId, number>}
 */
function cursorsOf(frame, key, kind) {
  const value = /** @type {Record<string, number>} */ (frame[key]);
  if (!isObject(value) || !Object.values(value).every((seq) => isInteger(seq, 0, MAX_NUMBER))) {
    throw new Refused("bad_frame", `${key} must map conversation ids to non-negative integers`);
  }
  const cursors = Object.entries(value);
  if (cursors.length > MAX_CURSORS) {
    throw new Refused("bad_frame", `${key} must name at most ${MAX_CURSORS} conversations; got ${cursors.length}`);
  }
  if (kind === "string") return new Map(cursors.filter(([name]) => isId(name, "string")));
  const numeric = cursors.filter(([name]) => CONVERSATION_KEY.test(name) && Number.isSafeInteger(Number(name)));
  return new Map(numeric.map(([name, seq]) => [Number(name), seq]));
}

/** @param {Frame} frame */
function clientIdOf(frame) {
  if (!("client_id" in frame)) return undefined;
  if (!isShortText(frame.client_id)) {
    throw new Refused("bad_frame", `client_id must be a string of 1 to ${MAX_REF_CHARS} characters`);
  }
  return /** @type {string} */ (frame.client_id);
}

/** @param {Frame} frame */
function refOf({ id }) {
  if (!isShortText(id) && !isInteger(id, 0, MAX_NUMBER)) {
    const expected = `an integer from 0 to ${MAX_NUMBER} or a string of 1 to ${MAX_REF_CHARS} characters`;
    throw new Refused("bad_frame", `id must be ${expected}`);
  }
  return /** @type {string | number} */ (id);
}

/** @param {unknown} value @param {number} low @param {number} high */
function isInteger(value, low, high) {
  return Number.isSafeInteger(value) && low <= /** @type {number} */ (value) && /** @type {number} */ (value) <= high;
}

/** @param {unknown} value @param {"number" | "string"} kind */
function isId(value, kind) {
  return kind === "number" ? isInteger(value, 0, MAX_NUMBER) : isText(value, MAX_ID_CHARS);
}

/** @param {unknown} value */
function isShortText(value) {
  return isText(value, MAX_REF_CHARS);
}

/** @param {unknown} value @param {number} most */
function isText(value, most) {
  return typeof value === "string" && value !== "" && codePoints(value) <= most && isStorable(value);
}

/** @param {string} text */
function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** PostgreSQL can't store NUL, and UTF-8 can't encode unpaired surrogates. @param {string} text */
function isStorable(text) {
  return !text.includes("\0") && !/\p{Surrogate}/u.test(text);
}
