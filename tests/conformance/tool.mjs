// Runs the tool as a user does.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { testFile } from "../support/bundle.mjs";

const TOOL = testFile("../pkg/bin/inbox-socket.js");

/** @param {string[]} args */
export async function runTool(args) {
  const child = spawn(process.execPath, [TOOL, ...args], { cwd: testFile("."), stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status, output, errors };
}

/**
 * Runs the tool with `--json`.
 *
 * @param {string} url @param {string[]} args
 * @returns {Promise<{status: number, results: any[], broken: string[]}>} `broken`: the checks that failed or warned
 */
export async function conformance(url, args) {
  const { status, output, errors } = await runTool(["conformance", url, "--json", ...args]);
  if (errors) throw new Error(errors);
  const { results } = JSON.parse(output);
  const broken = results.filter(({ outcome }) => ["failed", "warned"].includes(outcome));
  return {
    status,
    results,
    broken: broken.map(({ id, expected, came }) => `${id}: ${expected}, not ${JSON.stringify(came)}`),
  };
}
