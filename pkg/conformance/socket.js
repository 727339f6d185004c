// One connection to the tested server, with a record of what was sent and what came.

import { setTimeout as sleep } from "node:timers/promises";

import { Violation } from "./violation.js";

/** Longest `retry_after`, in ms. */
const MAX_RETRY_AFTER = 60_000;

export class Socket {
  /** Frames that no `next` has taken. @type {any[]} */
  waiting = [];
  /** All frames, in order. @type {any[]} */
  received = [];
  /** The size of each received frame, in bytes as encoded. @type {WeakMap<object, number>} */
  #sizes = new WeakMap();
  /** The close event, once the connection has ended. @type {{code: number, reason: string} | null} */
  ended = null;
  /** The last frame sent. @type {unknown} */
  sent;
  /** @type {Set<() => void>} */
  #watchers = new Set();

  /** @param {any} socket a WebSocket @param {number} timeout ms to wait for a frame */
  constructor(socket, timeout) {
    this.socket = socket;
    this.timeout = timeout;
    this.isOpen = false;
    socket.onopen = () => this.#news(() => (this.isOpen = true));
    socket.onmessage = ({ data }) => this.#news(() => this.#receive(data));
    socket.onclose = ({ code, reason }) => this.#news(() => (this.ended = { code, reason: String(reason) }));
    socket.onerror = () => {}; // a close follows
  }

  /** Waits until the connection is open or has ended. */
  async opened() {
    await this.#until(() => this.isOpen || this.ended, "the connection opens");
    return this;
  }

  /** Waits for the end of the connection. @returns {Promise<{code: number, reason: string}>} */
  async closed() {
    await this.#until(() => this.ended, "the server closes the connection");
    return /** @type {any} */ (this.ended);
  }

  /** @param {object | string} frame a string is sent as it is */
  send(frame) {
    this.sent = frame;
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /**
   * Takes the first frame that matches, as soon as there is one.
   *
   * @param {(frame: any) => boolean} matches
   * @param {string} expected describes the frame
   */
  async next(matches, expected) {
    const index = () => this.waiting.findIndex(matches);
    await this.#until(() => index() >= 0 || this.ended, expected);
    if (index() < 0) throw new Violation(expected, { closed: this.ended, frames: this.waiting }, this.sent);
    return this.waiting.splice(index(), 1)[0];
  }

  /**
   * Sends a frame and takes the reply. Sends it again whenever the server requests that with `retry_after`.
   *
   * @param {any} frame
   * @param {(frame: any) => boolean} matches
   * @param {string} expected
   */
  async request(frame, matches, expected) {
    const ref = frame.client_id ?? frame.id ?? null;
    const isError = (reply) => reply?.action === "error" && (reply.ref === ref || reply.ref == null);
    for (;;) {
      this.send(frame);
      const reply = await this.next((reply) => matches(reply) || isError(reply), expected);
      if (matches(reply)) return reply;
      if (!(reply.retry_after > 0)) throw new Violation(expected, reply, frame);
      await sleep(Math.min(reply.retry_after, MAX_RETRY_AFTER));
    }
  }

  /** Returns the size of a received frame, in bytes as the server has encoded it. @param {object} frame */
  sizeOf(frame) {
    return this.#sizes.get(frame) ?? 0;
  }

  close() {
    this.socket.close();
  }

  #receive(data) {
    let frame = data;
    try {
      frame = JSON.parse(data);
    } catch {}
    if (frame !== null && typeof frame === "object") this.#sizes.set(frame, Buffer.byteLength(data));
    this.waiting.push(frame);
    this.received.push(frame);
  }

  #news(change) {
    change();
    for (const watcher of this.#watchers) watcher();
  }

  /** @param {() => unknown} holds @param {string} expected */
  #until(holds, expected) {
    return new Promise((/** @type {(value?: unknown) => void} */ resolve, reject) => {
      const look = () => holds() && finish(resolve);
      const finish = (end, value) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        end(value);
      };
      const late = () =>
        finish(reject, new Violation(`${expected} within ${this.timeout} ms`, this.waiting.slice(-5), this.sent));
      const timer = setTimeout(late, this.timeout);
      this.#watchers.add(look);
      look();
    });
  }
}
