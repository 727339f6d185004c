// A bundled program, run by Node.js alone.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * Runs a program to its end, and rejects where that is not a good one. It has to end by itself: a timer or a socket
 * left behind would keep it.
 *
 * @param {Map<string, string>} files
 * @param {string} program one of them
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
