// The seed's three tables, with what was measured beside what was claimed.
//
// A claim holds where the single connection saves as much as was said, within five points; the words say what there
// is to know besides.

/**
 * @typedef {object} Claim
 * @property {string} metric
 * @property {string} claimed for 10 conversations: before → after, improvement
 * @property {number} saving claimed, in percent
 * @property {(measured: any) => number} measure
 * @property {(value: number) => string} [show]
 * @property {string} words
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
        words: "",
      },
      {
        metric: "JS heap and wasm, all of it",
        claimed: "150 kB → 15 kB, 90 % less",
        saving: 90,
        measure: ({ heap }) => heap,
        show: kB,
        words:
          "A WebSocket's 10 kB are not in the heap, where React's component and the hook weigh most and both designs pay for them; ours adds the code and the memory of its core, once.",
      },
      {
        metric: "JS heap for each further conversation",
        claimed: "15 kB → 1.5 kB, 90 % less",
        saving: 90,
        measure: ({ heapPerConversation }) => heapPerConversation,
        show: kB,
        words: "As above. What a socket really takes is in the next row.",
      },
      {
        metric: "all browser processes, each further conversation",
        claimed: "10 kB → 0",
        saving: 90,
        measure: ({ process }) => process,
        show: kB,
        words: "A socket takes more than the 10 kB said, most of it outside of the page's heap.",
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
        words: "",
      },
      {
        metric: "bytes until connected",
        claimed: "",
        saving: 90,
        measure: ({ bytesToConnect }) => bytesToConnect,
        show: kB,
        words: "Ours includes the core itself, uncompressed, which a page loads once and then has in its cache.",
      },
      {
        metric: "server's pings in 20 s",
        claimed: "10 → 1, 90 % less",
        saving: 90,
        measure: ({ pingsPerInterval }) => pingsPerInterval,
        words: "",
      },
      {
        metric: "client's pings in 20 s",
        claimed: "",
        saving: 90,
        measure: ({ clientPingsPerInterval }) => clientPingsPerInterval,
        words: "",
      },
      {
        metric: "attempts to reconnect in a cut of 10 s",
        claimed: "10 × attempts → 1 × attempts, 90 % less",
        saving: 90,
        measure: ({ reconnectionAttempts }) => reconnectionAttempts,
        words: "Chromium itself holds back a page that tries with very many sockets at once.",
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
        words:
          "The four kinds of event never come together: one on connecting, an error and a close for each attempt that fails.",
      },
      {
        metric: "callbacks in a cut of 10 s",
        claimed: "",
        saving: 90,
        measure: ({ callbacksToReconnect }) => callbacksToReconnect,
        words: "",
      },
      {
        metric: "parses per message",
        claimed: "10 → 1, about the same",
        saving: 0,
        measure: ({ parsesPerMessage }) => parsesPerMessage,
        words:
          "The claim for “before” is wrong: a message comes in on its own conversation's socket only and is parsed once. Ten parses are ten messages, in every design.",
      },
      {
        metric: "listeners that look at a message",
        claimed: "0 → 10 filters",
        saving: 0,
        measure: ({ looksPerMessage }) => looksPerMessage,
        words:
          "This is what the single connection costs in the seed's design: every listener looks at every message. In ours one look finds the listener.",
      },
      {
        metric: "renders on connecting",
        claimed: "10 × updates → 1 update and notify, 50 % less",
        saving: 50,
        measure: ({ rendersToConnect }) => rendersToConnect,
        words: "One shared state still renders every component that shows it.",
      },
      {
        metric: "renders in a cut of 10 s",
        claimed: "10 × updates → 1 update and notify, 50 % less",
        saving: 50,
        measure: ({ rendersToReconnect }) => rendersToReconnect,
        words:
          "As above: each attempt renders every component, whoever's socket it is. Ours renders a component only for what it has read.",
      },
      {
        metric: "renders per message",
        claimed: "",
        saving: 0,
        measure: ({ rendersPerMessage }) => rendersPerMessage,
        words: "",
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
    rows: claims.map(({ metric, claimed, saving, measure, show = count, words }) => {
      const at = (/** @type {number} */ size) =>
        ["before", "after", "ours"].map((architecture) => measure(find(architecture, size)));
      const [before = NaN, after = NaN] = at(10);
      const saved = 100 * (1 - after / before);
      const verdict = claimed === "" || saving === 0 ? "" : saved >= saving - 5 ? "holds" : "does not hold";
      return {
        metric,
        "the seed's claim, 10 open": claimed,
        "1 open": at(1).map(show).join(" / "),
        "10 open": at(10).map(show).join(" / "),
        "100 open": at(100).map(show).join(" / "),
        "the claim": verdict,
        words,
      };
    }),
  }));
}
