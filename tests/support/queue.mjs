/** The most ms that a test waits for something that should happen soon. */
export const PATIENCE = 15_000;

/**
 * Repeats an attempt until it returns something truthy. Errors don't stop it; the final error contains the last one.
 *
 * @param {string} what the condition, for the error
 * @param {() => unknown} attempt
 */
export async function eventually(what, attempt, patience = PATIENCE) {
  /** @type {unknown} */
  let cause;
  // Poll often at first, for a quick result, and less later, because polling slows the program under test.
  for (let end = Date.now() + patience, pause = 20; ; pause = Math.min(1.2 * pause, 250)) {
    try {
      if (await attempt()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end) {
      const reason = cause instanceof Error ? ` (${cause.message})` : "";
      throw new Error(`still false after ${patience} ms: ${what}${reason}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/**
 * Keeps items until a test takes them, so that it also gets those that arrived earlier.
 *
 * @template T
 */
export class Queue {
  /** @param {string} what the items' name, for the timeout's error */
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

  /** @returns {Promise<T>} the next item, once it arrives */
  next() {
    if (this.waiting.length > 0) return Promise.resolve(/** @type {T} */ (this.waiting.shift()));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.what}: none arrived in ${PATIENCE} ms`)), PATIENCE);
      this.takers.push((item) => {
        clearTimeout(timer);
        resolve(item);
      });
    });
  }
}
