// Runs the commands of --restart, --leave and --join.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The longest part of a command's stderr that is shown, in characters. */
const SHOWN = 300;

/** A command that does not do what its option promises: wrong use, and no fault of the server. */
export class CommandFailed extends Error {}

/**
 * Runs a command in the shell. Throws a CommandFailed, in one line, if it fails.
 *
 * @param {string} option such as `--restart`
 * @param {string} command
 * @param {Record<string, string>} [variables] are added to its environment
 */
export async function runCommand(option, command, variables = {}) {
  const folder = mkdtempSync(join(tmpdir(), "inbox-socket-"));
  const file = join(folder, "stderr");
  // Not a pipe: a server that the command starts in the background keeps it open, and would be killed by its end.
  const stderr = openSync(file, "w");
  try {
    const env = { ...process.env, ...variables };
    const child = spawn(command, { shell: true, env, stdio: ["ignore", "ignore", stderr] });
    const [status, signal] = await once(child, "exit");
    if (status === 0) return;
    const end = readFileSync(file, "utf8").trim().replace(/\s+/g, " ").slice(-SHOWN);
    const how = signal ? `was killed by ${signal}` : `exited with ${status}`;
    throw new CommandFailed(`${option} must exit with 0; \`${command}\` ${how}: ${end || "nothing on stderr"}`);
  } finally {
    closeSync(stderr);
    rmSync(folder, { recursive: true, force: true });
  }
}
