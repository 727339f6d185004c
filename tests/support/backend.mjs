// The real Django server, with its own database, which survives restarts.

import { execFile } from "node:child_process";
import { accessSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { testFile } from "./bundle.mjs";
import { endWithThis, start } from "./process.mjs";

const FOLDER = testFile("../www/backend");
const PAGE = testFile("../www/app/dist/index.html");

export const PYTHON = join(FOLDER, ".venv", "bin", "python");

export class Backend {
  /** @type {Awaited<ReturnType<typeof start>> | undefined} */
  #running;

  /** Starts a server with the demo's data and page for one test. @param {import("node:test").TestContext} t */
  static async start(t) {
    accessSync(PAGE);
    const backend = await Backend.open();
    t.after(() => backend.close());
    return backend;
  }

  /** Starts a server without the page, which the caller closes. @param {Record<string, string>} [env] its settings */
  static async open(env) {
    accessSync(PYTHON);
    const backend = new this(await mkdtemp(join(tmpdir(), "inbox-socket-")), env);
    await backend.#start("0");
    return backend;
  }

  /** @param {string} data the folder of its database @param {Record<string, string>} [env] */
  constructor(data, env) {
    this.data = data;
    this.env = { DATA_DIR: data, DATABASE_URL: undefined, REDIS_URL: undefined, ...env };
    this.origin = "";
    /** Removes the data, even if the run is interrupted. */
    this.remove = () => rmSync(data, { recursive: true, force: true });
    this.removed = endWithThis(this.remove);
  }

  /** The port, which a restart keeps. */
  get port() {
    return Number(new URL(this.origin).port);
  }

  /** Kills the server, so that it closes no connection, as in a crash. */
  async kill() {
    await this.stop("SIGKILL");
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal) {
    await this.#running?.stop(signal);
    this.#running = undefined;
  }

  /** Starts the server again with the same data and address. */
  async restart() {
    await this.#start(String(this.port));
  }

  async close() {
    await this.kill();
    this.remove();
    this.removed();
  }

  /** Runs Python code in the server's environment and returns its output. @param {string} script */
  async run(script) {
    const env = { ...process.env, ...this.env };
    const args = ["manage.py", "shell", "--verbosity", "0", "--command", script];
    const { stdout } = await promisify(execFile)(PYTHON, args, { cwd: FOLDER, env, maxBuffer: 2 ** 30 });
    return stdout;
  }

  /** @param {string} port */
  async #start(port) {
    this.#running = await start(PYTHON, ["manage.py", "demo", "--port", port], {
      cwd: FOLDER,
      env: this.env,
      line: /Listening on (http:\/\/[^/\s]+)/,
      patience: 60_000,
    });
    this.origin = this.#running.match[1];
  }
}
