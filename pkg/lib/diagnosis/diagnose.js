// Prints warnings with their fixes, and with the option `debug` every event. ../debug-mode.js decides on loading it.

import { createLog } from "./log.js";
import { observe } from "./observe.js";
import { createWarnings } from "./warnings.js";

let stop = () => {};

/**
 * Starts over, with or without the log.
 *
 * @param {import("./observe.js").Client} client
 * @param {boolean} log
 */
export function diagnose(client, log) {
  stop();
  const warnings = createWarnings(client);
  const ends = [warnings.stop, observe(client, warnings), ...(log ? [observe(client, createLog(client))] : [])];
  stop = () => ends.forEach((end) => end());
}
