// A page on a server in the test's process: what a transport would carry.

import assert from "node:assert/strict";

import { Queue } from "../support/queue.mjs";

export const HELLO = { action: "hello", protocol: 1, cursors: {} };

/** Returns the frame of a message. @param {number | string} conversationId @param {string} message @param {string} [clientId] */
export function say(conversationId, message, clientId) {
  return { conversation_id: conversationId, message, ...(clientId === undefined ? {} : { client_id: clientId }) };
}

/** One socket: `await page.ask(frame)`. `stall()` makes its reader stop reading. */
export class Page {
  /** @type {Queue<any>} */
  received = new Queue("frames");
  #reads = Promise.resolve();
  resume = () => {};

  /**
   * @param {import("inbox-socket/server").Server} server
   * @param {number | string} userId
   * @param {() => Promise<boolean>} [recheck]
   */
  constructor(server, userId, recheck) {
    this.connection = server.connect({
      userId,
      recheck,
      send: async (text) => {
        await this.#reads;
        this.received.push(text);
      },
      close: (code, reason) => this.received.push({ code, reason }),
    });
  }

  /** Opens a page on layer 1. @param {import("inbox-socket/server").Server} server @param {number | string} userId */
  static async open(server, userId) {
    return new Page(server, userId).hello();
  }

  stall() {
    this.#reads = new Promise((resolve) => (this.resume = () => resolve(undefined)));
  }

  /** Sends a frame: an object, raw text, or null for a binary frame. @param {object | string | null} frame */
  send(frame) {
    return this.connection.receive(typeof frame === "object" && frame !== null ? JSON.stringify(frame) : frame);
  }

  /** Returns the next frame. */
  async next() {
    const text = await this.received.next();
    assert.equal(typeof text, "string", `closed: ${JSON.stringify(text)}`);
    return JSON.parse(text);
  }

  /** Sends a frame and returns the next one received. @param {object | string | null} frame */
  async ask(frame) {
    void this.send(frame);
    return this.next();
  }

  /** Returns code and reason of the close, which must be next. */
  async closed() {
    const outcome = await this.received.next();
    assert.equal(typeof outcome, "object", outcome);
    return [outcome.code, outcome.reason];
  }

  async hello() {
    assert.equal((await this.ask(HELLO)).action, "welcome");
    return this;
  }

  /** Asserts that nothing else has been sent up to now. */
  async nothingMore() {
    assert.equal((await this.ask({ action: "goodbye" })).code, "unknown_action");
  }
}

/**
 * Holds the calls of a storage's function until `open()`.
 *
 * @param {any} storage
 * @param {string} name
 */
export function gate(storage, name) {
  const wrapped = storage[name].bind(storage);
  let enter, open;
  const entered = new Promise((resolve) => (enter = resolve));
  const opened = new Promise((resolve) => (open = resolve));
  storage[name] = async (...args) => {
    enter();
    await opened;
    return wrapped(...args);
  };
  return { entered, open };
}
