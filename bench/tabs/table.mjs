// The tables about tabs, made from results.json.

/** @param {any} tabs */
export function costTable({ costs }) {
  const numbers = [...new Set(costs.map((/** @type {any} */ { tabs }) => tabs))];
  const MB = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(0);
  return [
    row("WebSockets at the server", ({ sockets }) => sockets),
    row("bytes on the line per message", ({ bytesPerMessage }) => bytesPerMessage.toLocaleString("en")),
    row("memory of all the browser's processes, MB", ({ memory }) => MB(memory)),
    row("ms until a message is acknowledged, median", ({ latency }) => latency.toFixed(1)),
    row("the same, 95th percentile", ({ latency95 }) => latency95.toFixed(1)),
  ];

  /** @param {string} metric @param {(cost: any) => unknown} show */
  function row(metric, show) {
    const cells = numbers.map((number) => [
      `${number} ${number === 1 ? "tab" : "tabs"}`,
      costs
        .filter((/** @type {any} */ { tabs }) => tabs === number)
        .map(show)
        .join(" / "),
    ]);
    return /** @type {Record<string, string>} */ ({ metric, ...Object.fromEntries(cells) });
  }
}

/** @param {any} tabs */
export function handOverTable({ handOver }) {
  return handOver.map((/** @type {any} */ { how, count, median, worst }) => ({
    "the leader": how,
    "median, ms": Math.round(median).toLocaleString("en"),
    "worst, ms": Math.round(worst).toLocaleString("en"),
    times: String(count),
  }));
}
