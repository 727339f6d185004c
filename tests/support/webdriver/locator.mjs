// Finds elements as a person would: by role, name and text. A locator searches anew for each use, and actions wait
// until their element appears.

import { build } from "esbuild";

import { testFile } from "../bundle.mjs";
import { eventually } from "../queue.mjs";

/** The code that searches in the page. @type {Promise<string> | undefined} */
let looking;

/** The member that marks an element in WebDriver's JSON. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** @typedef {{role?: string, name?: string, has: string[], hasNot: string[]}} Step */

export class Locator {
  /** @param {import("./page.mjs").Page} page @param {Step[]} path each step within the previous one */
  constructor(page, path) {
    this.page = page;
    this.path = path;
  }

  /** Narrows to the descendants with a role and, if given, a name. @param {string} role @param {string} [name] */
  role(role, name) {
    return new Locator(this.page, [...this.path, { role, name, has: [], hasNot: [] }]);
  }

  /** Narrows to elements that show a text. @param {string} text */
  withText(text) {
    return this.#narrowed(({ has, ...step }) => ({ ...step, has: [...has, text] }));
  }

  /** Narrows to elements that don't show a text. @param {string} text */
  withoutText(text) {
    return this.#narrowed(({ hasNot, ...step }) => ({ ...step, hasNot: [...hasNot, text] }));
  }

  /** Waits until an element is visible. */
  async appears() {
    await this.#until("visible", async () => (await this.count()) > 0);
  }

  async disappears() {
    await this.#until("gone", async () => (await this.count()) === 0);
  }

  /** Returns the current number of elements. @returns {Promise<number>} */
  async count() {
    return (await this.texts()).length;
  }

  /** Returns the current text of each element. @returns {Promise<string[]>} */
  texts() {
    return this.#look("texts");
  }

  /** Waits until an element appears, and returns its text. */
  async text() {
    await this.appears();
    const [text] = await this.texts();
    return text;
  }

  async click() {
    await this.#do("clicked", (element) => this.page.command("POST", `/element/${element}/click`));
  }

  async clickIfThere() {
    const element = (await this.#look("enabled"))?.[ELEMENT];
    if (element) await this.page.command("POST", `/element/${element}/click`).catch(() => {});
  }

  /** Types into the first element. @param {string} text */
  async type(text) {
    await this.#do("typed into", (element) => this.page.command("POST", `/element/${element}/value`, { text }));
  }

  /** Returns a field's value. @returns {Promise<string>} */
  value() {
    return this.#property("value");
  }

  /** @returns {Promise<boolean>} */
  isChecked() {
    return this.#property("checked");
  }

  /** @returns {Promise<boolean>} */
  async hasFocus() {
    return (await this.#look("focused")) === true;
  }

  toString() {
    const steps = this.path.map(({ role = "the page", name, has, hasNot }) =>
      [role, name && `"${name}"`, ...has.map((text) => `with "${text}"`), ...hasNot.map((text) => `without "${text}"`)]
        .filter(Boolean)
        .join(" "),
    );
    return steps.reverse().join(" in ");
  }

  /** @param {(last: Step) => Step} narrow */
  #narrowed(narrow) {
    return new Locator(
      this.page,
      this.path.map((step, n) => (n === this.path.length - 1 ? narrow(step) : step)),
    );
  }

  /** @param {string} name */
  async #property(name) {
    /** @type {any} */
    let value;
    await this.#do(name, async (element) => {
      value = await this.page.command("GET", `/element/${element}/property/${name}`);
    });
    return value;
  }

  /**
   * Acts on the first enabled element, and retries while it isn't ready: covered by another one or just replaced.
   *
   * @param {string} done
   * @param {(element: string) => Promise<unknown>} act
   */
  async #do(done, act) {
    await this.#until(done, async () => {
      const element = (await this.#look("enabled"))?.[ELEMENT];
      if (element) await act(element);
      return Boolean(element);
    });
  }

  /** @param {string} state @param {() => Promise<boolean>} attempt */
  async #until(state, attempt) {
    await eventually(`${this} is ${state}`, attempt).catch(async (error) => {
      const shown = await this.page.all.texts().catch(() => "nothing");
      throw new Error(`${error.message}\nThe page shows: ${shown}`);
    });
  }

  /** @param {"texts" | "enabled" | "focused"} what @returns {Promise<any>} */
  async #look(what) {
    looking ??= build({
      entryPoints: [testFile("support/webdriver/look.js")],
      bundle: true,
      minify: true,
      write: false,
      format: "iife",
      globalName: "look",
    }).then(({ outputFiles }) => outputFiles[0].text);
    const script = `${await looking}; return look.${what}(...arguments);`;
    return this.page.command("POST", "/execute/sync", { script, args: [this.path] });
  }
}
