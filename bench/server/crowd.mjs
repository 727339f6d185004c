// Many users in one process: they connect, and send each message as soon as an earlier one has reached everyone.

import WebSocket from "ws";

import { PLAIN, SOCKET_IO } from "./wires.mjs";

/** Handshakes in flight at the same time. */
const CONNECTING = 50;
/** Messages in flight at the same time. */
const TALKING = 32;

/** @typedef {{cookie: string, conversations: number[]}} User */
/** @typedef {import("./architectures.mjs").Architecture} Architecture */

export class Crowd {
  /** @type {WebSocket[]} */
  sockets = [];
  /**
   * The messages in flight by their text: the number of deliveries still missing, and what to call after the last.
   *
   * @type {Map<string, {left: number, done: () => void}>}
   */
  #awaited = new Map();
  #perMessage;
  #count = 0;

  /**
   * @param {string} origin @param {User[]} users
   * @param {Architecture} architecture one socket per conversation ("before"), or one per user
   */
  constructor(origin, users, architecture) {
    this.origin = origin;
    this.users = users;
    this.architecture = architecture;
    const isSocketIo = architecture === "Socket.IO";
    this.wire = isSocketIo ? SOCKET_IO : PLAIN;
    this.path = isSocketIo ? "/socket.io/?EIO=4&transport=websocket" : "/ws/inbox/";
    // A conversation has as many users as a user has conversations: see seed.py.
    this.#perMessage = users[0]?.conversations.length ?? 0;
  }

  async connect() {
    const wanted = this.users.flatMap((user) =>
      this.architecture === "before"
        ? user.conversations.map((id) => ({ user, path: `/ws/chat/${id}/` }))
        : [{ user, path: this.path }],
    );
    const next = wanted.values();
    await Promise.all(
      Array.from({ length: CONNECTING }, async () => {
        for (const { user, path } of next) this.sockets.push(await this.#open(user, path));
      }),
    );
  }

  /**
   * Keeps a constant number of messages in flight: each one that has reached all its recipients is followed by another.
   *
   * @param {number} seconds
   * @returns {Promise<{messages: number, latencies: number[]}>} `latencies`: ms from sending until the last recipient
   *   has received the message
   */
  async talk(seconds) {
    const end = performance.now() + 1000 * seconds;
    /** @type {number[]} */
    const latencies = [];
    await Promise.all(
      Array.from({ length: TALKING }, async () => {
        while (performance.now() < end) {
          const start = performance.now();
          await this.#say();
          latencies.push(performance.now() - start);
        }
      }),
    );
    return { messages: latencies.length, latencies };
  }

  close() {
    for (const socket of this.sockets.splice(0)) socket.terminate();
  }

  /** Opens all users' sockets at once, as after a restart of the server, until each has its `welcome`. */
  async reconnect() {
    await Promise.all(this.users.map((user) => this.hello(user)));
  }

  /** Opens a user's socket, until it has its `welcome`. @param {User} user */
  hello(user) {
    return new Promise((resolve, reject) => {
      const socket = this.#socket(user, this.path);
      this.sockets.push(socket);
      socket.on("open", () => socket.send(JSON.stringify({ action: "hello", protocol: 1, cursors: {} })));
      socket.on("error", reject);
      socket.once("message", (data) => {
        const frame = JSON.parse(data.toString());
        if (frame.action === "welcome") resolve(frame);
        else reject(new Error(`the reply to hello must be a welcome; got ${JSON.stringify(frame)}`));
      });
    });
  }

  /** Sends one message through the next socket, and resolves when all recipients have received it. */
  #say() {
    const text = `message ${this.#count}`;
    // A large step, so that neighbours in the ring don't send at the same time.
    const index = (this.#count++ * 7_919) % this.sockets.length;
    const socket = this.sockets[index];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${text} did not reach all recipients in 30 s`)), 30_000);
      this.#awaited.set(text, {
        left: this.#perMessage,
        done: () => {
          clearTimeout(timer);
          resolve(undefined);
        },
      });
      const conversation = /** @type {any} */ (socket).conversation;
      socket?.send(this.wire.write({ conversation_id: conversation, message: text, type: "TEXT" }));
    });
  }

  /** @param {User} user @param {string} path @returns {Promise<WebSocket>} */
  #open(user, path) {
    return new Promise((resolve, reject) => {
      const socket = this.#socket(user, path);
      const id = /\/(\d+)\/$/.exec(path)?.[1];
      Object.assign(socket, { conversation: id ? Number(id) : user.conversations[0] });
      const opened = () => resolve(socket);
      if (this.wire.isOpenAtOnce) socket.on("open", opened);
      socket.on("error", reject);
      socket.on("message", (data) => {
        const frame = this.wire.read(data.toString(), socket, opened);
        if (frame) this.#hear(frame);
      });
    });
  }

  /** @param {User} user @param {string} path */
  #socket(user, path) {
    return new WebSocket(this.origin.replace("http", "ws") + path, {
      headers: { cookie: user.cookie, origin: this.origin },
      // Browsers offer compression, and it takes much of the server's memory per socket.
      perMessageDeflate: true,
    });
  }

  /** @param {{action?: string, message?: string}} frame */
  #hear(frame) {
    if (frame.message === undefined) throw new Error(`frames must be messages; got ${JSON.stringify(frame)}`);
    const awaited = this.#awaited.get(frame.message);
    if (!awaited) throw new Error(`${frame.message} was delivered too often`);
    awaited.left -= 1;
    if (awaited.left > 0) return;
    this.#awaited.delete(frame.message);
    awaited.done();
  }
}
