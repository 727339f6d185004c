// Subscriptions that begin behind a number: subscribe(id, listener, { after }). Only pages that use it load this file.
//
// The core counts from the heads of the page's first welcome, for all listeners at once. What such a listener lacks up to
// there, it alone receives: this file requests it with a separate `sync`, in the frames of PROTOCOL.md, and meanwhile
// keeps what the core delivers. From then on the core's order is enough.

/** The phase of a connection to a server without numbers: see lib/diagnosis/inspect.js. */
const PLAIN = -8;

/** The conversations in one `sync`: see PROTOCOL.md. */
const AT_ONCE = 500;

/** A `sync` without a reply for so long, on a connection that replies to everything else, is sent again. In ms. */
const PATIENCE = 30_000;

/** The ids of the requests begin with this; the core's are numbers. */
const ID = "after-";

let asked = 0;

/** By inbox. @type {WeakMap<object, CatchUp>} */
const catchUps = new WeakMap();

/**
 * Subscribes behind a number.
 *
 * @param {any} core
 * @param {import("../index.js").ConversationId} conversationId
 * @param {(frame: any) => void} listener
 * @param {number | (() => number | Promise<number>)} after
 */
export function openAfter(core, conversationId, listener, after) {
  return new Reader(core, conversationId, listener, after);
}

class Reader {
  lastMessage = null;
  key;
  /** What was delivered up to here; undefined until the application has said it. @type {any} */
  cursor;
  /** What the core has delivered while this reader catches up. @type {any[] | undefined} */
  #kept = [];
  #core;
  #listener;
  #conversationId;
  #leave;

  constructor(core, conversationId, listener, after) {
    this.#core = core;
    this.#listener = listener;
    this.#conversationId = conversationId;
    this.key = String(conversationId);
    this.#leave = core.subscribe(conversationId, (frame) => this.#hear(frame));
    this.#begin(after);
  }

  release = () => {
    this.#kept = [];
    this.#leave();
    catchUps.get(this.#core)?.remove(this);
    this.#listener = () => {};
  };

  /** The reply to a `sync`. Returns whether anything is missing still. */
  take({ messages, heads, floors }) {
    const floor = floors?.[this.key] ?? 0;
    if (floor > this.cursor) this.#skip(this.cursor, floor + 1);
    for (const message of messages) {
      if (String(message?.conversation_id) !== this.key || !(message.seq > this.cursor)) continue;
      // The reply is the history: what it lacks is lost.
      if (message.seq > this.cursor + 1) this.#skip(this.cursor, message.seq);
      this.#deliver(message);
    }
    return this.cursor < (heads[this.key] ?? 0);
  }

  /** Nothing is missing any more: delivers what was kept, and from now on what the core delivers. */
  catchUp() {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const frame of kept) this.#hear(frame);
  }

