// Starts programs for a test, and ends them.

import { spawn } from "node:child_process";

import { PATIENCE } from "./queue.mjs";

/** The functions that end the running programs. @type {Set<() => void>} */
const ends = new Set();

process.on("exit", () => ends.forEach((end) => end()));
// Run the exit handler also on an interrupt.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/**
 * Calls `end` when this process exits.
 *
 * @param {() => void} end
 * @returns {() => void} cancels the call
 */
export function endWithThis(end) {
  ends.add(end);
  return () => ends.delete(end);
}

/**
 * Starts a program and waits for a line of its output.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd: string, env?: Record<string, string | undefined>, line: RegExp, patience?: number}} options
 *   `line`: matches its output when it is ready
 */
export async function start(program, args, { cwd, env, line, patience = PATIENCE }) {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  void ended.then(endWithThis(() => child.kill("SIGKILL")));
  let output = "";
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<RegExpExecArray>} */
  const ready = new Promise((resolve, reject) => {
    const fail = (what) => reject(new Error(`${program} ${args.join(" ")} ${what}:\n${output}`));
    const read = (text) => {
      output += text;
      const match = line.exec(output);
      if (match) resolve(match);
    };
    timer = setTimeout(() => fail(`was not ready after ${patience} ms`), patience);
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.once("error", (error) => fail(error.message));
    child.once("close", () => fail("ended"));
  });
  /** @param {NodeJS.Signals} signal */
  const stop = async (signal = "SIGTERM") => {
    child.kill(signal);
    await ended;
  };
  try {
    return { match: await ready, stop, output: () => output };
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
