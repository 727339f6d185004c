// Checks what the adapter returns, and reports its mistakes: each once, because a frame with the same one may follow.

/** @type {Set<string>} */
const reported = new Set();

/** @param {any} error */
export function report(error) {
  const text = String(error);
  // Limited, because a text may contain a value that differs each time.
  if (reported.has(text) || reported.size > 99) return;
  reported.add(text);
  (globalThis.reportError ?? console.error)(error);
}

/** Reports an error of `onOpen` or `join`, unless it is a plain Error, by which they refuse. @param {any} error */
export function reportMistake(error) {
  if (error?.name !== "Error") report(error);
}

/**
 * Refuses the options: throws an error, which the state then shows. Reports it as well, for the developer.
 *
 * @param {string} text
 * @returns {never}
 */
export function refuse(text) {
  const error = new TypeError(text);
  report(error);
  throw error;
}

/** Calls the application; returns undefined if it throws, which is reported. */
export function attempt(call) {
  try {
    return call();
  } catch (error) {
    report(error);
  }
}

/** Returns the reason that an error gives, for a person. @param {any} error */
export const reasonOf = (error) => String(error?.message ?? error);

/** Returns the error of a member that did not do what it must. */
export function mistake(member, must, got) {
  return new TypeError(`\`adapter.${member}\` must ${must}; got ${show(got)}`);
}

function show(value) {
  if (isPromise(value)) return "a promise";
  if (typeof value === "function") return "a function";
  return typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Returns a frame to send as text. @param {"return" | "send"} how the member gives it */
export function textOf(member, frame, how = "return") {
  if (typeof frame === "string" && frame !== "") return frame;
  if (!isObject(frame) || isPromise(frame)) {
    throw mistake(member, `${how} an object, an array or a non-empty string`, frame);
  }
  try {
    return JSON.stringify(frame);
  } catch (error) {
    throw new TypeError(`\`adapter.${member}\` must ${how} a frame that JSON can represent: ${error}`);
  }
}

/** Returns a conversation's id, or null for none. @param {string} member @param {any} id */
export function idOf(member, id = null) {
  if (id === null || typeof id === "string" || (typeof id === "number" && Math.abs(id) <= Number.MAX_SAFE_INTEGER))
    return id;
  throw mistake(member, "give a number up to 2^53 - 1, a string, null or undefined", id);
}

export function isObject(value) {
  return typeof value === "object" && value !== null;
}

// By its `then`, because an application may have replaced the global Promise.
export function isPromise(value) {
  return typeof value?.then === "function";
}
