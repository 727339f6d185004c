// The tabs of a Chromium, over its DevTools protocol alone. Playwright makes every page count as visible and focused; of
// these, only the one in front is visible, and Chromium throttles and freezes the others.

import { WebSocket } from "ws";

import { Profile } from "./profile.mjs";
import { eventually } from "./queue.mjs";

/** Starts a separate browser for one test. @param {import("node:test").TestContext} t @param {string[]} more arguments */
export async function openTabs(t, ...more) {
  const profile = await Profile.make(t);
  const browser = await Devtools.connect(await profile.launch(...more));
  t.after(() => browser.socket.terminate());
  return browser;
}

export class Devtools {
  #count = 0;
  /** Number of a command → takes its reply. @type {Map<number, (reply: any) => void>} */
  #waiting = new Map();

  /** @param {string} address */
  static async connect(address) {
    const browser = new Devtools(new WebSocket(address));
    await new Promise((resolve) => browser.socket.once("open", resolve));
    return browser;
  }

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    socket.on("message", (data) => {
      const reply = JSON.parse(data.toString());
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
  }

  /** @param {string} method @param {object} [params] @param {string} [sessionId] of a tab @returns {Promise<any>} */
  send(method, params, sessionId) {
    const id = ++this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
      this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  /** Opens a tab in front of the others. */
  async newPage() {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    return new Tab(this, targetId, sessionId);
  }
}

/** A tab, with the members of Playwright's page that the tests use. */
export class Tab {
  #browser;
  #target;
  #session;

  /** @param {Devtools} browser @param {string} target @param {string} session */
  constructor(browser, target, session) {
    this.#browser = browser;
    this.#target = target;
    this.#session = session;
  }

  /** @param {string} url */
  async goto(url) {
    await this.#send("Page.navigate", { url });
    const isLoaded = () => this.evaluate((url) => location.href === url && document.readyState === "complete", url);
    await eventually(`${url} is loaded`, isLoaded);
  }

  /** @param {any} run @param {unknown} [argument] @returns {Promise<any>} */
  async evaluate(run, argument) {
    const expression = `(${run})(${JSON.stringify(argument)})`;
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails: thrown } = await this.#send("Runtime.evaluate", params);
    if (thrown) throw new Error(`in the page: ${thrown.exception?.description ?? thrown.text}`);
    return result.value;
  }

  /** Brings the tab in front of the others, which hides them. */
  async show() {
    await this.#browser.send("Target.activateTarget", { targetId: this.#target });
  }

  /** Freezes the page, which must be hidden. */
  async freeze() {
    await this.#send("Page.setWebLifecycleState", { state: "frozen" });
  }

  async thaw() {
    await this.#send("Page.setWebLifecycleState", { state: "active" });
  }

  async close() {
    await this.#browser.send("Target.closeTarget", { targetId: this.#target });
  }

  /** @param {string} method @param {object} [params] */
  #send(method, params) {
    return this.#browser.send(method, params, this.#session);
  }
}
