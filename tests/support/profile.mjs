// A Chromium with a separate profile, which a test can kill and start again.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

import { CHROMIUM_ARGUMENTS, findChromium } from "./find.mjs";
import { endWithThis } from "./process.mjs";

export class Profile {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #process;

  /** @param {import("node:test").TestContext} t */
  static async make(t) {
    const profile = new Profile(await mkdtemp(join(tmpdir(), "inbox-socket-profile-")));
    t.after(async () => {
      await profile.kill();
      await rm(profile.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    });
    return profile;
  }

  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** Starts the browser. Returns its context, with the cookies and the storage of the profile. */
  async start() {
    const browser = await chromium.connectOverCDP(await this.launch());
    const [context] = browser.contexts();
    if (!context) throw new Error("the browser has no context");
    return context;
  }

  /** Starts the browser. Returns the address of its DevTools. @param {string[]} more arguments @returns {Promise<string>} */
  async launch(...more) {
    const own = ["--headless=new", "--remote-debugging-port=0", `--user-data-dir=${this.folder}`, ...more];
    // After a crash, the browser would open its last pages again.
    const args = [...CHROMIUM_ARGUMENTS, ...own, "--hide-crash-restore-bubble", "--disable-breakpad", "about:blank"];
    // In a separate process group, so that all its processes die at once.
    const child = spawn(findChromium(), args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    this.#process = child;
    const forget = endWithThis(() => this.#signal());
    child.once("exit", forget);
    return new Promise((resolve, reject) => {
      let output = "";
      child.stderr.setEncoding("utf8").on("data", (text) => {
        output += text;
        const [, found] = /DevTools listening on (\S+)/.exec(output) ?? [];
        if (found) resolve(found);
      });
      child.once("exit", () => reject(new Error(`Chromium ended: ${output}`)));
    });
  }

  /** Kills all processes of the browser, as the end of the machine would. */
  async kill() {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    this.#signal();
    await ended;
  }

  #signal() {
    if (this.#process?.pid !== undefined) process.kill(-this.#process.pid, "SIGKILL");
  }
}
