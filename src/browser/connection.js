// The connection as the browser has it: its address, its WebSocket, its public state, and what the page tells of the network.

import {
  CLOSED, IS_WANTED, OFFLINE, ONLINE, OPEN, OPENED, PAGE_HIDDEN, PAGE_SHOWN, VISIBLE,
} from "./numbers.js";
import { call, report } from "./report.js";

// The close code of a connection that never opened or ended without a close frame: RFC 6455, section 7.4.1.
const LOST = 1006;

// The seed's address, on the page's own origin.
const DEFAULT_URL = "/ws/inbox/";

// pagehide rather than unload: a page with an unload handler never enters the back/forward cache.
const OF_THE_WINDOW = { online: ONLINE, offline: OFFLINE, pagehide: PAGE_HIDDEN, pageshow: PAGE_SHOWN };

export class Connection {
  /** The public state: the same object until it changes. */
  state = Object.freeze({ isConnected: false, isConnecting: false, error: null, reconnectAttempts: 0 });
  /** @type {Set<() => void>} */
  watchers = new Set();
  #tell;
  // The address that was found for the attempt under way.
  #url;

  constructor(tell) {
    this.#tell = tell;
  }

  /** Listens for as long as the page lives. Where there is no page (a server, a test runner) nothing is heard. */
  watchPage() {
    if (typeof globalThis.addEventListener !== "function") return;
    for (const [type, what] of Object.entries(OF_THE_WINDOW)) addEventListener(type, () => this.#tell(what));
    globalThis.document?.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#tell(VISIBLE);
    });
  }

  webSocketUrl = webSocketUrl;

  /** Each attempt asks again, so an answer that never arrives delays only one attempt. */
  askAddress(socket, option) {
    findAddress(
      option,
      (url) => {
        this.#url = url;
        this.#tell(OPEN, socket);
      },
      (error) => {
        // Ignore the failure of an attempt that is over.
        if (this.#tell(IS_WANTED, socket) === 0) return;
        report(error);
        this.#tell(CLOSED, socket, LOST, -1);
      },
    );
  }

  /** Opens a WebSocket to the address that was found; undefined where the browser refuses to try. */
  open(socket) {
    let raw;
    try {
      raw = openWebSocket(this.#url);
    } catch (error) {
      report(error);
      return undefined;
    }
    raw.onopen = () => void this.#tell(OPENED, socket);
    raw.onclose = ({ code, reason }) => void this.#tell(CLOSED, socket, code, retryAfter(reason));
    // Its close event says the rest; but without a listener, the WebSocket of Node's `ws` ends the process.
    raw.onerror = () => {};
    return raw;
  }

  /** Its close event is not waited for (Chrome may deliver it a minute late): the handlers go first. */
  letGo(raw) {
    raw.onopen = raw.onclose = raw.onmessage = null;
    raw.close(1000);
  }

  show(isConnected, isConnecting, reconnectAttempts, error) {
    this.state = Object.freeze({ isConnected, isConnecting, error: error || null, reconnectAttempts });
    for (const watcher of [...this.watchers]) {
      // Not one that another has ended meanwhile.
      if (this.watchers.has(watcher)) call(watcher);
    }
  }
}

/**
 * Finds the address: now if it is at hand, else when it is. A promise is told by its `then`, since an application may have
 * replaced the class of its promises.
 *
 * @param option a string, a URL, a function that gives one or a promise of one, or undefined for the default
 * @param {(url: string) => void} found
 * @param {(error: unknown) => void} failed
 */
function findAddress(option, found, failed) {
  const take = (value) => {
    let url;
    try {
      url = webSocketUrl(value ?? DEFAULT_URL);
    } catch (error) {
      return failed(error);
    }
    found(url);
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
 * A WebSocket address from what `url` gave: relative to the page, `http:` read as `ws:` and `https:` as `wss:`
 * (older browsers' WebSocket takes neither). Throws an error that names the value.
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
  // The WebSocket constructor refuses a fragment.
  url.hash = "";
  return url.href;
}

/** The server's hint in a close reason, `retry_after=8000` in ms, of which at most a minute is believed; else -1. */
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
 * Reports each attempt, and at once the latest: pkg/lib/diagnosis/observe.js then watches the frames on the socket itself,
 * so that an unobserved page pays nothing. `socket` is undefined if the browser refused the attempt. Returns a
 * function that ends it.
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
