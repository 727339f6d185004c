// The server's end of one WebSocket.

import { Arrivals } from "./arrivals.js";

/** @typedef {import("../../testing.js").Frame} Frame */

export class Connection {
  isOpen = true;
  /** Whether the connection has layer 1. */
  counts = false;

  /** @type {Arrivals<any>} */
  #frames = new Arrivals();
  #server;
  #socket;

  /** @param {import("./server.js").Server} server @param {import("./web-socket.js").Socket} socket */
  constructor(server, socket) {
    this.#server = server;
    this.#socket = socket;
    this.url = socket.url;
    /** @type {Promise<{code: number, reason: string}>} */
    this.closed = new Promise((resolve) => {
      socket.listen({
        received: (data) => this.#receive(data),
        closed: (code, reason) => {
          this.isOpen = false;
          resolve({ code, reason });
        },
      });
    });
  }

  get frames() {
    return this.#frames.items;
  }

  /** @param {object | string | ((frame: any) => boolean)} expected */
  received(expected) {
    const isGiven = typeof expected === "function";
    const matches = isGiven ? /** @type {(frame: any) => boolean} */ (expected) : (frame) => includes(frame, expected);
    const wanted = isGiven ? "that the function accepts" : `like ${JSON.stringify(expected)}`;
    return this.#frames.find(
      matches,
      (within) => `no frame ${wanted} arrived ${within}; got ${JSON.stringify(this.frames)}`,
    );
  }

  /** @param {object | string} frame */
  send(frame) {
    if (!this.isOpen) throw new Error("this connection is closed; call `await server.connection()` for the next one");
    this.say(frame);
  }

  /** Sends, unless the connection is closed. @param {object | string} frame */
  say(frame) {
    this.#socket.deliver(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  close(code = 1000, reason = "") {
    this.#socket.close(code, reason, true);
  }

  drop() {
    this.#socket.close(1006, "", false);
  }

  /** @param {unknown} data */
  #receive(data) {
    if (this.#server.options.protocol === null) return this.#frames.push(parse(String(data)));
    /** @type {Frame} */
    const frame = JSON.parse(String(data));
    switch (frame.action) {
      case "hello":
        return this.#greet();
      case "sync":
        return this.#catchUp(frame);
      case "ping":
        return this.say({ action: "pong", id: frame.id, total: this.#server.history.total });
    }
    const { client_id: clientId, ...own } = frame;
    this.#frames.push(own);
    if (frame.action === "get_messages") this.#tellHistory(frame);
    else if (frame.action === undefined) this.#server.sent({ connection: this, frame: this.counts ? frame : own });
  }

  #greet() {
    if (this.#server.options.protocol === 0) {
      return this.say({ action: "error", code: "unknown_action", detail: "There is no such action.", ref: null });
    }
    this.counts = true;
    // Omits the user's id: otherwise the client would detect another user in the next test and fail queued messages.
    this.say({ action: "welcome", protocol: 1, heads: this.#server.history.heads });
  }

  /** @param {Frame} frame */
  #catchUp({ id, after }) {
    const { history } = this.#server;
    const messages = history.after(/** @type {Record<string, number>} */ (after));
    const rest = { heads: history.heads, has_more: false, complete: true, floors: {} };
    this.say({ action: "sync_response", id, messages, ...rest });
  }

  /** @param {Frame} frame */
  #tellHistory({ conversation_id }) {
    const messages = this.#server.history.of(conversation_id);
    this.say({ action: "messages_response", conversation_id, messages, has_more: false });
  }
}

/** Returns the object or array that a text encodes, or else the text, as an adapter receives it. @param {string} text */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : text;
  } catch {
    return text;
  }
}

/** Returns whether a value has at least these members. @param {unknown} value @param {unknown} expected */
function includes(value, expected) {
  if (typeof expected !== "object" || expected === null) return Object.is(value, expected);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(expected).every(([member, part]) => includes(value[member], part));
}
