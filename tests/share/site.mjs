// Tabs of one browser, on the origin of the real server behind a line that counts their connections.

import assert from "node:assert/strict";

import { Backend } from "../support/backend.mjs";
import { CountingLine } from "../support/counting-line.mjs";
import { logIn } from "../support/log-in.mjs";
import { until } from "../support/page.mjs";
import { Profile } from "../support/profile.mjs";
import { eventually } from "../support/queue.mjs";
import { addScript, serveScript } from "../support/script.mjs";

/**
 * What the tests use of a tab: one of Playwright, of support/devtools.mjs or of support/webdriver.
 *
 * @typedef {object} Tab
 * @property {(url: string) => Promise<unknown>} goto
 * @property {(run: any, argument?: any) => Promise<any>} evaluate
 */

/** @typedef {{newPage(): Promise<any>}} Browser */

/**
 * @typedef {object} Opening
 * @property {object} [options] of the inbox
 * @property {string} [user]
 * @property {() => void} [before] runs in the page before the inbox begins; it may set `more`, further options
 * @property {string} [script]
 * @property {boolean} [isWelcomed] whether to wait until the server has welcomed the tab
 */

export class Site {
  /**
   * @param {import("node:test").TestContext} t
   * @param {{browse?: (t: import("node:test").TestContext) => Promise<Browser>, host?: string}} [how]
   *   `browse` starts the browser; `host` is the server's name in the pages' addresses
   */
  static async start(t, { browse = openContext, host = "127.0.0.1" } = {}) {
    const backend = await Backend.open({ ALLOWED_HOSTS: host });
    t.after(() => backend.close());
    const line = new CountingLine(backend.port);
    const { port } = new URL(await line.start());
    t.after(() => line.stop());
    const script = await serveScript(t);
    const site = new Site(backend, line, `http://${host}:${port}`, script, await browse(t));
    t.after(() => assert.deepEqual(site.errors, [], "no page may report an error"));
    return site;
  }

  /** The user of the browser's session; none after a kill. */
  signedIn = "";

  /**
   * @param {Backend} backend @param {CountingLine} line @param {string} origin @param {string} script
   * @param {Browser} browser
   */
  constructor(backend, line, origin, script, browser) {
    this.backend = backend;
    this.line = line;
    this.origin = origin;
    this.script = script;
    this.browser = browser;
    /** The texts that tabs have sent. @type {string[]} */
    this.sent = [];
    /** What the pages of Playwright have reported. @type {string[]} */
    this.errors = [];
  }

  /** The WebSockets that are open at the server. */
  get connections() {
    return this.line.webSockets.filter(({ isOpen }) => isOpen).length;
  }

  /** Waits until this many WebSockets are open at the server. @param {number} count */
  async settle(count) {
    await eventually(`${count} connections at the server`, () => this.connections === count);
  }

  /** Opens a tab of Ana's. @param {object} [options] of the inbox @param {Opening} [how] */
  async open(options, how) {
    const page = await this.browser.newPage();
    await this.load(page, options, how);
    return page;
  }

  /**
   * Opens this many tabs of Ana's, one after the other, and waits until one leads the others.
   *
   * @param {number} count @param {object} [options] of the inbox @param {Opening} [how]
   */
  async openGroup(count, options, how) {
    const pages = [];
    for (let n = 0; n < count; n++) pages.push(await this.open(options, how));
    const leader = await leaderOf(pages);
    return { site: this, pages, leader, followers: pages.filter((page) => page !== leader) };
  }

  /** Starts the session of this user, which all tabs of the browser have. @param {Tab} page @param {string} user */
  async signIn(page, user) {
    if (this.signedIn === user) return;
    // The server's 404 page has its origin and no scripts.
    await page.goto(`${this.origin}/share/`);
    await page.evaluate(logIn, user);
    this.signedIn = user;
  }

