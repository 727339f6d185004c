import { Queue } from "./queue.mjs";

/** The lines that inbox-socket prints in the page, without their prefix and time. */
export class Console {
  /** @type {string[]} */
  lines = [];
  /** @type {Queue<string>} */
  #unread;

  /** @param {import("playwright-core").Page} page @param {"warning" | "log"} type */
  constructor(page, type) {
    this.#unread = new Queue(`lines of type "${type}"`);
    page.on("console", (message) => {
      const [, text] = /^inbox-socket: (?:\d\d:\d\d:\d\d\.\d{3} )?(.*)/s.exec(message.text()) ?? [];
      if (text === undefined || message.type() !== type) return;
      this.lines.push(text);
      this.#unread.push(text);
    });
  }

  /** Returns the next line, waiting for it if necessary. */
  next() {
    return this.#unread.next();
  }
}
