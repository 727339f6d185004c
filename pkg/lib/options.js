// The options of configure(). They are checked here and not in the core, which loads later: an error has to be thrown
// by the call that made the mistake.

const FUNCTION = [isFunction, "a function"];
const PATH = [isText, 'a path such as "data.room_id"'];
const PATH_OR_FUNCTION = [(value) => isText(value) || isFunction(value), `${PATH[1]}, or a function`];

/** Each option: whether a value is valid, and what it must be; or its members. Documentation: ../build/options.mjs. */
export const OPTIONS = {
  url: [isUrl, "a ws:, wss:, http:, https: or relative URL, or a function that returns one"],
  user: [
    (value) => value === null || typeof value === "string" || isNumber(value, -Infinity),
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
    "{ every, frame }, { ping, pong } or both: a number of milliseconds ≥ 1000, and objects, arrays or non-empty strings",
  ],
  protocol: oneOf(0, 1),
  protocols: [
    (value) => isFunction(value) || [value].flat().every(isText),
    "a string, an array of strings, or a function that returns one",
  ],
  sockets: oneOf("one", "each"),
  adapter: {
    conversationId: PATH_OR_FUNCTION,
    incoming: FUNCTION,
    isMessage: FUNCTION,
    outgoing: FUNCTION,
    message: PATH,
    ref: PATH,
    history: [(value) => isFunction(value) || isFunction(value?.request), "a function, or { request, answer }"],
    onOpen: FUNCTION,
    join: FUNCTION,
    leave: FUNCTION,
    ack: PATH_OR_FUNCTION,
    resend: oneOf(true, false),
    reconnect: FUNCTION,
  },
  debug: oneOf(true, false),
  wasm: [
    (value) => typeof value === "string" || (typeof value === "object" && value !== null),
    "the URL of core.wasm, a Response, its bytes or a WebAssembly.Module",
  ],
};

/** Throws a TypeError that names the option, what it must be and the value. */
export function checkOptions(options, table = OPTIONS, path = "") {
  if (!isObject(options)) {
    throw new TypeError(
      `${path ? "`adapter`" : "the argument of configure()"} must be an object; got ${show(options)}`,
    );
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(table, name)) {
      throw new TypeError(`unknown option \`${path}${name}\`; the options are ${Object.keys(table).join(", ")}`);
    }
    const rule = table[name];
    if (!Array.isArray(rule)) checkOptions(value, rule, `${name}.`);
    else if (!rule[0](value)) throw new TypeError(`\`${path}${name}\` must be ${rule[1]}; got ${show(value)}`);
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
  return Number.isInteger(value) && value >= min && value <= 0xffffffff;
}

function isFunction(value) {
  return typeof value === "function";
}

function isText(value) {
  return typeof value === "string" && value !== "";
}

function isKeepalive({ every, frame, ping, pong }) {
  const isGiven = (value) => value !== undefined;
  const isSent = isGiven(every) || isGiven(frame);
  const isAnswered = isGiven(ping) || isGiven(pong);
  return (
    (isSent || isAnswered) &&
    (!isSent || (isNumber(every, 1000) && isFrame(frame))) &&
    (!isAnswered || (isFrame(ping) && isFrame(pong)))
  );
}

function isFrame(value) {
  return isText(value) || (typeof value === "object" && value !== null);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUrl(value) {
  if (isFunction(value)) return true;
  if (typeof value !== "string" && !(value instanceof URL)) return false;
  try {
    // Only the form is checked: on a server there is no page for it to be relative to.
    return /^(ws|http)s?:$/.test(new URL(value, "http://page").protocol);
  } catch {
    return false;
  }
}

function show(value) {
  if (isFunction(value)) return "a function";
  // In JSON, NaN and Infinity would read null.
  if (typeof value === "number") return String(value);
  try {
    if (Array.isArray(value)) return `[${value.map(show).join(",")}]`;
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
