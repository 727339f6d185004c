import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { PYTHON } from "../../support/backend.mjs";

const SCRIPT = `
import contextlib, sqlite3, sys
file, sql, *values = sys.argv[1:]
with contextlib.closing(sqlite3.connect(file, timeout=20)) as database, database:
    database.execute(sql, values)
`;

/**
 * Executes a statement in the database of a running server. Python's module, because Node.js 20 has none.
 *
 * @param {string} file @param {string} sql @param {string[]} values
 */
export const execute = (file, sql, ...values) => promisify(execFile)(PYTHON, ["-c", SCRIPT, file, sql, ...values]);
