// The output of the option `debug`: each change of state and each frame, in order.

import { describe } from "./frame.js";
import { client as pageClient } from "../client.js";
import { connectionsOf, inspect, inspectOne } from "./inspect.js";
import { withoutSecrets } from "./observe.js";

/** @param {import("./observe.js").Client} client @returns {import("./observe.js").Observer} */
export function createLog(client) {
  const isEach = client.options.sockets === "each";
  // A page of one connection needs no name for it.
  const hasName = isEach || client !== pageClient();
  let address = "";
  const conversations = new WeakMap();
  /** The phase of each connection, by its conversation; `undefined` for the only one. @type {Map<unknown, string>} */
  let shown = phases();
  // The reason for the next change of state, if known.
  let because = "";
  if (!isEach) print(`${name(address)}${shown.get(undefined)}`);

  return {
    attempted(url, isTried) {
      address = url;
      because = ` (${withoutSecrets(url)})`;
      if (!isTried) print(`the browser does not allow ${withoutSecrets(url)}`);
    },
    closed(code, reason) {
      because = ` (closed with ${code}${reason && `, "${reason}"`})`;
    },
    transferred(direction, data, url) {
      // The first frames are sent before the connection announces that it is open.
      tellPhase();
      const { summary, size, value } = describe(data);
      print(`${name(url)}${direction === "in" ? "←" : "→"} ${summary}, ${size} characters`, value);
    },
    changed: tellPhase,
  };

  function tellPhase() {
    const before = shown;
    shown = phases();
    for (const id of new Set([...before.keys(), ...shown.keys()])) {
      const [was = "idle", is = "idle"] = [before.get(id), shown.get(id)];
      if (withoutWait(was) === withoutWait(is)) continue;
      print(`${isEach ? `conversation ${JSON.stringify(id)}: ` : name(address)}${withoutWait(was)} → ${is}${because}`);
      because = "";
    }
  }

  function phases() {
    if (!isEach) return new Map([[undefined, phaseOf(inspect(client))]]);
    return new Map(connectionsOf(client).map((one) => [conversationOf(one), phaseOf(inspectOne(one, true))]));
  }

  /** Also after its last listener has left. @param {ReturnType<typeof connectionsOf>[number]} one */
  function conversationOf(one) {
    const [id = conversations.get(one)] = one.listeners.conversations.byId.keys();
    conversations.set(one, id);
    return id;
  }

  /** @param {string} url */
  function name(url) {
    return hasName ? `${withoutSecrets(url) || "another inbox"}: ` : "";
  }
}

/** @param {import("./inspect.js").Inspection} inspection */
function phaseOf({ phase, nextAttemptIn }) {
  return nextAttemptIn === null ? phase : `${phase} ${Math.round(nextAttemptIn)} ms`;
}

/** @param {string} phase */
function withoutWait(phase) {
  return phase.replace(/ \d+ ms$/, "");
}

/** @param {string} text @param {unknown[]} values */
function print(text, ...values) {
  const now = new Date();
  const time = `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, "0")}`;
  console.log(`inbox-socket: ${time} ${text}`, ...values);
}
