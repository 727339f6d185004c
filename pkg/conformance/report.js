const MARKS = { passed: "✓", failed: "✗", warned: "!", skipped: "-" };

/** The longest part of a frame that is shown. */
const SHOWN = 600;

/** @param {import("./run.js").Result} result */
export function lineOf({ id, outcome, rule, section, anchor, reason, note, expected, sent, came }) {
  const line = `${MARKS[outcome]} ${id.padEnd(4)} ${rule}`;
  if (outcome === "skipped") return `${line} (skipped: ${reason})`;
  if (outcome === "passed") return note ? `${line} (${note})` : line;
  const parts = [`PROTOCOL.md#${anchor} (${section})`, `expected: ${expected}`, `came:     ${shown(came)}`];
  if (sent !== undefined) parts.splice(1, 0, `sent:     ${shown(sent)}`);
  return [line, ...parts.map((part) => `       ${part}`)].join("\n");
}

/** @param {import("./run.js").Result[]} results */
export function summaryOf(results) {
  const count = (outcome) => `${results.filter((result) => result.outcome === outcome).length} ${outcome}`;
  return ["passed", "failed", "warned", "skipped"].map(count).join(", ");
}

function shown(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
