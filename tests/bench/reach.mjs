// What the project means to reach, and how far it is: a row for each aim, made from results.json.

/** @param {number} value */
const times = (value) => `${value.toFixed(2)}×`;
/** @param {number} value */
const fold = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)}×`;
/** @param {number} bytes */
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
/** @param {number} bytes */
const B = (bytes) => `${Math.round(bytes).toLocaleString("en")} B`;
/** @param {number} open */
const conversations = (open) => `${open.toLocaleString("en")} open`;

/**
 * @typedef {object} Row
 * @property {string} what
 * @property {string} reach
 * @property {string} Chromium
 * @property {string} Firefox
 * @property {string} met
 * @property {string} why it is not
 */

/** @param {any} results @returns {Row[]} */
export function reachTable({ chromium, firefox, sizes, network }) {
  /** @type {Row[]} */
  const rows = [];

  /** @param {string} what @param {string} reach @param {(browser: any) => string} say @param {boolean} met @param {string} [why] */
  const timed = (what, reach, say, met, why = "") => {
    const measured = { Chromium: say(chromium), Firefox: firefox ? say(firefox) : "" };
    rows.push({ what, reach, ...measured, met: met ? "yes" : "no", why: met ? "" : why });
  };
  /** @param {string} what @param {string} reach @param {string} measured @param {boolean} met @param {string} [why] */
  const weighed = (what, reach, measured, met, why = "") =>
    rows.push({ what, reach, Chromium: measured, Firefox: "", met: met ? "yes" : "no", why: met ? "" : why });

  for (const [i, { open, ours, least }] of chromium.dispatch.entries()) {
    timed(
      `a frame through the core / JSON.parse, ${conversations(open)}`,
      "≤ 1.25×, aim 1.15×",
      ({ dispatch }) => times(dispatch[i].ours.ratio),
      ours.ratio <= 1.25,
      `What belongs to so many conversations no longer fits the processor's cache, so its listener and its cursor are fetched from memory. A parse, a look into a Map and a call are alone ${times(least.ratio)}.`,
    );
  }
  for (const [i, { open, ours }] of chromium.unheard.entries()) {
    timed(
      `a frame that nobody listens to / JSON.parse, ${conversations(open)}`,
      "≤ 0.4×",
      ({ unheard }) => times(unheard[i].ours.ratio),
      ours.ratio <= 0.4,
      "To be certain, the text is searched four times; and the frame has to be told to the core, which counts it.",
    );
  }
  for (const other of ["after", "react-use-websocket"]) {
    for (const [open, aim] of /** @type {const} */ ([
      [1, 2],
      [1_000, 10],
    ])) {
      const faster = (/** @type {any} */ { rendering }) =>
        rendering.find((/** @type {any} */ figures) => figures.open === open)[other].ratio;
      timed(
        `through React, faster than ${other === "after" ? "the replaced hook" : other}, ${conversations(open)}`,
        `≥ ${aim}×`,
        (browser) => fold(faster(browser)),
        faster(chromium) >= aim,
      );
    }
  }
  const renders = (/** @type {any} */ { rendering }) =>
    Math.max(...rendering.map((/** @type {any} */ { ours }) => ours.renders));
  timed(
    "renders per message of a component that does not read lastMessage",
    "0",
    (browser) => String(renders(browser)),
    renders(chromium) === 0,
  );

  const { first, all } = sizes.ours;
  weighed("code before the first subscription, brotli", "≤ 2.5 kB", kB(first.brotli), first.brotli <= 2_500);
  const heavy =
    "Half of the wasm is the connection itself: two layers of the wire, sessions, gaps, backoff. `make build` prints the rest.";
  weighed("everything, wasm included, brotli", "≤ 24 kB, aim 18 kB", kB(all.brotli), all.brotli <= 24_000, heavy);
  const asFile = sizes["ours, core.wasm as a file"].all.brotli;
  weighed("the same with core.wasm as a file", "≤ 24 kB, aim 18 kB", kB(asFile), asFile <= 24_000, heavy);

  const { before, after, ours } = chromium.memoryPerConversation;
  weighed(
    "memory per further conversation, heap and wasm / replaced hook's",
    "< 1×",
    `${times(ours / after)} (${B(ours)} to ${B(after)})`,
    ours < after,
  );
  weighed(
    "memory per further conversation, heap and wasm / “before”'s",
    "≤ 0.1×",
    `${times(ours / before)} (${B(ours)} to ${B(before)})`,
    ours <= before / 10,
    "A socket is not in the page's heap, so its absence does not show there; the next row has it.",
  );
  const inAll = network.processMemoryPerConversation;
  weighed(
    "the same with all of the browser's processes",
    "≤ 0.1×",
    `${times(inAll.ours / inAll.before)} (${kB(inAll.ours)} to ${kB(inAll.before)})`,
    inAll.ours <= inAll.before / 10,
    `What is left is React's component and what Chromium keeps beside it: the replaced hook takes ${kB(inAll.after)}.`,
  );

  for (const [name, { heap, wasm }] of Object.entries({
    "subscribe/unsubscribe": chromium.cycles.subscriptions,
    "mount/unmount": chromium.cycles.components,
  })) {
    const growth = (heap.at(-1) - heap[0] + wasm.at(-1) - wasm[0]) / (heap.length - 1);
    weighed(
      `${chromium.cycles.perBatch.toLocaleString("en")} ${name} cycles`,
      "memory flat: < 1 B a cycle",
      `${growth < 0 ? "−" : "+"}${kB(Math.abs(growth))}`,
      growth < chromium.cycles.perBatch,
    );
  }
  for (const [socket, key] of Object.entries({ "a fake socket": "sending", "a real socket": "sendingReal" })) {
    timed(
      `sendMessage / JSON.stringify and send, ${socket}`,
      "≤ 1.5×",
      (browser) => times(browser[key].ours.ratio),
      chromium[key].ours.ratio <= 1.5,
      key === "sending"
        ? "A fake socket costs nothing, so this is our own work alone: a promise, a client id, a place in the queue, until the answer comes."
        : "The frame is half as long again for its client id, and waits in the queue for its answer.",
    );
  }
  return rows;
}
