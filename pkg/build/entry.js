// The entry of pkg/wasm/core.js and its variants. "glue" is what wasm-bindgen makes.
//
// wasm-bindgen's own loader, the default export, is left out: it refers to the .wasm file by import.meta.url, which
// bundlers act upon.

import { createInbox as create, initSync } from "glue";
import { setTime } from "./time.js";

/** Loads the wasm. A second call does nothing. @param wasm the option of that name, or the module of the inlined copy */
export async function load(wasm) {
  initSync({ module: await compile(wasm) });
}

/** Creates an inbox with these options. `time` is the one that all inboxes go by from now on. */
export function createInbox(options) {
  setTime(options.time);
  const inbox = create(options);
  const useWebSocket = inbox.useWebSocket.bind(inbox);
  inbox.useWebSocket = (id, listener, how) =>
    how?.after === undefined ? useWebSocket(id, listener) : later(inbox, id, listener, how.after);
  return inbox;
}

/** In ms, before lib/after.js is loaded again. */
const LOAD_AGAIN = 2_000;

/** Subscribes behind a number: with lib/after.js, which is loaded for the first such subscription. */
function later(inbox, id, listener, after) {
  let reader, isOver;
  const begin = ({ openAfter }) => isOver || (reader = openAfter(inbox, id, listener, after));
  const load = () => import("../lib/after.js").then(begin, () => setTimeout(load, LOAD_AGAIN));
  load();
  return {
    get lastMessage() {
      return reader?.lastMessage ?? null;
    },
    release() {
      isOver = true;
      reader?.release();
    },
  };
}

function compile(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (typeof wasm === "string" || wasm instanceof URL) return WebAssembly.compileStreaming(fetch(wasm));
  // A body can be read only once, and loading may be retried.
  if (wasm instanceof Response) return WebAssembly.compileStreaming(wasm.clone());
  return wasm.compile?.() ?? WebAssembly.compile(wasm);
}
