// The storage for SQLite, over a database of `better-sqlite3` or `node:sqlite`.

import { SqlStorage, Statement } from "./sql.js";

/** @type {import("./sql.js").Dialect} */
const DIALECT = {
  types: { number: "INTEGER", string: "TEXT" },
  lock: "", // BEGIN IMMEDIATE locks the database
  migrating: null,
  list: () => "json_each(?) AS r",
  keys: () => "(SELECT value ->> 'conversation' AS conversation, value ->> 'seq' AS seq FROM json_each(?)) AS r",
};

/** Keeps messages in the application's tables, and their numbers in tables of its own. */
export class SqliteStorage extends SqlStorage {
  /**
   * @param {any} database
   * @param {import("./application.js").Application} application functions that return values, not promises: a transaction
   *   that waits would contain what others do with the same connection meanwhile
   * @param {import("./application.js").StorageOptions} [options]
   */
  constructor(database, application, options = {}) {
    /** @type {Map<string, any>} */
    const prepared = new Map();
    /** @param {Statement} statement */
    const query = ({ sql, params, hasRows }) => {
      let statement = prepared.get(sql);
      if (!statement) prepared.set(sql, (statement = database.prepare(sql)));
      const values = params.map((value) => value ?? null);
      return hasRows ? statement.all(...values) : statement.run(...values);
    };
    /** @param {any} _client @param {Generator<any, any, any>} steps */
    const run = (_client, steps) => {
      /** @type {unknown} */
      let answer;
      for (;;) {
        const { done, value } = steps.next(answer);
        if (done) return value;
        if (typeof value?.then === "function") {
          // Its rejection would end the process.
          value.then(undefined, () => {});
          throw new TypeError("the application's functions must return values with SQLite; got a promise");
        }
        answer = value instanceof Statement ? query(value) : value;
      }
    };
    const driver = {
      run,
      read: async (steps) => run(database, steps(database)),
      transaction: async (steps) => {
        database.exec("BEGIN IMMEDIATE");
        try {
          const result = run(database, steps(database));
          database.exec("COMMIT");
          return result;
        } catch (error) {
          database.exec("ROLLBACK");
          throw error;
        }
      },
    };
    super(application, options, driver, DIALECT);
  }
}
