// The entry of pkg/wasm/shared.js: that of core.js, and what sets the sockets that it opens.

export * from "./entry.js";
export { setOpener } from "./socket.js";
