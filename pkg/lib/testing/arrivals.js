// What arrived at the server, and the calls that wait for it.

// In ms. Shorter than a test runner's timeout, so that a failed test reports what it waited for.
const PATIENCE = 2_000;

// Captured now, because a test may replace the page's timers.
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

  /** Resolves to the first item that no earlier call returned. @param {(within: string) => string} complaint */
  async next(complaint) {
    const at = this.#taken++;
    return this.#until(
      () => at < this.items.length,
      () => this.items[at],
      complaint,
    );
  }

  /**
   * Resolves to the first matching item, now or when it arrives.
   *
   * @param {(item: T) => boolean} matches
   * @param {(within: string) => string} complaint the error's message
   */
  async find(matches, complaint) {
    return this.#until(
      () => this.items.some(matches),
      () => this.items.find(matches),
      complaint,
    );
  }

  /**
   * @param {() => boolean} is
   * @param {() => T | undefined} take
   * @param {(within: string) => string} complaint
   * @returns {Promise<T>}
   */
  #until(is, take, complaint) {
    return new Promise((resolve, reject) => {
      const error = new Error();
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        error.message = complaint(`within ${PATIENCE} ms`);
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
