// A user's page in the storm.

import { setTimeout as sleep } from "node:timers/promises";

import { watchComplaints } from "../support/complaints.mjs";

/** @typedef {import("./page.ts").Account} Account */
/** @typedef {import("./cast.mjs").Role} Role */
/** @typedef {import("./servers.mjs").Stored} Stored */

/**
 * A page's account until its end, with its user.
 *
 * @typedef {Account & {name: string, tab: string, line: string, user: string, conversations: number[]} & Aside} Stay
 * @typedef {{complaints: string[], hasEnded: boolean}} Aside `hasEnded`: the page was reloaded, closed or crashed
 */

/** What a tab sends right before it ends. */
const LAST_WORDS = ["last", "very last", "very very last"];

export class Participant {
  /** One for each load of the page. @type {Stay[]} */
  stays = [];
  /** @type {import("playwright-core").Page | undefined} */
  #page;
  /** @type {string[]} */
  #complaints = [];
  /** Settles when what is done to the page is over. @type {Promise<unknown>} */
  #done = Promise.resolve();
  #doing = 0;

  /**
   * Opens the page.
   *
   * @param {Role} role
   * @param {import("./device.mjs").Device} device
   * @param {number} seed
   */
  static async open(role, device, seed) {
    const participant = new Participant(role, device, seed);
    await participant.#open();
    return participant;
  }

  /** @param {Role} role @param {import("./device.mjs").Device} device @param {number} seed */
  constructor({ name, user, throws = false, options }, device, seed) {
    this.name = name;
    this.user = user;
    this.throws = throws;
    this.options = options;
    this.device = device;
    this.seed = seed;
  }

  get page() {
    if (!this.#page) throw new Error(`${this.name} is not open`);
    return this.#page;
  }

  get conversations() {
    return this.device.conversations;
  }

  /** Subscribes and begins to send. */
  async begin() {
    const { throws } = this;
    const { conversations, url } = this.device;
    const name = `${this.name}.${this.stays.length}`;
    const options = { ...this.options, ...(url === undefined ? {} : { url }) };
    const part = { name, seed: this.seed + this.stays.length, conversations, throws, options };
    await this.page.evaluate((part) => globalThis.storm.begin(part), part);
  }

  async blunder() {
    await this.inTurn(async () => {
      const part = /** @type {const} */ ([`${this.name}.${this.stays.length}`, this.conversations[0] ?? 0]);
      await this.page.evaluate(([name, conversation]) => globalThis.storm.blunder(name, conversation), part);
    });
  }

  async reload() {
    await this.#end(true);
    await this.#load();
    await this.begin();
  }

  /** Closes the page, and opens it again after a time. @param {number} ms */
  async close(ms) {
    await this.#end(true);
    await this.#replace(ms);
  }

  /** Crashes the page, and opens it again after a time. @param {number} ms */
  async crash(ms) {
    // A crashed page can't give an account, so it gives one just before, and sends nothing from then on.
    await this.#end(true);
    const crashed = this.page.waitForEvent("crash");
    await Promise.all([crashed, this.page.goto("chrome://crash").catch(() => {})]);
    await this.#replace(ms);
  }

  /** Keeps the page busy for a time. @param {number} ms */
  async hang(ms) {
    await this.page.evaluate((ms) => {
      for (const end = Date.now() + ms; Date.now() < end; );
    }, ms);
  }

  /** Does something to the page after what is being done to it. @template T @param {() => Promise<T>} what */
  async inTurn(what) {
    this.#doing += 1;
    const done = this.#done.then(what).finally(() => (this.#doing -= 1));
    this.#done = done.catch(() => {});
    return done;
  }

  /** Whether something is being done to the page. */
  get isBusy() {
    return this.#doing > 0;
  }

  async fallSilent() {
    await this.page.evaluate(() => globalThis.storm.fallSilent());
  }

  /** Returns the number of messages that have not settled, or that wait in the storage. @returns {Promise<number>} */
  unsettled() {
    return this.page.evaluate(() => globalThis.storm.unsettled());
  }

  /** Returns whether the page has received everything that was stored since its welcome. @param {Stored[]} stored */
  async hasReceived(stored) {
    const { welcomed = Infinity, reached } = await this.page.evaluate(() => globalThis.storm.progress());
    const due = stored.filter(({ conversation, at }) => this.conversations.includes(conversation) && at > welcomed);
    return welcomed < Infinity && due.every(({ conversation, seq }) => seq <= (reached[conversation] ?? 0));
  }

  isConnected() {
    return this.page.evaluate(() => globalThis.storm.isConnected());
  }

  /** Returns the role among tabs that share a connection. @returns {Promise<import("./page.ts").Role>} */
  role() {
    return this.page.evaluate(() => globalThis.storm.role());
  }

  /** Returns the messages that wait or have failed. @returns {Promise<import("./page.ts").Kept[]>} */
  pending() {
    return this.page.evaluate(() => globalThis.storm.pending());
  }

  /** Returns an account for each load of the page. */
  async leave() {
    await this.#end(false);
    return this.stays;
  }

  async #open() {
    this.#page = await this.device.context.newPage();
    this.#complaints = watchComplaints(this.page);
    await this.#load();
  }

  async #load() {
    await this.page.goto(this.device.address);
    await this.page.waitForFunction("globalThis.storm");
  }

  /** @param {number} ms until the next page opens */
  async #replace(ms) {
    await this.page.close();
    await sleep(ms);
    await this.#open();
    await this.begin();
  }

  /** @param {boolean} hasEnded */
  async #end(hasEnded) {
    const { name: tab, user, conversations } = this;
    const name = `${tab}.${this.stays.length}`;
    const line = this.device.name;
    // The storage may have them or not, and may have only the first ones.
    const lastWords = hasEnded && this.options ? LAST_WORDS.map((word) => `${name} ${word}`) : [];
    const account = await this.page.evaluate(
      ([words, conversation]) => globalThis.storm.leave(words, conversation),
      /** @type {const} */ ([lastWords, conversations[0] ?? 0]),
    );
    const expected = this.throws ? "a listener throws" : undefined;
    const complaints = this.#complaints.splice(0).filter((complaint) => complaint !== expected);
    this.stays.push({ ...account, name, tab, line, user, conversations, complaints, hasEnded });
  }
}
