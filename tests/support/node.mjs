// Runs a bundled program in Node.js.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * Runs a program until it exits, and rejects if it fails. It must exit by itself, so a leftover timer or socket fails.
 *
 * @param {Map<string, string>} files
 * @param {string} program one of the files
 */
export async function runInNode(files, program) {
  const folder = await mkdtemp(join(tmpdir(), "inbox-socket-"));
  try {
    await writeFile(join(folder, "package.json"), '{"type": "module"}');
    for (const [path, text] of files) await writeFile(join(folder, path), text);
    return await promisify(execFile)(process.execPath, [join(folder, program)], { timeout: 15_000 });
  } finally {
    await rm(folder, { recursive: true });
  }
}
