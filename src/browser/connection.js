// The connection on the browser's side: its address, its WebSocket, its public state, and the page's events.

import { CLOSED, IS_WANTED, OFFLINE, ONLINE, OPEN, OPENED, PAGE_HIDDEN, PAGE_SHOWN, VISIBLE } from "./numbers.js";
import { call, report } from "./report.js";

// The close code of a connection that never opened or ended without a close frame: RFC 6455, section 7.4.1.
const LOST = 1006;

// On the page's own origin, as in the hook that this package replaces.
const DEFAULT_URL = "/ws/inbox/";

// pagehide rather than unload: a page with an unload handler never enters the back/forward cache.
const WINDOW_EVENTS = { online: ONLINE, offline: OFFLINE, pagehide: PAGE_HIDDEN, pageshow: PAGE_SHOWN };

export class Connection {
  /** The public state: the same object until it changes. */
  state = Object.freeze({ isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 });
  /** @type {Set<() => void>} */
  watchers = new Set();
  #command;
  // The address resolved for the current attempt.
  #url;

  constructor(command) {
    this.#command = command;
  }

  /** Listens to the page's events until it is unloaded. Does nothing without a page (a server, a test runner). */
  watchPage() {
    if (typeof globalThis.addEventListener !== "function") return;
    for (const [type, what] of Object.entries(WINDOW_EVENTS)) addEventListener(type, () => this.#command(what));
    globalThis.document?.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#command(VISIBLE);
    });
  }

  webSocketUrl = webSocketUrl;

  /** Each attempt resolves the address anew, so a promise that never settles delays only one attempt. */
  resolveAddress(socket, option) {
    resolveAddress(
      option,
      (url) => {
        this.#url = url;
        this.#command(OPEN, socket);
      },
      (error) => {
        // Ignore the failure of an attempt that is over.
        if (this.#command(IS_WANTED, socket) === 0) return;
        report(error);
        this.#command(CLOSED, socket, LOST, -1);
      },
    );
  }

  /** Opens a WebSocket to the resolved address; returns undefined if the browser rejects the address. */
  open(socket) {
    let raw;
    try {
      raw = openWebSocket(this.#url);
    } catch (error) {
      report(error);
      return undefined;
    }
    raw.onopen = () => void this.#command(OPENED, socket);
    raw.onclose = ({ code, reason }) => void this.#command(CLOSED, socket, code, retryAfter(reason));
    // The close event handles the failure. Without an error listener, the WebSocket of Node's `ws` ends the process.
    raw.onerror = () => {};
    return raw;
  }

  /** Removes the handlers first, because Chrome may deliver the close event a minute late. */
  drop(raw) {
    raw.onopen = raw.onclose = raw.onmessage = null;
    raw.close(1000);
  }

  show(isConnected, isConnecting, reconnectAttempts, error) {
    this.state = Object.freeze({ isConnected, isConnecting, error: error || null, reconnectAttempts });
    for (const watcher of [...this.watchers]) {
      // An earlier watcher may have removed this one.
      if (this.watchers.has(watcher)) call(watcher);
    }
  }
}

/**
 * Resolves the address: synchronously, unless the option returns a promise. Detects a promise by its `then`, because an
 * application may have replaced the global Promise.
 *
 * @param option a string, a URL, a function that returns one or a promise of one, or undefined for the default
 * @param {(url: string) => void} resolved
 * @param {(error: unknown) => void} failed
 */
function resolveAddress(option, resolved, failed) {
  const take = (value) => {
    let url;
    try {
      url = webSocketUrl(value ?? DEFAULT_URL);
    } catch (error) {
      return failed(error);
    }
    resolved(url);
  };
  let value;
  try {
    value = typeof option === "function" ? option() : option;
  } catch (error) {
    return failed(error);
  }
  if (typeof value?.then === "function") Promise.resolve(value).then(take, failed);
  else take(value);
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

/** @typedef {(url: string, socket: WebSocket | undefined) => void} OnAttempt */

/** @type {Set<OnAttempt>} */
const observers = new Set();
/** @type {Parameters<OnAttempt> | undefined} */
let latest;

/**
 * Reports the latest attempt at once, and then each further one; returns a function that removes the observer. `socket`
 * is undefined if the browser rejected the address. pkg/lib/diagnosis/observe.js listens to the frames on the socket
 * itself, so that an unobserved page pays nothing.
 *
 * @param {OnAttempt} observer
 */
export function watchAttempts(observer) {
  observers.add(observer);
  if (latest) observer(...latest);
  return () => void observers.delete(observer);
}

/** @param {string} url */
function openWebSocket(url) {
  latest = [url, undefined];
  try {
    return (latest[1] = new WebSocket(url));
  } finally {
    for (const observer of observers) observer(...latest);
  }
}
