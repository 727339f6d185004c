// Globals that are replaced while a fake server is in use.

// jsdom leaves these out, and Jest does not add them, though the Node.js below has them all.
const NEEDED = ["TextDecoder", "TextEncoder"];

/**
 * Sets globals, and those that the core needs and the test environment lacks. The function returned puts everything
 * back.
 *
 * @param {Record<PropertyKey, unknown>} wanted
 */
export function replaceGlobals(wanted) {
  const before = new Map();
  const replace = (name, value) => {
    before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  };
  for (const name of Reflect.ownKeys(wanted)) replace(name, wanted[name]);
  const missing = NEEDED.filter((name) => !(name in globalThis));
  if (missing.length > 0) {
    const node = globalOfNode();
    for (const name of missing) replace(name, node[name]);
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete globalThis[name];
    }
  };
}

/** Jest runs tests in a context with globals of its own; these are those of the Node.js that runs Jest. */
function globalOfNode() {
  // Asked for in this way, it means nothing to a bundler.
  const vm = globalThis["process"]?.getBuiltinModule?.("node:vm");
  if (!vm) throw new Error("inbox-socket/testing needs Node.js 20.16, 22.3 or newer here");
  return vm.runInThisContext("globalThis");
}
