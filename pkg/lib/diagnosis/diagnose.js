// Prints warnings with their fixes, and with the option `debug` every event. ../debug-mode.js decides on loading it.

import { createLog } from "./log.js";
import { observe } from "./observe.js";
import { createWarnings } from "./warnings.js";

/** Ends the diagnosis of an inbox. @type {WeakMap<object, () => void>} */
const stops = new WeakMap();

/**
 * Starts the diagnosis of an inbox over, with or without the log.
 *
 * @param {import("./observe.js").Client} client
 * @param {boolean} log
 */
export function diagnose(client, log) {
  stops.get(client)?.();
  const warnings = createWarnings(client);
  const ends = [warnings.stop, observe(client, warnings), ...(log ? [observe(client, createLog(client))] : [])];
  stops.set(client, () => ends.forEach((end) => end()));
}
