// A server process that keeps its port and its data when it is killed and started again.

import { freePort } from "./free-port.mjs";
import { start } from "./process.mjs";

/** @typedef {[program: string, args: string[], options: Parameters<typeof start>[2]]} Command */

export class Program {
  /** @type {Awaited<ReturnType<typeof start>> | undefined} */
  #running;
  /** What the line of the first start has matched. */
  match = /** @type {RegExpExecArray} */ (/** @type {unknown} */ ([]));

  /** Starts a program on a free port, which the caller stops. @param {(port: string) => Command} command */
  static async open(command) {
    const program = new Program(await freePort(), command);
    program.match = await program.#start();
    return program;
  }

  /** Starts a program that ends with the test. @param {import("node:test").TestContext} t @param {(port: string) => Command} command */
  static async start(t, command) {
    const program = await Program.open(command);
    t.after(() => program.stop("SIGKILL"));
    return program;
  }

  /** @param {string} port @param {(port: string) => Command} command */
  constructor(port, command) {
    this.port = port;
    this.command = command;
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal) {
    await this.#running?.stop(signal);
    this.#running = undefined;
  }

  /** Starts the program again. If it runs, it is killed first, so that it closes no connection. */
  async restart() {
    await this.stop("SIGKILL");
    await this.#start();
  }

  async #start() {
    const [program, args, options] = this.command(this.port);
    this.#running = await start(program, args, { patience: 60_000, ...options });
    return this.#running.match;
  }
}
