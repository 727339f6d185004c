// Runs PostgreSQL and Redis for the lifetime of this process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

import { PYTHON } from "../support/backend.mjs";
import { testFile } from "../support/bundle.mjs";

export class Services {
  #program = spawn(PYTHON, [testFile("chaos/services.py")], {
    cwd: testFile("../www/backend"),
    stdio: ["pipe", "pipe", "inherit"],
  });
  #ended = once(this.#program, "exit");
  #answers = createInterface({ input: this.#program.stdout })[Symbol.asyncIterator]();
  /** The environment variables with their addresses. @type {Record<string, string>} */
  env = {};

  static async start() {
    const services = new Services();
    services.env = JSON.parse(await services.#answer());
    return services;
  }

  async stopRedis() {
    await this.#ask("stop");
  }

  async startRedis() {
    await this.#ask("start");
  }

  async stop() {
    this.#program.stdin.end();
    await this.#ended;
  }

  /** @param {string} what */
  async #ask(what) {
    this.#program.stdin.write(`${what}\n`);
    await this.#answer();
  }

  async #answer() {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error("PostgreSQL and Redis have ended; see their output above");
    return value;
  }
}
