/** How long a test waits for something that should happen in a moment before it says what did not. */
export const PATIENCE = 15_000;

/**
 * Waits until an attempt gives something true. One that throws is made again; its error is told where none succeeds.
 *
 * @param {string} what for the error
 * @param {() => unknown} attempt
 */
export async function eventually(what, attempt, patience = PATIENCE) {
  /** @type {unknown} */
  let cause;
  // At first often, for what is there in a moment; later seldom, not to slow what is waited for.
  for (let end = Date.now() + patience, pause = 20; ; pause = Math.min(1.2 * pause, 250)) {
    try {
      if (await attempt()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end) {
      throw new Error(`not so after ${patience} ms: ${what}${cause instanceof Error ? ` (${cause.message})` : ""}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

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
