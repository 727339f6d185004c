// Replaces globals while a fake server is in use.

// jsdom lacks these, and Jest does not add them, although Node.js has them all.
const NEEDED = ["TextDecoder", "TextEncoder"];

/**
 * Sets the wanted globals, and those that the core needs and the test environment lacks.
 *
 * @param {Record<PropertyKey, unknown>} wanted
 * @returns restores all of them
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

/** Returns the globals of Node.js: Jest runs tests in a context with other globals. */
function globalOfNode() {
  // Not an import, because a bundler would try to resolve it.
  const vm = globalThis["process"]?.getBuiltinModule?.("node:vm");
  if (!vm) throw new Error("Node.js must be 20.16, 22.3 or newer to add TextDecoder and TextEncoder to jsdom");
  return vm.runInThisContext("globalThis");
}
