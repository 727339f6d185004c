// Somebody in front of the demo page, in a browser of their own.

import { browser } from "./browser.mjs";
import { PATIENCE } from "./queue.mjs";

export class Person {
  /** Every WebSocket that the page has asked for. @type {import("playwright-core").WebSocket[]} */
  webSockets = [];

  /**
   * Opens the page.
   *
   * @param {import("node:test").TestContext} t
   * @param {string} origin
   * @param {import("playwright-core").BrowserContextOptions} [options]
   */
  static async arrive(t, origin, options) {
    const context = await (await browser()).newContext(options);
    t.after(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const person = new Person(page);
    await page.goto(origin);
    return person;
  }

  /** Opens the page and logs in. @param {Parameters<typeof Person.arrive>} where @param {string} name */
  static async logIn(name, ...where) {
    const person = await Person.arrive(...where);
    await person.page.getByRole("button", { name: `Log in as ${name}` }).click();
    await person.conversations.first().waitFor();
    return person;
  }

  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
    page.on("websocket", (webSocket) => this.webSockets.push(webSocket));
  }

  /** Those that have not been closed. */
  get openWebSockets() {
    return this.webSockets.filter((webSocket) => !webSocket.isClosed());
  }

  /** The entries of the inbox list. */
  get conversations() {
    return this.page.getByRole("navigation", { name: "Conversations" }).getByRole("button");
  }

  get banner() {
    return this.page.getByRole("status");
  }

  /** @param {string} title */
  entry(title) {
    return this.conversations.filter({ hasText: title });
  }

  /** @param {string} title */
  async open(title) {
    await this.entry(title).click();
    await this.log(title).waitFor();
  }

  /** The messages of an open conversation. @param {string} title */
  log(title) {
    return this.page.getByRole("log", { name: `Messages in ${title}` });
  }

  /** The field to write into. @param {string} title */
  field(title) {
    return this.page.getByRole("textbox", { name: `Message to ${title}` });
  }

  /** @param {string} title @param {string} text */
  async write(title, text) {
    await this.field(title).fill(text);
    await this.page.getByRole("region", { name: title }).getByRole("button", { name: "Send" }).click();
  }

  /** Waits until a message stands in an open conversation. @param {string} title @param {string} text */
  async sees(title, text) {
    await this.log(title).getByText(text).waitFor();
  }
}
