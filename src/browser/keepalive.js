// Replies to the server's own ping: `ping` and `pong` of the option `keepalive`.

import { RECEIVE } from "./numbers.js";
import { send } from "./outgoing.js";

/**
 * Replies to a ping of the server as configured; returns false if the frame is not such a ping.
 *
 * @param {(what: number, ...numbers: number[]) => number} command that of commands.rs, without the inbox
 * @param {number} socket
 * @param {WebSocket} raw
 * @param keepalive the option of that name
 * @param frame the parsed frame, or its text if that is not a JSON object
 * @param {number} characters the length of its text
 */
export function answerPing(command, socket, raw, keepalive, frame, characters) {
  if (keepalive?.ping === undefined || !matches(frame, keepalive.ping)) return false;
  // Rust counts it as an application frame without listeners.
  command(RECEIVE, socket, -1, 0, characters, 0);
  send(raw, keepalive.pong);
  return true;
}

/** Returns whether the texts are equal, or the frame has all members of `ping`. */
function matches(frame, ping) {
  if (typeof ping === "string" || typeof frame === "string") return frame === ping;
  return Object.entries(ping).every(([name, value]) => JSON.stringify(frame[name]) === JSON.stringify(value));
}
