import type { Broker } from "../index.js";

/** What the broker uses of a client of the `redis` package. */
export interface RedisLike {
  duplicate(): any;
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
  readonly connected: boolean;
  start(receive: (text: string) => void): Promise<void>;
  publish(text: string): Promise<void>;
  stop(): Promise<void>;
}
