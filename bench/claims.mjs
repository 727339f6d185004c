// The design document's three tables: the measurements beside its claims.
//
// A claim holds if the single connection saves at least as much as claimed, less five percentage points.

/**
 * @typedef {object} Claim
 * @property {string} metric
 * @property {string} claimed for 10 conversations: before → after, improvement
 * @property {number} saving claimed, in percent
 * @property {(measured: any) => number} measure
 * @property {(value: number) => string} [show]
 * @property {string} notes
 */

const kB = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(0)} kB`;
const count = (/** @type {number} */ value) => String(Math.round(value * 10) / 10);

/** @type {{title: string, claims: Claim[]}[]} */
const TABLES = [
  {
    title: "Memory usage",
    claims: [
      {
        metric: "WebSockets",
        claimed: "10 → 1, 90 % less",
        saving: 90,
        measure: ({ sockets }) => sockets,
        notes: "",
      },
      {
        metric: "JS heap and wasm, in total",
        claimed: "150 kB → 15 kB, 90 % less",
        saving: 90,
        measure: ({ heap }) => heap,
        show: kB,
        notes:
          "The heap doesn't include the 10 kB of each WebSocket. It consists mostly of React's components and the hook, which every design pays for; ours adds the code and memory of its core once.",
      },
      {
        metric: "JS heap per additional conversation",
        claimed: "15 kB → 1.5 kB, 90 % less",
        saving: 90,
        measure: ({ heapPerConversation }) => heapPerConversation,
        show: kB,
        notes: "As above. The next row shows what a socket really takes.",
      },
      {
        metric: "all browser processes, per additional conversation",
        claimed: "10 kB → 0",
        saving: 90,
        measure: ({ process }) => process,
        show: kB,
        notes: "A socket takes more than the claimed 10 kB, most of it outside the page's heap.",
      },
    ],
  },
  {
    title: "Network traffic",
    claims: [
      {
        metric: "handshakes",
        claimed: "10 → 1, 90 % less",
        saving: 90,
        measure: ({ handshakes }) => handshakes,
        notes: "",
      },
      {
        metric: "bytes until connected",
        claimed: "",
        saving: 90,
        measure: ({ bytesToConnect }) => bytesToConnect,
        show: kB,
        notes: "Ours includes the core itself, uncompressed, which the browser loads once and then caches.",
      },
      {
        metric: "server's pings in 20 s",
        claimed: "10 → 1, 90 % less",
        saving: 90,
        measure: ({ pingsPerInterval }) => pingsPerInterval,
        notes: "",
      },
      {
        metric: "client's pings in 20 s",
        claimed: "",
        saving: 90,
        measure: ({ clientPingsPerInterval }) => clientPingsPerInterval,
        notes: "",
      },
      {
        metric: "reconnection attempts in an outage of 10 s",
        claimed: "10 × attempts → 1 × attempts, 90 % less",
        saving: 90,
        measure: ({ reconnectionAttempts }) => reconnectionAttempts,
        notes: "Chromium itself throttles a page that opens very many sockets at once.",
      },
    ],
  },
  {
    title: "CPU usage",
    claims: [
      {
        metric: "callbacks on connecting",
        claimed: "10 × 4 → 1 × 4, 90 % less",
        saving: 90,
        measure: ({ callbacksToConnect }) => callbacksToConnect,
        notes:
          "A socket never fires all four events at once: it fires one on connecting, and an error and a close for each failed attempt.",
      },
      {
        metric: "callbacks in an outage of 10 s",
        claimed: "",
        saving: 90,
        measure: ({ callbacksToReconnect }) => callbacksToReconnect,
        notes: "",
      },
      {
        metric: "parses per message",
        claimed: "10 → 1, about the same",
        saving: 0,
        measure: ({ parsesPerMessage }) => parsesPerMessage,
        notes:
          "The claim for “before” is wrong: a message arrives only on its own conversation's socket and is parsed once. In every design, ten parses are ten messages.",
      },
      {
        metric: "reads of a message's conversation id",
        claimed: "0 → 10 filters",
        saving: 0,
        measure: ({ looksPerMessage }) => looksPerMessage,
        notes:
          "This is the cost of the single connection in the design document: every listener checks every message. In ours, one lookup finds the listener.",
      },
      {
        metric: "renders on connecting",
        claimed: "10 × updates → 1 update and notify, 50 % less",
        saving: 50,
        measure: ({ rendersToConnect }) => rendersToConnect,
        notes: "A change of the shared state still renders every component that shows it.",
      },
      {
        metric: "renders in an outage of 10 s",
        claimed: "10 × updates → 1 update and notify, 50 % less",
        saving: 50,
        measure: ({ rendersToReconnect }) => rendersToReconnect,
        notes:
          "As above: in both hooks, each attempt renders the components. Ours renders a component only when a value that it has read changes.",
      },
      {
        metric: "renders per message",
        claimed: "",
        saving: 0,
        measure: ({ rendersPerMessage }) => rendersPerMessage,
        notes: "",
      },
    ],
  },
];

/** @param {any} network @returns {{title: string, rows: Record<string, string>[]}[]} */
export function claimTables({ cases, processMemoryPerConversation }) {
  /** @param {string} architecture @param {number} conversations */
  const find = (architecture, conversations) => {
    const figures = (/** @type {number} */ open) =>
      cases.find((/** @type {any} */ one) => one.architecture === architecture && one.conversations === open);
    const most = Math.max(...cases.map((/** @type {any} */ one) => one.conversations));
    return {
      ...figures(conversations),
      heapPerConversation: (figures(most).heap - figures(1).heap) / (most - 1),
      process: processMemoryPerConversation[architecture],
    };
  };
  return TABLES.map(({ title, claims }) => ({
    title: `${title}: before / after / ours`,
    rows: claims.map(({ metric, claimed, saving, measure, show = count, notes }) => {
      const at = (/** @type {number} */ size) =>
        ["before", "after", "ours"].map((architecture) => measure(find(architecture, size)));
      const [before = NaN, after = NaN] = at(10);
      const saved = 100 * (1 - after / before);
      const verdict = claimed === "" || saving === 0 ? "" : saved >= saving - 5 ? "holds" : "does not hold";
      return {
        metric,
        "1 open": at(1).map(show).join(" / "),
        "10 open": at(10).map(show).join(" / "),
        "100 open": at(100).map(show).join(" / "),
        "design document, 10 open": claimed,
        "its claim": verdict,
        notes,
      };
    }),
  }));
}
