// The inbox of a page that sets `adapter` or `sockets`. Only such pages load this folder.
//
// | file | contents |
// | --- | --- |
// | create.js | makes the inbox; refuses options that contradict each other |
// | wire.js | what the core asks about another wire: see `wire` in src/browser/inbox.js |
// | members.js | calls the adapter's members, and checks what they return |
// | opening.js | a new connection, as `onOpen` and `join` see it |
// | rooms.js | joins and leaves conversations |
// | scan.js | recognizes a frame without listeners in its raw text |
// | sockets.js | a socket for each conversation |

import { Members } from "./members.js";
import { Sockets } from "./sockets.js";
import { Wire } from "./wire.js";

// What a page sends that has a socket for each conversation and no adapter.
const PLAIN = { history: (conversationId) => ({ action: "get_messages", conversation_id: conversationId }) };

/**
 * @param {typeof import("../../wasm/core.js")} core
 * @param {import("../../index.js").Options} options
 * @returns {import("../../wasm/core.js").Inbox}
 */
export function createInbox(core, options) {
  const { adapter = PLAIN, sockets, url, protocols } = options;
  const isEach = sockets === "each";
  refuseContradictions(options, isEach);
  const members = new Members(adapter);

  const make = (conversationId) => {
    const bound = (option) => (typeof option === "function" ? () => option({ conversationId }) : option);
    const own = isEach ? { url: bound(url), protocols: bound(protocols) } : {};
    return core.createInbox({ ...options, ...own, protocol: 0, wire: new Wire(members, options, conversationId) });
  };
  return isEach ? /** @type {any} */ (new Sockets(make)) : make();
}

/** @param {import("../../index.js").Options} options @param {boolean} isEach */
function refuseContradictions({ adapter = {}, url, protocol }, isEach) {
  if (protocol === 1)
    throw new TypeError(`\`protocol\` must be 0 with ${isEach ? 'sockets: "each"' : "`adapter`"}; got 1`);
  const exclude = (one, two) => {
    if (adapter[one] && adapter[two])
      throw new TypeError(`\`adapter.${one}\` and \`adapter.${two}\` must not both be set`);
  };
  exclude("conversationId", "incoming");
  exclude("message", "outgoing");
  exclude("ref", "outgoing");
  if (!isEach) return;
  if (typeof url !== "function") {
    throw new TypeError(`\`url\` must be a function of { conversationId } with sockets: "each"; got ${url}`);
  }
  for (const member of ["conversationId", "join", "leave"]) {
    if (adapter[member]) throw new TypeError(`\`adapter.${member}\` must not be set with sockets: "each"`);
  }
}
