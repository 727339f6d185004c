// The entry of pkg/wasm/shared.js: that of core.js, what decides on sharing, and what sets the sockets that it opens.

export * from "./entry.js";
export { callTab } from "glue";
export { setOpener } from "./socket.js";
