// The output of the option `debug`: each change of state and each frame, in order.

import { describe } from "./frame.js";
import { inspect } from "./inspect.js";
import { withoutSecrets } from "./observe.js";

/** @param {import("./observe.js").Client} client @returns {import("./observe.js").Observer} */
export function createLog(client) {
  let shown = inspect(client).phase;
  // The reason for the next change of state, if known.
  let because = "";
  print(shown);

  return {
    attempted(url, isTried) {
      because = ` (${withoutSecrets(url)})`;
      if (!isTried) print(`the browser does not allow ${withoutSecrets(url)}`);
    },
    closed(code, reason) {
      because = ` (closed with ${code}${reason && `, "${reason}"`})`;
    },
    transferred(direction, data) {
      // The first frames are sent before the connection announces that it is open.
      tellPhase();
      const { summary, size, value } = describe(data);
      print(`${direction === "in" ? "←" : "→"} ${summary}, ${size} characters`, value);
    },
    changed: tellPhase,
  };

  function tellPhase() {
    const { phase, nextAttemptIn } = inspect(client);
    if (phase === shown) return;
    const wait = nextAttemptIn === null ? "" : ` ${Math.round(nextAttemptIn)} ms`;
    print(`${shown} → ${phase}${wait}${because}`);
    shown = phase;
    because = "";
  }
}

/** @param {string} text @param {unknown[]} values */
function print(text, ...values) {
  const now = new Date();
  const time = `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, "0")}`;
  console.log(`inbox-socket: ${time} ${text}`, ...values);
}
