// A browser and its driver, over the W3C WebDriver protocol. The existing libraries download their own browsers or
// require a newer Node.js than the package, and the tests need only a few commands.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort } from "../free-port.mjs";
import { endWithThis } from "../process.mjs";
import { eventually } from "../queue.mjs";
import { Page } from "./page.mjs";

const MINUTE = 60_000;

export class Browser {
  /** The session's first window. */
  #first = "";
  /** The driver's current window. */
  #window = "";
  /** The last command. Commands run one after the other, because each depends on the current window. */
  #last = Promise.resolve();
  /** Whether a test changed the browser in a way that `clear` doesn't undo. */
  isWorn = false;

  /** @param {import("./engines.mjs").Engine} engine */
  static async start(engine) {
    const browser = new Browser(engine, await freePort());
    try {
      await once(browser.driver, "spawn");
      await eventually(`${engine.title} answers`, async () => (await browser.#send("GET", "/status")).ready);
      await browser.#open();
      return browser;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** @param {import("./engines.mjs").Engine} engine @param {string} port of the driver */
  constructor(engine, port) {
    this.engine = engine;
    this.address = `http://127.0.0.1:${port}`;
    this.session = "";
    this.version = "";
    const [program, ...args] = engine.driver(port);
    /** The folder for its temporary files. */
    this.folder = mkdtempSync(join(tmpdir(), "inbox-socket-"));
    const env = { ...process.env, ...engine.env, TMPDIR: this.folder };
    // Its own process group, which can be killed as a whole.
    this.driver = spawn(program, args, { stdio: "ignore", detached: true, env });
    this.forget = endWithThis(() => this.#end());
  }

  /** The page in the first window. */
  get page() {
    return new Page(this, this.#first);
  }

  /** Opens another page with the same cookies. */
  async newPage() {
    const { handle } = await this.#send("POST", `${this.session}/window/new`, { type: "tab" });
    return new Page(this, handle);
  }

  /**
   * Runs a command of the session in one of its windows.
   *
   * @param {string} window
   * @param {"GET" | "POST" | "DELETE"} method
   * @param {string} path
   * @param {object} [body] of a POST
   * @returns {Promise<any>}
   */
  command(window, method, path, body = {}) {
    const result = this.#last.then(async () => {
      if (window !== this.#window) await this.#send("POST", `${this.session}/window`, { handle: window });
      this.#window = window;
      return this.#send(method, `${this.session}${path}`, body);
    });
    this.#last = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  /** Closes extra windows and deletes cookies. Storage may stay: each test's server has its own origin. */
  async clear() {
    for (const window of await this.command(this.#first, "GET", "/window/handles")) {
      if (window !== this.#first) await this.command(window, "DELETE", "/window");
    }
    await this.command(this.#first, "DELETE", "/cookie");
    await this.page.goto("about:blank");
  }

  async close() {
    const { pid, exitCode, signalCode } = this.driver;
    const isRunning = pid !== undefined && exitCode === null && signalCode === null;
    const ended = isRunning && once(this.driver, "exit");
    this.#end();
    await ended;
    this.forget();
  }

  async #open() {
    const { sessionId, capabilities } = await this.#send("POST", "/session", {
      capabilities: { alwaysMatch: this.engine.capabilities() },
    });
    this.session = `/session/${sessionId}`;
    this.version = capabilities.browserVersion;
    this.#first = this.#window = await this.#send("GET", `${this.session}/window`);
    await this.#send("POST", `${this.session}/timeouts`, { script: 5 * MINUTE, pageLoad: MINUTE });
  }

  /** Kills the driver and its child processes, and removes its files. */
  #end() {
    try {
      if (this.driver.pid) process.kill(-this.driver.pid, "SIGKILL");
    } catch {
      // They have already ended.
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  async #send(method, path, body) {
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: method === "POST" ? JSON.stringify(body) : undefined,
    });
    const { value } = /** @type {{value: any}} */ (await response.json());
    if (!response.ok) throw new Error(`${this.engine.title}: ${value.error}: ${value.message}`);
    return value;
  }
}
