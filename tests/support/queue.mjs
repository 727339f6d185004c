/** How long a test waits for something that should happen in a moment before it says what did not. */
export const PATIENCE = 15_000;

/**
 * What arrived and was not taken yet, so that a test misses nothing that came before it asked.
 *
 * @template T
 */
export class Queue {
  /** @param {string} what for the error when nothing comes */
  constructor(what) {
    this.what = what;
    /** @type {T[]} */
    this.waiting = [];
    /** @type {((item: T) => void)[]} */
    this.takers = [];
  }

  /** @param {T} item */
  push(item) {
    const taker = this.takers.shift();
    if (taker) taker(item);
    else this.waiting.push(item);
  }

  /** @returns {Promise<T>} the next one, now or when it arrives */
  next() {
    if (this.waiting.length > 0) return Promise.resolve(/** @type {T} */ (this.waiting.shift()));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.what}: none came in ${PATIENCE} ms`)), PATIENCE);
      this.takers.push((item) => {
        clearTimeout(timer);
        resolve(item);
      });
    });
  }
}
