// The broker over PostgreSQL's LISTEN and NOTIFY, with the `pg` package.

import { joiner, split } from "./parts.js";

const CHANNEL = "inbox_socket";
const RETRY_MS = 1_000;

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
    await this.#pool.query(
      "SELECT pg_notify($1, part) FROM unnest($2::text[]) WITH ORDINALITY AS t(part, n) ORDER BY n",
      [this.#channel, split(text)],
    );
  }

  async stop() {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#lost(this.#client);
  }

  /** @param {(text: string) => void} receive */
  async #listen(receive) {
    const client = await this.#pool.connect();
    if (this.#isStopped) return client.release(true);
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
