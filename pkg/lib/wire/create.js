// The inbox of a page that sets `adapter`. Only pages that set it, or `sockets`, load this folder.
//
// | file | contents |
// | --- | --- |
// | create.js | makes the inbox |
// | sockets.js | makes an inbox with a socket for each conversation |
// | wire.js | what the core asks about another wire: see `Wire` in src/browser/inbox.js |
// | opening.js | a new connection, as `onOpen` and `join` see it |
// | rooms.js | joins and leaves conversations |
// | scan.js | recognizes a frame without listeners in its raw text |
// | checks.js | checks what the adapter returns, and reports its mistakes |
//
// These files import nothing of the page's first code, or a bundler would split that into a further file; a few lines
// stand here again instead.

import { createInbox as createCore } from "../../wasm/adapter.js";
import { report } from "./checks.js";
import { createWire } from "./wire.js";

export { load } from "../../wasm/adapter.js";

/**
 * @param {import("../../index.js").Options} options
 * @param {import("../../index.js").ConversationId} [conversationId] with a socket for each conversation
 */
export function createInbox(options, conversationId) {
  const { adapter = {}, protocol } = options;
  refuse(protocol === 1, "`protocol` must be 0 with `adapter`; got 1");
  for (const pair of ["conversationId incoming", "message outgoing", "ref outgoing"]) {
    const [one = "", two = ""] = pair.split(" ");
    refuse(adapter[one] && adapter[two], `\`adapter.${one}\` must not be set with \`adapter.${two}\``);
  }
  refuse(adapter.resend === false && !adapter.ack, "`adapter.resend` must not be set without `adapter.ack`");
  return createCore({ ...options, protocol: 0, wire: createWire(adapter, options, conversationId) });
}

/**
 * Throws an error, which the state then shows. Reports it as well, for the developer.
 *
 * @param {unknown} condition
 * @param {string} text
 */
export function refuse(condition, text) {
  if (!condition) return;
  const error = new TypeError(text);
  report(error);
  throw error;
}
