// The server of docs/server-fastapi.md, with SQLite.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { block } from "../../docs/blocks.mjs";
import { PYTHON } from "../../support/backend.mjs";
import { Program } from "../../support/program.mjs";
import { Guide, participantRows, ROOMS, tokenOf } from "./guide.mjs";

const GUIDE = "docs/server-fastapi.md";

// Every message must have an entry: without one its number is null.
const READ = `
import json, sqlite3, sys
from datetime import datetime, timezone
rows = sqlite3.connect(sys.argv[1]).execute("""
    SELECT room_id, seq, id, user, client_id, body, created_at
    FROM message LEFT JOIN inbox_socket_entry ON key = CAST(id AS TEXT) ORDER BY room_id, seq
""")
print(json.dumps([
    {"conversation": room, "seq": seq, "id": id, "user": user, "clientId": client_id, "text": text,
     "at": int(datetime.fromisoformat(at).replace(tzinfo=timezone.utc).timestamp() * 1000)}
    for room, seq, id, user, client_id, text, at in rows
]))`;
const WRITE = `
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute(sys.argv[2])
database.commit()`;

export class FastApi extends Guide {
  static async open() {
    const server = new FastApi({
      "models.py": block(GUIDE, "models.py").text,
      "chat.py": block(GUIDE, "chat.py").text,
      "main.py": withUsers(block(GUIDE, "main.py").text),
    });
    const options = ["--ws", "inbox_socket.uvicorn:WebSocket", "--port"];
    server.program = await Program.open((port) => [
      PYTHON,
      ["-m", "uvicorn", "main:app", ...options, port],
      { cwd: server.folder, line: /Uvicorn running/ },
    ]);
    await server.#python(WRITE, `INSERT INTO participant VALUES ${participantRows((user) => `'${user}'`)}`);
    return server;
  }

  /** @returns {Promise<import("../servers.mjs").Stored[]>} */
  async stored() {
    return JSON.parse(await this.#python(READ));
  }

  /** @param {string} script @param {string[]} args */
  async #python(script, ...args) {
    const all = ["-c", script, join(this.folder, "chat.sqlite3"), ...args];
    return (await promisify(execFile)(PYTHON, all, { maxBuffer: 2 ** 30 })).stdout;
  }
}

/** Returns the guide's code with the storm's users. @param {string} code */
function withUsers(code) {
  const users = new Set(Object.values(ROOMS).flat());
  const tokens = JSON.stringify(Object.fromEntries([...users].map((user) => [tokenOf(user), user])));
  const changed = code.replace(/^users = .*$/m, `users = ${tokens}`);
  if (changed === code) throw new Error(`${GUIDE} must contain a line that begins with "users = "`);
  return changed;
}
