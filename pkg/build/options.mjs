// Writes the documentation of the options into index.d.ts and docs/api.md: `npm run options`. What each option must be
// is taken from lib/options.js, which checks it.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { OPTIONS } from "../lib/options.js";

/**
 * The options in the order of both pages.
 *
 * - `type` in TypeScript, `initial` the default, `doc` the first sentences, in both pages
 * - `more` paragraphs for index.d.ts, `see` a link for docs/api.md
 *
 * @type {Record<string, {type: string, initial: string, doc: string, more?: string[], see?: string}>}
 */
export const DOCS = {
  url: {
    type: "string | URL | ((socket: SocketOf) => string | URL | Promise<string | URL>)",
    initial: "`/ws/inbox/` on the page's origin",
    doc: "The address, or a function (sync or async) that the client calls before every attempt, for tokens.",
    more: ["Relative addresses are resolved against the page; `http:` becomes `ws:`, and `https:` becomes `wss:`."],
  },
  user: {
    type: "string | number | null",
    initial: "not set",
    doc:
      "Who is signed in: a name that is the same each time, or `null` if no user is signed in. " +
      "You can change this option at any time.",
    more: [
      "On each change the client closes the connection, fails all queued messages and forgets its cursors; then it opens a " +
        "new connection, or with `null` stays closed as after {@link disconnect}.",
      "Without it, a server that does not answer `hello` receives the last user's queued messages on the next user's " +
        "connection: the client cannot tell the two apart. You don't need it if the page reloads on sign-out, or calls " +
        "{@link disconnect} then.",
    ],
    see: "see [below](#who-is-signed-in)",
  },
  reconnectDelays: {
    type: "number[]",
    initial: "`[500, 2000, 5000, 10000, 30000]`",
    doc: "Delays before the attempts to reconnect, in ms. The last one repeats.",
  },
  jitter: {
    type: "number",
    initial: "`1`",
    doc:
      "Random variation of each delay as a fraction of it, 0 to 1 (0.2 = ±20 %). The first delay varies by 0.2 at most, " +
      "and no delay exceeds the longest one.",
  },
  maxAttempts: {
    type: "number",
    initial: "`10`",
    doc: "Attempts to reconnect before the client gives up. `Infinity` never gives up.",
  },
  connectTimeout: {
    type: "number",
    initial: "`5000`",
    doc: "Time limit for one attempt in ms, including the call of `url`.",
  },
  linger: {
    type: "number",
    initial: "`250`",
    doc: "How long the connection stays open after the last listener unsubscribes, in ms.",
  },
  queueLimit: { type: "number", initial: "`1000`", doc: "Maximum number of queued frames. Further frames fail." },
  messageLimit: {
    type: "number",
    initial: "`65536`",
    doc: "Maximum size of a sent frame in bytes of UTF-8. Larger frames fail at once.",
    more: ["A server closes the connection each time it receives a frame over its limit."],
  },
  frameLimit: {
    type: "number",
    initial: "`1048576`",
    doc: "Maximum size of a received frame in UTF-16 code units. Larger frames are dropped.",
  },
  heartbeat: { type: "number", initial: "set by the server", doc: "Maximum ping interval in ms, 1000 or more." },
  keepalive: {
    type: "Keepalive",
    initial: "none",
    doc:
      "For servers with layer 0: `{ every, frame }` sends your frame at this interval in ms, 1000 or more; " +
      "`{ ping, pong }` replies to the server's own ping.",
    more: [
      "Proxies close a connection without traffic, many after a minute. Layer 1 has a heartbeat and doesn't need this.",
      "A received frame that has all members of `ping` is answered with `pong` and reaches no listener. Objects are sent as " +
        "JSON and strings as they are; a `ping` that is a string is compared with the whole frame.",
    ],
    see: "see [deployment](deployment.md#idle-timeouts-and-the-heartbeat)",
  },
  protocol: {
    type: "0 | 1",
    initial: "`1`",
    doc: "The highest layer to offer. `0` never offers acknowledged delivery, for servers that fail on unknown frames.",
  },
  protocols: {
    type: "string | string[] | ((socket: SocketOf) => string | string[] | Promise<string | string[]>)",
    initial: "none",
    doc: "The WebSocket subprotocols to offer, or a function (sync or async) that the client calls before every attempt.",
    more: ["A browser closes the connection if the server selects none of them."],
  },
  sockets: {
    type: '"one" | "each"',
    initial: '`"one"`',
    doc:
      'With `"each"` every conversation has its own connection, which closes after its last listener. `url` must then be a ' +
      "function of `{ conversationId }`.",
    more: [
      "A first step for applications whose server has a socket for each conversation. All received frames of a " +
        "connection belong to its conversation; layer 1 is off. The state is that of a conversation: " +
        "{@link getState}`(conversationId)`.",
    ],
    see: "see [adapters](adapters.md)",
  },
  adapter: {
    type: "Adapter",
    initial: "none",
    doc: "How to read and write the frames of a server that has its own wire protocol. Layer 1 is off with it.",
    see: "see [adapters](adapters.md)",
  },
  share: {
    type: "boolean | string",
    initial: "`false`",
    doc:
      "`true` lets all tabs of this browser that have the same `user` and `url` share one connection. It requires `user` " +
      "and a server with layer 1.",
    more: [
      "One tab has the WebSocket, and the others use it through that tab. If it is closed, crashes or freezes, another one " +
        "takes over. Each tab receives every message once and in order, as without this option. Pages on plain `http:`, " +
        "other than localhost, and sandboxed frames open a WebSocket each.",
      "`disconnect()` ends the connection of all these tabs. Tabs whose `url` is a function count as having the same one; " +
        "for more than one inbox, give each a name instead of `true`.",
    ],
    see: "see [one connection for all tabs](connection.md#one-connection-for-all-tabs)",
  },
  persist: {
    type: "boolean | string",
    initial: "`false`",
    doc:
      "`true` keeps messages that wait in this browser's storage, so that they survive a reload, a crash and the end of " +
      "the browser. It requires `user`.",
    more: [
      "A message is in IndexedDB before the client sends it, unless that takes longer than a second, and stays there until " +
        "the server has acknowledged it or the application discards it: see {@link pending}. `disconnect()` and another " +
        "`user` delete all messages of this user.",
      "The messages of one user and one `url` belong together. If `url` is a function, the messages of all inboxes do; for " +
        "more than one inbox, give each a name instead of `true`.",
    ],
    see: "see [messages that survive the page](persistence.md)",
  },
  debug: {
    type: "boolean",
    initial: "warnings, in development only",
    doc: "`true` logs every state change and every frame, in production too; `false` logs nothing, not even warnings.",
    more: ['In a browser, `localStorage["inbox-socket.debug"] = 1` does the same as `true` without a new build.'],
  },
  wasm: {
    type: "string | URL | Response | Promise<Response> | BufferSource | WebAssembly.Module",
    initial: "inlined",
    doc: "`core.wasm` as a separate file: its URL, a response, its bytes or a compiled module.",
    more: [
      "The URL is the one of `inbox-socket/core.wasm`. With `adapter` or `sockets`, `inbox-socket/adapter.wasm` is enough, " +
        "which is smaller; `share` needs `inbox-socket/shared.wasm`. A separate file can be compiled while it is loading.",
    ],
  },
};

