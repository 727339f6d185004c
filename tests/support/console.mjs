import { Queue } from "./queue.mjs";

/** What the page prints of inbox-socket's: without the prefix, and of a log without the time. */
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

  /** The next line, now or when it is printed. */
  next() {
    return this.#unread.next();
  }
}
