// The storage for PostgreSQL, over a Pool of the `pg` package.

import { SqlStorage, Statement } from "./sql.js";

/** @type {import("./sql.js").Dialect} */
const DIALECT = {
  types: { number: "BIGINT", string: "TEXT" },
  lock: "FOR UPDATE",
  migrating: "SELECT pg_advisory_xact_lock(hashtext('inbox_heads'))",
  list: (type) => `(SELECT value::${type} AS value FROM json_array_elements_text(?::json)) AS r`,
  keys: (type) => `json_to_recordset(?::json) AS r(conversation ${type}, seq BIGINT)`,
};

const WRITERS = 4;

/** Keeps messages in the application's tables, and their numbers in tables of its own. */
export class PgStorage extends SqlStorage {
  /** How many batches may be stored at the same time. */
  writers;

  /**
   * @param {any} pool
   * @param {import("./application.js").Application} application
   * @param {import("./application.js").StorageOptions} [options]
   */
  constructor(pool, application, options = {}) {
    // The pool replaces a connection that fails while it is idle; without a listener the process would end.
    if (pool.listenerCount("error") === 0) pool.on("error", () => {});
    const driver = {
      run,
      read: (steps) => run(pool, steps(pool)),
      transaction: (steps) => transaction(pool, steps),
    };
    super(application, options, driver, DIALECT);
    // Writers that all wait for locks leave connections to the readers.
    this.writers = Math.max(1, Math.min(WRITERS, Math.floor((pool.options?.max ?? 10) / 2)));
  }
}

/** @param {any} pool @param {(client: any) => Generator<any, any, any>} steps */
async function transaction(pool, steps) {
  const client = await pool.connect();
  // A connection that fails between two queries; the next query reports it.
  const ignore = () => {};
  client.on("error", ignore);
  /** @type {unknown} */
  let failure;
  try {
    // Other levels would read the heads as they were before the lock was granted.
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    const result = await run(client, steps(client));
    // If the application has caught the error of a query, PostgreSQL rolls back at COMMIT, and reports no error.
    const { command } = await client.query("COMMIT");
    if (command !== "COMMIT") throw new Error("the transaction was rolled back, because a query in it had failed");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((/** @type {unknown} */ broken) => (failure = broken));
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(failure !== undefined);
  }
}

/** @param {any} client @param {Generator<any, any, any>} steps */
async function run(client, steps) {
  /** @type {unknown} */
  let answer;
  for (;;) {
    const { done, value } = steps.next(answer);
    if (done) return value;
    answer = value instanceof Statement ? await query(client, value) : await value;
  }
}

/** @param {any} client @param {Statement} statement */
async function query(client, { sql, params }) {
  let number = 0;
  const text = sql.replace(/\?/g, () => `$${(number += 1)}`);
  const { rows } = await client.query(
    text,
    params.map((value) => value ?? null),
  );
  return rows;
}
