// Somebody's page in the storm, on a line of its own.

import { watchComplaints } from "../support/complaints.mjs";
import { Line } from "../support/line.mjs";

/** @typedef {import("./page.ts").Account} Account */
/** @typedef {{name: string, user: string, throws?: boolean}} Role */

/**
 * The account of a page until it was reloaded, or left at the end, and whose it is.
 *
 * @typedef {Account & {name: string, line: string, user: string, conversations: number[]} & Aside} Stay
 * @typedef {{complaints: string[], wasReloaded: boolean}} Aside
 */

export class Participant {
  /** What became of it until it was reloaded. @type {Stay[]} */
  stays = [];

  /**
   * Opens the page and logs in. Its document and script do not come through the line: a page can be reloaded while
   * that is dark.
   *
   * @param {import("playwright-core").Browser} browser
   * @param {Role} role
   * @param {{ports: number[], scripts: Map<string, string>, seed: number}} setup
   */
  static async open(browser, role, { ports, scripts, seed }) {
    const line = new Line(...ports);
    const origin = await line.start();
    // A document that comes from no network is taken for one of the public network.
    const context = await browser.newContext({ permissions: ["local-network-access"] });
    const page = await context.newPage();
    await page.route("**/storm/*", (route) => {
      const body = scripts.get(new URL(route.request().url()).pathname);
      return route.fulfill(body === undefined ? HTML : { contentType: "text/javascript", body });
    });
    const participant = new Participant(role, { page, line, address: `${origin}/storm/page`, seed });
    await participant.#load();
    participant.conversations = await page.evaluate(logIn, role.user);
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
    this.complaints = watchComplaints(page);
  }

  /** Begins to listen and to talk. */
  async begin() {
    const { seed, conversations, throws } = this;
    const part = { name: `${this.name}.${this.stays.length}`, seed: seed + this.stays.length, conversations, throws };
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

  /** How many of its messages are still under way. @returns {Promise<number>} */
  unsettled() {
    return this.page.evaluate(() => globalThis.storm.unsettled());
  }

  /** The highest `seq` that it has heard of each conversation. @returns {Promise<Record<number, number>>} */
  reached() {
    return this.page.evaluate(() => globalThis.storm.reached());
  }

  isConnected() {
    return this.page.evaluate(() => globalThis.storm.isConnected());
  }

  /** Its whole account. */
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

/** Gives the ids of the user's conversations. @param {string} username */
async function logIn(username) {
  const body = JSON.stringify({ username, password: "demo" });
  const response = await fetch("/api/login", { method: "POST", body, headers: { "content-type": "application/json" } });
  if (!response.ok) throw new Error(`${username} cannot log in: ${response.status}`);
  const { conversations } = await (await fetch("/api/conversations")).json();
  return conversations.map((/** @type {{id: number}} */ { id }) => id);
}
