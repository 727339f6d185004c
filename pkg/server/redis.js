// The broker over Redis, with a client of the `redis` package.

const CHANNEL = "inbox-socket";

/** Publishes with the client, and subscribes with a second connection that it makes of it. */
export class RedisBroker {
  connected = false;

  #client;
  #channel;
  /** @type {any} */
  #subscriber;

  /** @param {any} client @param {{channel?: string}} [options] */
  constructor(client, { channel = CHANNEL } = {}) {
    if (typeof client?.duplicate !== "function") {
      throw new TypeError("client must be a client of the `redis` package: createClient({ url })");
    }
    this.#client = client;
    this.#channel = channel;
  }

  /** @param {(text: string) => void} receive */
  async start(receive) {
    this.#subscriber = this.#client.duplicate();
    // The client reconnects and subscribes again on its own; "ready" follows.
    this.#subscriber.on("error", () => (this.connected = false));
    for (const event of ["reconnecting", "end"]) this.#subscriber.on(event, () => (this.connected = false));
    await this.#subscriber.connect();
    await this.#subscriber.subscribe(this.#channel, receive);
    this.connected = true;
    this.#subscriber.on("ready", () => (this.connected = true));
  }

  /** @param {string} text */
  async publish(text) {
    await this.#client.publish(this.#channel, text);
  }

  async stop() {
    this.connected = false;
    this.#subscriber?.destroy();
  }
}
