// The project's real server, with its own database.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { file } from "./site.mjs";

const BACKEND = file("../www/backend");
const PYTHON = ".venv/bin/python";

/**
 * @param {string[]} options of manage.py demo
 * @param {{environment?: Record<string, string>, prepare?: (run: (script: string[]) => string) => void}} [more]
 *   `prepare` is called before the server starts, with a function that runs a Python script with the server's settings
 */
export async function startBackend(options, { environment = {}, prepare } = {}) {
  const data = mkdtempSync(join(tmpdir(), "inbox-socket-bench-"));
  const where = { cwd: BACKEND, env: { ...process.env, DEBUG: "1", DATA_DIR: data, ...environment } };
  prepare?.((script) => execFileSync(PYTHON, script, { ...where, encoding: "utf8", maxBuffer: 1e9 }));
  const server = await startPython(["manage.py", "demo", "--port", "0", ...options], where);
  return {
    ...server,
    async stop() {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/**
 * Runs a Python program that prints the address on which it listens.
 *
 * @param {string[]} script the program and its arguments
 * @param {{env: NodeJS.ProcessEnv}} where
 */
export function startPython(script, where) {
  return startProgram(PYTHON, script, where);
}

/** The same for any program. @param {string} program @param {string[]} script @param {{env: NodeJS.ProcessEnv}} where */
export async function startProgram(program, script, { env }) {
  const server = spawn(program, script, { cwd: BACKEND, env, stdio: ["ignore", "pipe", "inherit"] });
  // Ends the server even if the benchmark fails.
  const kill = () => server.kill();
  process.on("exit", kill);
  const ended = once(server, "exit").finally(() => process.off("exit", kill));
  for await (const line of createInterface({ input: server.stdout })) {
    const port = /Listening on .*:(\d+)\//.exec(line)?.[1];
    if (!port) continue;
    server.stdout.resume();
    return {
      port: Number(port),
      origin: `http://127.0.0.1:${port}`,
      pid: /** @type {number} */ (server.pid),
      async stop() {
        server.kill();
        await ended;
      },
    };
  }
  throw new Error(`${script[0]} must print the address on which it listens; it ended without`);
}

/** Logs a user in and returns the cookie. @param {string} origin @param {string} username */
export async function logIn(origin, username) {
  const response = await fetch(`${origin}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password: "demo" }),
  });
  if (!response.ok) throw new Error(`${username} cannot log in: ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
