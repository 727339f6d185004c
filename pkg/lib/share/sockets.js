// What the core of a page with `share` opens as its socket: a relay to the leader, or a line, which is a WebSocket with
// the hub in between. Both have what the core and lib/diagnosis/observe.js use of a WebSocket.

class Socket extends EventTarget {
  OPEN = 1;
  readyState = 0;
  /** The core's handlers, by `on` and their type. @type {any} */
  onopen = null;
  /** @type {any} */
  onmessage = null;
  /** @type {any} */
  onclose = null;
  /** @type {any} */
  onerror = null;

  /** @param {"open" | "message" | "close"} type @param {object} [members] */
  emit(type, members) {
    const event = Object.assign(new Event(type), members);
    this.dispatchEvent(event);
    this[`on${type}`]?.(event);
  }

  opened() {
    if (this.readyState !== 0) return;
    this.readyState = this.OPEN;
    this.emit("open");
  }

  /** Ends it, and reports that to the core. @param {number} code @param {string} reason */
  lose(code, reason) {
    this.end();
    this.emit("close", { code, reason });
  }

  end() {
    this.readyState = 3;
  }
}

export class Relay extends Socket {
  #share;
  #welcome;

  /** @param {import("./share.js").Share} share @param {string} welcome answers the core's `hello` */
  constructor(share, welcome) {
    super();
    this.#share = share;
    this.#welcome = welcome;
    // The core sets its handlers first.
    queueMicrotask(() => this.opened());
  }

  /** @param {string} text */
  send(text) {
    const data = this.#welcome;
    if (data === undefined || !text.startsWith('{"action":"hello"')) return this.#share.sendUp(text);
    this.#welcome = undefined;
    queueMicrotask(() => this.readyState === this.OPEN && this.emit("message", { data }));
  }

  close() {
    this.end();
    this.#share.dropped(this);
  }
}

export class Line extends Socket {
  #share;
  #raw;

  /** @param {import("./share.js").Share} share @param {string} url @param {string | string[]} [protocols] */
  constructor(share, url, protocols) {
    super();
    this.#share = share;
    this.#raw = new WebSocket(url, protocols);
    this.#raw.onopen = () => this.opened();
    this.#raw.onmessage = ({ data }) => share.receive(data);
    this.#raw.onclose = ({ code, reason }) => share.closed(this, code, reason);
    // The close event handles the failure.
    this.#raw.onerror = () => {};
  }

  /** The core sends this: the hub passes it on. @param {string} text */
  send(text) {
    this.#share.sendOwn(text);
  }

  /** @param {string} text */
  forward(text) {
    if (this.#raw.readyState === this.OPEN) this.#raw.send(text);
  }

  close() {
    this.end();
    this.#share.dropped(this);
  }

  end() {
    super.end();
    this.#raw.onopen = this.#raw.onmessage = this.#raw.onclose = null;
    this.#raw.close(1000);
  }
}
