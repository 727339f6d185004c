// The tabs of one user in one browser.

import { launchChromium, run } from "../browsers/chromium.mjs";

/** @typedef {import("playwright-core").Page} Page */
/**
 * @typedef {object} Site
 * @property {string} origin
 * @property {import("../../tests/support/counting-line.mjs").CountingLine} line
 * @property {WebSocket | import("ws").WebSocket} speaker another user's
 * @property {number} conversation
 */

export const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Group {
  /** @type {Page[]} */
  tabs = [];

  /** @param {Site} site @param {boolean} share @param {number} count of tabs */
  static async open(site, share, count) {
    const chromium = await launchChromium();
    const group = new Group(site, share, chromium, await chromium.browser.newContext());
    while (group.tabs.length < count) await group.add();
    await group.settle();
    return group;
  }

  /**
   * @param {Site} site @param {boolean} share @param {Awaited<ReturnType<typeof launchChromium>>} chromium
   * @param {import("playwright-core").BrowserContext} context
   */
  constructor(site, share, chromium, context) {
    this.site = site;
    this.share = share;
    this.browser = chromium.browser;
    this.context = context;
  }

  async add() {
    const tab = await this.context.newPage();
    this.tabs.push(tab);
    await tab.goto(this.site.origin);
    await tab.waitForFunction("globalThis.bench");
    await run(tab, "logIn", "u1");
    await run(tab, "begin", this.site.conversation, this.share);
  }

  /** Waits until every tab is connected, and with one connection for all has one leader. */
  async settle() {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
      const states = await this.states();
      const roles = states.filter(({ role }) => role === "follower").length;
      const isSettled = !this.share || roles === this.tabs.length - 1;
      if (isSettled && states.every(({ isConnected }) => isConnected)) return;
    }
    throw new Error("the tabs must be connected after a minute");
  }

  states() {
    return Promise.all(this.tabs.map((tab) => run(tab, "read")));
  }

  /** Returns the tab with the connection of all, and removes it from the group. */
  async takeLeader() {
    const states = await this.states();
    const [leader] = this.tabs.splice(
      states.findIndex(({ role }) => role === "leader"),
      1,
    );
    return /** @type {Page} */ (leader);
  }

  close() {
    return this.browser.close();
  }
}
