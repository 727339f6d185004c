// Prints tables to the terminal.

/** @param {string} title @param {Record<string, string>[]} rows */
export function print(title, rows) {
  const columns = Object.keys(rows[0] ?? {});
  const width = Object.fromEntries(
    columns.map((column) => [
      column,
      Math.max(...[column, ...rows.map((row) => row[column] ?? "")].map((text) => text.length)),
    ]),
  );
  const line = (/** @type {(column: string) => string} */ cell) =>
    console.log(
      columns
        .map((column) => cell(column).padEnd(width[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  console.log(`\n${title}\n`);
  line((column) => column);
  line((column) => "─".repeat(width[column] ?? 0));
  for (const row of rows) line((column) => row[column] ?? "");
  console.log();
}
