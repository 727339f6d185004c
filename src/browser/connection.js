// The connection on the browser's side: its address, its WebSocket, its public state, and the page's events.

import { CLOSED, IS_WANTED, OFFLINE, ONLINE, OPEN, OPENED, PAGE_HIDDEN, PAGE_SHOWN, VISIBLE } from "./numbers.js";
import { call, report } from "./report.js";

// The close code of a connection that never opened or ended without a close frame: RFC 6455, section 7.4.1.
const LOST = 1006;
// The close code of a refused connection: see PROTOCOL.md.
const FORBIDDEN = 4403;

// On the page's own origin, as in the hook that this package replaces.
const DEFAULT_URL = "/ws/inbox/";

// pagehide rather than unload: a page with an unload handler never enters the back/forward cache.
const WINDOW_EVENTS = { online: ONLINE, offline: OFFLINE, pagehide: PAGE_HIDDEN, pageshow: PAGE_SHOWN };

export class Connection {
  /** The public state: the same object until it changes. */
  state = Object.freeze({ isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 });
  /** @type {Set<() => void>} */
  watchers = new Set();
  /** Set if the server speaks another wire. @type {import("./inbox.js").Wire | undefined} */
  wire;
  #command;
  // The address and the subprotocols resolved for the current attempt.
  #url;
  #protocols;
  // Why the application refused the current attempt.
  #refusal;
  // Ends the listeners to the page's events.
  #page = new AbortController();
  /** @type {Set<OnAttempt>} */
  #observers = new Set();
  /** @type {Parameters<OnAttempt> | undefined} */
  #latest;

  constructor(command) {
    this.#command = command;
  }

  /** Listens to the page's events. Does nothing without a page (a server, a test runner). */
  watchPage() {
    if (typeof globalThis.addEventListener !== "function") return;
    const { signal } = this.#page;
    for (const [type, what] of Object.entries(WINDOW_EVENTS))
      addEventListener(type, () => this.#command(what), { signal });
    const seen = () => {
      if (!document.hidden) this.#command(VISIBLE);
    };
    globalThis.document?.addEventListener("visibilitychange", seen, { signal });
  }

  unwatchPage() {
    this.#page.abort();
  }

  webSocketUrl = webSocketUrl;

  /** Each attempt resolves the address anew, so a promise that never settles delays only one attempt. */
  resolveAddress(socket, { url, protocols }) {
    const failed = (error) => {
      // Ignore the failure of an attempt that is over.
      if (this.#command(IS_WANTED, socket) === 0) return;
      report(error);
      this.#command(CLOSED, socket, LOST, -1);
    };
    this.#refusal = undefined;
    resolve("url", url, failed, (url) => {
      const address = webSocketUrl(url ?? DEFAULT_URL);
      resolve("protocols", protocols, failed, (protocols) => {
        this.#url = address;
        this.#protocols = protocols;
        this.#command(OPEN, socket);
      });
    });
  }

  /** Opens a WebSocket to the resolved address; returns undefined if the browser rejects the address. */
  open(socket) {
    let raw;
    try {
      raw = this.#openWebSocket();
    } catch (error) {
      report(error);
      return undefined;
    }
    const opened = () => void this.#command(OPENED, socket);
    const refused = (reason) => {
      if (this.#command(IS_WANTED, socket) === 0) return;
      this.#refusal = reason;
      this.#command(CLOSED, socket, FORBIDDEN, -1);
    };
    raw.onopen = () => (this.wire ? this.wire.begin(raw, socket, opened, refused) : opened());
    raw.onclose = ({ code, reason }) => {
      this.#command(CLOSED, socket, this.wire?.closeCode(code, reason) ?? code, retryAfter(reason));
    };
    // The close event handles the failure. Without an error listener, the WebSocket of Node's `ws` ends the process.
    raw.onerror = () => {};
    return raw;
  }

  /** Removes the handlers first, because Chrome may deliver the close event a minute late. */
  drop(raw) {
    raw.onopen = raw.onclose = raw.onmessage = null;
    raw.close(1000);
    this.wire?.end();
  }

  show(isConnected, isConnecting, reconnectAttempts, text) {
    const error = text === "" ? null : (this.#refusal ?? text);
    this.state = Object.freeze({ isConnected, isConnecting, error, reconnectAttempts });
    for (const watcher of [...this.watchers]) {
      // An earlier watcher may have removed this one.
      if (this.watchers.has(watcher)) call(watcher);
    }
  }

  /**
   * Reports the latest attempt at once, and then each further one; returns a function that removes the observer.
   * `socket` is undefined if the browser rejected the address. pkg/lib/diagnosis/observe.js listens to the frames on the
   * socket itself, so that an unobserved page pays nothing.
   *
   * @param {OnAttempt} observer
   */
  watchAttempts(observer) {
    this.#observers.add(observer);
    if (this.#latest) observer(...this.#latest);
    return () => void this.#observers.delete(observer);
  }

  #openWebSocket() {
    this.#latest = [this.#url, undefined];
    try {
      return (this.#latest[1] = new WebSocket(this.#url, this.#protocols));
    } finally {
      for (const observer of this.#observers) observer(...this.#latest);
    }
  }
}

/** @typedef {(url: string, socket: WebSocket | undefined) => void} OnAttempt */

/**
 * Resolves an option that may be a function: synchronously, unless that returns a promise. Detects a promise by its
 * `then`, because an application may have replaced the global Promise.
 *
 * @param {string} name that of the option, for its own error
 * @param {any} option
 * @param {(error: unknown) => void} failed also receives an error of `resolved`
 * @param {(value: any) => void} resolved
 */
function resolve(name, option, failed, resolved) {
  const rejected = (cause) => failed(new Error(`\`${name}\` failed: ${cause?.message ?? cause}`, { cause }));
  const proceed = (value) => {
    try {
      resolved(value);
    } catch (error) {
      failed(error);
    }
  };
  let value;
  try {
    value = typeof option === "function" ? option({}) : option;
  } catch (error) {
    return rejected(error);
  }
  if (typeof value?.then === "function") Promise.resolve(value).then(proceed, rejected);
  else proceed(value);
}

/**
 * Converts the value of the option `url` to a WebSocket address: resolves it against the page, and replaces `http:` by
 * `ws:` and `https:` by `wss:`, because older browsers' WebSocket rejects both. Throws an error that names the value.
 */
function webSocketUrl(value) {
  if (typeof value !== "string" && !(value instanceof URL)) {
    throw new TypeError(`\`url\` must be a string such as "wss://example.com/ws/inbox/"; got ${String(value)}`);
  }
  let url;
  try {
    url = new URL(value, globalThis.location?.href);
  } catch {
    throw new TypeError(`\`url\` must be an address such as "wss://example.com/ws/inbox/"; got "${value}"`);
  }
  url.protocol = url.protocol.replace("http", "ws");
  // The WebSocket constructor rejects a fragment.
  url.hash = "";
  return url.href;
}

/** Returns the ms of a close reason such as `retry_after=8000`, capped at a minute; -1 if there are none. */
function retryAfter(reason) {
  const [, digits] = /retry_after=(\d+)/.exec(reason) ?? [];
  return digits === undefined ? -1 : Math.min(Number(digits), 60_000);
}
