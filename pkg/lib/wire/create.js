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
// | members.js | checks the members of the adapter |
// | checks.js | checks what the adapter returns, and reports its mistakes |
//
// These files import nothing of the page's first code, or a bundler would split that into a further file; a few lines
// stand here again instead.

import { createInbox as createCore } from "../../wasm/adapter.js";
import { refuse } from "./checks.js";
import { checkMembers } from "./members.js";
import { createWire } from "./wire.js";

export { load } from "../../wasm/adapter.js";

/**
 * @param {import("../../index.js").Options} options
 * @param {import("../../index.js").ConversationId} [conversationId] with a socket for each conversation
 */
export function createInbox(options, conversationId) {
  const { adapter = {}, protocol } = options;
  checkMembers(adapter);
  if (protocol === 1) refuse("`protocol` must be 0 with `adapter`; got 1");
  for (const pair of ["conversationId incoming", "message outgoing", "ref outgoing"]) {
    const [one = "", two = ""] = pair.split(" ");
    if (adapter[one] && adapter[two]) refuse(`\`adapter.${one}\` must not be set with \`adapter.${two}\``);
  }
  if (adapter.resend === false && !adapter.ack) refuse("`adapter.resend` must not be set without `adapter.ack`");
  return createCore({ ...options, protocol: 0, wire: createWire(adapter, options, conversationId) });
}
