// Says what goes wrong and what to do about it, and with the option `debug` all that happens. Loaded only where somebody
// wants to read it: see ../debug-mode.js.

import { createLog } from "./log.js";
import { observe } from "./observe.js";
import { createWarnings } from "./warnings.js";

let stop = () => {};

/**
 * Begins anew, with or without the log.
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
