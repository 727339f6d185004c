// The connection's state for developers.

// The core returns a phase, and the layer while connected, as a negative place in these lists: see place_of() in
// src/browser/commands.rs. tests/npm/package/copies.test.mjs compares them.
const PHASES = ["idle", "connecting", "given up", "ended", "refused"];
const LAYERS = ["asked", "silent", "plain", "acknowledging"];

/**
 * @typedef {object} Inspection
 * @property {string} phase
 * @property {number | null} nextAttemptIn ms
 * @property {string | null} layer of the current connection: one of LAYERS, or null while not connected
 * @property {{conversation: import("../../index.js").ConversationId | null, count: number}[]} listeners `null` counts
 *   the listeners of every conversation
 * @property {{text: string, isUnderWay: boolean}[]} queue
 */

/** @param {import("./observe.js").Client} client @returns {Inspection} */
export function inspect(client) {
  const { core, getState } = client;
  if (!core) {
    const { isConnecting, error } = getState();
    const phase = isConnecting ? "loading" : error === null ? "idle" : "not loaded";
    return { phase, nextAttemptIn: null, layer: null, listeners: [], queue: [] };
  }
  const seen = core.inspect();
  const name = -1 - seen;
  const layer = LAYERS[name - PHASES.length] ?? null;
  return {
    phase: seen >= 0 ? "waiting" : (PHASES[name] ?? "connected"),
    nextAttemptIn: seen >= 0 ? seen : null,
    layer,
    listeners: countListeners(core),
    queue: queueOf(core),
  };
}

/** @typedef {NonNullable<import("./observe.js").Client["core"]>} Core */

/** @param {Core} core */
function countListeners({ listeners: { conversations, everything } }) {
  const all = [...conversations.byId.values(), everything];
  const counts = all.map(({ id, first }) => ({ conversation: id, count: lengthOf(first) }));
  return counts.filter(({ count }) => count > 0);
}

/** @param {Core["listeners"]["everything"]["first"]} listener */
function lengthOf(listener) {
  let length = 0;
  for (; listener; listener = listener.next) length += 1;
  return length;
}

/** @param {Core} core */
function queueOf(core) {
  return Array.from(core.outgoing.drafts, ([send, { text }]) => ({ text, isUnderWay: core.isUnderWay(send) }));
}
