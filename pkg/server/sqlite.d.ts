import type { Application, SqlStorage, StorageOptions } from "./application.js";

export type { Application, StorageOptions } from "./application.js";

/** What the storage uses of a database of `better-sqlite3` or `node:sqlite`. */
export interface DatabaseLike {
  /** Runs statements without parameters. */
  exec(sql: string): unknown;
  /** Returns a statement with `all(…)` and `run(…)`. */
  prepare(sql: string): any;
}

/**
 * Keeps messages in the application's tables in SQLite, and their numbers in tables of its own.
 *
 * The application's functions must return values, not promises.
 */
export class SqliteStorage<Database extends DatabaseLike = DatabaseLike> extends SqlStorage<Database, "value"> {
  constructor(database: Database, application: Application<Database>, options?: StorageOptions);
}
