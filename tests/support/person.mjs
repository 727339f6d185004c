// A person who uses the demo page, with their own browser and their own line to the server.

import { CountingLine } from "./counting-line.mjs";
import { eventually } from "./queue.mjs";
import { borrowBrowser } from "./webdriver/pool.mjs";

export class Person {
  /**
   * Opens the page.
   *
   * @param {import("node:test").TestContext} t
   * @param {string} server its origin
   * @param {{path?: string, phone?: boolean}} [options]
   */
  static async arrive(t, server, { path = "/", phone = false } = {}) {
    const line = new CountingLine(Number(new URL(server).port));
    const origin = await line.start();
    t.after(() => line.stop());
    const { page } = await borrowBrowser(t);
    if (phone) await page.asPhone();
    await page.goto(origin + path);
    return new Person(page, line, origin);
  }

  /** Opens the page and logs in. @param {string} name @param {Parameters<typeof Person.arrive>} where */
  static async logIn(name, ...where) {
    const person = await Person.arrive(...where);
    await person.press(`Log in as ${name}`);
    await person.conversations.appears();
    return person;
  }

  /**
   * @param {import("./webdriver/page.mjs").Page} page
   * @param {CountingLine} line
   * @param {string} origin of the server, at the near end of the line
   */
  constructor(page, line, origin) {
    this.page = page;
    this.line = line;
    this.origin = origin;
  }

  /** Opens the page in a new tab of the same browser. */
  async openTab(path = "/") {
    const person = new Person(await this.page.browser.newPage(), this.line, this.origin);
    await person.page.goto(this.origin + path);
    return person;
  }

  /** The entries of the inbox list. */
  get conversations() {
    return this.page.role("navigation", "Conversations").role("button");
  }

  /** @param {string} title */
  entry(title) {
    return this.conversations.withText(title);
  }

  /** @param {string} name of a button */
  async press(name) {
    await this.page.role("button", name).click();
  }

  /** @param {string} title */
  async open(title) {
    await this.entry(title).click();
    await this.log(title).appears();
  }

  /** The messages of an open conversation. @param {string} title */
  log(title) {
    return this.page.role("log", `Messages in ${title}`);
  }

  /** The message field of an open conversation. @param {string} title */
  field(title) {
    return this.page.role("textbox", `Message to ${title}`);
  }

  /** @param {string} title @param {string} text */
  async write(title, text) {
    await this.field(title).type(text);
    await this.page.role("region", title).role("button", "Send").click();
  }

  /** Waits until an open conversation shows a message. @param {string} title @param {string} text */
  async sees(title, text) {
    await this.log(title).withText(text).appears();
  }

  /** Waits until the inspector shows a text. @param {string} text */
  async inspectorShows(text) {
    await this.page.until(
      (text) => document.querySelector("inbox-socket-devtools")?.shadowRoot?.textContent?.includes(text),
      text,
    );
  }

  /** Waits until the banner shows a text. @param {string} text */
  async isTold(text) {
    await this.page.role("status").withText(text).appears();
  }

  /** Waits until the banner is empty. */
  async isToldNothing() {
    await eventually("the banner is empty", async () => (await this.page.role("status").texts()).join() === "");
  }

  /** Waits until exactly these WebSockets are open on the line. @param {string[]} paths */
  async holds(...paths) {
    const open = () => this.line.webSockets.filter(({ isOpen }) => isOpen).map(({ path }) => path);
    await eventually(`open WebSockets: ${paths.join()}`, () => open().sort().join() === paths.sort().join());
  }
}
