// Something on a page, named as a person would name it: by what it is, what it is called and what it says. It is looked
// for whenever it is used, and waited for where there is something to do with it.

import { build } from "esbuild";

import { testFile } from "../bundle.mjs";
import { eventually } from "../queue.mjs";

/** The code that looks for it, in the page. @type {Promise<string> | undefined} */
let looking;

/** The member of WebDriver's JSON that says that something is an element. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** @typedef {{role?: string, name?: string, has: string[], hasNot: string[]}} Step */

export class Locator {
  /** @param {import("./page.mjs").Page} page @param {Step[]} path each within the one before */
  constructor(page, path) {
    this.page = page;
    this.path = path;
  }

  /** Those of a role in it, and of this name where one is given. @param {string} role @param {string} [name] */
  role(role, name) {
    return new Locator(this.page, [...this.path, { role, name, has: [], hasNot: [] }]);
  }

  /** Only where this can be read in it. @param {string} text */
  withText(text) {
    return this.#narrowed(({ has, ...step }) => ({ ...step, has: [...has, text] }));
  }

  /** Only where this cannot. @param {string} text */
  withoutText(text) {
    return this.#narrowed(({ hasNot, ...step }) => ({ ...step, hasNot: [...hasNot, text] }));
  }

  /** Waits until it is there to be seen. */
  async appears() {
    await this.#until("to be seen", async () => (await this.count()) > 0);
  }

  async disappears() {
    await this.#until("gone", async () => (await this.count()) === 0);
  }

  /** How many there are now. @returns {Promise<number>} */
  async count() {
    return (await this.texts()).length;
  }

  /** What is to be read in each of them now. @returns {Promise<string[]>} */
  texts() {
    return this.#look("texts");
  }

  /** What is to be read in the first. */
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

  /** Types into it. @param {string} text */
  async type(text) {
    await this.#do("typed into", (element) => this.page.command("POST", `/element/${element}/value`, { text }));
  }

  /** What stands in a field. @returns {Promise<string>} */
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
    return new Locator(this.page, this.path.map((step, n) => (n === this.path.length - 1 ? narrow(step) : step)));
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
   * Does something with the first one, again where it was not ready: hidden by another, or just drawn anew.
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
