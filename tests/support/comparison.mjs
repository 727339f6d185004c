// Somebody in front of the comparison page.

import { Person } from "./person.mjs";
import { eventually } from "./queue.mjs";

export class Comparison {
  /** Opens it and logs in. @param {string} name @param {Parameters<typeof Person.arrive>} where */
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

  /** The button for so many conversations. @param {number} count */
  size(count) {
    return this.page.role("radio", String(count));
  }

  /** @param {number} count */
  async choose(count) {
    await this.size(count).click();
  }

  /** One of the architectures. @param {string} title */
  lane(title) {
    return this.page.role("region", "Architectures").role("article", title);
  }

  /** Waits until all its conversations are connected. @param {string} title @param {number} count */
  async connects(title, count) {
    await this.lane(title).withText(`${count} of ${count} connected.`).appears();
  }

  /** Waits for a part of what the page says of itself. @param {string} text */
  async says(text) {
    await this.page.role("status").withText(text).appears();
  }

  /** What is shown for a figure: before, after, inbox-socket. @param {string} title */
  figures(title) {
    return this.page.role("region", "Figures").role("article", title).role("definition").texts();
  }

  /** Waits until exactly this is shown for a figure. @param {string} title @param {string[]} expected */
  async shows(title, expected) {
    await this.until(title, expected.join(" | "), (shown) => shown.join() === expected.join());
  }

  /**
   * Waits until what is shown for a figure is as described.
   *
   * @param {string} title
   * @param {string} description for the error
   * @param {(shown: string[]) => boolean} condition
   */
  async until(title, description, condition) {
    /** @type {string[]} */
    let shown = [];
    const isSo = async () => condition((shown = await this.figures(title)));
    await eventually(`${title} is ${description}`, isSo).catch((error) => {
      throw new Error(`${error.message}, but ${shown.join(" | ")}`);
    });
  }
}
