// Starts the servers of docs/servers.md as a reader would.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { PYTHON } from "../support/backend.mjs";
import { testFile } from "../support/bundle.mjs";
import { start } from "../support/process.mjs";
import { inWorkshop } from "./workshop.mjs";

const run = promisify(execFile);

const FOLDER = inWorkshop("servers");

/**
 * @typedef {object} Running
 * @property {string} address the socket's URL
 * @property {Record<string, Login>} logins those of ana and ben, who share conversation 2
 *
 * @typedef {{query?: string, cookie?: string}} Login
 *
 * @typedef {object} Server
 * @property {string} title
 * @property {0 | 1} layer
 * @property {(t: import("node:test").TestContext) => Promise<Running>} start
 */

const TOKENS = { ana: { query: "?token=token-of-ana" }, ben: { query: "?token=token-of-ben" } };

/** @type {Server[]} */
export const SERVERS = [
  { title: "Node.js", layer: 0, start: (t) => node(t, "server.mjs") },
  { title: "Node.js with layer 1", layer: 1, start: (t) => node(t, "layer1.mjs") },
  { title: "FastAPI", layer: 0, start: async (t) => ({ address: await uvicorn(t, "main:app", {}), logins: TOKENS }) },
  { title: "Django", layer: 0, start: django },
];

/** @param {import("node:test").TestContext} t @param {string} file */
async function node(t, file) {
  const options = { cwd: FOLDER, env: { PORT: "0" }, line: /Listening on port (\d+)/ };
  const { match, stop } = await start(process.execPath, [file], options);
  t.after(() => stop());
  return { address: `ws://127.0.0.1:${match[1]}/ws/inbox/`, logins: TOKENS };
}

/** @param {import("node:test").TestContext} t @param {string} app @param {Record<string, string>} env */
async function uvicorn(t, app, env) {
  const { match, stop } = await start(PYTHON, ["-m", "uvicorn", app, "--port", "0"], {
    cwd: FOLDER,
    env: { PYTHONDONTWRITEBYTECODE: "1", ...env },
    line: /running on http:\/\/127\.0\.0\.1:(\d+)/,
  });
  t.after(() => stop("SIGKILL"));
  return `ws://127.0.0.1:${match[1]}/ws/inbox/`;
}

/** Starts the recipe's two files in a project with the remaining ones. @param {import("node:test").TestContext} t */
async function django(t) {
  const env = { PYTHONPATH: testFile("docs/django"), DATABASE: inWorkshop("servers", "django.sqlite3") };
  const { stdout } = await run(PYTHON, ["-m", "prepare"], {
    cwd: FOLDER,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...env },
  });
  const [ana, ben] = stdout
    .trim()
    .split("\n")
    .map((cookie) => ({ cookie }));
  return { address: await uvicorn(t, "asgi:application", env), logins: { ana, ben } };
}
