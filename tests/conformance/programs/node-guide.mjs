// The server of docs/server-node.md with PostgreSQL, as a reader would start it.

import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PgStorage } from "inbox-socket/server/pg";
import pg from "pg";

import { block } from "../../docs/blocks.mjs";
import { startPostgres } from "../../server/postgres.mjs";
import { testFile } from "../../support/bundle.mjs";
import { Program } from "../../support/program.mjs";
import { folderFor } from "./folder.mjs";

const GUIDE = "docs/server-node.md";

/** `joined` calls none of the application's functions. */
const UNUSED = { participants: () => [], conversations: () => [], create: () => 0, load: () => [] };

/** @param {import("node:test").TestContext} t @returns {Promise<import("./index.mjs").Tested>} */
export async function nodeGuide(t) {
  const folder = folderFor(t);
  writeFileSync(join(folder, "main.mjs"), block(GUIDE, "main.mjs").text);
  symlinkSync(testFile("node_modules"), join(folder, "node_modules"));
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const pool = new pg.Pool({ connectionString: postgres.url });
  // PostgreSQL may stop first.
  pool.on("error", () => {});
  t.after(() => pool.end());
  await pool.query(block(GUIDE, "tables.sql").text);
  await pool.query(`
    INSERT INTO users (name, token) VALUES ('Ana', 'token-of-ana'), ('Ben', 'token-of-ben');
    INSERT INTO participants VALUES (2, 1), (2, 2), (9, 2);
  `);
  const program = await Program.start(t, (port) => [
    process.execPath,
    ["main.mjs"],
    {
      cwd: folder,
      env: { PORT: port, DATABASE_URL: postgres.url, ORIGINS: undefined },
      line: /Listening on port \d+/,
    },
  ]);
  return {
    url: `ws://127.0.0.1:${program.port}/ws/inbox/`,
    users: { a: "?token=token-of-ana", b: "?token=token-of-ben" },
    conversation: "2",
    outside: "9",
    restart: () => program.restart(),
    leave: ({ conversation, user }) =>
      pool.query("DELETE FROM participants WHERE conversation_id = $1 AND user_id = $2", [conversation, user]),
    join: ({ conversation, user }) => addUser(pool, Number(conversation), Number(user)),
  };
}

/** Adds the user as the guide says. @param {pg.Pool} pool @param {number} conversation @param {number} user */
async function addUser(pool, conversation, user) {
  const storage = new PgStorage(pool, UNUSED);
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("INSERT INTO participants VALUES ($1, $2)", [conversation, user]);
    await storage.joined(client, conversation, [user]);
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}
