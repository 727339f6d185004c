// The project's targets and how far each is met: one row per target, made from results.json.

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
 * @property {string} measurement
 * @property {string} target
 * @property {string} Chromium
 * @property {string} Firefox
 * @property {string} met
 * @property {string} why the target is not met; empty if it is
 */

/** @param {any} results @returns {Row[]} */
export function targetTable({ chromium, firefox, sizes, network }) {
  /** @type {Row[]} */
  const rows = [];

  /**
   * Adds a row measured in both browsers.
   *
   * @param {string} measurement @param {string} target @param {(browser: any) => string} format @param {boolean} met
   * @param {string} [why]
   */
  const timed = (measurement, target, format, met, why = "") => {
    const measured = { Chromium: format(chromium), Firefox: firefox ? format(firefox) : "" };
    rows.push({ measurement, target, ...measured, met: met ? "yes" : "no", why: met ? "" : why });
  };
  /**
   * Adds a row that is the same in every browser, or measured in Chromium only.
   *
   * @param {string} measurement @param {string} target @param {string} measured @param {boolean} met
   * @param {string} [why]
   */
  const weighed = (measurement, target, measured, met, why = "") =>
    rows.push({ measurement, target, Chromium: measured, Firefox: "", met: met ? "yes" : "no", why: met ? "" : why });

  for (const [i, { open, ours, least }] of chromium.dispatch.entries()) {
    timed(
      `a frame through the core / JSON.parse, ${conversations(open)}`,
      "≤ 1.25×, ideally 1.15×",
      ({ dispatch }) => times(dispatch[i].ours.ratio),
      ours.ratio <= 1.25,
      `The state of all conversations no longer fits the processor's cache, so each frame fetches its listener and cursor from memory. A parse, a Map lookup and a call alone take ${times(least.ratio)}.`,
    );
  }
  for (const [i, { open, ours }] of chromium.unheard.entries()) {
    timed(
      `a frame without a listener / JSON.parse, ${conversations(open)}`,
      "≤ 0.4×",
      ({ unheard }) => times(unheard[i].ours.ratio),
      ours.ratio <= 0.4,
      "The client searches the text four times to be certain of the conversation, and calls the core, which counts the frame.",
    );
  }
  const atEnd = (/** @type {any} */ { unheardWithIdsAtEnd }) => unheardWithIdsAtEnd.ours.ratio;
  timed(
    `the same with the id at the end of the frame, ${conversations(100)}`,
    "≤ 0.4×",
    (browser) => times(atEnd(browser)),
    atEnd(chromium) <= 0.4,
    "The client searches for the id twice, and for a nested object before it.",
  );
  timed(
    `a frame through an adapter with a path / JSON.parse, ${conversations(100)}`,
    "≤ 1.5×",
    ({ adapted }) => times(adapted.adapted.ratio),
    chromium.adapted.adapted.ratio <= 1.5,
    "Each frame becomes a list of deliveries, because a frame of another wire may concern several conversations.",
  );
  timed(
    `the same without a listener, ${conversations(100)}`,
    "≤ 0.6×",
    ({ adaptedUnheard }) => times(adaptedUnheard.adapted.ratio),
    chromium.adaptedUnheard.adapted.ratio <= 0.6,
    "The client searches the text for the id, and calls the core, which counts the frame.",
  );
  for (const other of ["after", "react-use-websocket"]) {
    for (const [open, least] of /** @type {const} */ ([
      [1, 2],
      [1_000, 10],
    ])) {
      const speedup = (/** @type {any} */ { rendering }) =>
        rendering.find((/** @type {any} */ figures) => figures.open === open)[other].ratio;
      timed(
        `speedup through React over ${other === "after" ? "the replaced hook" : other}, ${conversations(open)}`,
        `≥ ${least}×`,
        (browser) => fold(speedup(browser)),
        speedup(chromium) >= least,
      );
    }
  }
  const renders = (/** @type {any} */ { rendering }) =>
    Math.max(...rendering.map((/** @type {any} */ { ours }) => ours.renders));
  timed(
    "renders per message of a component that doesn't read lastMessage",
    "0",
    (browser) => String(renders(browser)),
    renders(chromium) === 0,
  );

  const { first, all } = sizes.ours;
  weighed(
    "code before the first subscription, brotli",
    "≤ 2.4 kB",
    kB(first.brotli),
    first.brotli <= 2_400,
    "The code keeps calls, and loads the core, again after a failure.",
  );
  const configured = sizes["ours, with configure()"];
  weighed(
    "the same with configure(), which checks the options",
    "≤ 3.1 kB",
    kB(configured.first.brotli),
    configured.first.brotli <= 3_100,
    "The checks name each option and what it must be, because an error has to be thrown by the call that made the mistake.",
  );
  const heavy =
    "Half of the wasm is the connection itself: two protocol layers, sessions, gaps and backoff. `make build` prints the rest.";
  weighed("all code, wasm included, brotli", "≤ 24 kB, ideally 18 kB", kB(all.brotli), all.brotli <= 24_000, heavy);
  for (const option of /** @type {const} */ (["adapter", "sockets"])) {
    const { all } = sizes[`ours, with the option ${option}`];
    weighed(
      `all code with the option \`${option}\`, brotli`,
      "≤ 25.5 kB",
      kB(all.brotli),
      all.brotli <= 25_500,
      "Joins, openings, histories, acknowledgements and the checks of what an adapter returns, without layer 1.",
    );
  }
  const asFile = sizes["ours, core.wasm as a file"].all.brotli;
  weighed("the same with core.wasm as a file", "≤ 24 kB, ideally 18 kB", kB(asFile), asFile <= 24_000, heavy);

  const { before, after, ours } = chromium.memoryPerConversation;
  weighed(
    "memory per additional conversation, heap and wasm / the replaced hook's",
    "< 1×",
    `${times(ours / after)} (${B(ours)} to ${B(after)})`,
    ours < after,
  );
  weighed(
    "memory per additional conversation, heap and wasm / “before”'s",
    "≤ 0.1×",
    `${times(ours / before)} (${B(ours)} to ${B(before)})`,
    ours <= before / 10,
    "The page's heap doesn't include its sockets, so saving them doesn't show here; the next row includes them.",
  );
  const inAll = network.processMemoryPerConversation;
  weighed(
    "the same in all of the browser's processes",
    "≤ 0.1×",
    `${times(inAll.ours / inAll.before)} (${kB(inAll.ours)} to ${kB(inAll.before)})`,
    inAll.ours <= inAll.before / 10,
    `The rest is React's component and Chromium's own data for it: the replaced hook takes ${kB(inAll.after)}.`,
  );

  for (const [name, { heap, wasm }] of Object.entries({
    "subscribe/unsubscribe": chromium.cycles.subscriptions,
    "mount/unmount": chromium.cycles.components,
  })) {
    const growth = (heap.at(-1) - heap[0] + wasm.at(-1) - wasm[0]) / (heap.length - 1);
    weighed(
      `${chromium.cycles.perBatch.toLocaleString("en")} ${name} cycles`,
      "growth < 1 B per cycle",
      `${growth < 0 ? "−" : "+"}${kB(Math.abs(growth))}`,
      growth < chromium.cycles.perBatch,
    );
  }
  for (const [socket, key] of Object.entries({ "a fake socket": "sending", "a real socket": "sendingReal" })) {
    timed(
      `sendMessage / JSON.stringify and send, on ${socket}`,
      "≤ 1.5×",
      (browser) => times(browser[key].ours.ratio),
      chromium[key].ours.ratio <= 1.5,
      key === "sending"
        ? "A fake socket costs nothing, so this is only our own work: a promise, a client id and a place in the queue until the acknowledgement."
        : "The client id makes the frame half as long again, and the frame stays in the queue until its acknowledgement.",
    );
  }
  return rows;
}
