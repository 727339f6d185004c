// A user's page in the storm, with its own line to the servers.

import { watchComplaints } from "../support/complaints.mjs";
import { Line } from "../support/line.mjs";

/** @typedef {import("./page.ts").Account} Account */
/** @typedef {{name: string, user: string, throws?: boolean}} Role */

/**
 * A page's account until its reload or the end of the storm, with its user.
 *
 * @typedef {Account & {name: string, line: string, user: string, conversations: number[]} & Aside} Stay
 * @typedef {{complaints: string[], wasReloaded: boolean}} Aside
 */

export class Participant {
  /** One for each load of the page. @type {Stay[]} */
  stays = [];

  /**
   * Opens the page and logs in. The document and script bypass the line, so that the page can be reloaded while it is
   * dark.
   *
   * @param {import("playwright-core").Browser} browser
   * @param {Role} role
   * @param {{servers: import("./servers.mjs").Servers, scripts: Map<string, string>, seed: number}} setup
   */
  static async open(browser, role, { servers, scripts, seed }) {
    const line = new Line(...servers.ports);
    const origin = await line.start();
    // Chromium treats a document that a route fulfils as one from the public network.
    const context = await browser.newContext({ permissions: ["local-network-access"] });
    const page = await context.newPage();
    await page.route("**/storm/*", (route) => {
      const body = scripts.get(new URL(route.request().url()).pathname);
      return route.fulfill(body === undefined ? HTML : { contentType: "text/javascript", body });
    });
    const participant = new Participant(role, { page, line, address: `${origin}/storm/page`, seed });
    await participant.#load();
    ({ url: participant.url, conversations: participant.conversations } = await servers.enter(page, role.user));
    return participant;
  }

  /**
   * @param {Role} role
   * @param {{page: import("playwright-core").Page, line: Line, address: string, seed: number}} setup
   */
  constructor({ name, user, throws = false }, { page, line, address, seed }) {
    this.name = name;
    this.user = user;
    this.throws = throws;
    this.page = page;
    this.line = line;
    this.address = address;
    this.seed = seed;
    /** @type {number[]} */
    this.conversations = [];
    /** @type {string | undefined} */
    this.url = undefined;
    this.complaints = watchComplaints(page);
  }

  /** Subscribes and begins to send. */
  async begin() {
    const { conversations, throws, url } = this;
    const name = `${this.name}.${this.stays.length}`;
    const part = { name, seed: this.seed + this.stays.length, conversations, throws, url };
    await this.page.evaluate((part) => globalThis.storm.begin(part), part);
  }

  async blunder() {
    const part = /** @type {const} */ ([`${this.name}.${this.stays.length}`, this.conversations[0] ?? 0]);
    await this.page.evaluate(([name, conversation]) => globalThis.storm.blunder(name, conversation), part);
  }

  async reload() {
    await this.#end(true);
    await this.#load();
    await this.begin();
  }

  async fallSilent() {
    await this.page.evaluate(() => globalThis.storm.fallSilent());
  }

  /** Returns the number of messages whose promise has not settled. @returns {Promise<number>} */
  unsettled() {
    return this.page.evaluate(() => globalThis.storm.unsettled());
  }

  /** Returns the highest `seq` received in each conversation. @returns {Promise<Record<number, number>>} */
  reached() {
    return this.page.evaluate(() => globalThis.storm.reached());
  }

  isConnected() {
    return this.page.evaluate(() => globalThis.storm.isConnected());
  }

  /** Returns an account for each load of the page. */
  async leave() {
    await this.#end(false);
    return this.stays;
  }

  async #load() {
    await this.page.goto(this.address);
    await this.page.waitForFunction("globalThis.storm");
  }

  /** @param {boolean} wasReloaded */
  async #end(wasReloaded) {
    const account = await this.page.evaluate(() => globalThis.storm.leave());
    const { name: line, user, conversations } = this;
    const expected = this.throws ? "a listener throws" : undefined;
    const complaints = this.complaints.splice(0).filter((complaint) => complaint !== expected);
    const name = `${line}.${this.stays.length}`;
    this.stays.push({ ...account, name, line, user, conversations, complaints, wasReloaded });
  }
}

const HTML = {
  contentType: "text/html",
  body: `<!doctype html><title>storm</title><link rel="icon" href="data:,">
    <script type="module" src="page.js"></script>`,
};
