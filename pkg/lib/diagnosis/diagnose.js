// Says what goes wrong and what to do about it, and with the option `debug` all that happens. Loaded only where somebody
// wants to read it: see ../asked.js.

import { createLog } from "./log.js";
import { look } from "./look.js";
import { createWarnings } from "./warnings.js";

let stop = () => {};

/**
 * Begins anew, with or without the log.
 *
 * @param {import("./look.js").Client} client
 * @param {boolean} log
 */
export function diagnose(client, log) {
  stop();
  const warnings = createWarnings(client);
  const ends = [warnings.stop, look(client, warnings), ...(log ? [look(client, createLog(client))] : [])];
  stop = () => ends.forEach((end) => end());
}
