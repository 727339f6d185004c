// What configure() takes. Checked here and not in the core, because a mistake should be told where it was made:
// at the call, and the core is loaded later.

const isTime = (value) => Number.isFinite(value) && value >= 0;
const TIME = [isTime, "a number of milliseconds, 0 or more"];

const OPTIONS = {
  url: [isUrl, "a ws:, wss:, http:, https: or relative address, or a function that gives one"],
  reconnectDelays: [
    (value) => Array.isArray(value) && value.length > 0 && value.every(isTime),
    "a list of at least one number of milliseconds",
  ],
  jitter: [(value) => isTime(value) && value <= 1, "a number from 0 to 1"],
  maxAttempts: [(value) => value === Infinity || isCount(value), "a whole number, 0 or more, or Infinity"],
  connectTimeout: [(value) => isTime(value) && value > 0, "a number of milliseconds above 0"],
  linger: TIME,
  queueLimit: [isCount, "a whole number, 0 or more"],
  frameLimit: [(value) => isCount(value) && value > 0, "a whole number of characters above 0"],
  messageLimit: [(value) => isCount(value) && value > 0, "a whole number of bytes above 0"],
  heartbeat: [isInterval, "a number of milliseconds, 1000 or more"],
  keepalive: [
    isKeepalive,
    "{ every, frame }, { ping, pong } or both: milliseconds, 1000 or more, and frames that are objects or texts",
  ],
  user: [
    (value) => value === null || typeof value === "string" || Number.isFinite(value),
    "a string or a number, or null for nobody",
  ],
  protocol: [(value) => value === 0 || value === 1, "0 or 1"],
  debug: [(value) => typeof value === "boolean", "true or false"],
  wasm: [
    (value) => typeof value === "string" || (typeof value === "object" && value !== null),
    "the address of core.wasm, a Response, its bytes or a WebAssembly.Module",
  ],
};

/** Throws a TypeError that names the option, its value and what was expected. */
export function checkOptions(options) {
  if (!isObject(options)) {
    throw new TypeError(`configure() was given ${show(options)}; expected an object of options`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(OPTIONS, name)) {
      throw new TypeError(`unknown option ${name}; expected one of ${Object.keys(OPTIONS).join(", ")}`);
    }
    const [holds, expected] = OPTIONS[name];
    if (!holds(value)) throw new TypeError(`option ${name} is ${show(value)}; expected ${expected}`);
  }
}

function isInterval(value) {
  return Number.isFinite(value) && value >= 1000;
}

function isCount(value) {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}

function isKeepalive(value) {
  if (!isObject(value)) return false;
  const { every, frame, ping, pong } = value;
  const isSent = isInterval(every) && isFrame(frame);
  const isAnswered = isFrame(ping) && isFrame(pong);
  return (isSent || isAnswered) && (isSent || (every ?? frame) === undefined) && (isAnswered || (ping ?? pong) === undefined);
}

function isFrame(value) {
  return (typeof value === "string" && value !== "") || isObject(value);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUrl(value) {
  if (typeof value === "function") return true;
  if (typeof value !== "string" && !(value instanceof URL)) return false;
  try {
    // Only the form is checked: on a server there is no page for it to be relative to.
    return /^(ws|http)s?:$/.test(new URL(value, "http://page").protocol);
  } catch {
    return false;
  }
}

function show(value) {
  if (typeof value === "function") return "a function";
  // In JSON, NaN and Infinity would read null.
  if (typeof value === "number") return String(value);
  try {
    if (Array.isArray(value)) return `[${value.map(show).join(",")}]`;
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
