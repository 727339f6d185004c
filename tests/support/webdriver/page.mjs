// A page in a browser, and a person's actions on it.

import { PATIENCE, eventually } from "../queue.mjs";
import { Locator } from "./locator.mjs";

/** WebDriver's codes for keys without a character. */
const KEYS = { Tab: "\uE004", Enter: "\uE007", Shift: "\uE008", Space: " ", ArrowRight: "\uE014" };

export class Page {
  /** @param {import("./browser.mjs").Browser} browser @param {string} window */
  constructor(browser, window) {
    this.browser = browser;
    this.window = window;
  }

  /** @param {"GET" | "POST" | "DELETE"} method @param {string} path @param {object} [body] */
  command(method, path, body) {
    return this.browser.command(this.window, method, path, body);
  }

  /** @param {string} url */
  async goto(url) {
    await this.command("POST", "/url", { url });
  }

  async back() {
    await this.command("POST", "/back");
  }

  async reload() {
    await this.command("POST", "/refresh");
  }

  /** Closes the window. */
  async close() {
    await this.command("DELETE", "/window");
  }

  /** @returns {Promise<string>} */
  title() {
    return this.command("GET", "/title");
  }

  /** Returns a locator for a role and, if given, a name. @param {string} role @param {string} [name] */
  role(role, name) {
    return this.all.role(role, name);
  }

  /** A locator for the whole page. */
  get all() {
    return new Locator(this, [{ has: [], hasNot: [] }]);
  }

  /**
   * Runs a function in the page and returns its result.
   *
   * @template A, T
   * @param {(argument: A) => T | Promise<T>} run must not use variables of its surroundings, only the page's globals;
   *   to leave globals, it assigns them to `window`
   * @param {A} [argument]
   * @returns {Promise<T>}
   */
  async evaluate(run, argument) {
    const script = `const [argument, done] = arguments;
      Promise.resolve(argument)
        .then(${run})
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.command("POST", "/execute/async", { script, args: [argument ?? null] });
    if (error) throw new Error(`in the page: ${error}`);
    return value;
  }

  /**
   * Waits until a condition is truthy in the page.
   *
   * @template A
   * @param {(argument: A) => unknown} condition
   * @param {A} [argument]
   * @param {number} [patience]
   */
  async until(condition, argument, patience = PATIENCE) {
    await eventually(`${condition}`, () => this.evaluate(condition, argument), patience);
  }

  /** Presses a key or a combination such as "Shift+Tab". @param {string} keys */
  async press(keys) {
    const values = keys.split("+").map((key) => KEYS[key] ?? key);
    await this.#act([
      ...values.map((value) => ({ type: "keyDown", value })),
      ...values.reverse().map((value) => ({ type: "keyUp", value })),
    ]);
  }

  /** Types into the focused element. @param {string} text */
  async type(text) {
    await this.#act(
      [...text].flatMap((value) => [
        { type: "keyDown", value },
        { type: "keyUp", value },
      ]),
    );
  }

  /** Emulates a phone, or makes the window as narrow as possible if the engine can't. */
  async asPhone() {
    const size = { width: 360, height: 740 };
    this.browser.isWorn = true;
    if (this.browser.engine.playsPhone) {
      const params = { ...size, deviceScaleFactor: 2, mobile: true };
      await this.command("POST", "/goog/cdp/execute", { cmd: "Emulation.setDeviceMetricsOverride", params });
    } else {
      await this.command("POST", "/window/rect", size);
    }
  }

  /** @param {object[]} actions */
  async #act(actions) {
    await this.command("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }
}
