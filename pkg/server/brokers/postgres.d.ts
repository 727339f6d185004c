import type { Broker } from "../index.js";

/** What the broker uses of a `Pool` of the `pg` package. */
export interface PoolLike {
  connect(): Promise<any>;
  query(text: string, values?: any[]): Promise<unknown>;
}

/**
 * Carries events over PostgreSQL's LISTEN and NOTIFY. It keeps one connection of the pool. A pooler between the two, such
 * as PgBouncer, must be in session mode.
 */
export class PostgresBroker implements Broker {
  /** @param options `channel`: default `"inbox_socket"`; sites that share one database need different ones */
  constructor(pool: PoolLike, options?: { channel?: string });
  readonly connected: boolean;
  start(receive: (text: string) => void): Promise<void>;
  publish(text: string): Promise<void>;
  stop(): Promise<void>;
}
