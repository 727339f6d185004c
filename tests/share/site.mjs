// Tabs of one browser, on the origin of the real server behind a line that counts their connections.

import assert from "node:assert/strict";

import { Backend } from "../support/backend.mjs";
import { CountingLine } from "../support/counting-line.mjs";
import { logIn } from "../support/log-in.mjs";
import { until } from "../support/page.mjs";
import { Profile } from "../support/profile.mjs";
import { addScript, serveScript } from "../support/script.mjs";

/** @typedef {import("playwright-core").Page} Page */

export class Site {
  /** @param {import("node:test").TestContext} t */
  static async start(t) {
    const backend = await Backend.open();
    t.after(() => backend.close());
    const line = new CountingLine(backend.port);
    const origin = await line.start();
    t.after(() => line.stop());
    const script = await serveScript(t);
    const profile = await Profile.make(t);
    const context = await profile.start();
    return new Site(backend, line, origin, script, context);
  }

  constructor(backend, line, origin, script, context) {
    Object.assign(this, { backend, line, origin, script, context });
    /** The texts that tabs have sent. @type {string[]} */
    this.sent = [];
  }

  /** The WebSockets that are open at the server. */
  get connections() {
    return this.line.webSockets.filter(({ isOpen }) => isOpen).length;
  }

  /** Opens a tab of Ana's. @param {object} [options] of the inbox */
  async open(options) {
    const page = await this.context.newPage();
    await this.load(page, options);
    return page;
  }

  /** @param {Page} page @param {object} [options] */
  async load(page, options = {}) {
    // The server's 404 page has its origin and no scripts.
    await page.goto(`${this.origin}/share/`);
    await page.evaluate(logIn, "ana");
    // The back/forward cache keeps only pages with the status 200.
    await page.goto(`${this.origin}/api/me`);
    await page.evaluate(addScript, this.script);
    await until(page, () => globalThis["inbox"]);
    await page.evaluate(async (options) => {
      const { conversations } = await (await fetch("/api/conversations")).json();
      const { id } = conversations.find(({ participants }) => participants.length === 2);
      Object.assign(globalThis, { conversation: id, heard: [], led: [], results: [] });
      inbox.configure({ user: "ana", share: true, ...options });
      inbox.subscribe(id, (frame) => globalThis["heard"].push(frame));
      inbox.subscribeState(() => {
        const { role, isConnected } = inbox.getState();
        // A leader's welcome has not arrived yet when it is connected, but the wait for it is short.
        if (role !== "follower" && isConnected) globalThis["led"].push(Date.now());
      });
    }, options);
    await until(page, () => inbox.getStats()?.assured);
  }

  /** Sends a message from this tab, and waits until it is stored. @param {Page} page @param {string} text */
  async send(page, text) {
    this.sent.push(text);
    const result = await page.evaluate((text) => inbox.sendMessage(globalThis["conversation"], text), text);
    assert.equal(result.status, "delivered");
  }

  /**
   * Asserts that each tab has every message since its own first one once and in order.
   *
   * @param {Page[]} pages
   */
  async checkHeard(pages) {
    const last = /** @type {string} */ (this.sent.at(-1));
    for (const page of pages) {
      await until(page, (last) => globalThis["heard"].some(({ message }) => message === last), last);
      const heard = await page.evaluate(() => globalThis["heard"].map(({ message, seq }) => ({ message, seq })));
      const [first] = heard;
      assert.deepEqual(
        heard.map(({ seq }) => seq),
        heard.map((_, n) => first.seq + n),
      );
      assert.deepEqual(
        heard.map(({ message }) => message),
        this.sent.slice(-heard.length),
      );
    }
  }
}

/** @param {Page[]} pages @returns {Promise<string[]>} */
export function rolesOf(pages) {
  return Promise.all(pages.map((page) => page.evaluate(() => inbox.getState().role ?? "none")));
}

/** Returns the leader among these tabs, once there is one that all others follow. @param {Page[]} pages */
export async function leaderOf(pages) {
  for (;;) {
    const roles = await rolesOf(pages);
    const leader = pages[roles.indexOf("leader")];
    if (leader && roles.filter((role) => role === "follower").length === pages.length - 1) return leader;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until another of these tabs is connected. Returns how many ms after `since` that was. */
export async function takenOver(pages, since) {
  for (;;) {
    const times = await Promise.all(pages.map((page) => page.evaluate(() => globalThis["led"])));
    const after = times.flat().filter((time) => time >= since);
    if (after.length > 0) return Math.min(...after) - since;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
