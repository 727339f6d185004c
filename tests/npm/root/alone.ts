// A program that only the package could keep running, in an environment without WebAssembly.

import { getState, subscribe, subscribeState } from "inbox-socket";

Reflect.deleteProperty(globalThis, "WebAssembly");
subscribeState(() => {
  if (getState().error === null) return;
  console.log(getState().error);
  throw new Error("a watcher's mistake");
});
subscribe(1, () => {});
