// Detects mistakes from within the page and prints what to do about them, each once.

import { describe } from "./frame.js";
import { connectionsOf, inspect } from "./inspect.js";
import { withoutSecrets } from "./observe.js";

// A server that is starting up may cause one failure.
const REFUSALS = 3;

// In ms. An inbox that replaces another may overlap with it for the time of its linger.
const OVERLAP = 1_000;

/** The warnings printed about each inbox. @type {WeakMap<Client, Set<string>>} */
const said = new WeakMap();

/** The latest address of each inbox. @type {Map<Client, string>} */
const addresses = new Map();

/** @param {Client} client @returns {import("./observe.js").Observer & {stop: () => void}} */
export function createWarnings(client) {
  const { adapter, protocol, sockets } = client.options;
  // On another wire a frame may happen to be called "hello".
  const mayGreet = adapter === undefined && sockets !== "each" && protocol !== 0;
  let address = "";
  let hasOpened = false;
  /** Attempts since the last connection opened. */
  let refusals = 0;
  /** The page's own policy forbids the connection, so the server isn't the cause. */
  let isForbidden = false;
  let saidHello = false;
  /** The server has sent a frame on the present connection. */
  let hasSpoken = false;
  /** Connections in a row that ended after `hello` and before any answer. */
  let closings = 0;

  const violated = (/** @type {SecurityPolicyViolationEvent} */ { effectiveDirective, blockedURI }) => {
    if (effectiveDirective !== "connect-src" || !isSameHost(blockedURI, address)) return;
    isForbidden = true;
    warn(
      "connect-src",
      `the page's Content-Security-Policy forbids connecting to ${shown()}. Add ` +
        `${new URL(address).protocol}//${new URL(address).host} to its connect-src.`,
    );
  };
  const page = globalThis.document;
  page?.addEventListener("securitypolicyviolation", violated);
  checkUrl(client.options.url, warn);
  checkLoading(client.getState(), warn);

  return {
    stop: () => page?.removeEventListener("securitypolicyviolation", violated),

    attempted(url, isTried) {
      address = url;
      checkSharing(client, url);
      saidHello = hasSpoken = false;
      if (isTried) refusals += 1;
      else if (globalThis.location?.protocol === "https:" && url.startsWith("ws:")) {
        warn(
          "mixed content",
          `a page loaded over https: may not connect to ${shown()}. Use wss:, which the server or ` +
            `its proxy must support, or give only a path, which such a page resolves to wss:.`,
        );
      }
    },

    opened() {
      hasOpened = true;
      refusals = 0;
    },

    transferred(direction, data) {
      if (direction === "out" && mayGreet && !saidHello) saidHello = describe(data).kind === "hello";
      if (direction === "out") return;
      hasSpoken = true;
      // Runs after the connection has handled this frame.
      setTimeout(checkLayer);
    },

    closed(code, _, url) {
      checkClosing(code);
      // A failed handshake closes with the same code as a lost connection; changed() tells them apart by the state.
      const advice = adapter?.reconnect ? undefined : AFTER_CLOSE[code];
      if (advice) warn(String(code), `the server closed the connection with ${code}, ${advice(withoutSecrets(url))}`);
    },

    changed() {
      checkLoading(client.getState(), warn);
      const { phase, listeners } = inspect(client);
      for (const { conversation } of listeners) checkConversation(conversation);
      // A little later, because the connection sets its own alarm after it has announced this change.
      if (phase === "connected") setTimeout(checkLayer, SILENT_AFTER + 100);
      const isTrying = phase === "waiting" || phase === "given up";
      if (isTrying && !hasOpened && !isForbidden && refusals >= REFUSALS * connectionsOf(client).length) {
        warn(
          "refused",
          `${refusals} connection attempts to ${shown()} failed. Is the server running, and does it accept ` +
            `WebSockets at this path? Does it allow the page's origin, ${globalThis.location?.origin}, and does it receive ` +
            `the cookie or token that it requires? Does each proxy forward the headers Upgrade and Connection? The ` +
            `browser's network panel shows the response to the handshake. (option: url)`,
        );
      }
    },
  };

  /** @param {number} code */
  function checkClosing(code) {
    closings = saidHello && !hasSpoken && !(code in AFTER_CLOSE) ? closings + 1 : 0;
    // Without a code, the network may have been the cause.
    if (closings < (code === 1006 ? LOSSES : CLOSINGS)) return;
    warn(
      "closes on hello",
      `the server at ${shown()} closed the connection with ${code} right after "hello", ${closings} ` +
        `times in a row, as a consumer does that reads data["message"] of every frame. The client now connects without ` +
        `"hello", and the server does not acknowledge messages. Make the server ignore frames with an unknown action, or ` +
        `skip "hello": configure({ protocol: 0 }).`,
    );
  }

  function checkLayer() {
    if (!saidHello) return;
    const { layer } = inspect(client);
    if (layer === "plain") {
      warn(
        "plain",
        `the server at ${shown()} does not know "hello", so it does not acknowledge messages: results ` +
          `are "sent" and never "delivered", and messages missed during an outage are not fetched. Implement layer 1 on the ` +
          `server (PROTOCOL.md), or silence this: configure({ protocol: 0 }).`,
      );
    }
    if (layer === "silent") {
      warn(
        "silent",
        `the server at ${shown()} has not answered "hello". Messages wait ${SILENT_AFTER / 1000} s for ` +
          `the answer, and the client reconnects if the server stays silent. If it does not know "hello", set ` +
          `configure({ protocol: 0 }); otherwise find out why it is slow.`,
      );
    }
  }

  /** @param {unknown} id */
  function checkConversation(id) {
    if (typeof id !== "string" || !/^(ws|http)s?:\/\//i.test(id)) return;
    warn(
      "address as id",
      `useWebSocket("${withoutSecrets(id)}") subscribes to a conversation of that name: its first argument is an id, ` +
        `and not an address as with react-use-websocket. Set the address with configure({ url }).`,
    );
  }

  function shown() {
    return withoutSecrets(address);
  }

  /** @param {string} id @param {string} text */
  function warn(id, text) {
    warnOnce(client, id, text);
  }
}

/** @param {Client} client @param {string} address */
function checkSharing(client, address) {
  addresses.set(client, address);
  setTimeout(() => {
    const inUse = [...addresses].filter(([{ getState }, used]) => used === address && isInUse(getState()));
    if (inUse.length < 2 || addresses.get(client) !== address) return;
    // Once for all of them.
    const [[first]] = addresses;
    warnOnce(
      first,
      `shared ${address}`,
      `two inboxes use the address ${withoutSecrets(address)}: each has its own connection, listeners and queue. ` +
        `Create one and share it: call createInbox() outside of components, which would create one at each rendering.`,
    );
  }, OVERLAP);
}

/** @param {import("../../index.js").ConnectionState} state */
function isInUse({ isConnected, isConnecting }) {
  return isConnected || isConnecting;
}

// Copies of CLOSINGS, LOSSES and WELCOME_WITHIN in src/core/server.rs; tests/npm/package/copies.test.mjs compares them.
const CLOSINGS = 2;
const LOSSES = 3;
const SILENT_AFTER = 3_000;

/** @type {Record<number, (address: string) => string>} */
const AFTER_CLOSE = {
  1000: () =>
    "so the client won't reconnect until you call retry(), send a message or subscribe again. A server " +
    "whose clients should reconnect closes with 1001 or 1012.",
  4401: (address) =>
    `which means that the user is not authenticated. Does the session's cookie reach ${address} (same ` +
    "site, SameSite, Secure), or does the url function return a fresh token each time?",
  4403: () =>
    "which means that the user is not allowed. Does it allow this page's origin, " +
    `${globalThis.location?.origin}, and this user?`,
};

/** @param {import("../../index.js").Options["url"]} url @param {(id: string, text: string) => void} warn */
function checkUrl(url, warn) {
  if (typeof url !== "string") return;
  const page = globalThis.location?.href;
  if (/^https?:/i.test(url)) {
    const read = withoutSecrets(url.replace(/^http/i, "ws"));
    warn(
      "http",
      `the url is an ${url.split(":")[0]}: address and is read as ${read}. Write that, or only a path for the ` +
        `page's own server.`,
    );
  } else if (/^[\w-]+(\.[\w-]+)+\//.test(url) && page) {
    warn(
      "host as path",
      `the url "${withoutSecrets(url)}" is a path relative to the page, ` +
        `${withoutSecrets(new URL(url, page).href.replace("http", "ws"))}. To name another server, start it with ` +
        `wss://.`,
    );
  }
}

/** @typedef {import("./observe.js").Client} Client */

/** @param {import("../../index.js").ConnectionState} state @param {(id: string, text: string) => void} warn */
function checkLoading({ error }, warn) {
  if (!error?.startsWith("Unable to load inbox-socket")) return;
  if (/Content.Security.Policy|\bCSP\b/i.test(error)) {
    warn(
      "wasm",
      "the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src: it " +
        "allows WebAssembly and no eval().",
    );
  } else {
    warn(
      "load",
      `the core could not be loaded, and retry() tries again. ${error}. Are all files of the build at the ` +
        "addresses that the page requests? After a deployment, reload old pages. With configure({ wasm }), does that " +
        "address serve core.wasm, or shared.wasm with `share`, or adapter.wasm with an adapter?",
    );
  }
}

/** A policy's report may contain only the origin, or no address. @param {string} one @param {string} other */
function isSameHost(one, other) {
  try {
    return new URL(one).host === new URL(other).host;
  } catch {
    return false;
  }
}

/** @param {Client} client @param {string} id @param {string} text */
function warnOnce(client, id, text) {
  const before = said.get(client) ?? new Set();
  if (before.has(id)) return;
  said.set(client, before.add(id));
  console.warn(`inbox-socket: ${text}`);
}
