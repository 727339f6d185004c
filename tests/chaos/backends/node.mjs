// The server of docs/server-node.md, with PostgreSQL.

import { symlinkSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

import { block } from "../../docs/blocks.mjs";
import { missing, startPostgres } from "../../server/postgres.mjs";
import { testFile } from "../../support/bundle.mjs";
import { Program } from "../../support/program.mjs";
import { Guide, participantRows, tokenOf } from "./guide.mjs";

const GUIDE = "docs/server-node.md";
const USERS = ["ana", "ben", "chi"];

// Every message must have an entry: without one its number is null.
const READ = `
  SELECT m.conversation_id AS conversation, e.seq, m.id, u.name AS user, e.client_id AS "clientId", m.text,
    (1000 * extract(epoch FROM m.created_at))::bigint AS at
  FROM messages m JOIN users u ON u.id = m.sender_id LEFT JOIN inbox_entries e ON e.message = m.id
  ORDER BY m.conversation_id, e.seq`;

export class Node extends Guide {
  /** @type {Awaited<ReturnType<typeof startPostgres>> | undefined} */
  #postgres;

  static async open() {
    if (missing) throw new Error(missing);
    const server = new Node({ "main.mjs": block(GUIDE, "main.mjs").text });
    symlinkSync(testFile("node_modules"), join(server.folder, "node_modules"));
    server.#postgres = await startPostgres();
    const users = USERS.map((user) => `('${user}', '${tokenOf(user)}')`).join(", ");
    await server.#query(`
      ${block(GUIDE, "tables.sql").text}
      INSERT INTO users (name, token) VALUES ${users};
      INSERT INTO participants VALUES ${participantRows((user) => 1 + USERS.indexOf(user))};
    `);
    const { url } = server.#postgres;
    server.program = await Program.open((port) => [
      process.execPath,
      ["main.mjs"],
      { cwd: server.folder, env: { PORT: port, DATABASE_URL: url }, line: /Listening on port/ },
    ]);
    return server;
  }

  /** @returns {Promise<import("../servers.mjs").Stored[]>} */
  async stored() {
    const { rows } = await this.#query(READ);
    const numbers = ["conversation", "seq", "id", "at"];
    return rows.map((row) => ({ ...row, ...Object.fromEntries(numbers.map((name) => [name, Number(row[name])])) }));
  }

  async close() {
    await super.close();
    await this.#postgres?.stop();
  }

  /** @param {string} sql */
  async #query(sql) {
    const client = new pg.Client(this.#postgres?.url);
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
