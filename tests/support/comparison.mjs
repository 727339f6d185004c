// A person who uses the comparison page.

import { Person } from "./person.mjs";
import { eventually } from "./queue.mjs";

export class Comparison {
  /** Opens the page and logs in. @param {string} name @param {Parameters<typeof Person.arrive>} where */
  static async visit(name, ...[t, server, options]) {
    const person = await Person.arrive(t, server, { path: "/compare/", ...options });
    await person.press(`Log in as ${name}`);
    const comparison = new Comparison(person);
    await comparison.says("Nothing is running yet.");
    return comparison;
  }

  /** @param {Person} person */
  constructor(person) {
    this.person = person;
    this.page = person.page;
  }

  /** @param {string} name of a button */
  async press(name) {
    await this.person.press(name);
  }

  /** Returns the radio button for a number of conversations. @param {number} count */
  size(count) {
    return this.page.role("radio", String(count));
  }

  /** @param {number} count */
  async choose(count) {
    await this.size(count).click();
  }

  /** Returns the panel of an architecture. @param {string} title */
  lane(title) {
    return this.page.role("region", "Architectures").role("article", title);
  }

  /** Waits until all conversations of an architecture are connected. @param {string} title @param {number} count */
  async connects(title, count) {
    await this.lane(title).withText(`${count} of ${count} connected.`).appears();
  }

  /** Waits until the page's status contains a text. @param {string} text */
  async says(text) {
    await this.page.role("status").withText(text).appears();
  }

  /** Returns the values of a figure: before, after, inbox-socket. @param {string} title */
  figures(title) {
    return this.page.role("region", "Figures").role("article", title).role("definition").texts();
  }

  /** Waits until a figure has exactly these values. @param {string} title @param {string[]} expected */
  async shows(title, expected) {
    await this.until(title, expected.join(" | "), (shown) => shown.join() === expected.join());
  }

  /**
   * Waits until a figure's values fulfil a condition.
   *
   * @param {string} title
   * @param {string} description of the condition, for the error
   * @param {(shown: string[]) => boolean} condition
   */
  async until(title, description, condition) {
    /** @type {string[]} */
    let shown = [];
    const isSo = async () => condition((shown = await this.figures(title)));
    await eventually(`${title} is ${description}`, isSo).catch((error) => {
      throw new Error(`${error.message}; got ${shown.join(" | ")}`);
    });
  }
}
