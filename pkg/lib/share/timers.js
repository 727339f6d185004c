// The core's timers, which another tab can ring: a hidden tab's are up to a minute late, and messages between tabs are
// not. One set serves all shared inboxes, as the core's time does.

export class Timers {
  /** @type {any} */
  base = globalThis;
  /** Called after each timer. @type {Set<() => void>} */
  followers = new Set();
  /** @type {Map<number, {at: number, callback: () => void, timer: any}>} */
  #armed = new Map();
  #count = 0;

  performance = { now: () => this.base.performance.now() };

  /** @param {() => void} callback @param {number} delay */
  setTimeout = (callback, delay) => {
    const id = ++this.#count;
    const timer = this.base.setTimeout(() => this.#run(id), delay);
    this.#armed.set(id, { at: this.performance.now() + delay, callback, timer });
    return id;
  };

  /** @param {number} id */
  clearTimeout = (id) => {
    const armed = this.#armed.get(id);
    this.#armed.delete(id);
    if (armed) this.base.clearTimeout(armed.timer);
  };

  /** Carries out the timers that are due. */
  ring() {
    const now = this.performance.now();
    for (const [id, { at }] of [...this.#armed]) if (at <= now) this.#run(id);
  }

  /** In how many ms the next one is due; undefined if there is none. */
  get due() {
    const next = Math.min(...[...this.#armed.values()].map(({ at }) => at));
    return next === Infinity ? undefined : Math.max(0, Math.ceil(next - this.performance.now()));
  }

  #run(id) {
    const armed = this.#armed.get(id);
    if (!armed) return;
    this.clearTimeout(id);
    try {
      armed.callback();
    } finally {
      for (const follow of this.followers) follow();
    }
  }
}
