// The real server, Django, with a database of its own that outlives it.

import { accessSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { testFile } from "./bundle.mjs";
import { start } from "./process.mjs";

const FOLDER = testFile("../www/backend");
const PYTHON = join(FOLDER, ".venv", "bin", "python");
const PAGE = testFile("../www/app/dist/index.html");

export class Backend {
  /** @type {Awaited<ReturnType<typeof start>> | undefined} */
  #running;

  /** @param {string} data the folder of its database */
  constructor(data) {
    this.data = data;
    this.origin = "";
  }

  /** A server with the demo's people and conversations. @param {import("node:test").TestContext} t */
  static async start(t) {
    for (const path of [PYTHON, PAGE]) accessSync(path);
    const backend = new Backend(await mkdtemp(join(tmpdir(), "inbox-socket-")));
    t.after(async () => {
      await backend.kill();
      await rm(backend.data, { recursive: true });
    });
    await backend.#start("0");
    return backend;
  }

  /** Ends it without giving it time for a word, as a crash does. */
  async kill() {
    await this.#running?.stop("SIGKILL");
    this.#running = undefined;
  }

  /** Starts it again, on the same data and at the same address. */
  async restart() {
    await this.#start(new URL(this.origin).port);
  }

  /** @param {string} port */
  async #start(port) {
    this.#running = await start(PYTHON, ["manage.py", "demo", "--port", port], {
      cwd: FOLDER,
      env: { DATA_DIR: this.data, DATABASE_URL: undefined, REDIS_URL: undefined },
      line: /Listening on (http:\/\/[^/\s]+)/,
      patience: 60_000,
    });
    this.origin = this.#running.match[1];
  }
}
