/** A connection as `onOpen` and `join` see it, from its handshake to its end. See Opening in index.d.ts. */
export class Opening {
  /** Frames received before the opening was done, and not taken. @type {{frame: any, characters: number}[]} */
  kept = [];
  #raw;
  #text;
  #waiting = new Set();

  /** @param {WebSocket} raw @param {(frame: any) => string} text of a frame */
  constructor(raw, text, conversationId) {
    this.#raw = raw;
    this.#text = text;
    this.conversationId = conversationId;
  }

  // Arrow functions, because applications take them out of the object.

  send = (frame) => {
    // A closing socket would drop it silently; the next connection opens anew.
    if (this.#raw.readyState === this.#raw.OPEN) this.#raw.send(this.#text(frame));
  };

  waitFor = (test = () => true) =>
    new Promise((resolve, reject) => {
      const waiter = { test, resolve, reject };
      this.#waiting.add(waiter);
      // The frame may have arrived while the application was waiting for another promise.
      const at = this.kept.findIndex(({ frame }) => this.#waiting.has(waiter) && this.#offer(waiter, frame));
      if (at >= 0) this.kept.splice(at, 1);
    });

  get isWaiting() {
    return this.#waiting.size > 0;
  }

  /** Returns whether the application has waited for this frame. */
  take(frame) {
    return [...this.#waiting].some((waiter) => this.#offer(waiter, frame));
  }

  end() {
    for (const { reject } of this.#waiting) reject(new Error("the connection has ended"));
    this.#waiting.clear();
  }

  #offer(waiter, frame) {
    let settle;
    try {
      if (!waiter.test(frame)) return false;
      settle = () => waiter.resolve(frame);
    } catch (error) {
      settle = () => waiter.reject(error);
    }
    this.#waiting.delete(waiter);
    settle();
    return true;
  }
}
