// A server process that keeps its port and its data when it is killed and started again.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { testFile } from "../../support/bundle.mjs";
import { freePort } from "../../support/free-port.mjs";
import { start } from "../../support/process.mjs";

/** The server package for Python, from which its tests run. */
export const PYTHON_PACKAGE = testFile("../servers/python");

/** Creates a folder for the data of one test. @param {import("node:test").TestContext} t */
export function folderFor(t) {
  const folder = mkdtempSync(join(tmpdir(), "inbox-socket-conformance-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export class Program {
  /** @type {Awaited<ReturnType<typeof start>> | undefined} */
  #running;
  /** What the line of the first start has matched. */
  match = /** @type {RegExpExecArray} */ (/** @type {unknown} */ ([]));

  /**
   * Starts the program, which ends with the test.
   *
   * @param {import("node:test").TestContext} t
   * @param {(port: string) => [program: string, args: string[], options: Parameters<typeof start>[2]]} describe
   */
  static async start(t, describe) {
    const program = new Program(await freePort(), describe);
    t.after(() => program.stop("SIGKILL"));
    program.match = await program.start();
    return program;
  }

  /** @param {string} port @param {(port: string) => any} describe */
  constructor(port, describe) {
    this.port = port;
    this.describe = describe;
  }

  async start() {
    const [program, args, options] = this.describe(this.port);
    this.#running = await start(program, args, { patience: 60_000, ...options });
    return this.#running.match;
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal) {
    await this.#running?.stop(signal);
    this.#running = undefined;
  }

  /** Kills the process, so that it closes no connection, and starts it again. */
  async restart() {
    await this.stop("SIGKILL");
    await this.start();
  }
}
