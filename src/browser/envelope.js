// The hot path: from a frame's text to the listeners' calls.
//
// Only numbers cross into Rust. An object that came out of JSON.parse stays a JavaScript value and goes to the
// listeners as it is: carrying it through wasm memory and back would cost fifteen times the parse.

// Conversation ids as small numbers. A Map tells 2 from "2", and finds 0.
const slots = new Map();
const freeSlots = [];

// Listener id → its callback and the last message it was given.
const listeners = new Map();

// The message under way, for `deliver`.
let message;

const NO_SLOT = -1;

/** The slot of a conversation id, given out when it is first asked for. */
export function intern(conversationId) {
  let slot = slots.get(conversationId);
  if (slot === undefined) {
    slot = freeSlots.pop() ?? slots.size;
    slots.set(conversationId, slot);
  }
  return slot;
}

/** Gives a slot back when nobody speaks of its conversation any more. */
export function release(conversationId) {
  const slot = slots.get(conversationId);
  if (slots.delete(conversationId)) freeSlots.push(slot);
}

export function addListener(listener, callback) {
  listeners.set(listener, { callback, last: null });
}

export function removeListener(listener) {
  listeners.delete(listener);
}

export function lastMessage(listener) {
  return listeners.get(listener)?.last ?? null;
}

/**
 * Reads a socket's frames: each one ends in exactly one call, `onFrame(slot, characters)` or
 * `onUnusable(characters, parsed)`.
 */
export function read(socket, frameLimit, onFrame, onUnusable) {
  socket.onmessage = ({ data }) => {
    if (typeof data !== "string") return onUnusable(0, false);
    if (data.length > frameLimit) return onUnusable(data.length, false);
    let parsed;
    try {
      parsed = JSON.parse(data);
    } catch {
      return onUnusable(data.length, true);
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      return onUnusable(data.length, true);
    }
    message = parsed;
    onFrame(slots.get(parsed.conversation_id) ?? NO_SLOT, data.length);
    message = undefined;
  };
}

/** Calls one listener with the message under way. One that has left during this very dispatch is passed over. */
export function deliver(listener) {
  const entry = listeners.get(listener);
  if (entry === undefined) return;
  entry.last = message;
  call(entry.callback, message);
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
