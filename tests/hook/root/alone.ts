// A program that nothing holds but the package, which cannot load its core: there is no WebAssembly.

import { getState, subscribe, subscribeState } from "inbox-socket";

Reflect.deleteProperty(globalThis, "WebAssembly");
subscribeState(() => {
  if (getState().error === null) return;
  console.log(getState().error);
  throw new Error("a watcher's mistake");
});
subscribe(1, () => {});
