import type { Broker } from "./index.js";

/** What the broker uses of a `Pool` of the `pg` package. */
export interface PoolLike {
  /** Takes a connection out of the pool. */
  connect(): Promise<any>;
  /** Runs a query on any connection. */
  query(text: string, values?: any[]): Promise<unknown>;
}

/**
 * Carries events over PostgreSQL's LISTEN and NOTIFY. It keeps one connection of the pool. A pooler between the two, such
 * as PgBouncer, must be in session mode.
 */
export class PostgresBroker implements Broker {
  /** @param options `channel`: default `"inbox_socket"`; sites that share one database need different ones */
  constructor(pool: PoolLike, options?: { channel?: string });
  /** See {@link Broker}. */
  readonly connected: Broker["connected"];
  /** See {@link Broker}. */
  start: Broker["start"];
  /** See {@link Broker}. */
  publish: Broker["publish"];
  /** See {@link Broker}. */
  stop: Broker["stop"];
}
