// The connection's state for developers.

// The core returns a phase, and the layer while connected, as a negative place in these lists: see place_of() in
// src/browser/commands.rs. tests/npm/package/copies.test.mjs compares them.
const PHASES = ["idle", "connecting", "given up", "ended", "refused"];
const LAYERS = ["asked", "silent", "plain", "acknowledging"];

// With a socket for each conversation, the connection furthest from connected stands for all.
const BY_DISTANCE = ["idle", "connected", "connecting", "waiting", "given up", "ended", "refused"];

/**
 * @typedef {object} Inspection
 * @property {string} phase
 * @property {number | null} nextAttemptIn ms
 * @property {string | null} layer of the current connection: one of LAYERS, or "foreign" for a wire other than this
 *   package's; null while not connected
 * @property {{conversation: import("../../index.js").ConversationId | null, count: number}[]} listeners `null` counts
 *   the listeners of every conversation
 * @property {{text: string, isUnderWay: boolean}[]} queue
 */

/** @param {import("./observe.js").Client} client @returns {Inspection} */
export function inspect(client) {
  const { core, getState, options } = client;
  if (!core) {
    const { isConnecting, error } = getState();
    const phase = isConnecting ? "loading" : error === null ? "idle" : "not loaded";
    return { phase, nextAttemptIn: null, layer: null, listeners: [], queue: [] };
  }
  const isForeign = options.adapter !== undefined || options.sockets === "each";
  const each = connectionsOf(client).map((one) => inspectOne(one, isForeign));
  return each.reduce(add, { phase: "idle", nextAttemptIn: null, layer: null, listeners: [], queue: [] });
}

/** The core's inbox, or those of all conversations. @param {import("./observe.js").Client} client */
export function connectionsOf({ core }) {
  return core === null ? [] : (core.inboxes ?? [core]);
}

/** @param {Core} core @param {boolean} isForeign @returns {Inspection} */
export function inspectOne(core, isForeign) {
  const seen = core.inspect();
  const name = -1 - seen;
  const layer = LAYERS[name - PHASES.length];
  return {
    phase: seen >= 0 ? "waiting" : (PHASES[name] ?? "connected"),
    nextAttemptIn: seen >= 0 ? seen : null,
    layer: layer === undefined ? null : isForeign ? "foreign" : layer,
    listeners: countListeners(core),
    queue: queueOf(core),
  };
}

/** Adds up two inspections. @param {Inspection} one @param {Inspection} two */
function add(one, two) {
  const shown = BY_DISTANCE.indexOf(two.phase) > BY_DISTANCE.indexOf(one.phase) ? two : one;
  const counted = one.listeners.map(({ conversation }) => conversation);
  return {
    ...shown,
    // Those of all conversations are the same in each.
    listeners: [...one.listeners, ...two.listeners.filter(({ conversation }) => !counted.includes(conversation))],
    queue: [...one.queue, ...two.queue],
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
