import type { Broker } from "./index.js";

/** What the broker uses of a client of the `redis` package. */
export interface RedisLike {
  /** Returns another client with the same options. */
  duplicate(): any;
  /** Publishes a message. */
  publish(channel: string, message: string): Promise<unknown>;
}

/**
 * Carries events over Redis, with a connected client of the `redis` package, version 5 or 6. It makes a second connection
 * for the subscription; closing the client is left to the application.
 *
 * Create the client with `disableOfflineQueue: true`: otherwise it keeps events while Redis is unreachable.
 */
export class RedisBroker implements Broker {
  /** @param options `channel`: default `"inbox-socket"`; sites that share one Redis need different ones */
  constructor(client: RedisLike, options?: { channel?: string });
  /** See {@link Broker}. */
  readonly connected: Broker["connected"];
  /** See {@link Broker}. */
  start: Broker["start"];
  /** See {@link Broker}. */
  publish: Broker["publish"];
  /** See {@link Broker}. */
  stop: Broker["stop"];
}