  async #begin(after) {
    try {
      if ((this.#conversationId ?? null) === null)
        throw new TypeError("`after` must be used with a conversation; got null");
      const given = typeof after === "function" ? await after() : after;
      if (!Number.isSafeInteger(given) || given < 0) {
        throw new TypeError(`\`after\` must be an integer ≥ 0, or return one; got ${String(given)}`);
      }
      this.cursor = given;
    } catch (error) {
      report(error);
      return this.catchUp();
    }
    let catchUp = catchUps.get(this.#core);
    if (!catchUp) catchUps.set(this.#core, (catchUp = new CatchUp(this.#core)));
    catchUp.add(this);
  }

  #hear(frame) {
    const { action, seq, after, before } = frame;
    const isNumbered = action === "gap" || (action === undefined && Number.isSafeInteger(seq) && seq > 0);
    if (this.#kept && isNumbered && (this.#core.inspect?.() ?? PLAIN) === PLAIN) {
      catchUps.get(this.#core)?.remove(this);
      this.cursor = undefined;
      this.catchUp();
    }
    if (!isNumbered || (this.cursor === undefined && !this.#kept)) return this.#deliver(frame);
    if (this.#kept) return void this.#kept.push(frame);
    if (action === "gap") {
      if (before - 1 > this.cursor) this.#skip(Math.max(after, this.cursor), before);
    } else if (seq > this.cursor) this.#deliver(frame);
  }

  #skip(after, before) {
    this.cursor = before - 1;
    this.#deliver({ action: "gap", conversation_id: this.#conversationId, after, before });
  }

  #deliver(frame) {
    // Before the call, because the listener may end the subscription.
    if (frame.action === undefined && this.cursor !== undefined && frame.seq > this.cursor) this.cursor = frame.seq;
    this.lastMessage = frame;
    try {
      this.#listener(frame);
    } catch (error) {
      report(error);
    }
  }
}

/** The readers of an inbox that lack messages, and the requests for these. */
class CatchUp {
  #core;
  /** @type {Set<Reader>} */
  #readers = new Set();
  /** @type {WebSocket | undefined} */
  #socket;
  #isAssured = false;
  /** The readers of the request in flight. @type {Reader[]} */
  #named = [];
  #id = "";
  #timer;
  #unwatch;

  constructor(core) {
    this.#core = core;
    this.#unwatch = core.watchAttempts((_, socket) => this.#watch(socket));
    // The present connection may have been welcomed before.
    this.#isAssured = core.getStats().assured;
  }

  add(reader) {
    this.#readers.add(reader);
    if (this.#id === "") this.#ask();
  }

  remove(reader) {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    clearTimeout(this.#timer);
    this.#unwatch();
    this.#socket?.removeEventListener("message", this.#read);
    catchUps.delete(this.#core);
  }

  /** @param {WebSocket | undefined} socket */
  #watch(socket) {
    this.#socket?.removeEventListener("message", this.#read);
    this.#socket = socket;
    this.#isAssured = false;
    this.#id = "";
    // The core sets `onmessage` only after this, and so hears each frame after it.
    socket?.addEventListener("message", this.#read);
  }

  #ask = () => {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (!this.#isAssured || socket?.readyState !== 1 || this.#readers.size === 0) return;
    this.#named = [];
    const after = Object.create(null);
    for (const reader of this.#readers) {
      // Two readers of a conversation: the one behind asks first.
      if (this.#named.length < AT_ONCE && !(after[reader.key] <= reader.cursor)) {
        after[reader.key] = reader.cursor;
        this.#named.push(reader);
      }
    }
    this.#id = `${ID}${++asked}`;
    socket.send(JSON.stringify({ action: "sync", after, id: this.#id }));
    // A ping, which detects a dead connection.
    this.#core.retry();
    this.#askLater(PATIENCE);
  };

  #askLater(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#ask, ms);
    // Keeps Node.js from waiting for the timer. In a browser a timer is a number.
    /** @type {any} */ (this.#timer).unref?.();
  }

  #read = ({ data }) => {
    if (typeof data !== "string") return;
    const isWelcome = !this.#isAssured && data.includes('"welcome"');
    if (!isWelcome && !(this.#id !== "" && data.includes(this.#id))) return;
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame?.action === "welcome") {
      this.#isAssured = true;
      this.#ask();
    } else if (frame?.action === "sync_response" && frame.id === this.#id) {
      this.#take(frame);
    } else if (frame?.action === "error" && frame.ref === this.#id) {
      this.#id = "";
      this.#askLater(frame.retry_after ?? 2_000);
    }
  };

  #take(frame) {
    if (!Array.isArray(frame.messages) || typeof frame.heads !== "object") return;
    this.#id = "";
    let hasProgress = false;
    for (const reader of this.#named) {
      // A listener may have ended the subscription of another one.
      if (!this.#readers.has(reader)) continue;
      const before = reader.cursor;
      const isBehind = reader.take(frame);
      hasProgress ||= reader.cursor !== before || !isBehind;
      if (isBehind) continue;
      this.remove(reader);
      reader.catchUp();
    }
    // A reply without progress would be asked for forever.
    if (hasProgress) this.#ask();
    else if (this.#readers.size > 0) this.#askLater(PATIENCE);
  }
}

function report(error) {
  (globalThis.reportError ?? console.error)(error);
}
