// The test project of servers/python: a help desk on SQLite. Ana is the customer of ticket 1; Ben and Chi are the team.

import { join } from "node:path";

import { PYTHON } from "../../support/backend.mjs";
import { testFile } from "../../support/bundle.mjs";
import { Program } from "../../support/program.mjs";
import { folderFor } from "./folder.mjs";
import { execute } from "./sqlite.mjs";

/** @param {import("node:test").TestContext} t @returns {Promise<import("./index.mjs").Tested>} */
export async function djangoProject(t) {
  const folder = folderFor(t);
  const program = await Program.start(t, (port) => [
    PYTHON,
    ["-m", "tests.django_project.serve", port],
    {
      cwd: testFile("../servers/python"),
      env: { FOLDER: folder, PYTHONDONTWRITEBYTECODE: "1", POSTGRES_PORT: undefined, REDIS_URL: undefined },
      line: /^\{.*\}$/m,
    },
  ]);
  const sessions = JSON.parse(program.match[0]);
  const run = (/** @type {string} */ sql, /** @type {string[]} */ ...values) =>
    execute(join(folder, "chat.sqlite3"), sql, ...values);
  const idOf = (/** @type {string} */ name) => `(SELECT id FROM auth_user WHERE username = '${name}')`;
  await run(`INSERT INTO chat_ticket (customer_id, team_id) SELECT ${idOf("chi")}, team_id FROM chat_ticket`);
  return {
    url: `ws://127.0.0.1:${program.port}/ws/inbox/`,
    users: { a: `Cookie: sessionid=${sessions.ana}`, b: `Cookie: sessionid=${sessions.ben}` },
    conversation: "1",
    outside: "2",
    restart: () => program.restart(),
    leave: ({ user }) => run("DELETE FROM chat_team_members WHERE user_id = ?", user),
    join: ({ conversation, user }) =>
      run(
        "INSERT INTO chat_team_members (team_id, user_id) SELECT team_id, ? FROM chat_ticket WHERE id = ?",
        user,
        conversation,
      ),
  };
}
