// Many people at once, in this one process: they connect, and talk as fast as they are heard.

import WebSocket from "ws";

/** Connections that may be under way at the same time. */
const CONNECTING = 50;
/** Messages that may be under way at the same time. */
const TALKING = 32;

/** @typedef {{cookie: string, conversations: number[]}} User */

export class Crowd {
  /** @type {WebSocket[]} */
  sockets = [];
  /** Deliveries still awaited of each message under way, by its text, and what to do at the last. @type {Map<string, {left: number, done: () => void}>} */
  #awaited = new Map();
  #perMessage;
  #count = 0;

  /**
   * @param {string} origin @param {User[]} users
   * @param {"before" | "after"} architecture a socket for each conversation, or one for each user
   */
  constructor(origin, users, architecture) {
    this.origin = origin;
    this.users = users;
    this.architecture = architecture;
    // As many people are in a conversation as a person is in conversations: see seed.py.
    this.#perMessage = users[0]?.conversations.length ?? 0;
  }

  async connect() {
    const wanted = this.users.flatMap((user) =>
      this.architecture === "after"
        ? [{ user, path: "/ws/inbox/" }]
        : user.conversations.map((id) => ({ user, path: `/ws/chat/${id}/` })),
    );
    const next = wanted.values();
    await Promise.all(
      Array.from({ length: CONNECTING }, async () => {
        for (const { user, path } of next) this.sockets.push(await this.#open(user, path));
      }),
    );
  }

  /**
   * Everybody is always talking: a message that has reached all who are to hear it makes room for the next.
   *
   * @param {number} seconds
   * @returns {Promise<{messages: number, latencies: number[]}>} from sending until the last of them has heard it, in ms
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
    for (const socket of this.sockets) socket.terminate();
  }

  /** Sends one message through the next socket, until everybody has heard it. */
  #say() {
    const text = `message ${this.#count}`;
    // A large step, so that neighbours in the ring do not talk at the same time.
    const index = (this.#count++ * 7_919) % this.sockets.length;
    const socket = this.sockets[index];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${text} was not heard by all`)), 30_000);
      this.#awaited.set(text, {
        left: this.#perMessage,
        done: () => {
          clearTimeout(timer);
          resolve(undefined);
        },
      });
      socket?.send(
        JSON.stringify({ conversation_id: /** @type {any} */ (socket).conversation, message: text, type: "TEXT" }),
      );
    });
  }

  /** @param {User} user @param {string} path @returns {Promise<WebSocket>} */
  #open(user, path) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.origin.replace("http", "ws") + path, {
        headers: { cookie: user.cookie, origin: this.origin },
        // As browsers do; it is a good part of what a socket takes on the server.
        perMessageDeflate: true,
      });
      const id = /\/(\d+)\/$/.exec(path)?.[1];
      Object.assign(socket, { conversation: id ? Number(id) : user.conversations[0] });
      socket.on("open", () => resolve(socket));
      socket.on("error", reject);
      socket.on("message", (data) => this.#hear(JSON.parse(data.toString())));
    });
  }

  /** @param {{action?: string, message?: string}} frame */
  #hear(frame) {
    if (frame.message === undefined) throw new Error(`the server says ${JSON.stringify(frame)}`);
    const awaited = this.#awaited.get(frame.message);
    if (!awaited) throw new Error(`${frame.message} was heard by too many`);
    awaited.left -= 1;
    if (awaited.left > 0) return;
    this.#awaited.delete(frame.message);
    awaited.done();
  }
}
