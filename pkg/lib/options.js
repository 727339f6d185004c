// The options of configure(). They are checked here and not in the core, which loads later: an error has to be thrown
// by the call that made the mistake.

/** Each option: whether a value is valid, and what it must be; or its members. Documentation: ../build/options.mjs. */
export const OPTIONS = {
  url: [
    (value) => isFunction(value) || isUrl(value),
    "a ws:, wss:, http:, https: or relative URL, or a function that returns one",
  ],
  user: [
    (value) => value === null || typeof value === "string" || Number.isFinite(value),
    "a string, a number or null",
  ],
  reconnectDelays: [
    (value) => Array.isArray(value) && value.length > 0 && value.every((delay) => isNumber(delay, 0)),
    "a non-empty array of numbers of milliseconds ≥ 0",
  ],
  jitter: [(value) => isNumber(value, 0) && value <= 1, "a number from 0 to 1"],
  maxAttempts: [(value) => value === Infinity || isInteger(value, 0), "an integer ≥ 0, or Infinity"],
  connectTimeout: milliseconds(1),
  linger: milliseconds(0),
  queueLimit: integer(0),
  messageLimit: integer(1),
  frameLimit: integer(1),
  heartbeat: milliseconds(1000),
  keepalive: [
    (value) => isObject(value) && isKeepalive(value),
    "{ every, frame }, { ping, pong } or both: a number of milliseconds ≥ 1000, and frames",
  ],
  protocol: oneOf(0, 1),
  protocols: [
    (value) => isFunction(value) || [value].flat().every(isText),
    "a string, an array of strings, or a function that returns one",
  ],
  sockets: oneOf("one", "each"),
  // Its members are checked by wire/members.js.
  adapter: [isObject, "an object"],
  share: [(value) => typeof value === "boolean" || isText(value), "true, false or a name"],
  persist: [(value) => typeof value === "boolean" || isText(value), "true, false or a name"],
  debug: oneOf(true, false),
  wasm: [isFrame, "the URL of core.wasm, a Response, its bytes or a WebAssembly.Module"],
};

/** Throws a TypeError that names the option, what it must be and the value. */
export function checkOptions(options) {
  if (!isObject(options)) {
    throw new TypeError(`\`options\` must be an object; got ${show(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(OPTIONS, name)) {
      throw new TypeError(`unknown option \`${name}\`; the options are ${Object.keys(OPTIONS).join(", ")}`);
    }
    const [isValid, must] = OPTIONS[name];
    if (!isValid(value)) throw new TypeError(`\`${name}\` must be ${must}; got ${show(value)}`);
  }
}

function oneOf(...values) {
  return [(value) => values.includes(value), values.map(show).join(" or ")];
}

function milliseconds(min) {
  return [(value) => isNumber(value, min), `a number of milliseconds ≥ ${min}`];
}

function integer(min) {
  return [(value) => isInteger(value, min), `an integer ≥ ${min}`];
}

function isNumber(value, min) {
  return Number.isFinite(value) && value >= min;
}

function isInteger(value, min) {
  // The core counts in 32 bits.
  return isNumber(value, min) && value >>> 0 === value;
}

function isFunction(value) {
  return typeof value === "function";
}

function isText(value) {
  return typeof value === "string" && value !== "";
}

function isKeepalive({ every, frame, ping, pong }) {
  const isSent = isNumber(every, 1000) && isFrame(frame);
  const isAnswered = isFrame(ping) && isFrame(pong);
  // One of the two may be absent.
  if (isSent) return isAnswered || (ping === undefined && pong === undefined);
  return isAnswered && every === undefined && frame === undefined;
}

function isFrame(value) {
  return isText(value) || (typeof value === "object" && value !== null);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUrl(value) {
  try {
    // Only the form is checked: on a server there is no page for it to be relative to.
    const { protocol } = new URL(value, "http://page");
    return (typeof value === "string" || value instanceof URL) && /^(ws|http)s?:$/.test(protocol);
  } catch {
    return false;
  }
}

function show(value) {
  if (isFunction(value)) return "a function";
  // In JSON, NaN and Infinity would read null.
  if (typeof value === "number") return String(value);
  try {
    if (Array.isArray(value)) return `[${value.map(show)}]`;
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
