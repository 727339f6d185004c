#!/usr/bin/env node
// npx inbox-socket conformance URL: plays the protocol against a server. Exits with 1 if the server breaks a MUST, and
// with 2 on wrong use.

import { CommandFailed } from "../conformance/command.js";
import { readOptions, USAGE } from "../conformance/options.js";
import { lineOf, summaryOf } from "../conformance/report.js";
import { run } from "../conformance/run.js";
import { findWebSocket } from "../conformance/web-socket.js";

const [command, ...args] = process.argv.slice(2);

if (command !== "conformance") wrongUse(`the command must be conformance; got ${command ?? "nothing"}`);
const options = attempt(() => readOptions(args));
const connect = await findWebSocket().catch(({ message }) => wrongUse(message));
const results = await run(options, connect, (result) => {
  if (!options.json) console.log(lineOf(result));
}).catch((error) => {
  if (!(error instanceof CommandFailed)) throw error;
  console.error(error.message);
  process.exit(2);
});
console.log(options.json ? JSON.stringify({ url: options.url, results }, null, 2) : `\n${summaryOf(results)}`);
process.exitCode = results.some(({ outcome }) => outcome === "failed") ? 1 : 0;

function attempt(read) {
  try {
    return read();
  } catch (error) {
    return wrongUse(error.message);
  }
}

/** @param {string} message @returns {never} */
function wrongUse(message) {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}
