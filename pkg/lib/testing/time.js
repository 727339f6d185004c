// The core's clock while a fake server is in use. It runs like the page's, and advance() moves it forward. The
// application's own timers are not affected.

export class Time {
  #ahead = 0;
  /** @type {Set<Timer>} */
  #timers = new Set();

  performance = { now: () => globalThis.performance.now() + this.#ahead };

  /** @param {() => void} callback @param {number} delay */
  setTimeout(callback, delay) {
    /** @type {Timer} */
    const timer = { due: this.performance.now() + delay, callback, page: undefined };
    timer.page = globalThis.setTimeout(() => this.#ring(timer), delay);
    this.#timers.add(timer);
    return timer;
  }

  /** @param {Timer} timer */
  clearTimeout(timer) {
    if (this.#timers.delete(timer)) globalThis.clearTimeout(timer.page);
  }

  /** Moves the clock forward, and runs the timers that are due, in order. @param {number} ms */
  async advance(ms) {
    const end = this.performance.now() + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (!next) break;
      this.#moveTo(next.due);
      this.#ring(next);
    }
    this.#moveTo(end);
  }

  stop() {
    for (const timer of this.#timers) this.clearTimeout(timer);
  }

  /** @param {number} time */
  #moveTo(time) {
    this.#ahead += Math.max(0, time - this.performance.now());
  }

  /** @param {Timer} timer */
  #ring(timer) {
    // The page's timer can still fire if a test has replaced the page's clearTimeout meanwhile.
    if (!this.#timers.has(timer)) return;
    this.clearTimeout(timer);
    timer.callback();
  }
}

/** @typedef {{due: number, callback: () => void, page: any}} Timer */

/**
 * Waits until pending steps are done, such as a handshake or an async `url` function. It counts promises, because a
 * test may have stopped the page's timers.
 */
async function settled() {
  for (let i = 0; i < 50; i += 1) await null;
}
