// The application of docs/server-fastapi.md, as a reader would start it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { block } from "../../docs/blocks.mjs";
import { PYTHON } from "../../support/backend.mjs";
import { Program } from "../../support/program.mjs";
import { folderFor } from "./folder.mjs";
import { execute } from "./sqlite.mjs";

const COMMAND = ["-m", "uvicorn", "main:app", "--ws", "inbox_socket.uvicorn:WebSocket", "--ws-max-size", "1048576"];

/** @param {import("node:test").TestContext} t @returns {Promise<import("./index.mjs").Tested>} */
export async function fastapiGuide(t) {
  const folder = folderFor(t);
  for (const name of ["models.py", "chat.py", "main.py"]) {
    writeFileSync(join(folder, name), block("docs/server-fastapi.md", name).text);
  }
  const program = await Program.start(t, (port) => [
    PYTHON,
    [...COMMAND, "--port", port],
    { cwd: folder, env: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" }, line: /Uvicorn running on/ },
  ]);
  const run = (/** @type {string} */ sql, /** @type {string[]} */ ...values) =>
    execute(join(folder, "chat.sqlite3"), sql, ...values);
  await run("INSERT INTO participant VALUES (2, 'ana'), (2, 'ben'), (9, 'ben')");
  return {
    url: `ws://127.0.0.1:${program.port}/ws/inbox/`,
    users: { a: "?token=token-of-ana", b: "?token=token-of-ben" },
    conversation: "2",
    outside: "9",
    restart: () => program.restart(),
    leave: ({ conversation, user }) =>
      run("DELETE FROM participant WHERE room_id = ? AND user = ?", conversation, user),
    join: ({ conversation, user }) => run("INSERT INTO participant VALUES (?, ?)", conversation, user),
  };
}
