// A reporter for Node's test runner that prints each row when it is done, and the whole matrix at the end.

/** @param {AsyncIterable<{type: string, data: any}>} source */
export default async function* matrix(source) {
  const rows = [];
  let consumer = "";
  const complaints = [];
  for await (const { type, data } of source) {
    if (type === "test:start" && data.nesting === 0) consumer = data.name;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, nesting, details } = data;
    const failed = type === "test:fail";
    // Also report failures outside the rows: an installation or the packing.
    if (failed && details.error?.failureType !== "subtestsFailed") {
      complaints.push(`${nesting > 0 ? `${consumer}, ` : ""}${name}\n${reason(details.error)}`);
    }
    if (nesting === 0) continue;
    const row = [consumer, name, failed ? "FAIL" : "pass", `${(details.duration_ms / 1000).toFixed(1)} s`.padStart(7)];
    rows.push(row);
    yield `${row.join("  ")}\n`;
  }
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column].length)));
  for (const complaint of complaints) yield `\n✖ ${complaint}\n`;
  yield "\n";
  for (const row of rows) yield `${row.map((cell, column) => cell.padEnd(widths[column])).join("  ")}\n`;
  const failed = rows.filter(([, , result]) => result === "FAIL").length;
  yield `\n${rows.length - failed} of ${rows.length} pass\n`;
}

/** @param {any} error */
function reason(error) {
  const { cause } = error ?? {};
  return cause?.stack ?? cause ?? error?.stack ?? error;
}
