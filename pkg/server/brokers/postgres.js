// The broker over PostgreSQL's LISTEN and NOTIFY, with the `pg` package.

import { randomUUID } from "node:crypto";

const CHANNEL = "inbox_socket";
const RETRY_MS = 1_000;
// PostgreSQL limits a notification to 8,000 bytes; a UTF-16 unit takes up to 3.
const PART = 2_500;

/** Publishes with the pool, and subscribes with a connection of its pool that it keeps. */
export class PostgresBroker {
  connected = false;

  #pool;
  #channel;
  /** The subscription's connection. @type {any} */
  #client;
  /** @type {NodeJS.Timeout | undefined} */
  #retry;
  #isStopped = false;

  /** @param {any} pool @param {{channel?: string}} [options] */
  constructor(pool, { channel = CHANNEL } = {}) {
    if (!/^[a-z_][a-z0-9_]*$/.test(channel)) {
      throw new TypeError(`channel must consist of a-z, 0-9 and _; got ${JSON.stringify(channel)}`);
    }
    this.#pool = pool;
    this.#channel = channel;
  }

  /** @param {(text: string) => void} receive */
  async start(receive) {
    this.#isStopped = false;
    await this.#listen(receive);
  }

  /** @param {string} text */
  async publish(text) {
    // One statement, so that the parts arrive together, in order.
    await this.#pool.query("SELECT pg_notify($1, part) FROM unnest($2::text[]) WITH ORDINALITY AS t(part, n) ORDER BY n", [
      this.#channel,
      split(text),
    ]);
  }

  async stop() {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#lost(this.#client);
  }

  /** @param {(text: string) => void} receive */
  async #listen(receive) {
    const client = await this.#pool.connect();
    this.#client = client;
    const join = joiner(receive);
    client.on("notification", (/** @type {{payload: string}} */ { payload }) => join(payload));
    for (const event of ["error", "end"]) {
      client.on(event, () => {
        if (this.#client !== client) return;
        this.#lost(client);
        this.#again(receive);
      });
    }
    try {
      await client.query(`LISTEN ${this.#channel}`);
    } catch (error) {
      this.#lost(client);
      throw error;
    }
    this.connected = true;
  }

  /** @param {(text: string) => void} receive */
  #again(receive) {
    if (this.#isStopped) return;
    this.#retry = setTimeout(() => this.#listen(receive).catch(() => this.#again(receive)), RETRY_MS);
  }

  /** Ends the subscription's connection. @param {any} client */
  #lost(client) {
    if (!client || this.#client !== client) return;
    this.#client = undefined;
    this.connected = false;
    client.release(true);
  }
}

/**
 * Returns the parts of a text, each with the text's id, its index and their count before it.
 *
 * @param {string} text
 */
export function split(text) {
  const id = randomUUID();
  const parts = [];
  for (let start = 0; start < text.length; ) {
    let end = start + PART;
    // Not within a pair of surrogates.
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? "")) end -= 1;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts.map((part, index) => `${id} ${index} ${parts.length} ${part}`);
}

/**
 * Returns a function that takes the parts, and passes on each text that is complete. A text with a lost part is dropped.
 *
 * @param {(text: string) => void} receive
 */
export function joiner(receive) {
  let current = "";
  /** @type {string[]} */
  let parts = [];
  return (/** @type {string} */ payload) => {
    const match = /^(\S+) (\d+) (\d+) /.exec(payload);
    if (!match) return;
    const [head, id, index, count] = match;
    if (id !== current) parts = [];
    current = id;
    if (Number(index) !== parts.length) return;
    parts.push(payload.slice(head.length));
    if (parts.length === Number(count)) receive(parts.join(""));
  };
}
