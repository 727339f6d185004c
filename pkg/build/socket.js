// The WebSocket of the core of a page with the option `share`, built into pkg/wasm/shared.js in the place of the page's:
// ../lib/share says what to open.

/** @type {(url: string, protocols?: string | string[]) => object} */
let open;

/** Sets what opens the next socket. @param {typeof open} opener */
export function setOpener(opener) {
  open = opener;
}

/** A function that returns an object, as a constructor may. */
export function WebSocket(url, protocols) {
  return open(url, protocols);
}
