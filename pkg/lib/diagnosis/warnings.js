// What can be told of a mistake from within the page, and what to do about it. Each is said once.

import { describe } from "./frame.js";
import { inspect } from "./inspect.js";
import { withoutSecrets } from "./observe.js";

// One failure may be a server that is just being started.
const REFUSALS = 3;

/** @type {Set<string>} */
const said = new Set();

/** @param {Client} client @returns {import("./observe.js").Observer & {stop: () => void}} */
export function createWarnings(client) {
  let address = "";
  let hasOpened = false;
  /** Attempts since the page was loaded that led to no connection. */
  let refusals = 0;
  /** The page's own policy or browser is in the way: the server need not be looked at. */
  let isForbidden = false;
  let saidHello = false;
  /** The server has said something on the present connection. */
  let hasSpoken = false;
  /** Connections in a row that ended after `hello` and before any answer. */
  let closings = 0;

  const violated = (/** @type {SecurityPolicyViolationEvent} */ { effectiveDirective, blockedURI }) => {
    if (effectiveDirective !== "connect-src" || !isSameHost(blockedURI, address)) return;
    isForbidden = true;
    warn("connect-src", `the page's Content-Security-Policy forbids to connect to ${shown()}. Add ` +
      `${new URL(address).protocol}//${new URL(address).host} to its connect-src.`);
  };
  const page = globalThis.document;
  page?.addEventListener("securitypolicyviolation", violated);
  checkUrl(client.options.url);
  checkLoading(client.getState());

  return {
    stop: () => page?.removeEventListener("securitypolicyviolation", violated),

    attempted(url, isTried) {
      address = url;
      saidHello = hasSpoken = false;
      if (isTried) refusals += 1;
      else if (globalThis.location?.protocol === "https:" && url.startsWith("ws:")) {
        warn("mixed content", `a page that was loaded by https: may not connect to ${shown()}. Use wss:, which the ` +
          `server or the proxy before it must speak; or give a path alone, which is wss: on such a page by itself.`);
      }
    },

    opened() {
      hasOpened = true;
      refusals = 0;
    },

    transferred(direction, data) {
      if (direction === "out" && !saidHello) saidHello = describe(data).kind === "hello";
      if (direction === "out") return;
      hasSpoken = true;
      // When this frame was read, the connection knows what it shows.
      setTimeout(checkLayer);
    },

    closed(code) {
      checkClosing(code);
      // A failed handshake ends with the very code of a lost connection; what tells them apart is the state.
      const advice = AFTER_CLOSE[code];
      if (advice) warn(String(code), `the server closed the connection with ${code}, ${advice(shown())}`);
    },

    changed() {
      checkLoading(client.getState());
      const { phase } = inspect(client);
      // A little later, because the connection sets its own alarm for that time after it has told of this change.
      if (phase === "connected") setTimeout(checkLayer, SILENT_AFTER + 100);
      const isTrying = phase === "waiting" || phase === "given up";
      if (isTrying && !hasOpened && !isForbidden && refusals >= REFUSALS) {
        warn("refused", `${shown()} was tried ${refusals} times and has not opened once. Is the server running, and does ` +
          `it take WebSockets at this path? Does it allow the page's origin, ${globalThis.location?.origin}, and does the ` +
          `cookie or token that it asks for reach it? Does each proxy on the way pass on the headers Upgrade and ` +
          `Connection? The answer to the handshake is in the browser's network panel. (option: url)`);
      }
    },
  };

  /** @param {number} code */
  function checkClosing(code) {
    closings = saidHello && !hasSpoken && !(code in AFTER_CLOSE) ? closings + 1 : 0;
    // Without a code it may as well have been the line.
    if (closings < (code === 1006 ? LOSSES : CLOSINGS)) return;
    warn("closes on hello", `the server at ${shown()} closed the connection with ${code} right after "hello", ${closings} ` +
      `times in a row: a consumer that reads data["message"] of every frame fails so. The next connection is without it, and ` +
      `messages are sent without being acknowledged. Let the server ignore frames with an action that it does not know, or ` +
      `save the detour: configure({ protocol: 0 }).`);
  }

  function checkLayer() {
    if (!saidHello) return;
    const { layer } = inspect(client);
    if (layer === "plain") {
      warn("plain", `the server at ${shown()} does not know "hello", so messages are sent without being acknowledged: a ` +
        `result is "sent" and never "delivered", and what is missed during a cut is not fetched. Teach the server layer 1 ` +
        `(PROTOCOL.md), or say that this is as it should be: configure({ protocol: 0 }).`);
    }
    if (layer === "silent") {
      warn("silent", `the server at ${shown()} has not answered "hello". Messages wait ${SILENT_AFTER / 1000} s for ` +
        `that, and a server that shows in no way what it speaks is reconnected to. If it does not know "hello", say so: ` +
        `configure({ protocol: 0 }). Else look why it is slow.`);
    }
  }

  function shown() {
    return withoutSecrets(address);
  }
}

// CLOSINGS, LOSSES and WELCOME_WITHIN in src/core/server.rs.
const CLOSINGS = 2;
const LOSSES = 3;
const SILENT_AFTER = 3_000;

/** @type {Record<number, (address: string) => string>} */
const AFTER_CLOSE = {
  1000: () => "which ends it for good: nobody reconnects before retry(), a message or a new first listener asks for it. A " +
    "server that wants its clients back closes with 1001 or 1012.",
  4401: (address) => `which says that it does not know who is asking. Does the session's cookie reach ${address} (the ` +
    "same site, SameSite, Secure), or does the url function give a fresh token each time?",
  4403: () => "which says that it knows who is asking and refuses. Does it allow this page's origin, " +
    `${globalThis.location?.origin}, and this user?`,
};

/** @param {import("../../index.js").Options["url"]} url */
function checkUrl(url) {
  if (typeof url !== "string") return;
  const page = globalThis.location?.href;
  if (/^https?:/i.test(url)) {
    const read = withoutSecrets(url.replace(/^http/i, "ws"));
    warn("http", `the url is an ${url.split(":")[0]}: address and is read as ${read}. Write it so, or give a path alone ` +
      `for the page's own server.`);
  } else if (/^[\w-]+(\.[\w-]+)+\//.test(url) && page) {
    warn("host as path", `the url "${withoutSecrets(url)}" is a path relative to the page, ` +
      `${withoutSecrets(new URL(url, page).href.replace("http", "ws"))}. If it should name another server, begin it with ` +
      `wss://.`);
  }
}

/** @typedef {import("./observe.js").Client} Client */

/** @param {import("../../index.js").ConnectionState} state */
function checkLoading({ error }) {
  if (!error?.startsWith("Unable to load inbox-socket")) return;
  if (/Content.Security.Policy|\bCSP\b/i.test(error)) {
    warn("wasm", "the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src: it " +
      "allows WebAssembly and no eval().");
  } else {
    warn("load", `the core could not be loaded, and retry() tries again. ${error}. Are all files of the page's build where ` +
      "the page looks for them? After a deployment, an old page needs a reload. With configure({ wasm }), does that " +
      "address answer with core.wasm?");
  }
}

/** A policy's report may have no more than the origin, or no address at all. @param {string} one @param {string} other */
function isSameHost(one, other) {
  try {
    return new URL(one).host === new URL(other).host;
  } catch {
    return false;
  }
}

/** @param {string} id @param {string} text */
function warn(id, text) {
  if (said.has(id)) return;
  said.add(id);
  console.warn(`inbox-socket: ${text}`);
}
