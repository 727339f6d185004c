// What arrived at the server, and those who wait for it.

// Shorter than a test runner's own, so that a test that waits in vain is told for what.
const PATIENCE = 2_000;

// Those of now: a test may stop the page's later.
const { clearTimeout, setTimeout } = globalThis;

/** @template T */
export class Arrivals {
  /** @type {T[]} */
  items = [];
  #taken = 0;
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {T} item */
  push(item) {
    this.items.push(item);
    for (const check of [...this.#waiting]) check();
  }

  /** The first that was not taken before. @param {() => string} complaint what to say when none comes */
  async next(complaint) {
    const at = this.#taken++;
    return this.#until(() => at < this.items.length, () => this.items[at], complaint);
  }

  /**
   * The first of this kind, whether it has come or will.
   *
   * @param {(item: T) => boolean} matches
   * @param {() => string} complaint
   */
  async find(matches, complaint) {
    return this.#until(() => this.items.some(matches), () => this.items.find(matches), complaint);
  }

  /**
   * @param {() => boolean} is
   * @param {() => T | undefined} take
   * @param {() => string} complaint
   * @returns {Promise<T>}
   */
  #until(is, take, complaint) {
    return new Promise((resolve, reject) => {
      const error = new Error();
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        error.message = `${complaint()} (after ${PATIENCE} ms)`;
        reject(error);
      }, PATIENCE);
      const check = () => {
        if (!is()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(/** @type {T} */ (take()));
      };
      this.#waiting.add(check);
      check();
    });
  }
}
