// Calls the adapter's members, and checks what they return. A mistake is reported once, and costs one frame.

export class Members {
  /** @type {import("../../index.js").Adapter} */
  adapter;
  /** @type {Set<string>} */
  #reported = new Set();

  constructor(adapter) {
    this.adapter = adapter;
  }

  /** Calls a member; `undefined` if it throws, which is reported. */
  read(call) {
    try {
      return call();
    } catch (error) {
      this.report(error);
    }
  }

  report(error) {
    const text = String(error);
    // Limited, because a text may contain a value that differs each time.
    if (this.#reported.has(text) || this.#reported.size > 99) return;
    this.#reported.add(text);
    (globalThis.reportError ?? console.error)(error);
  }

  /** Returns a frame as text. Throws an error that names the member that has made it. */
  text(member, frame) {
    if (typeof frame === "string" && frame !== "") return frame;
    if (typeof frame !== "object" || frame === null || typeof frame.then === "function") {
      throw expected(member, "return an object, an array or a non-empty string", frame);
    }
    try {
      return JSON.stringify(frame);
    } catch (error) {
      throw new TypeError(`\`adapter.${member}\` must return a frame that JSON can represent: ${error}`);
    }
  }

  /** Returns the id that a member has given for a frame; `null` if none. */
  id(member, id) {
    if (id === null || id === undefined) return null;
    if (typeof id === "string" || (typeof id === "number" && Math.abs(id) <= Number.MAX_SAFE_INTEGER)) return id;
    throw expected(member, "give a number up to 2^53 - 1, a string, null or undefined", id);
  }
}

/** Returns the reason that an error gives, for a person. @param {any} error */
export function reasonOf(error) {
  return String(error?.message ?? error);
}

export function expected(member, what, got) {
  const shown =
    typeof got?.then === "function" ? "a promise" : typeof got === "object" ? JSON.stringify(got) : String(got);
  return new TypeError(`\`adapter.${member}\` must ${what}; got ${shown}`);
}

/** Returns the value at a path such as "data.chat_room_id". */
export function valueAt(value, path) {
  for (const name of path.split(".")) value = value?.[name];
  return value;
}

/** Sets the value at a path; creates the objects on the way. */
export function setAt(object, path, value) {
  const names = path.split(".");
  const last = names.pop();
  for (const name of names) object = object[name] ??= {};
  object[last] = value;
}