  /** @param {Tab} page @param {object} [options] @param {Opening} [how] */
  async load(page, options = {}, { user = "ana", before, script = this.script, isWelcomed = true } = {}) {
    // A page that is loaded again has this listener twice, which does no harm.
    /** @type {any} */ (page).on?.("pageerror", ({ message }) => this.errors.push(message));
    await this.signIn(page, user);
    // The back/forward cache keeps only pages with the status 200.
    await page.goto(`${this.origin}/api/me`);
    if (before) await page.evaluate(before);
    await page.evaluate(addScript, script);
    await until(page, () => window["inbox"] !== undefined);
    await page.evaluate(begin, { user, ...options });
    if (isWelcomed) await until(page, () => inbox.getStats()?.assured);
  }

  /** Sends a message from this tab, and waits until it is stored. @param {Tab} page @param {string} text */
  async send(page, text) {
    this.sent.push(text);
    const result = await page.evaluate((text) => inbox.sendMessage(window["conversation"], text), text);
    assert.equal(result.status, "delivered");
  }

  /**
   * Asserts that each tab has every message since its own first one once and in order.
   *
   * @param {Tab[]} pages
   */
  async checkHeard(pages) {
    const last = /** @type {string} */ (this.sent.at(-1));
    for (const page of pages) {
      await until(page, (last) => window["heard"].some(({ message }) => message === last), last);
      const heard = await page.evaluate(() =>
        window["heard"].filter(({ action }) => !action).map(({ message, seq }) => ({ message, seq })),
      );
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

  /** The texts that the server has stored and that begin with this, in order. @param {string} prefix */
  async stored(prefix) {
    const script = `
import json
from inbox.models import Message
texts = Message.objects.filter(text__startswith="${prefix}").order_by("id").values_list("text", flat=True)
print(json.dumps(list(texts)))`;
    return JSON.parse(await this.backend.run(script));
  }
}

/** @param {import("node:test").TestContext} t */
async function openContext(t) {
  return (await Profile.make(t)).start();
}

/** Runs in the page. */
async function begin(options) {
  const { conversations } = await (await fetch("/api/conversations")).json();
  const { id } = conversations.find(({ participants }) => participants.length === 2);
  Object.assign(window, { conversation: id, heard: [], led: [], results: [] });
  inbox.configure({ share: true, ...options, ...window["more"] });
  window["leave"] = inbox.subscribe(id, (frame) => window["heard"].push(frame));
  inbox.subscribeState(() => {
    const { role, isConnected } = inbox.getState();
    // A leader's welcome has not arrived yet when it is connected, but the wait for it is short.
    if (role !== "follower" && isConnected) window["led"].push(Date.now());
  });
}

/** @param {Tab[]} pages @returns {Promise<string[]>} */
export function rolesOf(pages) {
  return Promise.all(pages.map((page) => page.evaluate(() => inbox.getState().role ?? "none")));
}

/** Waits until each tab has its role. @param {Tab[]} pages @param {string[]} roles */
export async function haveRoles(pages, ...roles) {
  await eventually(`the roles are ${roles}`, async () => `${await rolesOf(pages)}` === `${roles}`);
}

/**
 * Returns the leader among these tabs, once there is one that all others follow.
 *
 * @template {Tab} T
 * @param {T[]} pages
 * @returns {Promise<T>}
 */
export async function leaderOf(pages) {
  /** @type {T | undefined} */
  let leader;
  await eventually("one tab leads and the others follow", async () => {
    const roles = await rolesOf(pages);
    leader = pages[roles.indexOf("leader")];
    return leader && roles.filter((role) => role === "follower").length === pages.length - 1;
  });
  return /** @type {T} */ (leader);
}

/** Waits until another of these tabs is connected. Returns how many ms after `since` that was. */
export async function takenOver(pages, since) {
  for (;;) {
    const times = await Promise.all(pages.map((page) => page.evaluate(() => window["led"])));
    const after = times.flat().filter((time) => time >= since);
    if (after.length > 0) return Math.min(...after) - since;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