const PAGES = {
  [file("../index.d.ts")]: { marks: /( {2}\/\/ options\n)[^]*?( {2}\/\/ \/options\n)/, head: "", render: typescript },
  [file("../../docs/api.md")]: {
    marks: /(<!-- options -->\n)[^]*?(<!-- \/options -->\n)/,
    head: "| option | default | meaning |\n| --- | --- | --- |\n",
    render: markdown,
  },
};

/** The pages, and what each should contain. @returns {Map<string, string>} */
export function documented() {
  const names = Object.keys(OPTIONS);
  if (String(names) !== String(Object.keys(DOCS))) {
    throw new Error(`lib/options.js checks ${names}, and build/options.mjs documents ${Object.keys(DOCS)}`);
  }
  return new Map(
    Object.entries(PAGES).map(([path, { marks, head, render }]) => {
      const text = readFileSync(path, "utf8");
      if (!marks.test(text)) throw new Error(`${path} must have the two marks of ${marks}`);
      return [path, text.replace(marks, (_, begin, end) => `${begin}${head}${names.map(render).join("")}${end}`)];
    }),
  );
}

/** @param {string} name */
function typescript(name) {
  const { type, initial, doc, more = [] } = DOCS[name];
  const rule = OPTIONS[name];
  const expected = Array.isArray(rule) ? rule[1] : "an object";
  const paragraphs = [doc, ...more, `Must be ${expected}. Default: ${initial}.`];
  const lines = paragraphs.flatMap((paragraph, i) => [...(i > 0 ? [""] : []), ...wrapped(paragraph, 113)]);
  return `  /**\n${lines.map((line) => `   * ${line}`.trimEnd()).join("\n")}\n   */\n  ${name}?: ${type};\n`;
}

/** @param {string} name */
function markdown(name) {
  const { initial, doc, see } = DOCS[name];
  const meaning = doc.charAt(0).toLowerCase() + doc.slice(1, -1);
  return `| \`${name}\` | ${initial} | ${see ? `${meaning}; ${see}` : meaning} |\n`;
}

/** @param {string} text @param {number} width */
function wrapped(text, width) {
  return text
    .replace(new RegExp(`(.{1,${width}})(?: |$)`, "g"), "$1\n")
    .trimEnd()
    .split("\n");
}

/** @param {string} path */
function file(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of documented()) writeFileSync(path, text);
}
