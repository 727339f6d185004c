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

  /** Resolves when it is subscribed, or Redis is unreachable: it then subscribes later. @param {(text: string) => void} receive */
  async start(receive) {
    const subscriber = this.#client.duplicate();
    this.#subscriber = subscriber;
    const failed = new Promise((resolve) => subscriber.once("error", resolve));
    for (const event of ["error", "reconnecting", "end"]) subscriber.on(event, () => (this.connected = false));
    // Rejects only if `stop` ends it.
    const subscribed = this.#subscribe(subscriber, receive).catch(() => {});
    await Promise.race([subscribed, failed]);
  }

  /** @param {string} text */
  async publish(text) {
    await this.#client.publish(this.#channel, text);
  }

  async stop() {
    this.connected = false;
    this.#subscriber?.destroy();
  }

  /** @param {any} subscriber @param {(text: string) => void} receive */
  async #subscribe(subscriber, receive) {
    await subscriber.connect();
    await subscriber.subscribe(this.#channel, receive);
    this.connected = true;
    // After a failure the client reconnects and subscribes again on its own, and then is ready.
    subscriber.on("ready", () => (this.connected = true));
  }
}
