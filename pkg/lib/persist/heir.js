// Takes over what pages that have ended have left. Each page holds a lock with its name as long as it has records: a
// page that receives the lock of another one knows that it has ended. Without locks, a new page takes over all records
// once: at worst a living page sends the same messages, which the server recognizes by their client ids.

/** How long the first search waits for the locks, in ms: a page that is being loaded again has just ended. */
const ENDING = 100;

/** How often a page searches again, in ms: another one may have crashed. */
const AGAIN = 30_000;

export class Heir {
  #name;
  #page;
  #search;
  #inherit;
  /** @type {Promise<unknown> | undefined} */
  #held;
  #release = () => {};
  #hasLocks = true;
  /** Owner → cancels the request for its lock. @type {Map<string, AbortController>} */
  #waiting = new Map();
  #ended = new AbortController();

  /**
   * @param {string} name that of the database
   * @param {string} page that of this page, an owner
   * @param {() => void} search searches for owners again, and calls `expect` with them
   * @param {(owner: string) => Promise<void>} inherit takes the records over
   */
  constructor(name, page, search, inherit) {
    this.#name = name;
    this.#page = page;
    this.#search = search;
    this.#inherit = inherit;
  }

  /** Resolves when this page holds its lock, which it needs before it writes a record. */
  hold() {
    return (this.#held ??= new Promise((resolve) => {
      const held = () => {
        resolve(undefined);
        return new Promise((release) => (this.#release = () => release(undefined)));
      };
      this.#request(this.#page, {}, held).catch(() => {
        // Plain http, or a sandboxed frame.
        this.#hasLocks = false;
        resolve(undefined);
      });
    }));
  }

  /** Searches from now on: regularly, and when a page is likely to have ended. @param {() => boolean} hasRecords */
  watch(hasRecords) {
    const { signal } = this.#ended;
    const search = () => !globalThis.document?.hidden && this.#search();
    const timer = setInterval(this.#search, AGAIN);
    // Keeps Node.js from waiting for the timer. In a browser a timer is a number.
    /** @type {any} */ (timer).unref?.();
    signal.addEventListener("abort", () => clearInterval(timer));
    if (typeof globalThis.addEventListener !== "function") return;
    addEventListener("online", search, { signal });
    addEventListener("focus", search, { signal });
    globalThis.document?.addEventListener("visibilitychange", search, { signal });
    // A lock keeps the page out of the back/forward cache of some browsers.
    const hide = () => {
      if (hasRecords()) return;
      this.#release();
      this.#held = undefined;
    };
    addEventListener("pagehide", hide, { signal });
    addEventListener("pageshow", () => this.hold().then(search), { signal });
  }

  /** Takes over the records of these owners as soon as they have ended. Resolves when none is likely to end soon. */
  async expect(owners, isFirst) {
    const others = owners.filter((owner) => owner !== this.#page);
    if (!this.#hasLocks) return isFirst ? void (await Promise.all(others.map(this.#inherit))) : undefined;
    const all = Promise.all(others.map((owner) => this.#await(owner)));
    await Promise.race([all, new Promise((resolve) => setTimeout(resolve, ENDING))]);
  }

  end() {
    this.#ended.abort();
    for (const waiting of this.#waiting.values()) waiting.abort();
    this.#release();
  }

  /** Requests anew: that makes a browser give up a page in its back/forward cache, which keeps its lock. */
  async #await(owner) {
    this.#waiting.get(owner)?.abort();
    const mine = new AbortController();
    this.#waiting.set(owner, mine);
    try {
      await this.#request(owner, { signal: mine.signal }, () => this.#inherit(owner));
    } catch {
      // Aborted.
    }
    if (this.#waiting.get(owner) === mine) this.#waiting.delete(owner);
  }

  /** @param {string} page @param {LockOptions} options @param {() => Promise<unknown>} held */
  async #request(page, options, held) {
    return navigator.locks.request(`${this.#name}:${page}`, options, held);
  }
}
