import type { Application, SqlStorage, StorageOptions } from "./application.js";

export type { Application, StorageOptions } from "./application.js";

/** What the storage uses of a `Pool` of the `pg` package. */
export interface PoolLike<Client> {
  /** Takes a connection out of the pool. */
  connect(): Promise<Client>;
  /** Runs a query on any connection. */
  query(text: string, values?: any[]): Promise<{ rows: any[] }>;
  /** Calls the listener if an idle connection fails. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** Returns the number of listeners. */
  listenerCount(event: "error"): number;
}

/** What the application's functions run their queries on: the pool, or a client in a transaction. */
export interface Queryable {
  /** Runs a query. */
  query(text: string, values?: any[]): Promise<{ rows: any[] }>;
}

/** Keeps messages in the application's tables in PostgreSQL, and their numbers in tables of its own. */
export class PgStorage extends SqlStorage<Queryable, "promise"> {
  constructor(pool: PoolLike<any>, application: Application<Queryable>, options?: StorageOptions);
  /** How many batches may be stored at the same time: 4, or half of a smaller pool's connections. */
  readonly writers: number;
}
